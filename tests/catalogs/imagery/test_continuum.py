"""A narrow band without its continuum: what is left of stars, what is kept of nebulae."""

import numpy as np
import pytest

from catalogs.imagery.continuum import Matching, NoScale, blurred, continuum_scale, matching, without_continuum
from tests.linefield import SCALE, SKY, LineField

RNG = np.random.default_rng(8)
BRIGHT = 2e4


def star_residual(field: LineField, image: np.ndarray) -> float:
    """The median over bright stars outside nebulae of the absolute light left within 4 px, in shares of their narrow light."""
    apart_px = np.hypot(*(field.star[:, None, :2] - field.nebula[:, :2]).transpose(2, 0, 1)).min(axis=1)
    chosen = field.star[(field.star[:, 2] > BRIGHT) & (apart_px > 15)]
    left = image - field.line()
    shares = []
    for x_px, y_px, _, light in chosen:
        row, column = round(y_px), round(x_px)
        shares.append(np.abs(left[row - 4 : row + 5, column - 4 : column + 5]).sum() / light)
    assert len(shares) > 15
    return float(np.median(shares))


def kept_line(field: LineField, image: np.ndarray) -> float:
    """The nebulae's light within 10 px of their places, in shares of the truth."""
    y_px, x_px = np.mgrid[: field.size_px, : field.size_px]
    near = np.zeros(image.shape, dtype=bool)
    for x, y, _ in field.nebula:
        near |= np.hypot(x_px - x, y_px - y) <= 10
    return float(image[near].sum() / field.line()[near].sum())


@pytest.mark.parametrize("beta", [1.8, 2.5, 4.8])
@pytest.mark.parametrize(
    ("narrow_px", "continuum_px", "left", "gain"),
    [(2.0, 2.0, 0.02, 1), (2.2, 2.0, 0.05, 2), (2.6, 2.0, 0.09, 2), (2.0, 2.6, 0.09, 2), (3.2, 2.0, 0.135, 2)],
)
def test_stars_cancel_and_nebulae_stay(narrow_px, continuum_px, left, gain, beta):
    field = LineField(narrow_px, continuum_px, beta)
    narrow, continuum = field.narrow(), field.continuum()
    how = matching(narrow_px, continuum_px)
    sky = SKY["narrow"] - SCALE * SKY["continuum"]
    image = without_continuum(narrow, continuum, how, SCALE) - sky
    before = star_residual(field, without_continuum(narrow, continuum, Matching(), SCALE) - sky)
    after = star_residual(field, image)
    print(f"beta {beta}, {narrow_px} and {continuum_px} px: {before:.3f} of a star left, matched {after:.3f}", end=", ")
    print(f"line kept {kept_line(field, image):.3f}")
    assert after < left
    assert after <= before / gain
    assert kept_line(field, image) == pytest.approx(1, abs=0.03)


def test_the_sharper_band_is_blurred_to_the_other():
    assert matching(3.0, 2.0) == Matching(0.0, pytest.approx(np.sqrt(5) / 2.35482, rel=1e-5), 3.0)
    assert matching(2.0, 3.0) == Matching(pytest.approx(np.sqrt(5) / 2.35482, rel=1e-5), 0.0, 3.0)
    assert matching(2.0, 2.0) == Matching(0.0, 0.0, 2.0)
    assert matching(None, 2.0) == matching(2.0, None) == Matching(0.0, 0.0, None)


def test_a_blurred_gaussian_has_the_width_asked_for_and_its_light():
    y_px, x_px = np.mgrid[:61, :61] - 30.0
    sharp = np.exp(-0.5 * (x_px**2 + y_px**2) / 1.5**2).astype(np.float32)
    soft = blurred(sharp, 2.0)
    wide = 1.5**2 / 2.5**2 * np.exp(-0.5 * (x_px**2 + y_px**2) / 2.5**2)
    assert soft.sum() == pytest.approx(sharp.sum(), rel=1e-4)
    np.testing.assert_allclose(soft, wide, atol=0.01)


@pytest.mark.parametrize("sigma_px", [0.2, 0.4, 1.0, 3.0])
def test_a_point_is_spread_by_the_variance_asked_for(sigma_px):
    point = np.zeros((41, 41), np.float32)
    point[20, 20] = 1
    soft = blurred(point, sigma_px)
    offset = np.arange(41) - 20
    assert (soft * offset**2).sum() == pytest.approx(sigma_px**2, rel=0.01)
    np.testing.assert_allclose(soft, soft.T, atol=1e-7)


def test_no_data_stays_no_data_and_spreads_nowhere():
    narrow, continuum = np.full((2, 60, 60), [[[8.0]], [[100.0]]], np.float32)
    narrow[:5], narrow[30, 30], continuum[:, 50:] = np.nan, np.nan, np.nan
    image = without_continuum(narrow, continuum, Matching(0.0, 2.0, 5.0), 0.05)
    np.testing.assert_array_equal(np.isnan(image), np.isnan(narrow) | np.isnan(continuum))
    # The mean of what is there, at a border as elsewhere.
    np.testing.assert_allclose(image[np.isfinite(image)], 3.0, rtol=1e-5)
    assert np.isinf(narrow).sum() == 0
    narrow[20, 20] = np.inf
    assert np.isnan(without_continuum(narrow, continuum, Matching(), 0.05)[20, 20])


@pytest.mark.parametrize("share", [0.0, 0.2, 0.4])
def test_the_scale_is_that_of_sources_without_a_line(share):
    light = np.exp(RNG.uniform(5, 10, 300))
    narrow = SCALE * light * (1 + 0.08 * RNG.standard_normal(300)) + RNG.normal(0, 1, 300)
    nebulous = RNG.random(300) < share
    narrow[nebulous] += RNG.uniform(0.5, 5, nebulous.sum()) * SCALE * light[nebulous]
    assert continuum_scale(narrow, light) == pytest.approx(SCALE, rel=0.03)
    if share:
        assert np.median(narrow / light) > 1.02 * SCALE


def test_what_has_no_light_does_not_count():
    light, narrow = np.full((2, 30), [[10.0], [0.8]])
    light[:5], narrow[5:10], light[10:15] = np.nan, np.nan, -1.0
    assert continuum_scale(narrow, light) == pytest.approx(0.08)
    with pytest.raises(NoScale, match="9 bright sources"):
        continuum_scale(narrow[15:24], light[15:24])
    with pytest.raises(NoScale, match=r"came out as -0\.08"):
        continuum_scale(-narrow, light)
