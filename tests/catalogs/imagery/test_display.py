"""Statistics, the display pyramid, and stretches."""

import numpy as np
import pytest
import rasterio
from astropy.visualization import make_lupton_rgb
from rio_cogeo.cogeo import cog_validate

from catalogs.imagery.display import DisplayScale, decode, encode, halve, write_display_cog
from catalogs.imagery.science import write_science_cog
from catalogs.imagery.statistics import array_statistics, cog_overview, cog_statistics, display_limits
from catalogs.imagery.stretch import curve, lupton_parameters, lupton_rgb, stretch_table, value_table
from galaxycat.errors import BadInput
from tests.catalogs.imagery.conftest import ArrayBand, quiet

pytestmark = pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
RNG = np.random.default_rng(11)


def test_statistics_of_known_noise(tmp_path):
    data = RNG.normal(5.0, 2.0, (600, 500)).astype(np.float32)
    data[:60] = np.nan
    data[300, 300] = 1000
    write_science_cog([ArrayBand("V", data)], tmp_path / "a.tif", quiet)
    (statistics,) = cog_statistics(tmp_path / "a.tif")
    assert statistics.background == pytest.approx(5.0, abs=0.05)
    assert statistics.noise_sigma == pytest.approx(2.0, rel=0.03)
    assert statistics.valid_fraction == pytest.approx(0.9)
    assert statistics.maximum == 1000
    assert statistics.minimum == np.nanmin(data)
    assert statistics.minimum < statistics.black < statistics.background < statistics.white < 1000


def test_overview_is_bounded_and_top_row_first(tmp_path):
    data = np.zeros((600, 300), np.float32)
    data[300:] = 8
    write_science_cog([ArrayBand("V", data), ArrayBand("I", data + 1)], tmp_path / "a.tif", quiet)
    overview = cog_overview(tmp_path / "a.tif", largest_px=150)
    assert {name: values.shape for name, values in overview.items()} == {"V": (150, 75), "I": (150, 75)}
    assert (overview["V"][0, 0], overview["I"][-1, -1]) == (8, 1)
    assert cog_overview(tmp_path / "a.tif")["V"].shape == (600, 300)


def test_a_blank_border_of_zeros_does_not_count():
    data = RNG.normal(100.0, 2.0, (300, 300)).astype(np.float32)
    data[:30] = 0  # 10 %
    statistics = array_statistics(data)
    assert statistics.background == pytest.approx(100, abs=0.1)
    assert statistics.black > 90
    assert statistics.minimum == 0  # but it is among the values


def test_flat_data_has_usable_limits():
    statistics = array_statistics(np.full((10, 10), 3.0, np.float32))
    assert statistics.noise_sigma > 0
    black, white = display_limits(np.full((10, 10), np.nan, np.float32))
    assert black < white
    assert statistics.black < statistics.white


def test_decode_of_encode_is_within_the_documented_error():
    scale = DisplayScale(background=2.0, noise=0.5)
    sky = RNG.normal(2.0, 0.5, 50_000)
    bright = 2.0 + 0.5 * np.geomspace(1, 4e6, 50_000) * RNG.choice([-1, 1], 50_000)
    values = np.concatenate([sky, bright]).astype(np.float32)
    decoded = decode(encode(values, scale.background, scale.noise), scale)
    bound = 2.5e-4 * np.hypot(0.5, values.astype(float) - 2.0) + 2e-7 * np.abs(values)
    assert (np.abs(decoded.astype(float) - values) <= bound).all()


def test_no_data_is_code_zero_and_only_that():
    codes = encode(np.array([np.nan, np.inf, -np.inf, -1e30, 0, 1e30], np.float32), 0.0, 1.0)
    assert codes.tolist() == [0, 0, 0, 1, 32768, 65535]
    assert np.isnan(decode(codes, DisplayScale(0.0, 1.0))).tolist() == [True] * 3 + [False] * 3


def test_scale_survives_json():
    scale = DisplayScale(0.1, 0.2)
    assert DisplayScale.from_json(scale.to_json()) == scale


def test_halving_means_valid_pixels_of_odd_sizes():
    values = np.array([[1, 3, 5], [np.nan, 5, 7], [2, 4, np.nan]], np.float32)
    np.testing.assert_array_equal(halve(values), [[3, 6], [3, np.nan]])


def test_pyramid_is_a_valid_deterministic_cog(tmp_path, pyramid):
    data = RNG.normal(size=(600, 530)).astype(np.float32)
    path, scales = pyramid(V=data, I=data * 2)
    assert cog_validate(str(path), strict=True) == (True, [], [])
    with rasterio.open(path) as dataset:
        assert (dataset.profile["compress"], dataset.profile["interleave"], dataset.nodata) == ("deflate", "band", 0)
        assert dataset.tags(ns="IMAGE_STRUCTURE")["PREDICTOR"] == "2"
        assert dataset.descriptions == ("V", "I")
        assert dataset.overviews(1) == [2, 4]
        np.testing.assert_array_equal(dataset.read(1)[::-1], encode(data, 0.0, 1.0))
    write_display_cog(tmp_path / "science.tif", scales, tmp_path / "again.tif", quiet)
    assert (tmp_path / "again.tif").read_bytes() == path.read_bytes()


def test_overviews_mean_values_not_codes(pyramid):
    data = np.zeros((512, 512), np.float32)
    data[::2, ::2] = 1000  # the mean of asinh codes would come out near 7
    path, scales = pyramid(V=data)
    with rasterio.open(path, OVERVIEW_LEVEL=0) as overview:
        assert decode(overview.read(1), scales["V"]) == pytest.approx(250, rel=1e-3)


def test_overviews_do_not_drift_on_odd_sizes(pyramid):
    data = np.zeros((1025, 1025), np.float32)
    data[0, 1024] = 4000  # bottom-right pixel: column 1024 = 8 * 128
    path, scales = pyramid(V=data)
    with rasterio.open(path, OVERVIEW_LEVEL=2) as overview:
        level = decode(overview.read(1), scales["V"])
    assert level.shape == (129, 129)
    assert np.argwhere(level > 100).tolist() == [[128, 128]]


def test_a_band_without_scale_is_refused(tmp_path, pyramid):
    pyramid(V=np.ones((10, 10), np.float32))
    with pytest.raises(BadInput, match="no display scale for band V"):
        write_display_cog(tmp_path / "science.tif", {}, tmp_path / "b.tif", quiet)
    assert not (tmp_path / "b.tif").exists()


@pytest.mark.parametrize(
    ("stretch", "expected"),
    [("linear", 0.25), ("sqrt", 0.5), ("log", np.log(3.5) / np.log(11)), ("asinh", np.arcsinh(2.5) / np.arcsinh(10))],
)
def test_curves(stretch, expected):
    values = curve(np.array([-1, 0, 0.25, 1, 2]), stretch, 10.0)
    np.testing.assert_allclose(values, [0, 0, expected, 1, 1])


def test_tables_follow_the_scale():
    scale = DisplayScale(1.0, 0.5)
    codes = encode(np.array([np.nan, 1.0, 5.0, 11.0], np.float32), 1.0, 0.5)
    np.testing.assert_allclose(value_table(scale, weight=2.0)[codes], [2, 2, 10, 22], rtol=3e-4)
    assert stretch_table(scale, 1.0, 11.0, "linear", 1.0)[codes].tolist() == [0, 0, 102, 255]


def test_lupton_is_astropys():
    red, green, blue = RNG.exponential(0.2, (3, 64, 64)).astype(np.float32)
    ours = lupton_rgb(red, green, blue, stretch=0.5, q=8.0).astype(int)
    theirs = make_lupton_rgb(red, green, blue, minimum=0, stretch=0.5, Q=8.0).astype(int)
    assert np.abs(ours - theirs).max() <= 1
    assert ours.max() > 200


def test_lupton_parameters_end_at_white():
    stretch, q = lupton_parameters(30.0)
    one = np.ones((1, 1), np.float32)
    assert lupton_rgb(one, one, one, stretch, q).min() >= 254
    assert q / stretch == pytest.approx(30.0)
