"""Limits by name, against astropy and NumPy on a field whose answer is known."""

import numpy as np
import pytest
from astropy.visualization import AsymmetricPercentileInterval, ZScaleInterval

from catalogs.imagery.limits import auto_limits, recipe_limits
from catalogs.imagery.recipes import Recipe
from catalogs.imagery.science import write_science_cog
from catalogs.imagery.statistics import KEPT_VALUES, cog_statistics, measure_cog
from tests.catalogs.imagery.conftest import ArrayBand, quiet

pytestmark = pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
SKY = np.random.default_rng(3).normal(10, 2, 100_000)
SKY[:300] = np.geomspace(50, 5000, 300)


def test_zscale_is_astropys_and_percentiles_leave_half_on_either_side():
    found = auto_limits(np.append(SKY, [np.nan, np.inf]))
    assert found["zscale"] == pytest.approx(ZScaleInterval().get_limits(SKY))
    assert found["99"] == pytest.approx(AsymmetricPercentileInterval(0.5, 99.5).get_limits(SKY))
    assert found["99.9"] == pytest.approx(AsymmetricPercentileInterval(0.05, 99.95).get_limits(SKY))
    assert found["100"] == (SKY.min(), SKY.max())
    # The sky fills zscale's range, the sources do not: it ends far below the brightest.
    assert found["zscale"][0] < 10 < found["zscale"][1] < 60


@pytest.mark.parametrize("values", [np.array([]), np.full(9, np.nan), np.full(100, 3.0)])
def test_what_has_no_range_has_no_limits(values):
    assert auto_limits(values) == {}


def test_a_mix_is_measured_as_it_is_mixed():
    v, i = SKY.astype(np.float32), np.roll(SKY, 7).astype(np.float32)
    i[5] = np.nan
    recipe = Recipe("c", "C", (("V", 2.0), ("I", -1.0)), (("V", 1.0),), (("I", 0.5),))
    found = recipe_limits(recipe, {"V": v, "I": i})
    mixed = (2 * v.astype(float) - i)[np.isfinite(i)]
    assert found["100"] == [
        pytest.approx((mixed.min(), mixed.max())),
        (v.min(), v.max()),
        (np.nanmin(i) / 2, np.nanmax(i) / 2),
    ]
    # A channel without a range leaves all three without.
    assert recipe_limits(recipe, {"V": v, "I": np.full_like(i, np.nan)}) == {}


def test_the_sample_is_of_the_same_pixels_in_every_band(tmp_path):
    y, x = np.mgrid[:1100, :1300].astype(np.float32)
    write_science_cog([ArrayBand("X", x), ArrayBand("Y", y)], tmp_path / "s.tif", quiet)
    statistics, sample = measure_cog(tmp_path / "s.tif")
    assert statistics == cog_statistics(tmp_path / "s.tif")
    assert KEPT_VALUES <= sample["X"].size < 2 * KEPT_VALUES
    places = set(zip(sample["X"].tolist(), sample["Y"].tolist(), strict=True))
    assert len(places) == sample["X"].size
