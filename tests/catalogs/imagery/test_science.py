"""The science COG: lossless, valid, deterministic, right way up."""

import json

import numpy as np
import pytest
import rasterio
from astropy.io import fits
from rio_cogeo.cogeo import cog_validate

from catalogs.imagery.fitsband import open_band
from catalogs.imagery.science import SCIENCE_OPTIONS, copy_to_cog, overview_factors, write_science_cog
from galaxycat.errors import BadInput
from tests.catalogs.imagery.conftest import ArrayBand, quiet
from tests.fulldisk import files_of_at_most

pytestmark = pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
RNG = np.random.default_rng(7)
NOISE = RNG.normal(size=(700, 530)).astype(np.float32)


def read(path):
    """(bands, h, w) of a COG, bottom row first."""
    with rasterio.open(path) as dataset:
        return dataset.read()[:, ::-1]


def test_values_are_lossless_and_infinities_are_nan(tmp_path):
    data = NOISE.copy()
    data[3, 5], data[4, 6], data[5, 7] = np.nan, np.inf, -np.inf
    write_science_cog([ArrayBand("V", data), ArrayBand("I", data + 1)], tmp_path / "a.tif", quiet)
    expected = np.where(np.isfinite(data), data, np.nan)
    np.testing.assert_array_equal(read(tmp_path / "a.tif"), [expected, expected + 1])


def test_a_file_whose_last_bytes_found_no_room_is_no_file(tmp_path):
    write_science_cog([ArrayBand("V", NOISE)], tmp_path / "a.tif", quiet)
    size = (tmp_path / "a.tif").stat().st_size
    for missing in (100, 2000):  # what GDAL still holds when it closes the file
        with files_of_at_most(size - missing), pytest.raises(OSError, match="No space left"):
            copy_to_cog(tmp_path / "a.tif", tmp_path / "copy.tif", SCIENCE_OPTIONS)


def test_of_a_large_image_another_process_builds_the_overviews_to_the_same_bytes(tmp_path, monkeypatch):
    bands = [ArrayBand("V", NOISE), ArrayBand("I", NOISE + 1)]
    write_science_cog(bands, tmp_path / "here.tif", quiet)
    monkeypatch.setattr("catalogs.imagery.science.LONG_PX", 2 * NOISE.size)
    said = []
    write_science_cog(bands, tmp_path / "there.tif", lambda fraction, stage: said.append(stage))
    assert (tmp_path / "there.tif").read_bytes() == (tmp_path / "here.tif").read_bytes()
    assert "building overviews" in said


def test_layout(tmp_path):
    write_science_cog([ArrayBand("V", NOISE), ArrayBand("I", NOISE)], tmp_path / "a.tif", quiet)
    assert cog_validate(str(tmp_path / "a.tif"), strict=True) == (True, [], [])
    with rasterio.open(tmp_path / "a.tif") as dataset:
        assert dataset.profile["compress"] == "zstd"
        assert dataset.profile["interleave"] == "band"
        assert dataset.block_shapes == [(256, 256)] * 2
        assert np.isnan(dataset.nodata)
        assert dataset.crs is None
        assert dataset.overviews(1) == [2, 4]
        assert dataset.descriptions == ("V", "I")
        assert dataset.tags(ns="IMAGE_STRUCTURE")["PREDICTOR"] == "3"


def test_nan_does_not_spread_through_overviews(tmp_path):
    data = np.ones((512, 512), np.float32)
    data[::2, ::2] = np.nan  # one in each quad
    write_science_cog([ArrayBand("V", data)], tmp_path / "a.tif", quiet)
    with rasterio.open(tmp_path / "a.tif", OVERVIEW_LEVEL=0) as overview:
        assert (overview.read(1) == 1).all()


def test_same_input_gives_the_same_bytes(tmp_path):
    for name in ("a.tif", "b.tif"):
        write_science_cog([ArrayBand("V", NOISE, ["NAXIS   = 2"])], tmp_path / name, quiet)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tif", "b.tif"]


def test_wcs_cards_are_one_tag_of_the_first_band_that_has_them(tmp_path):
    cards = ["NAXIS   =                    2", "CTYPE1  = 'RA---TAN'"]
    write_science_cog([ArrayBand("V", NOISE), ArrayBand("I", NOISE, cards)], tmp_path / "a.tif", quiet)
    with rasterio.open(tmp_path / "a.tif") as dataset:
        assert json.loads(dataset.tags()["GALAXYCAT_WCS"]) == cards


def test_different_shapes_are_refused_by_name(tmp_path):
    with pytest.raises(BadInput, match=r"I\.fits is 530 x 699 px but V\.fits is 530 x 700 px"):
        write_science_cog([ArrayBand("V", NOISE), ArrayBand("I", NOISE[1:])], tmp_path / "a.tif", quiet)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_nothing_behind(tmp_path):
    class Broken(ArrayBand):
        def read_rows(self, start, stop):
            raise BadInput("V.fits: damaged")

    with pytest.raises(BadInput, match="damaged"):
        write_science_cog([Broken("V", NOISE)], tmp_path / "a.tif", quiet)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("size", "factors"), [((256, 256), []), ((257, 10), [2]), ((900, 596), [2, 4])])
def test_one_overview_for_each_zoom(size, factors):
    assert overview_factors(*size) == factors


@pytest.mark.realdata
def test_real_bands_are_lossless_pixel_by_pixel(sample_data, tmp_path):
    paths = sorted((sample_data / "m51").glob("*.fits")) + sorted((sample_data / "galactic_center").glob("*.fits"))
    assert len(paths) == 6
    for path in paths:
        with open_band(path) as band:
            write_science_cog([band], tmp_path / "a.tif", quiet)
        np.testing.assert_array_equal(read(tmp_path / "a.tif")[0], fits.getdata(path).astype(np.float32))
