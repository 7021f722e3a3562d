"""Photometry on the database: keys, units, parameters, bands that lack something, real files."""

import numpy as np
import pytest
import sep
from astropy.io import fits
from astropy.table import Table
from astropy.wcs import WCS

from catalogs.detecting import detect_sources
from catalogs.imagery.fitsband import BandArgument
from catalogs.ingest import ingest_galaxy
from catalogs.measuring import band_keys
from tests.commands import run
from tests.factories import make_team
from tests.world import SIZE_PX, write_band

pytestmark = pytest.mark.django_db
# A star of the test world: 200 exp(-r^2 / 3).
STAR_FLUX, ZERO_POINT = 200 * np.pi * 3, 25.0


def ingested(slug, **files):
    bands = [BandArgument(name, path) for name, path in files.items()]
    return ingest_galaxy(slug=slug, bands=bands, team=make_team()).mosaic.galaxy


@pytest.fixture
def galaxy(world, tmp_path):
    """V with a full calibration, I with PHOTFLAM = 0.0 and no exposure, a quarter of I without data."""
    # PHOTFLAM of an AB zero point of 25 at 5308.4 A.
    photflam = 10 ** (-0.4 * (ZERO_POINT + 2.408 + 5 * np.log10(5308.4)))
    v = write_band(tmp_path / "v.fits", 3, PHOTFLAM=photflam, PHOTPLAM=5308.4, EXPTIME=1000.0)
    i = write_band(tmp_path / "i.fits", 4, PHOTFLAM=0.0, PHOTPLAM=8039.1)
    with fits.open(i, mode="update") as hdus:
        hdus[0].data[:, :75] = np.nan
    return ingested("ngc-0002", V=v, I=i)


def test_every_source_is_measured_in_every_band(galaxy):
    steps = []
    detected = detect_sources(galaxy=galaxy, progress=lambda fraction, stage: steps.append((fraction, stage)))
    catalog = detected.catalog
    alone = catalog.sources.get(number=5).measurements
    assert alone.keys() >= {
        "flux_v", "flux_v_error", "mag_v", "mag_v_error", "flux_i", "flux_i_error", "concentration_index", "fwhm_px",
    }  # fmt: skip
    mags = np.array([source.measurements["mag_v"] for source in catalog.sources.all()])
    inside = 1 - np.exp(-16 / 3)
    assert np.median(mags) == pytest.approx(ZERO_POINT - 2.5 * np.log10(STAR_FLUX * inside), abs=0.03)
    assert alone["mag_v"] == pytest.approx(ZERO_POINT - 2.5 * np.log10(alone["flux_v"]), abs=1e-5)
    assert alone["mag_v_error"] == pytest.approx(1.0857362 * alone["flux_v_error"] / alone["flux_v"], rel=1e-5)
    assert (catalog.units["flux_v"], catalog.units["mag_v"]) == ("electron / s", "mag")
    assert "AB" in catalog.descriptions["mag_v"]
    fractions = [fraction for fraction, _ in steps]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert [stage for _, stage in steps[1:3]] == ["photometry in V", "photometry in I"]


def test_a_band_without_zero_point_has_fluxes_only_and_says_so(galaxy):
    detected = detect_sources(galaxy=galaxy)
    assert not any("mag_i" in source.measurements for source in detected.catalog.sources.all())
    assert "I: fluxes only, no magnitudes: the band has no zero point" in detected.warnings
    assert any(warning.startswith("I: errors are without") for warning in detected.warnings)
    assert not any(warning.startswith("V: fluxes") for warning in detected.warnings)
    assert list(detected.catalog.parameters["zero_points_mag"]) == ["V"]


@pytest.mark.parametrize(
    ("unit", "zero_point"), [("CPS", ZERO_POINT), ("10.0*nanoJansky", 28.9), ("erg/s/cm2/A", None)]
)
def test_magnitudes_are_of_a_known_unit_or_there_are_none(world, tmp_path, unit, zero_point):
    photflam = 10 ** (-0.4 * (ZERO_POINT + 2.408 + 5 * np.log10(5308.4)))
    path = write_band(tmp_path / "v.fits", 3, BUNIT=unit, PHOTFLAM=photflam, PHOTPLAM=5308.4, EXPTIME=1000.0)
    detected = detect_sources(galaxy=ingested("ngc-0004", V=path))
    mags = [mag for source in detected.catalog.sources.all() if (mag := source.measurements.get("mag_v")) is not None]
    if zero_point is None:
        assert mags == []
        assert any("V: fluxes only" in warning and unit in warning for warning in detected.warnings)
    else:
        inside = 1 - np.exp(-16 / 3)
        assert np.median(mags) == pytest.approx(zero_point - 2.5 * np.log10(STAR_FLUX * inside), abs=0.03)


def test_where_a_band_has_no_data_there_is_no_value(galaxy):
    sources = detect_sources(galaxy=galaxy).catalog.sources.all()
    without = [source for source in sources if source.x_px < 73]
    assert len(without) == 2
    assert not any("flux_i" in source.measurements for source in without)
    assert all("flux_v" in source.measurements for source in sources)
    assert all("flux_i" in source.measurements for source in sources if source.x_px > 80)


def test_the_catalogue_keeps_how_it_was_measured(galaxy):
    parameters = detect_sources(galaxy=galaxy).catalog.parameters
    assert (parameters["aperture_radius_px"], parameters["sky_annulus_px"]) == (4.0, [7.0, 9.0])
    assert parameters["zero_points_mag"]["V"] == pytest.approx(ZERO_POINT)
    assert parameters["band_background_rms"] == pytest.approx({"V": 1.0, "I": 1.0}, rel=0.1)
    assert parameters["noise_factor"].keys() == {"V", "I"}
    psf = parameters["psf"]["V"]
    assert psf["fwhm_px"] == pytest.approx(2.3548 * np.sqrt(1.5 + 1 / 12), rel=0.07)
    assert (psf["profile"][0], psf["radii_px"][1], len(psf["profile"])) == (1.0, 0.5, 21)


def test_the_same_image_gives_the_same_numbers(galaxy):
    first, again = (detect_sources(galaxy=galaxy).catalog for _ in range(2))
    rows = [list(catalog.sources.values_list("number", "x_px", "measurements")) for catalog in (first, again)]
    assert rows[0] == rows[1]
    assert first.parameters == again.parameters


def test_exports_carry_the_photometry_with_units_and_descriptions(galaxy, tmp_path):
    catalog = detect_sources(galaxy=galaxy).catalog
    path = tmp_path / "out.ecsv"
    run("export_catalog", galaxy.slug, catalog.name, "--output", str(path))
    table = Table.read(path, format="ascii.ecsv")
    assert (str(table["mag_v"].unit), str(table["flux_i"].unit), str(table["fwhm_px"].unit)) == (
        "mag", "electron / s", "pix",
    )  # fmt: skip
    assert "circle of 4 px radius" in table["flux_v"].description
    assert table["flux_i"].mask.sum() == 2
    source = catalog.sources.get(number=1)
    assert table["mag_v"][0] == source.measurements["mag_v"]


def test_a_band_without_any_data_is_left_out(galaxy, monkeypatch):
    monkeypatch.setattr(
        "catalogs.measuring.band_pixels", lambda mosaic, position: np.full((300, 300), np.nan, np.float32)
    )
    detected = detect_sources(galaxy=galaxy)
    assert "V: not measured: every pixel is masked or NaN" in detected.warnings
    assert "flux_v" not in detected.catalog.units


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["V", "F555W"], ["v", "f555w"]),
        (["Band 1", "H-alpha"], ["band_1", "h_alpha"]),
        (["v", "V"], ["v", "v_2"]),
        (["+"], ["band"]),
    ],
)
def test_band_keys(names, expected):
    assert list(band_keys(names).values()) == expected


@pytest.mark.realdata
def test_the_horseshoe_has_no_magnitudes_since_its_photflam_is_zero(world, sample_data):
    files = {f"F{band}W": next((sample_data / "horseshoe").glob(f"*f{band}w*")) for band in (475, 606, 814)}
    detected = detect_sources(galaxy=ingested("horseshoe", **files))
    assert detected.n_sources == 46
    assert sum("fluxes only" in warning for warning in detected.warnings) == 3
    measured = [source.measurements for source in detected.catalog.sources.all()]
    assert all(row["flux_f606w_error"] > 0 for row in measured if "flux_f606w" in row)
    assert not any(key.startswith("mag_") for row in measured for key in row)


@pytest.mark.realdata
def test_a_crowded_undersampled_field_is_measured_and_says_why_it_has_no_psf(world, sample_data):
    files = {band.upper(): sample_data / "galactic_center" / f"gc_2mass_{band}.fits" for band in "jhk"}
    detected = detect_sources(galaxy=ingested("centre", **files))
    measured = [source.measurements for source in detected.catalog.sources.all()]
    # The mosaic's pixels are 5 arcsec, twice the seeing, and its bright stars are cut off.
    assert "psf" not in detected.catalog.parameters
    assert sum("no PSF: " in warning for warning in detected.warnings) == 3
    assert detected.n_sources > 2000
    assert sum("flux_k" in row for row in measured) > 0.95 * detected.n_sources


def test_a_reprojected_band_is_measured_on_its_own_pixels(world, tmp_path):
    v = write_band(tmp_path / "v.fits", 3, n_stars=9)
    places = np.random.default_rng(99).uniform(20, SIZE_PX - 20, (9, 2))
    sky = WCS(fits.getheader(v)).all_pix2world(places, 0)
    h = tmp_path / "h.fits"
    own, size, sigma = WCS(fits.getheader(v)), 150, 1.1
    own.wcs.crpix, own.wcs.cdelt = [size / 2 + 0.3, size / 2], own.wcs.cdelt * 0.128 / 0.05
    y_px, x_px = np.mgrid[:size, :size]
    image = np.random.default_rng(5).normal(0, 0.01, (size, size))
    for x, y in own.all_world2pix(sky, 0):
        image += 50 * np.exp(-((x_px - x) ** 2 + (y_px - y) ** 2) / (2 * sigma**2))
    cards = own.to_header()
    cards["BUNIT"] = "ELECTRONS/S"
    fits.writeto(h, image.astype(np.float32), cards)
    galaxy = ingested("ngc-0003", V=v, H=h)
    catalog = detect_sources(galaxy=galaxy).catalog
    found = {source.number: source for source in catalog.sources.all()}
    positions = np.array([(source.x_px, source.y_px) for source in found.values()])
    radius = catalog.parameters["aperture_radius_px"] * 0.05 / 0.128
    lone = [k for k, at in enumerate(places) if np.sort(np.hypot(*(places - at).T))[1] > 30]
    assert len(lone) >= 3
    for k in lone:
        source = list(found.values())[int(np.hypot(*(positions - places[k]).T).argmin())]
        # The same circle about the same place in the sky, cut out of the star as it was drawn.
        x, y = own.all_world2pix(sky[k : k + 1], 0)[0]
        star = 50 * np.exp(-((x_px - x) ** 2 + (y_px - y) ** 2) / (2 * sigma**2))
        expected = sep.sum_circle(star, [x], [y], radius, subpix=0)[0][0]
        assert source.measurements["flux_h"] == pytest.approx(expected, rel=0.01)
    assert "own pixels" in catalog.descriptions["flux_h"]
    assert "own pixels" not in catalog.descriptions["flux_v"]
