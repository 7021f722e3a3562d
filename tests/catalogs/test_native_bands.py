"""Bands on other grids: shown on the reference band's, measured on their own."""

import numpy as np
import pytest
import rasterio
from astropy.io import fits
from django.core.management.base import CommandError

from catalogs.detecting import detect_sources
from catalogs.imagery.detection import DetectionParameters
from catalogs.imagery.fitswcs import wcs_from_cards
from catalogs.measuring import measure_bands
from catalogs.models import Band, Galaxy, Mosaic
from tests.catalogs.imagefolder import stored
from tests.commands import run, run_json
from tests.skyfield import grid, patch, write

pytestmark = pytest.mark.django_db
V_PX, V_ARCSEC, J_PX, J_ARCSEC = 500, 0.05, 260, 0.128
PHOTFLAM_V, PHOTFLAM_J = 1.8e-19, 1.5e-20
NOISE = 0.02


@pytest.fixture
def sky():
    return patch(grid(V_PX, V_ARCSEC), 25, fwhm_arcsec=0.25)


@pytest.fixture
def bands(tmp_path, images, sky):
    """V at 0.05 arcsec, J of the same sources at 0.128 arcsec, turned and distorted."""
    rng = np.random.default_rng(1)
    v, j = grid(V_PX, V_ARCSEC), grid(J_PX, J_ARCSEC, 20, 2)
    pixels = [sky.draw(wcs) + rng.normal(0, NOISE, wcs.array_shape).astype(np.float32) for wcs in (v, j)]
    cards = {"EXPTIME": 1000.0}
    return (
        write(tmp_path / "v.fits", pixels[0], v, PHOTFLAM=PHOTFLAM_V, PHOTPLAM=5308.0, **cards),
        write(tmp_path / "j.fits", pixels[1], j, PHOTFLAM=PHOTFLAM_J, PHOTPLAM=12486.0, **cards),
    )


@pytest.fixture
def ingested(bands):
    v, j = bands
    return run_json("ingest", "ngc-1", "--band", f"V={v}", "--band", f"J={j}", "--reference", "V")


def test_the_band_s_row_names_its_own_image_and_the_mosaic_warns(ingested, bands):
    v, j = Band.objects.order_by("position")
    assert (v.native_path, len(j.native_sha256)) == (None, 64)
    with rasterio.open(j.native_path) as native:
        np.testing.assert_array_equal(native.read(1)[::-1], fits.getdata(bands[1]))
    own = wcs_from_cards(j.wcs_cards)
    places = np.random.default_rng(0).uniform(0, J_PX, (100, 2))
    expected = grid(J_PX, J_ARCSEC, 20, 2).all_pix2world(places, 0)
    np.testing.assert_allclose(own.all_world2pix(expected, 0), places, rtol=0, atol=0.01)
    (warning,) = (line for line in ingested["warnings"] if "reprojected" in line)
    assert warning.startswith("j.fits: on a grid of its own (0.128 arcsec a pixel): reprojected onto that of V")


def test_the_reference_band_stays_lossless_and_the_other_keeps_its_totals(ingested, bands, sky):
    with rasterio.open(ingested["cog"]) as cog:
        v, j = (cog.read(index)[::-1] for index in (1, 2))
    np.testing.assert_array_equal(v, fits.getdata(bands[0]))
    assert np.isfinite(j).all()
    middle = slice(25, -25)
    noise = NOISE * V_ARCSEC / J_ARCSEC * V_PX  # of the sum, were the pixels independent; those of J are shared out
    assert j[middle, middle].sum() == pytest.approx(sky.flux.sum(), abs=6 * noise)


def test_photometry_is_of_the_band_s_own_pixels(ingested, sky):
    """A circle of 0.6 arcsec holds as much of a source in J as in V, and J's zero point is that of its own pixels."""
    mosaic = Mosaic.objects.get()
    x_px, y_px = sky.positions(wcs_from_cards(mosaic.galaxy.wcs_cards))
    parameters = DetectionParameters().with_overrides(["PHOT_APERTURES=24"])
    measured = measure_bands(
        mosaic=mosaic, x_px=x_px, y_px=y_px, parameters=parameters, progress=lambda part, stage: None
    )
    within = 1 - 0.5 ** ((2 * 0.6 / sky.fwhm_arcsec) ** 2)
    for key in ("v", "j"):
        np.testing.assert_allclose(measured.columns[f"flux_{key}"], sky.flux * within, rtol=0.01)
    expected_j = -2.5 * np.log10(PHOTFLAM_J) - 5 * np.log10(12486.0) - 2.408 - 2.5 * np.log10(sky.flux * within)
    np.testing.assert_allclose(measured.columns["mag_j"], expected_j, rtol=0, atol=0.012)
    # Independent pixels of the band's own: on reprojected ones the noise would come out at a fraction of this.
    assert measured.background_rms["J"] == pytest.approx(NOISE, rel=0.1)
    assert "circle of 12 px radius (4.69 of the band's own pixels)" in measured.descriptions["flux_j"]
    assert "circle of 12 px radius" in measured.descriptions["flux_v"]


def test_sources_off_the_band_s_own_image_have_no_value_there(tmp_path, images, sky):
    v, j = grid(V_PX, V_ARCSEC), grid(100, J_ARCSEC)
    files = [
        write(tmp_path / f"{name}.fits", sky_part + np.random.default_rng(2).normal(0, NOISE, sky_part.shape), wcs)
        for name, wcs, sky_part in (("v", v, sky.draw(v)), ("j", j, drawn_within(sky, j)))
    ]
    run("ingest", "ngc-1", "--band", f"V={files[0]}", "--band", f"J={files[1]}", "--reference", "V")
    catalog = detect_sources(galaxy=Galaxy.objects.get()).catalog
    half_px = 100 * J_ARCSEC / V_ARCSEC / 2
    apart = {s.number: max(abs(s.x_px - V_PX / 2), abs(s.y_px - V_PX / 2)) for s in catalog.sources.all()}
    with_j = {s.number for s in catalog.sources.all() if "flux_j" in s.measurements}
    assert {number for number, px in apart.items() if px < half_px - 10} <= with_j
    assert not {number for number, px in apart.items() if px > half_px} & with_j
    assert 0 < len(with_j) < len(apart)
    assert Band.objects.get(name="J").valid_fraction == pytest.approx((2 * half_px / V_PX) ** 2, rel=0.02)


def drawn_within(sky, wcs):
    """The pixels of a grid that is smaller than the patch: drawn larger, then cut."""
    wide = grid(300, J_ARCSEC)
    cut = (300 - wcs.array_shape[0]) // 2
    return sky.draw(wide)[cut:-cut, cut:-cut]


def test_the_same_content_again_and_a_failure_know_the_native_files(bands, images, monkeypatch):
    v, j = bands
    arguments = ["ingest", "ngc-1", "--band", f"V={v}", "--band", f"J={j}", "--reference", "V"]

    def broken(*args, **kwargs):
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr("catalogs.ingest._create_rows", broken)
        with pytest.raises(RuntimeError, match="power cut"):
            run(*arguments)
    assert (Galaxy.objects.count(), stored(images)) == (0, [])
    first = run_json(*arguments)
    files = stored(images)
    assert len(files) == 3
    assert run_json(*arguments) == first | {"is_new": False}
    assert stored(images) == files


def test_a_native_image_that_another_mosaic_names_is_kept(bands, images, monkeypatch):
    v, j = bands
    run("ingest", "ngc-1", "--band", f"V={v}", "--band", f"J={j}", "--reference", "V")
    files = stored(images)

    def broken(*args, **kwargs):
        raise RuntimeError("power cut")

    monkeypatch.setattr("catalogs.ingest._create_rows", broken)
    with pytest.raises(RuntimeError, match="power cut"):
        run("ingest", "ngc-2", "--band", f"V={v}", "--band", f"J={j}", "--reference", "V")
    assert stored(images) == files


def test_a_band_without_wcs_on_another_grid_is_refused(bands, tmp_path, images):
    plain = tmp_path / "plain.fits"
    fits.writeto(plain, np.random.default_rng(0).normal(size=(80, 90)).astype(np.float32))
    with pytest.raises(
        CommandError,
        match=r"plain\.fits: lies on another pixel grid than .*v\.fits, and plain\.fits has no WCS to bring it there",
    ):
        run("ingest", "ngc-1", "--band", f"V={bands[0]}", "--band", f"J={plain}", "--reference", "V")
    assert (Galaxy.objects.count(), stored(images)) == (0, [])


def test_a_band_of_another_sky_is_refused(bands, tmp_path, images):
    elsewhere = tmp_path / "elsewhere.fits"
    elsewhere.write_bytes(bands[1].read_bytes())
    fits.setval(elsewhere, "CRVAL2", value=-40.0)
    with pytest.raises(CommandError, match=r"elsewhere\.fits: does not overlap .*v\.fits on the sky"):
        run("ingest", "ngc-1", "--band", f"V={bands[0]}", "--band", f"J={elsewhere}", "--reference", "V")
    assert (Galaxy.objects.count(), stored(images)) == (0, [])


def test_a_band_whose_data_miss_the_reference_is_refused(bands, tmp_path, images):
    empty = tmp_path / "empty.fits"
    empty.write_bytes(bands[1].read_bytes())
    with fits.open(empty, mode="update") as hdus:
        hdus[0].data[1:-1, 1:-1] = np.nan
    with pytest.raises(CommandError, match=r"empty\.fits: band J has no data within the reference band's image"):
        run("ingest", "ngc-1", "--band", f"V={bands[0]}", "--band", f"J={empty}", "--reference", "V")
    assert (Galaxy.objects.count(), stored(images)) == (0, [])


def test_a_shifted_band_of_the_same_size_is_reprojected(bands, tmp_path):
    shifted = tmp_path / "shifted.fits"
    shifted.write_bytes(bands[0].read_bytes())
    fits.setval(shifted, "CRPIX1", value=fits.getval(shifted, "CRPIX1") + 30)
    result = run_json("ingest", "ngc-1", "--band", f"V={bands[0]}", "--band", f"I={shifted}", "--reference", "V")
    with rasterio.open(result["cog"]) as cog:
        v, moved = cog.read(1), cog.read(2)
    # 30 px to the right in its own image, so what it has at x + 30 belongs at x.
    np.testing.assert_allclose(moved[:, :-30], v[:, 30:], rtol=0, atol=2e-3)
    assert np.isnan(moved[:, -30:]).all()


@pytest.mark.parametrize(("shift_px", "is_kept"), [(0.005, True), (0.4, False)])
def test_less_than_a_pixel_is_a_shift_too(bands, tmp_path, shift_px, is_kept):
    shifted = tmp_path / "shifted.fits"
    shifted.write_bytes(bands[0].read_bytes())
    fits.setval(shifted, "CRPIX1", value=fits.getval(shifted, "CRPIX1") + shift_px)
    result = run_json("ingest", "ngc-1", "--band", f"V={bands[0]}", "--band", f"I={shifted}", "--reference", "V")
    with rasterio.open(result["cog"]) as cog:
        v, moved = cog.read(1), cog.read(2)
    assert any("on a grid of its own" in warning for warning in result["warnings"]) is not is_kept
    if is_kept:
        np.testing.assert_array_equal(moved, v)
        return
    # What it has at x + 0.4 belongs at x.
    between = (1 - shift_px) * v[1:-1, 1:-2] + shift_px * v[1:-1, 2:-1]
    assert np.abs(moved[1:-1, 1:-2] - between).max() < 0.1 * np.abs(v[1:-1, 1:-2] - between).max()
