"""Traps seen in real files, brought through the whole ingest: what is in the database is what astropy and the pixels say."""

import bz2
import gzip

import numpy as np
import pytest
import rasterio
from astropy.io import fits
from astropy.wcs import WCS

from catalogs.imagery.fitswcs import quiet_astropy, wcs_from_cards
from catalogs.models import Band, Galaxy, Mosaic
from catalogs.sky import pixels_of, sky_of
from tests.commands import run_json
from tests.skyfield import grid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("images")]
SIZE_PX = 120
PIXELS = np.random.default_rng(0).normal(5, 1, (SIZE_PX, SIZE_PX)).astype(np.float32)
CENTRE = {"CRVAL1": 24.1, "CRVAL2": 15.8, "CRPIX1": 60.5, "CRPIX2": 41.25, "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN"}
CD = {"CD1_1": -1.2e-5, "CD1_2": 4e-6, "CD2_1": 5e-6, "CD2_2": 1.3e-5}
SIP = {"A_ORDER": 2, "B_ORDER": 2, "A_2_0": 3e-4, "A_1_1": -1e-4, "B_0_2": 2e-4, "B_2_0": -2e-4}
NAMED_SIP = {"CTYPE1": "RA---TAN-SIP", "CTYPE2": "DEC--TAN-SIP"}
PROJECTIONS = {
    "CD": CENTRE | CD,
    "PC and CDELT": CENTRE | {
        "CDELT1": -1.4e-5, "CDELT2": 1.3e-5, "PC1_1": 0.9, "PC1_2": -0.4, "PC2_1": 0.42, "PC2_2": 0.91,
    },
    "CDELT and CROTA2": CENTRE | {"CDELT1": -1.4e-5, "CDELT2": 1.4e-5, "CROTA2": 33.0},
    "CDELT alone": CENTRE | {"CDELT1": -1.4e-5, "CDELT2": 1.4e-5},
    "SIP": CENTRE | CD | SIP | NAMED_SIP,
    "SIP without -SIP": CENTRE | CD | SIP,
    "FK5 of 1975": CENTRE | CD | {"RADESYS": "FK5", "EQUINOX": 1975.0},
    "galactic": CENTRE | CD | {"CTYPE1": "GLON-TAN", "CTYPE2": "GLAT-TAN"},
    "declination first": CENTRE | CD | {"CTYPE1": "DEC--TAN", "CTYPE2": "RA---TAN", "CRVAL1": 15.8, "CRVAL2": 24.1},
}  # fmt: skip


def save(path, pixels=PIXELS, **cards):
    fits.writeto(path, pixels, fits.Header(list(({"BUNIT": "ELECTRONS/S"} | cards).items())))
    return path


def ingest(**files):
    return run_json("ingest", "ngc-1", *(part for name, file in files.items() for part in ("--band", f"{name}={file}")))


def cog_values(result, position=1):
    with rasterio.open(result["cog"]) as cog:
        return cog.read(position)[::-1]


@pytest.mark.parametrize("projection", PROJECTIONS)
def test_the_sky_of_a_band_is_astropy_s_to_a_hundredth_of_a_pixel(tmp_path, projection):
    cards = PROJECTIONS[projection]
    ingest(V=save(tmp_path / "v.fits", **cards))
    kept = wcs_from_cards(Band.objects.get().wcs_cards)
    with quiet_astropy():
        # A polynomial in the header is meant to be applied, whatever CTYPE says.
        expected = WCS(fits.Header(list((cards | (NAMED_SIP if "A_ORDER" in cards else {})).items())))
        places = np.random.default_rng(0).uniform(0, SIZE_PX - 1, (2, 100))
        there = kept.world_to_pixel(expected.pixel_to_world(*places).icrs)
    assert np.hypot(there[0] - places[0], there[1] - places[1]).max() < 0.01


TURNED = {"CD1_2": 1.2e-5, "CD2_1": 1.3e-5}
UNITY = {"PC1_1": 1.0, "PC2_2": 1.0}


@pytest.mark.parametrize("matrix", [CD, TURNED], ids=["CD", "turned by 90 deg"])
@pytest.mark.parametrize("left_over", [UNITY | {"CDELT1": 1.0, "CDELT2": 1.0}, UNITY, {"PC3_3": 1.0}])
def test_of_two_matrices_cd_is_the_sky(tmp_path, matrix, left_over):
    # As a program leaves it that writes PC beside CD, which wcslib would take.
    both = CENTRE | matrix | left_over
    result = ingest(V=save(tmp_path / "v.fits", **both))
    assert any("both CD and PC" in warning for warning in result["warnings"])
    kept = wcs_from_cards(Band.objects.get().wcs_cards)
    places = np.random.default_rng(0).uniform(0, SIZE_PX - 1, (2, 100))
    there = kept.world_to_pixel(WCS(fits.Header(list((CENTRE | matrix).items()))).pixel_to_world(*places))
    assert np.hypot(there[0] - places[0], there[1] - places[1]).max() < 0.01


@pytest.mark.parametrize("projection", PROJECTIONS)
def test_a_catalogues_icrs_position_comes_to_its_pixel_in_every_frame(tmp_path, projection):
    ingest(V=save(tmp_path / "v.fits", **PROJECTIONS[projection]))
    galaxy = Galaxy.objects.get()
    x_px, y_px = np.random.default_rng(0).uniform(0, SIZE_PX - 1, (2, 100))
    there = pixels_of(galaxy, *map(np.array, sky_of(galaxy, x_px, y_px)))
    assert np.hypot(there[0] - x_px, there[1] - y_px).max() < 0.01


@pytest.mark.parametrize(
    "cards", [{"RADESYS": "GAPPT"}, {"RADESYS": "nonsense"}, {"CTYPE1": "HPLN-TAN", "CTYPE2": "HPLT-TAN"}]
)
def test_a_frame_that_has_no_way_to_icrs_leaves_pixels_with_a_warning(tmp_path, cards):
    result = ingest(V=save(tmp_path / "v.fits", **CENTRE | CD | cards))
    assert result["pixel_scale_arcsec"] is None
    assert any("no usable celestial WCS" in line for line in result["warnings"])


def test_bands_of_the_whole_sky_are_on_one_grid_though_their_corners_are_nowhere(tmp_path):
    sky = CENTRE | {"CTYPE1": "GLON-AIT", "CTYPE2": "GLAT-AIT", "CRVAL1": 0, "CRVAL2": 0, "CDELT1": -3.0, "CDELT2": 3.0}
    files = {name: save(tmp_path / f"{name}.fits", PIXELS + n, **sky) for n, name in enumerate("VI")}
    result = ingest(**files)
    for position, file in enumerate(files.values(), start=1):
        np.testing.assert_array_equal(cog_values(result, position), fits.getdata(file))


def test_each_of_several_bands_keeps_its_own_sky(tmp_path):
    shapes = {"V": grid(SIZE_PX, 0.05), "I": grid(SIZE_PX, 0.05), "J": grid(70, 0.128, 25, 1)}
    files = {}
    for seed, (name, wcs) in enumerate(shapes.items()):
        pixels = np.random.default_rng(seed).normal(5, 1, wcs.array_shape).astype(np.float32)
        files[name] = save(tmp_path / f"{name}.fits", pixels, **wcs.to_header(relax=True))
    ingest(**files)
    for band in Band.objects.all():
        places = np.random.default_rng(1).uniform(0, 60, (2, 100))
        there = wcs_from_cards(band.wcs_cards).world_to_pixel(shapes[band.name].pixel_to_world(*places))
        assert np.hypot(there[0] - places[0], there[1] - places[1]).max() < 0.01, band.name


@pytest.mark.parametrize("suffix", ["gz", "bz2"])
def test_a_compressed_file_gives_the_same_pixels(tmp_path, suffix):
    plain = save(tmp_path / "v.fits", **PROJECTIONS["CD"])
    packed = tmp_path / f"v.fits.{suffix}"
    packed.write_bytes({"gz": gzip, "bz2": bz2}[suffix].compress(plain.read_bytes()))
    np.testing.assert_array_equal(cog_values(ingest(V=packed)), PIXELS)


def test_a_tile_compressed_file_gives_the_pixels_that_it_holds(tmp_path):
    path = tmp_path / "v.fits.fz"
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(PIXELS, compression_type="GZIP_2", quantize_level=0)]).writeto(
        path
    )
    np.testing.assert_array_equal(cog_values(ingest(V=path)), PIXELS)


def jwst(path):
    """As NIRCam's i2d: an empty primary HDU with the filter, then SCI among others of the same size."""
    primary = fits.PrimaryHDU()
    primary.header.update({"INSTRUME": "NIRCAM", "FILTER": "F200W"})
    science = fits.ImageHDU(PIXELS, name="SCI")
    science.header.update(PROJECTIONS["CD"] | {"BUNIT": "MJy/sr", "PIXAR_SR": 5.4e-14})
    others = [fits.ImageHDU(np.full_like(PIXELS, 9), name=name) for name in ("ERR", "CON", "WHT")]
    fits.HDUList([primary, science, *others]).writeto(path)
    return path


@pytest.mark.parametrize("ext", ["", "[SCI]", "[SCI,1]", "[1]"])
def test_a_jwst_file_is_its_science_image_in_surface_brightness(tmp_path, ext):
    result = ingest(F200W=f"{jwst(tmp_path / 'i2d.fits')}{ext}")
    np.testing.assert_array_equal(cog_values(result), PIXELS)
    (band,) = result["bands"]
    assert (band["unit"], band["wavelength_nm"]) == ("MJy/sr", 1990.0)
    assert band["zero_point_mag"] == pytest.approx(-6.10 - 2.5 * np.log10(5.4e-14))


def test_an_image_in_the_last_extension_is_found(tmp_path):
    table = fits.BinTableHDU.from_columns([fits.Column("a", "E", array=[1.0])])
    path = tmp_path / "v.fits"
    fits.HDUList([fits.PrimaryHDU(), table, fits.ImageHDU(PIXELS)]).writeto(path)
    np.testing.assert_array_equal(cog_values(ingest(V=path)), PIXELS)


def test_one_filter_in_every_header_does_not_make_one_colour(tmp_path):
    files = {
        name: save(tmp_path / f"{name}.fits", PIXELS + seed, FILTER="F555W", PHOTFLAM=1e-19, **PROJECTIONS["CD"])
        for seed, name in enumerate(("B", "V", "F814W"))
    }
    result = ingest(**files)
    assert [band["wavelength_nm"] for band in result["bands"]] == [436.9, 530.8, 803.9]
    assert sum("FILTER is F555W in 3 of the bands' headers" in line for line in result["warnings"]) == 2
    zero_points = [band["zero_point_mag"] for band in result["bands"]]
    expected = -2.5 * np.log10(1e-19) - 5 * np.log10([4369.0, 5308.0, 8039.0]) - 2.408
    np.testing.assert_allclose(zero_points, expected, rtol=0, atol=1e-6)
    assert [band.filter_name for band in Band.objects.order_by("position")] == ["", "F555W", ""]
    # Red is the longest wavelength, blue the shortest.
    recipe = Mosaic.objects.get().renditions.first().recipe
    assert [recipe[colour][0][0] for colour in ("red", "green", "blue")] == ["F814W", "V", "B"]


def test_two_exposures_in_one_filter_keep_it(tmp_path):
    files = {
        name: save(tmp_path / f"{name}.fits", PIXELS + seed, FILTER="F606W") for seed, name in enumerate(("old", "new"))
    }
    result = ingest(**files)
    assert [band["wavelength_nm"] for band in result["bands"]] == [588.9, 588.9]
    assert not any("FILTER" in line for line in result["warnings"])


def test_a_header_that_says_nothing_gives_no_magnitudes_and_a_warning(tmp_path):
    path = tmp_path / "v.fits"
    fits.writeto(path, PIXELS)
    result = ingest(V=path)
    assert (result["bands"][0]["unit"], result["bands"][0]["zero_point_mag"]) == (None, None)
    assert any("no usable PHOTFLAM" in line for line in result["warnings"])


@pytest.mark.parametrize(("blank", "valid"), [(np.nan, 0.7), (0.0, 1.0)])
def test_a_blank_border_does_not_change_the_sky(tmp_path, blank, valid):
    pixels = PIXELS.copy()
    pixels[:36] = blank
    ingest(V=save(tmp_path / "v.fits", pixels))
    band = Band.objects.get()
    assert band.valid_fraction == pytest.approx(valid)
    assert (band.background, band.noise) == (pytest.approx(5, abs=0.05), pytest.approx(1, abs=0.05))


@pytest.mark.parametrize("kind", [">f4", "<f4", ">f8", ">i2", ">i4", "u2"])
def test_every_kind_of_number_comes_out_as_it_is(tmp_path, kind):
    pixels = np.round(100 * PIXELS).astype(kind)
    np.testing.assert_array_equal(cog_values(ingest(V=save(tmp_path / "v.fits", pixels))), pixels.astype(np.float32))


def test_scaled_integers_and_their_blank(tmp_path):
    path = save(tmp_path / "v.fits", np.round(100 * PIXELS).astype(">i2"))
    with fits.open(path, mode="update", do_not_scale_image_data=True) as hdus:
        hdus[0].data[3, 4] = -32768
        hdus[0].header.update({"BSCALE": 0.01, "BZERO": 7.0, "BLANK": -32768})
    values = cog_values(ingest(V=path))
    assert np.isnan(values[3, 4])
    known = np.isfinite(values)
    assert known.sum() == SIZE_PX**2 - 1
    np.testing.assert_allclose(values[known], np.round(100 * PIXELS)[known] * 0.01 + 7, rtol=1e-6)
