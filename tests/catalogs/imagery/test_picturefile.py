"""TIFF, PNG and JPEG as bands: their pixels the right way up, transparency as no data, and every refusal with its mend."""

import warnings

import numpy as np
import pytest
import rasterio
import tifffile
from PIL import Image
from rasterio.errors import NotGeoreferencedWarning

from catalogs.imagery.fitsband import open_band
from galaxycat.errors import BadInput

RNG = np.random.default_rng(2)
HEIGHT, WIDTH = 300, 200


def write_picture(path, channels, driver, dtype="uint8", **more):
    """`channels` are (n, h, w), the first row the top one."""
    profile = {
        "driver": driver,
        "height": channels.shape[1],
        "width": channels.shape[2],
        "count": len(channels),
        "dtype": dtype,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "w", **profile, **more) as dataset:
            dataset.write(channels.astype(np.complex64 if "complex" in dtype else dtype))
    return path


@pytest.fixture
def rgb():
    return RNG.integers(1, 255, (3, HEIGHT, WIDTH))


@pytest.mark.parametrize(("suffix", "driver"), [("png", "PNG"), ("tif", "GTiff"), ("TIFF", "GTiff")])
def test_each_channel_is_a_band_the_right_way_up(tmp_path, rgb, suffix, driver):
    path = write_picture(tmp_path / f"picture.{suffix}", rgb, driver)
    for channel in (1, 2, 3):
        with open_band(path, str(channel), "R") as band:
            assert (band.shape, band.wcs, band.name) == ((HEIGHT, WIDTH), None, "R")
            rows = np.concatenate([band.read_rows(0, 256), band.read_rows(256, HEIGHT)])
            np.testing.assert_array_equal(rows, rgb[channel - 1, ::-1].astype(np.float32))
            np.testing.assert_array_equal(band.read_window(slice(20, 90), slice(7, 60)), rows[20:90, 7:60])
            assert "pixels only" in band.warnings[0]


def test_a_jpeg_is_read(tmp_path):
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    smooth = (100 + 50 * np.sin(x / 30) + y / 4)[None]
    with open_band(write_picture(tmp_path / "picture.jpg", smooth, "JPEG", QUALITY=95)) as band:
        assert band.name == "picture"
        np.testing.assert_allclose(band.read_rows(0, HEIGHT), np.floor(smooth[0, ::-1]), atol=6)


@pytest.mark.parametrize("orientation", [1, 3, 4, 6, 8])
def test_a_picture_that_is_stored_turned_is_refused_with_the_mend(tmp_path, rgb, orientation):
    tifffile.imwrite(tmp_path / "turned.tif", rgb[0].astype(np.uint8), extratags=[(274, "H", 1, orientation, True)])
    photo = Image.fromarray(rgb[0].astype(np.uint8))
    exif = photo.getexif()
    exif[274] = orientation
    photo.save(tmp_path / "turned.jpg", exif=exif)
    for path in (tmp_path / "turned.tif", tmp_path / "turned.jpg"):
        if orientation == 1:
            with open_band(path) as band:
                assert band.shape == (HEIGHT, WIDTH)
            continue
        with (
            pytest.raises(BadInput, match=rf"turned.* or mirrored \(orientation {orientation}\): save it upright"),
            open_band(path),
        ):
            pass


def test_of_several_pages_none_is_taken_unasked(tmp_path, rgb):
    tifffile.imwrite(tmp_path / "stack.tif", rgb.astype(np.uint16), photometric="minisblack")
    with (
        pytest.raises(BadInput, match=r"stack\.tif: has 3 pages: save the one that is meant"),
        open_band(tmp_path / "stack.tif"),
    ):
        pass


def test_complex_numbers_are_refused(tmp_path, rgb):
    path = write_picture(tmp_path / "phases.tif", rgb[:1], "GTiff", "complex_int16")
    with pytest.raises(BadInput, match="its pixels are complex_int16: save it with real numbers"), open_band(path):
        pass


def test_a_tiff_of_floats_is_lossless(tmp_path):
    values = RNG.normal(size=(1, HEIGHT, WIDTH)).astype(np.float32)
    with open_band(write_picture(tmp_path / "floats.tif", values, "GTiff", "float32"), name="V") as band:
        np.testing.assert_array_equal(band.read_rows(0, HEIGHT), values[0, ::-1])


def test_transparent_pixels_are_no_data(tmp_path, rgb):
    alpha = np.full((1, HEIGHT, WIDTH), 255)
    alpha[0, :40] = 0
    path = write_picture(tmp_path / "seen.png", np.concatenate([rgb, alpha]), "PNG")
    with open_band(path, "2") as band:
        rows = band.read_rows(0, HEIGHT)
    assert np.isnan(rows[-40:]).all()
    assert np.isfinite(rows[:-40]).all()


def test_a_nodata_value_is_no_data_where_another_channel_has_some(tmp_path):
    values = RNG.normal(size=(2, HEIGHT, WIDTH)).astype(np.float32)
    values[0, :40] = -9999
    path = write_picture(tmp_path / "two.tif", values, "GTiff", "float32", nodata=-9999)
    with open_band(path, "1") as band:
        rows = band.read_rows(0, HEIGHT)
    assert np.isnan(rows[-40:]).all()
    np.testing.assert_array_equal(rows[:-40], values[0, :39:-1])


def test_a_palette_is_refused(tmp_path):
    path = tmp_path / "palette.png"
    with rasterio.open(path, "w", driver="PNG", height=HEIGHT, width=WIDTH, count=1, dtype="uint8") as dataset:
        dataset.write_colormap(1, {code: (255 - code, code, 0, 255) for code in range(256)})
        dataset.write(RNG.integers(1, 255, (1, HEIGHT, WIDTH)).astype("uint8"))
    with pytest.raises(BadInput, match=r"palette\.png: its pixels are numbers of colours"), open_band(path):
        pass


def test_a_picture_has_no_planes(tmp_path):
    path = write_picture(tmp_path / "grey.png", np.full((1, 20, 20), 7), "PNG")
    with (
        pytest.raises(BadInput, match=r"a picture has no planes: name a channel, such as grey\.png\[1\]"),
        open_band(path, plane=2),
    ):
        pass


@pytest.mark.parametrize("ext", [None, "4", "0", "SCI"])
def test_a_channel_must_be_named_and_be_there(tmp_path, rgb, ext):
    path = write_picture(tmp_path / "picture.png", rgb, "PNG")
    with (
        pytest.raises(BadInput, match=r"picture\.png: has 3 channels: name one .*picture\.png\[1\], picture\.png\[2\]"),
        open_band(path, ext),
    ):
        pass


def test_what_is_no_picture_is_refused(tmp_path):
    path = tmp_path / "broken.png"
    path.write_bytes(b"<VRTDataset rasterXSize='1' rasterYSize='1'></VRTDataset>")
    with pytest.raises(BadInput, match=r"broken\.png: is not a readable picture"), open_band(path):
        pass


def test_a_picture_cut_short_is_refused(tmp_path, rgb):
    path = write_picture(tmp_path / "short.png", rgb, "PNG")
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(BadInput, match=r"short\.png"), open_band(path, "1") as band:
        band.read_rows(0, HEIGHT)


def test_a_black_picture_is_refused(tmp_path):
    path = write_picture(tmp_path / "black.png", np.zeros((1, 20, 20)), "PNG")
    with pytest.raises(BadInput, match="nothing but zeros"), open_band(path):
        pass
