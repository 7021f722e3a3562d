"""Pre-training: an augmentation for each sample, deterministic, bounded, and told apart from collapse."""

import numpy as np
import pytest
import torch

from mlops.learning import byol
from mlops.learning.augmentation import Augmentation, augmented
from mlops.learning.byol import Collapsed, learning_rate, pretrain
from mlops.learning.encoder import encode, load_encoder, save_encoder, untrained
from mlops.learning.spec import EncoderSpec

SPEC = EncoderSpec(n_bands=2, size_px=16, width=4)
STILL = Augmentation(shift_px=0, smallest_crop=1, gain_mag=0, band_gain_mag=0, noise=0, blur=0)


def blobs(n=200, seed=0):
    """Sources of many widths and colours, on noise."""
    rng = np.random.default_rng(seed)
    y, x = np.indices((16, 16)) - 7.5
    widths, bright = rng.uniform(0.7, 4, (n, 1, 1, 1)), rng.uniform(0.2, 3, (n, 2, 1, 1))
    bands = bright * np.exp(-(x**2 + y**2) / (2 * widths**2)) + rng.normal(0, 0.05, (n, 2, 16, 16))
    return np.concatenate([bands, np.zeros((n, 1, 16, 16))], axis=1).astype(np.float16)


def test_without_augmentation_only_the_symmetries_are_left():
    one = np.zeros((1, 3, 16, 16), np.float32)
    one[0, 0, 3, 5] = 1.0
    views = augmented(torch.from_numpy(np.repeat(one, 64, axis=0)), STILL, torch.Generator().manual_seed(0)).numpy()
    places = {tuple(int(i) for i in np.unravel_index(view[0].argmax(), (16, 16))) for view in views}
    # Turns and mirror images of (3, 5) about the middle: each sample has its own, and all eight occur.
    assert places == {(3, 5), (3, 10), (12, 5), (12, 10), (5, 3), (10, 3), (5, 12), (10, 12)}
    np.testing.assert_allclose(views[:, 0].max(axis=(1, 2)), 1.0, atol=1e-3)


def test_what_comes_in_from_outside_is_invalid():
    flat = torch.zeros((40, 3, 16, 16))
    flat[:, :2] = 1.0
    how = Augmentation(shift_px=4, smallest_crop=1, gain_mag=0, band_gain_mag=0, noise=1, blur=0)
    views = augmented(flat, how, torch.Generator().manual_seed(0))
    gone = views[:, 2] > 0.999
    assert gone.any()
    assert (views[:, 0][gone] == 0).all()
    assert views[:, 2].min() >= 0
    assert len({round(float(view.mean()), 8) for view in views}) == 40


def test_a_crop_keeps_the_source_in_the_middle():
    views = augmented(
        torch.from_numpy(blobs().astype(np.float32)),
        Augmentation(shift_px=0, noise=0),
        torch.Generator().manual_seed(1),
    )
    mean = views[:, 0].mean(dim=0)
    assert mean[7:9, 7:9].mean() == pytest.approx(float(mean.max()), rel=0.1)


def test_the_number_of_threads_does_not_matter_and_is_left_alone():
    before, digests = torch.get_num_threads(), []
    try:
        for n_threads in (1, 2):
            torch.set_num_threads(n_threads)
            digests.append(pretrain(blobs(), SPEC, seed=4, steps=6).digest())
            assert torch.get_num_threads() == n_threads
    finally:
        torch.set_num_threads(before)
    assert digests[0] == digests[1]


def test_the_same_seed_gives_the_same_encoder():
    inputs, told = blobs(), []
    first = pretrain(inputs, SPEC, seed=4, steps=6, progress=lambda fraction, stage: told.append((fraction, stage)))
    second, other = (pretrain(inputs, SPEC, seed=seed, steps=6) for seed in (4, 5))
    assert first.digest() == second.digest()
    assert len({first.digest(), other.digest(), untrained(SPEC, 4).digest()}) == 3
    assert [fraction for fraction, _ in told] == pytest.approx(np.arange(1, 7) / 6)
    assert told[-1][1].startswith("pre-training, loss ")
    assert first.steps == 6
    again = load_encoder(save_encoder(first))
    assert (again.steps, again.feature_std, again.digest()) == (6, first.feature_std, first.digest())


def test_it_learns_what_views_share():
    losses = []
    encoder = pretrain(
        blobs(400), SPEC, seed=0, steps=80, progress=lambda _, stage: losses.append(float(stage.split()[-1]))
    )
    assert np.mean(losses[-10:]) < 0.7 * np.mean(losses[:10])
    assert 0.3 < encoder.feature_std < 1.1
    features = encode(encoder, blobs(400))
    assert np.linalg.matrix_rank(features - features.mean(axis=0), tol=1e-2) > 8


def test_the_budget_ends_it_early():
    assert 1 <= pretrain(blobs(), SPEC, seed=0, steps=100_000, budget_s=0.2).steps < 1000


def test_collapse_is_found():
    inputs = np.repeat(blobs(1), 50, axis=0)
    with pytest.raises(Collapsed, match="alike"):
        pretrain(inputs, SPEC, seed=0, steps=40)


def test_the_learning_rate_rises_and_falls():
    rates = [learning_rate(fraction) for fraction in (0, 0.025, 0.05, 0.5, 0.999)]
    assert rates[0] < rates[1] < rates[2] == pytest.approx(byol.LEARNING_RATE, rel=0.05)
    assert rates[2] > rates[3] > rates[4] >= 0
    assert rates[4] < 1e-4 * byol.LEARNING_RATE


def test_inputs_of_another_spec():
    with pytest.raises(ValueError, match="two or more"):
        pretrain(blobs(1), SPEC, seed=0)
    with pytest.raises(ValueError, match="inputs"):
        pretrain(blobs(), EncoderSpec(n_bands=3, size_px=16), seed=0)
