"""What the network sees, and the array that keeps it."""

import multiprocessing
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from catalogs.imagery.science import write_science_cog
from mlops.learning.inputs import cached_inputs, inputs_key, prepare, source_inputs
from mlops.learning.spec import EncoderSpec
from tests.catalogs.imagery.conftest import ArrayBand, quiet

SPEC = EncoderSpec(n_bands=2, size_px=16)


def test_prepare_counts_in_noise_above_the_surroundings():
    cutouts = np.full((1, 2, 16, 16), 7.0, np.float32)
    cutouts[0, :, 8, 8] = 207.0
    valid = np.ones(cutouts.shape, bool)
    valid[0, 1, 5, 5] = False
    inputs = prepare(cutouts, valid, noise=[1.0, 2.0], background=[7.0, 3.0])
    assert inputs.shape == (1, 3, 16, 16)
    assert inputs.dtype == np.float16
    assert inputs[0, 0, 8, 8] == pytest.approx(np.arcsinh(200) / 3, abs=1e-3)
    assert inputs[0, 1, 8, 8] == pytest.approx((np.arcsinh(102) - np.arcsinh(2)) / 3, abs=1e-3)
    assert (inputs[0, :2].reshape(2, -1) != 0).sum(axis=1).tolist() == [1, 1]
    assert inputs[0, 2, 5, 5] == 0.5
    assert inputs[0, 2].sum() == 0.5


def test_surroundings_are_of_valid_pixels_only():
    cutouts, valid = np.full((2, 1, 16, 16), 3.0, np.float32), np.ones((2, 1, 16, 16), bool)
    cutouts[:, :, :, :11], valid[0, :, :, :11] = 0.0, False
    valid[1] = False
    inputs = prepare(cutouts, valid, [1.0], [0.0])
    # Most of the first is missing; what is left is all surroundings. Of the second nothing is left.
    assert (inputs[:, 0] == 0).all()
    assert inputs[:, 1].mean(axis=(1, 2)).tolist() == [11 / 16, 1.0]


def test_the_unit_of_a_band_does_not_matter():
    rng = np.random.default_rng(0)
    cutouts, valid = rng.normal(0, 1, (3, 1, 16, 16)).astype(np.float32), np.ones((3, 1, 16, 16), bool)
    scaled = prepare(cutouts * 1e-12 + np.float32(1e-11), valid, [1e-12], [1e-11])
    np.testing.assert_allclose(scaled, prepare(cutouts, valid, [1.0], [0.0]), atol=2e-3)
    with pytest.raises(ValueError, match="above 0"):
        prepare(cutouts, valid, [0.0], [0.0])


def test_the_key_names_everything_that_goes_in():
    arguments = ["abc", [1.0, 2.0], [3.0, 4.0], [1.0, 1.0], [0.0, 0.0], SPEC]
    changes = [
        ("abd", 0), ([1.0, 2.5], 1), ([3.0, 4.5], 2), ([1.0, 2.0], 3), ([0.0, 1.0], 4),
        (EncoderSpec(n_bands=2, size_px=32), 5), (EncoderSpec(n_bands=2, size_px=16, scale=2), 5),
    ]  # fmt: skip
    keys = {inputs_key(*arguments)} | {
        inputs_key(*arguments[:place], value, *arguments[place + 1 :]) for value, place in changes
    }
    assert len(keys) == len(changes) + 1
    assert inputs_key(*arguments) in keys


def blocks(n=5, fill=1.0):
    yield np.arange(1, n), np.full((n - 1, 2, 2), fill, np.float16)
    yield np.array([0]), np.full((1, 2, 2), 9, np.float16)


def test_made_once_and_mapped_afterwards(tmp_path):
    made = cached_inputs(tmp_path, "key", 5, blocks)
    again = cached_inputs(tmp_path, "key", 5, lambda: pytest.fail("made again"))
    assert isinstance(again, np.memmap)
    assert made[:, 0, 0].tolist() == again[:, 0, 0].tolist() == [9, 1, 1, 1, 1]
    with pytest.raises(ValueError, match="holds 5 sources, not 6"):
        cached_inputs(tmp_path, "key", 6, blocks)


def test_a_failure_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match="1 of 6 sources were not made"):
        cached_inputs(tmp_path, "key", 6, blocks)
    assert list(tmp_path.iterdir()) == []


def _make_for_ever(folder: Path, started: "multiprocessing.synchronize.Event") -> None:
    def endless():
        yield np.array([0]), np.zeros((1, 2, 2), np.float16)
        started.set()
        time.sleep(60)

    cached_inputs(folder, "key", 5, endless)


def test_a_killed_creation_is_made_anew_and_swept_up(tmp_path):
    context = multiprocessing.get_context("fork")
    started = context.Event()
    process = context.Process(target=_make_for_ever, args=(tmp_path, started))
    process.start()
    assert started.wait(20)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert not (tmp_path / "key.npy").exists()
    (left,) = tmp_path.iterdir()
    os.utime(left, (0, 0))
    assert cached_inputs(tmp_path, "key", 5, blocks)[0, 0, 0] == 9
    assert [path.name for path in tmp_path.iterdir()] == ["key.npy"]


def test_two_at_once_both_succeed(tmp_path):
    def meanwhile():
        # Another process finishes the same array while this one makes it.
        assert cached_inputs(tmp_path, "key", 5, blocks).shape == (5, 2, 2)
        yield from blocks()

    assert cached_inputs(tmp_path, "key", 5, meanwhile)[0, 0, 0] == 9
    assert [path.name for path in tmp_path.iterdir()] == ["key.npy"]


def test_sources_in_their_order(tmp_path):
    image = np.zeros((300, 300), np.float32)
    places = {(40, 250): 10.0, (50, 20): 20.0, (60, 120): 30.0}
    for (x, y), value in places.items():
        image[y, x] = value
    write_science_cog([ArrayBand("V", image), ArrayBand("I", 2 * image)], tmp_path / "a.tif", quiet)
    x_px, y_px = np.array(list(places), dtype=float).T
    arguments = (tmp_path / "a.tif", "sha", x_px, y_px, [1.0, 1.0], [0.0, 0.0], SPEC)
    inputs = source_inputs(tmp_path / "inputs", *arguments)
    assert inputs.shape == (3, 3, 16, 16)
    np.testing.assert_allclose(inputs[:, 0].max(axis=(1, 2)), np.arcsinh([10, 20, 30]) / 3, atol=2e-3)
    np.testing.assert_allclose(inputs[:, 1].max(axis=(1, 2)), np.arcsinh([20, 40, 60]) / 3, atol=2e-3)
