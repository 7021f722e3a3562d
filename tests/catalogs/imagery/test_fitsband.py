"""Opening FITS bands: what is read, and what is refused with which words."""

import bz2
import gzip
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from catalogs.imagery.fitsband import open_band, parse_band_argument
from catalogs.imagery.fitswcs import quiet_astropy, wcs_from_cards
from galaxycat.errors import BadInput
from tests.catalogs.imagery.conftest import SIP_CARDS, TAN_CARDS, write_fits

DATA = np.arange(200 * 300, dtype=np.float32).reshape(200, 300)


@pytest.mark.parametrize("kind", [">f4", ">f8", ">i2", ">i4", "u2"])
def test_values_are_those_of_the_file(tmp_path, kind):
    data = (DATA % 30000).astype(kind)
    with open_band(write_fits(tmp_path / "a.fits", data)) as band:
        assert band.shape == (200, 300)
        rows = band.read_rows(50, 120)
        assert rows.dtype == np.dtype("float32")
        assert rows.dtype.isnative
        np.testing.assert_array_equal(rows, data[50:120].astype(np.float32))


def test_scaled_integers_with_blank_are_floats_with_nan(tmp_path):
    hdu = fits.PrimaryHDU(np.array([[1, 2], [-99, 4]], dtype=np.int16))
    hdu.header.update({"BLANK": -99, "BSCALE": 0.5, "BZERO": 10.0})
    hdu.writeto(tmp_path / "a.fits")
    with open_band(tmp_path / "a.fits") as band:
        # astropy scales the stored integers: 0.5 * value + 10.
        stored = fits.getdata(tmp_path / "a.fits").astype(np.float32)
        np.testing.assert_array_equal(band.read_rows(0, 2), stored)
        assert np.isnan(stored[1, 0])


@pytest.mark.parametrize("suffix", [".fits.gz", ".fits.bz2", ".fits.fz"])
def test_compressed_files(tmp_path, suffix):
    plain, path = write_fits(tmp_path / "a.fits", DATA), tmp_path / f"a{suffix}"
    if suffix == ".fits.fz":
        hdus = [fits.PrimaryHDU(), fits.CompImageHDU(DATA, compression_type="GZIP_2", quantize_level=0)]
        fits.HDUList(hdus).writeto(path)
    else:
        path.write_bytes((gzip if suffix.endswith("gz") else bz2).compress(plain.read_bytes()))
    with open_band(path) as band:
        np.testing.assert_array_equal(band.read_rows(0, 200), DATA)
        np.testing.assert_array_equal(band.read_window(slice(50, 90), slice(120, 300)), DATA[50:90, 120:])
        with pytest.raises(ValueError, match="columns 120:301 are outside 0:300"):
            band.read_window(slice(50, 90), slice(120, 301))


def test_extension_by_name_number_and_version(tmp_path):
    hdus = [fits.PrimaryHDU(), fits.ImageHDU(DATA, name="SCI", ver=1), fits.ImageHDU(DATA + 1, name="SCI", ver=2)]
    hdus[0].header["FILTER"] = "F555W"
    fits.HDUList(hdus).writeto(tmp_path / "a.fits")
    for ext, first in ((None, 0), ("SCI", 0), ("sci", 0), ("2", 1), ("SCI,2", 1)):
        with open_band(tmp_path / "a.fits", ext) as band:
            assert band.read_rows(0, 1)[0, 0] == first
            assert band.calibration.filter_name == "F555W"  # from the primary header


def test_one_plane_cube_is_an_image(tmp_path):
    with open_band(write_fits(tmp_path / "a.fits", DATA[None, None])) as band:
        np.testing.assert_array_equal(band.read_rows(10, 20), DATA[10:20])


def test_a_plane_of_a_cube_is_an_image(tmp_path):
    cube = np.arange(4 * 20 * 30, dtype=np.float32).reshape(4, 20, 30)
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(cube, name="SCI"), fits.ImageHDU(cube[0], name="FLAT")]).writeto(
        tmp_path / "cube.fits"
    )
    for plane in (1, 4):
        for ext in ("SCI", "1", None):
            with open_band(tmp_path / "cube.fits", ext, "V", plane) as band:
                np.testing.assert_array_equal(band.read_rows(0, 20), cube[plane - 1])
    fits.writeto(tmp_path / "deep.fits", cube[None])
    with open_band(tmp_path / "deep.fits", None, "V", 3) as band:
        np.testing.assert_array_equal(band.read_rows(5, 20), cube[2, 5:])


@pytest.mark.parametrize(
    ("ext", "plane", "why"),
    [("SCI", None, r"name one of its 4 planes, such as FILE\[plane=1\]"), ("SCI", 5, "has no plane 5: choose one from 1 to 4"),
     ("FLAT", 2, "has no plane 2: choose one from 1 to 1")],
)  # fmt: skip
def test_a_plane_must_be_named_and_be_there(tmp_path, ext, plane, why):
    cube = np.ones((4, 20, 30), np.float32)
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(cube, name="SCI"), fits.ImageHDU(cube[0], name="FLAT")]).writeto(
        tmp_path / "cube.fits"
    )
    with pytest.raises(BadInput, match=why), open_band(tmp_path / "cube.fits", ext, "V", plane):
        pass


def test_wcs_of_a_cd_matrix_round_trips(tmp_path):
    assert_same_wcs(tmp_path, TAN_CARDS, [])


def test_wcs_with_sip_round_trips(tmp_path):
    assert_same_wcs(tmp_path, SIP_CARDS, [])


def test_sip_without_suffix_is_applied_with_a_warning(tmp_path):
    cards = SIP_CARDS | {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN"}
    assert_same_wcs(tmp_path, cards, ["-SIP suffix"])


def assert_same_wcs(tmp_path, cards, warnings):
    path = write_fits(tmp_path / "a.fits", DATA, cards)
    with open_band(path) as band, quiet_astropy():
        expected, rebuilt = WCS(fits.getheader(path)), wcs_from_cards(band.wcs_cards)
        x_px, y_px = np.meshgrid([0, 150, 299], [0, 100, 199])
        separation = expected.pixel_to_world(x_px, y_px).separation(rebuilt.pixel_to_world(x_px, y_px))
        assert separation.arcsec.max() < 1e-6
        assert (rebuilt.sip is None) == ("A_ORDER" not in cards)
        assert {card[:8].strip() for card in band.wcs_cards} >= {"NAXIS1", "NAXIS2", "CTYPE1", "CRVAL1"}
        said = [line for line in band.warnings if "PHOTFLAM" not in line]
        assert len(said) == len(warnings)
        assert all(word in line for word, line in zip(warnings, said, strict=True))


def test_no_wcs_is_a_warning(tmp_path):
    with open_band(write_fits(tmp_path / "a.fits", DATA)) as band:
        assert band.wcs is None
        assert band.wcs_cards == []
        assert any("pixels only" in line for line in band.warnings)


def test_sha256_is_of_the_file(tmp_path):
    (path := tmp_path / "a.fits").write_bytes(write_fits(tmp_path / "b.fits", np.ones((2, 2), "f4")).read_bytes())
    with open_band(path) as one, open_band(tmp_path / "b.fits") as other:
        assert one.sha256 == other.sha256
        assert len(one.sha256) == 64


def _damaged(name):
    def write(folder: Path) -> Path:
        path = folder / "bad.fits"
        good = write_fits(folder / "good.fits", DATA).read_bytes()
        table = fits.BinTableHDU.from_columns([fits.Column("a", "D", array=np.arange(3.0))])
        contents = {
            "cut in the data": good[: len(good) // 2],
            "cut in the header": good[:1000],
            "cut after the header": good[:2880],
            "empty": b"",
            "text": b"x,y\n1,2\n" * 1000,
            "cut gzip": gzip.compress(good)[:3000],
            "text in BITPIX": good.replace(b"BITPIX  =                  -32", b"BITPIX  =                'abc'"),
        }
        if name in contents:
            path.write_bytes(contents[name])
        elif name == "directory":
            path.mkdir()
        elif name == "table only":
            fits.HDUList([fits.PrimaryHDU(), table]).writeto(path)
        elif name != "missing":
            arrays = {"cube": np.ones((3, 4, 5)), "all NaN": np.full((4, 5), np.nan), "all zero": np.zeros((4, 5))}
            write_fits(path, arrays.get(name, DATA), {"PHOTFLAM": "bright"} if name == "text in PHOTFLAM" else None)
        return path

    return write


BAD_FILES = {
    "missing": "no such file",
    "directory": "is a directory",
    "empty": "empty",
    "text": "not a readable FITS",
    "text in BITPIX": "not a readable FITS",
    "cut in the header": "not a readable FITS",
    "cut after the header": "cut short",
    "cut in the data": "cut short",
    "cut gzip": "damaged or cut short",
    "table only": "holds no image",
    "cube": "3 x 4 x 5 pixels, not a plane: name one of its 3 planes",
    "all NaN": "all NaN",
    "all zero": "nothing but zeros",
    "text in PHOTFLAM": "PHOTFLAM is 'bright' where a number belongs",
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_files_are_refused_in_one_line(tmp_path, name):
    path = _damaged(name)(tmp_path)
    with pytest.raises(BadInput) as refused, open_band(path):
        pass
    assert str(path) in str(refused.value)
    assert BAD_FILES[name] in str(refused.value)


def test_wrong_extension_names_the_right_ones(tmp_path):
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(DATA, name="SCI")]).writeto(tmp_path / "a.fits")
    for ext in ("WHT", "7", "0"):
        with pytest.raises(BadInput, match="1:SCI"), open_band(tmp_path / "a.fits", ext):
            pass


@pytest.mark.parametrize("ext", ["²", "SCI,²", "SCI,two", "SCI,1,2", "9" * 50, "-1"])
def test_an_extension_that_is_not_there_is_never_another_one(tmp_path, ext):
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(DATA, name="SCI")]).writeto(tmp_path / "a.fits")
    with (
        pytest.raises(BadInput, match="no such extension: choose one of 0:PRIMARY, 1:SCI"),
        open_band(tmp_path / "a.fits", ext),
    ):
        pass


def test_an_extension_whose_name_has_a_comma_or_a_space_is_found(tmp_path):
    names = ["A,B", "MY IMAGE"]
    hdus = [fits.ImageHDU(DATA + n, name=name) for n, name in enumerate(names)]
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(tmp_path / "a.fits")
    for first, ext in enumerate([*names, "A,B , 1"]):
        with open_band(tmp_path / "a.fits", ext) as band:
            assert band.read_rows(0, 1)[0, 0] == first % 2


@pytest.mark.parametrize("key", ["BUNIT", "FILTER", "INSTRUME"])
def test_text_without_quotes_is_refused_with_its_card(tmp_path, key):
    path = write_fits(tmp_path / "a.fits", DATA, {key: "ELECTRONS/S"})
    path.write_bytes(path.read_bytes().replace(b"'ELECTRONS/S'", b" ELECTRONS/S "))
    with pytest.raises(BadInput, match=rf"a\.fits: header card {key} cannot be read .*in quotes"), open_band(path):
        pass


def test_a_filter_that_a_person_names_overrules_both_wheels(tmp_path):
    path = write_fits(tmp_path / "a.fits", DATA, {"FILTER": "F444W", "PUPIL": "F405N"})
    with open_band(path, told={"FILTER": "F200W"}) as band:
        assert (band.calibration.filter_name, band.calibration.pivot_wavelength_nm) == ("F200W", 1990.0)


def test_a_damaged_compressed_tile_is_one_line(tmp_path):
    path = tmp_path / "a.fits.fz"
    noise = np.random.default_rng(0).normal(5, 1, (120, 120)).astype(np.float32)
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(noise, compression_type="RICE_1")]).writeto(path)
    content = path.read_bytes()
    path.write_bytes(content[:-8000] + b"\xff" * 3000 + content[-5000:])
    with pytest.raises(BadInput, match="its pixels cannot be read"), open_band(path) as band:
        band.read_rows(0, 120)


def test_a_file_of_very_many_extensions_is_refused_before_all_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr("catalogs.imagery.fitsband.MOST_EXTENSIONS", 20)
    for n_more, is_read in ((19, True), (20, False), (400, False)):
        path = tmp_path / f"{n_more}.fits"
        fits.HDUList([fits.PrimaryHDU(DATA), *(fits.ImageHDU() for _ in range(n_more))]).writeto(path)
        if is_read:
            with open_band(path) as band:
                assert band.shape == DATA.shape
            continue
        with (
            pytest.raises(BadInput, match=rf"{n_more}\.fits: has more than 20 extensions: copy the one"),
            open_band(path),
        ):
            pass


def test_tiles_too_large_to_be_read_by_parts_are_refused_with_the_mend(tmp_path, monkeypatch):
    monkeypatch.setattr("catalogs.imagery.fitsband.LARGEST_TILE_PX", 5 * 300)
    for name, tile in (("rows", (1, 300)), ("some", (5, 300)), ("whole", (200, 300))):
        fits.CompImageHDU(DATA, tile_shape=tile).writeto(tmp_path / f"{name}.fits.fz")
    for name in ("rows", "some"):
        with open_band(tmp_path / f"{name}.fits.fz") as band:
            assert band.read_rows(0, 2).shape == (2, 300)
    with pytest.raises(BadInput, match=r"tiles of 200 x 300 pixels.*funpack"), open_band(tmp_path / "whole.fits.fz"):
        pass


@pytest.mark.parametrize(("name", "why"), [("a" * 300 + ".fits", "cannot be opened"), ("a\udcff.fits", "not UTF-8")])
def test_a_name_that_the_disk_or_the_database_does_not_take_is_refused(tmp_path, name, why):
    if len(name) < 256:
        write_fits(tmp_path / name, DATA)
    with pytest.raises(BadInput, match=why), open_band(parse_band_argument(f"V={tmp_path / name}").path):
        pass


def test_a_file_that_may_not_be_read_is_refused(tmp_path, monkeypatch):
    path = write_fits(tmp_path / "a.fits", DATA)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(BadInput, match=r"a\.fits: cannot be opened \(Permission denied\)"), open_band(path):
        pass


@pytest.mark.realdata
def test_the_horseshoe_is_in_hdu_1_and_uncalibrated(sample_data):
    path = next((sample_data / "horseshoe").glob("*f606w*"))
    with open_band(path, name="F606W") as band:
        assert band.shape == (500, 500)
        np.testing.assert_array_equal(band.read_rows(0, 500), fits.getdata(path, 1).astype(np.float32))
        assert band.calibration.photflam is None
        assert band.calibration.zero_point_mag is None
        assert band.calibration.pivot_wavelength_nm == 588.9
        assert band.calibration.origins["pivot_wavelength_nm"] == "default"
        assert any("PHOTFLAM is 0.0" in line for line in band.warnings)
