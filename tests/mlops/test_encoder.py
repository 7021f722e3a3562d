"""The encoder: shapes, symmetry, determinism, identity and a format without pickle."""

import numpy as np
import pytest
import torch

from mlops.learning.encoder import encode, load_encoder, save_encoder, untrained
from mlops.learning.spec import EncoderSpec, scale_for

SPEC = EncoderSpec(n_bands=3, size_px=16, width=8)


def images(spec, n=5, seed=0):
    shape = (n, spec.n_channels, spec.size_px, spec.size_px)
    return np.random.default_rng(seed).normal(0, 1, shape).astype(np.float16)


@pytest.mark.parametrize(("n_bands", "size_px"), [(1, 16), (5, 32), (7, 24), (12, 64)])
def test_any_bands_and_sizes(n_bands, size_px):
    spec = EncoderSpec(n_bands=n_bands, size_px=size_px, width=4)
    features = encode(untrained(spec, 0), images(spec))
    assert features.shape == (5, spec.feature_dim) == (5, 32)
    assert features.dtype == np.float32
    assert np.isfinite(features).all()
    assert features.std(axis=0).max() > 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_bands": 0}, {"n_bands": 13}, {"n_bands": 1, "size_px": 20}, {"n_bands": 1, "width": 0},
        {"n_bands": 1, "scale": 0}, {"n_bands": 1, "scale": 65},
    ],
)  # fmt: skip
def test_a_spec_that_cannot_be(wrong):
    with pytest.raises(ValueError, match=r"outside|multiple|at least"):
        EncoderSpec(**wrong)


@pytest.mark.parametrize(
    ("diameters_px", "scale"),
    [
        # Twice as wide as the median source: 8 px fill 16 px just so.
        ([8.0], 1), ([8.1], 2), ([16.0], 2), ([20.5], 3), ([3.0, 20.5, 400.0], 3),
        ([], 1), ([np.nan, 0.0, -5.0], 1), ([np.nan, 20.5], 3), ([10_000.0], 12),
    ],
)  # fmt: skip
def test_the_scale_leaves_room_about_the_median_source(diameters_px, scale):
    areas_px = np.pi * np.square(diameters_px) / 4 * np.sign(diameters_px)
    assert scale_for(areas_px, size_px=16, largest=12) == scale


def test_a_source_turned_or_mirrored_has_the_same_features():
    encoder, original = untrained(SPEC, 0), images(SPEC)
    features = encode(encoder, original)
    for moved in (np.rot90(original, 1, (2, 3)), original[:, :, :, ::-1]):
        # bfloat16 has eight bits: sums in another order differ in the third digit.
        np.testing.assert_allclose(encode(encoder, moved), features, atol=0.02 * np.abs(features).max())


def test_the_order_of_sources_and_batches_does_not_matter(monkeypatch):
    encoder, original = untrained(SPEC, 0), images(SPEC, 7)
    features = encode(encoder, original)
    monkeypatch.setattr("mlops.learning.encoder.BATCH", 3)
    seen = []
    in_threes = encode(encoder, original[::-1], lambda fraction, stage: seen.append((round(fraction, 2), stage)))
    np.testing.assert_allclose(in_threes[::-1], features, atol=0.02 * np.abs(features).max())
    assert seen == [(0.0, "encoding"), (0.43, "encoding"), (0.86, "encoding")]
    assert encode(encoder, original[:0]).shape == (0, SPEC.feature_dim)


def test_the_seed_decides_and_torch_is_left_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first, second, other = untrained(SPEC, 1), untrained(SPEC, 1), untrained(SPEC, 2)
    assert torch.equal(torch.get_rng_state(), before)
    assert first.digest() == second.digest() != other.digest()
    assert EncoderSpec(n_bands=3, size_px=16, width=8, scale=2).digest() != SPEC.digest()


def test_bytes_come_back_the_same():
    encoder = untrained(SPEC, 3)
    content = save_encoder(encoder)
    again = load_encoder(content)
    assert (again.spec, again.steps, again.digest()) == (SPEC, 0, encoder.digest())
    assert save_encoder(again) == content
    np.testing.assert_array_equal(encode(again, images(SPEC)), encode(encoder, images(SPEC)))
    # Encoding lays weights out anew in memory: neither identity nor bytes may follow.
    assert (encoder.digest(), save_encoder(encoder)) == (again.digest(), content)


def test_what_is_not_an_encoder():
    with pytest.raises(ValueError):  # noqa: PT011 - NumPy's own words
        load_encoder(b"nothing of the kind")
    with pytest.raises(ValueError, match="inputs"):
        encode(untrained(SPEC, 0), images(EncoderSpec(n_bands=2, size_px=16)))
