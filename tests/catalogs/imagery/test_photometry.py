"""Aperture photometry against known light: constants, Gaussians, holes, correlated noise, the simulated galaxy's truth."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from catalogs.imagery.calibration import effective_zero_point, electrons_per_unit
from catalogs.imagery.detection import DetectionParameters, detect
from catalogs.imagery.photometry import (
    Aperture,
    BandPixels,
    aperture_photometry,
    magnitudes,
    subtract_background,
    touches_ceiling,
)
from catalogs.imagery.psf import NoPsf, choose_stars, estimate_psf, source_fwhm
from catalogs.imagery.stamps import clipped_median, ring_values
from catalogs.imagery.statistics import blank_border
from catalogs.simulation import SimulationSpec, simulate_galaxy
from catalogs.simulation.instrument import BANDS
from catalogs.simulation.psf import point_stamp
from galaxycat.errors import BadInput
from tests.catalogs.imagery.test_detection import gaussian

RADIUS_PX = 4.0
FULL = np.pi * RADIUS_PX**2
NO_SKY, LOCAL = Aperture(RADIUS_PX, 0.0), Aperture(RADIUS_PX, 2.0)


def rng():
    return np.random.default_rng(5)


def band_of(values, rms=1.0, bad=None):
    """`values` as they are, without a background to take off."""
    values = np.asarray(values, dtype=np.float32)
    bad = np.zeros(values.shape, bool) if bad is None else bad
    return BandPixels(np.where(bad, 0, values).astype(np.float32), np.full(values.shape, rms, np.float32), bad, rms)


def photometry_at(band, *places, aperture=NO_SKY, **options):
    x_px, y_px = np.array(places, dtype=float).T.copy()
    return aperture_photometry(band, x_px, y_px, aperture, rng(), **options)


def test_an_exact_circle_on_a_constant_image_holds_its_area():
    flux = photometry_at(band_of(np.ones((60, 60))), (30, 30), (30.37, 29.81), (20.5, 40.5)).flux
    assert flux == pytest.approx([FULL] * 3, rel=1e-6)


@pytest.fixture(scope="module")
def bordered():
    """(with zeros, with NaN, stars (n, 2) px): a field of stars whose left third, aslant, was never exposed."""
    shape = (500, 600)
    y, x = np.indices(shape)
    draws = np.random.default_rng(6)
    data = draws.normal(4, 1, shape).astype(np.float32)
    stars = draws.uniform((20, 20), (580, 480), (60, 2))
    for x_px, y_px in stars:
        data += gaussian(shape, x_px, y_px, 900.0)
    outside = x + 0.35 * y < 260
    return np.where(outside, np.float32(0), data), np.where(outside, np.float32(np.nan), data), stars


def test_a_blank_border_is_no_data_to_photometry(bordered):
    zeros, missing, stars = bordered
    found = [photometry_at(subtract_background(image, 64, 3), *stars, aperture=LOCAL) for image in (zeros, missing)]
    assert 5 < np.isnan(found[0].flux).sum() < 45
    np.testing.assert_array_equal(found[0].flux, found[1].flux)
    np.testing.assert_array_equal(found[0].flux_error, found[1].flux_error)


def test_nothing_is_detected_on_the_edge_of_a_blank_border(bordered):
    tables = [detect(image, DetectionParameters()).table for image in bordered[:2]]
    assert len(tables[0]) == len(tables[1]) > 20
    np.testing.assert_array_equal(tables[0]["x_px"], tables[1]["x_px"])


@pytest.mark.parametrize("mean", [0.02, 0.1, 1.0])
def test_zeros_among_counts_are_data(mean):
    counts = np.random.default_rng(7).poisson(mean, (300, 300)).astype(np.float32)
    assert blank_border(counts) is None
    assert not subtract_background(counts, 64, 3).bad.any()


@pytest.mark.parametrize("slope", [0.0, 0.03, 0.35, 1.0, 2.5])
def test_a_blank_border_is_found_to_the_pixel(slope):
    y, x = np.indices((400, 400))
    outside = x + slope * y < 150 + 100 * slope
    data = np.where(outside, 0, np.random.default_rng(8).normal(1, 1, outside.shape)).astype(np.float32)
    data[300, 350] = 0  # a value like any other
    found = blank_border(data)
    assert (found & ~outside).sum() == 0
    assert (outside & ~found).sum() <= 15  # of the sharp corners of the triangle


def test_the_local_sky_takes_a_constant_away():
    image = gaussian((80, 80), 40.2, 39.7, 1000.0) + np.float32(7)
    inside = 1 - np.exp(-(RADIUS_PX**2) / (2 * 1.5**2))
    (flux,) = photometry_at(band_of(image), (40.2, 39.7), aperture=LOCAL).flux
    assert flux == pytest.approx(1000 * inside, rel=0.005)


def test_one_neighbour_in_the_annulus_does_not_move_the_sky():
    image = gaussian((80, 80), 40, 40, 1000.0) + gaussian((80, 80), 48, 40, 5000.0, 1.0)
    lonely = photometry_at(band_of(gaussian((80, 80), 40, 40, 1000.0)), (40, 40), aperture=LOCAL).flux
    assert photometry_at(band_of(image), (40, 40), aperture=LOCAL).flux == pytest.approx(lonely, rel=0.01)


@pytest.mark.parametrize(
    ("hole", "is_measured"),
    [((30, 33), True), ((30, 31), False), ((slice(0, 60), slice(33, 60)), False)],
    ids=["one pixel outside", "one pixel of the core", "a third of the circle"],
)
def test_bad_pixels_are_scaled_away_or_leave_no_value(hole, is_measured):
    bad = np.zeros((60, 60), bool)
    bad[hole] = True
    (flux,) = photometry_at(band_of(np.ones((60, 60)), bad=bad), (30, 30)).flux
    assert flux == pytest.approx(FULL, rel=1e-6) if is_measured else np.isnan(flux)


def test_a_nan_border_and_the_edge_give_no_value():
    data = rng().normal(10, 1, (100, 100)).astype(np.float32)
    data[:, :20] = np.nan
    found = photometry_at(subtract_background(data, 32, 3), (60, 50), (20, 50), (0, 0), (99, 50), (5, 5))
    assert np.isfinite(found.flux).tolist() == [True, False, False, False, False]
    assert np.isfinite(found.flux_error).tolist() == [True, False, False, False, False]


def test_the_error_of_independent_pixels_is_that_of_their_number():
    noise = rng().normal(0, 2, (400, 400)).astype(np.float32)
    found = photometry_at(band_of(noise, rms=2.0), (200, 200))
    assert found.n_empty > 1000
    assert found.flux_error[0] == pytest.approx(2 * np.sqrt(FULL), rel=0.08)


def test_correlated_noise_raises_the_error_to_the_scatter_of_apertures():
    noise = gaussian_filter(rng().normal(0, 1, (600, 600)), 1.0)
    noise = (noise / noise.std()).astype(np.float32)
    found = photometry_at(band_of(noise), (300, 300))
    places = np.random.default_rng(8).uniform(20, 580, (2000, 2))
    scatter = np.std(photometry_at(band_of(noise), *places).flux)
    assert scatter > 2 * np.sqrt(FULL)
    assert found.flux_error[0] == pytest.approx(scatter, rel=0.1)


def test_poisson_noise_is_added_where_the_gain_is_known():
    band = band_of(gaussian((60, 60), 30, 30, 1e6), rms=0.0)
    without, with_gain = (photometry_at(band, (30, 30), gain=gain) for gain in (None, 500.0))
    assert without.flux_error[0] == 0
    assert with_gain.flux_error[0] == pytest.approx(np.sqrt(with_gain.flux[0] / 500), rel=1e-6)


def test_magnitudes_by_hand():
    mag, error = magnitudes(np.array([100.0, 0.0, -5.0, np.nan]), np.array([1.0, 1.0, 1.0, np.nan]), 25.0)
    assert mag[0] == pytest.approx(20.0)
    assert error[0] == pytest.approx(1.0857362 * 0.01)
    assert np.isnan([*mag[1:], *error[1:]]).all()


@pytest.mark.parametrize(
    ("zero_point", "unit", "exposure_s", "expected"),
    [
        (25.0, "ELECTRONS/S", 1000.0, 25.0),
        (25.0, "ELECTRONS", 1000.0, 32.5),
        (25.0, "ELECTRONS", None, None),
        (28.0, "MJy/sr", None, 28.0),
        (None, "ELECTRONS/S", 1000.0, None),
        (25.0, "CPS", 1000.0, 25.0),
        (25.0, "counts/second", 1000.0, 25.0),
        (25.0, "counts s-1", 1000.0, 25.0),
        (25.0, "electrons s^-1", 1000.0, 25.0),
        (25.0, "e-/s/pixel", 1000.0, 25.0),
        (25.0, "DN", 1000.0, 32.5),
        (25.0, "", 1000.0, 25.0),
        (25.0, "10.0*nanoJansky", 1000.0, 28.9),
        (None, "nJy", None, 31.4),
        (None, "uJy", None, 23.9),
        (25.0, "erg/s/cm2/A", 1000.0, None),
        (25.0, "Jy/beam", 1000.0, None),
    ],
)
def test_the_zero_point_of_an_image_unit(zero_point, unit, exposure_s, expected):
    found, reason = effective_zero_point(zero_point, unit, exposure_s)
    assert found == (None if expected is None else pytest.approx(expected))
    assert bool(reason) == (expected is None)


def test_why_a_unit_has_no_magnitudes_names_it_and_the_mend():
    for zero_point in (25.0, None):
        _, reason = effective_zero_point(zero_point, "erg/s/cm2/A", 1000.0)
        assert reason.startswith("values are in erg/s/cm2/A, whose zero point is not known")
        assert "[unit=ELECTRONS/S]" in reason


@pytest.mark.parametrize(
    ("unit", "exposure_s", "expected"),
    [
        ("ELECTRONS/S", 700.0, 700.0),
        ("ELECTRONS/S", None, None),
        ("ELECTRONS", 700.0, 1.0),
        ("DN", 700.0, None),
        ("e-/s/pixel", 700.0, 700.0),
        ("electrons s^-1", 700.0, 700.0),
        ("electrons/second", 700.0, 700.0),
        ("electrons/cm2", 700.0, None),
        ("erg/s/cm2/A", 700.0, None),
    ],
)
def test_electrons_a_unit(unit, exposure_s, expected):
    assert electrons_per_unit(unit, exposure_s) == expected


def test_the_clipped_median_is_numpys_where_nothing_is_clipped():
    values = rng().uniform(-1, 1, (50, 50)).astype(np.float32)
    bad = rng().uniform(0, 1, (50, 50)) < 0.2
    x_px, y_px = np.array([25.3, 0.0, 48.7]), np.array([24.6, 0.0, 30.2])
    found = clipped_median(ring_values(values, bad, x_px, y_px, 3.0, 6.0))
    y, x = np.indices(values.shape)
    for each, x0, y0 in zip(found, x_px, y_px, strict=True):
        away = np.hypot(x - x0, y - y0)
        assert each == pytest.approx(np.median(values[(away >= 3) & (away <= 6) & ~bad]), abs=1e-6)
    assert len(found) == 3


def test_widths_of_gaussians():
    field = sum(gaussian((60, 200), x, 30.3, 1000.0, s) for x, s in ((30.2, 1.0), (90.4, 1.5), (150.0, 2.5)))
    found = source_fwhm(field, np.array([30.2, 90.4, 150.0, 190.0]), np.array([30.3, 30.3, 30.3, 5.0]))
    # A pixel widens a Gaussian by its own width.
    assert found[:3] == pytest.approx([2.3548 * np.sqrt(s**2 + 1 / 12) for s in (1.0, 1.5, 2.5)], rel=0.06)
    assert np.isnan(found[3]) or found[3] > 2.5


def star_field(n_stars=30, n_clusters=60, sigma_px=1.0, seed=3):
    """(image, x, y, snr): stars of one width among wider clusters of all sizes."""
    draw = np.random.default_rng(seed)
    n = n_stars + n_clusters
    places = np.stack(np.meshgrid(np.arange(10), np.arange(9)), axis=-1).reshape(-1, 2)[:n] * 30 + 20
    places = places + draw.uniform(-0.5, 0.5, places.shape)
    image = draw.normal(0, 0.5, (300, 330)).astype(np.float32)
    widths = np.r_[np.full(n_stars, sigma_px), draw.uniform(1.4, 4.0, n_clusters)]
    for (x, y), width in zip(places, widths, strict=True):
        image += gaussian(image.shape, x, y, 3000.0, width)
    return image, places[:, 0].copy(), places[:, 1].copy(), np.full(n, 100.0)


def test_the_psf_is_that_of_the_stars_not_of_the_clusters():
    image, x_px, y_px, snr = star_field()
    psf = estimate_psf(image, x_px, y_px, snr=snr)
    assert psf.n_stars >= 25
    assert psf.fwhm_px == pytest.approx(2.3548, rel=0.08)
    assert psf.profile[0] == 1.0
    assert psf.radii_px[:3] == [0.0, 0.5, 1.0]
    expected = np.exp(-(np.array(psf.radii_px[:7]) ** 2) / 2)
    assert psf.profile[:7] == pytest.approx(expected, abs=0.06)
    assert abs(psf.profile[-1]) < 0.01
    assert psf.width_px == pytest.approx(2.3548 * np.sqrt(1 + 1 / 12), rel=0.06)


def test_a_hot_pixel_among_the_stars_does_not_move_the_profile():
    image, x_px, y_px, snr = star_field()
    clean = estimate_psf(image, x_px, y_px, snr=snr)
    for x, y in zip(x_px[:5], y_px[:5], strict=True):
        # The centre itself is dead: next to nothing is left of the light there.
        image[round(y), round(x)] = 0.01
    assert estimate_psf(image, x_px, y_px, snr=snr).fwhm_px == pytest.approx(clean.fwhm_px, rel=0.08)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"snr": np.full(20, 5.0)}, "0 bright compact sources"),
        ({"fwhm_px": np.full(20, 0.8)}, "0 bright compact sources"),
        ({"x_px": np.zeros(20), "y_px": np.zeros(20)}, "0 bright sources stand alone"),
        ({"fwhm_px": 1.5 * 1.3 ** np.arange(20)}, "share a width"),
        ({"fwhm_px": np.r_[1.5, 1.9, 2.3, np.linspace(4.8, 5.2, 17)[:8], 6 * 1.3 ** np.arange(9)]}, "share a width"),
        ({"saturated": np.ones(20, bool)}, "0 bright compact sources"),
    ],
    ids=["faint", "cosmic rays", "crowded", "no common width", "only the wide share one", "saturated"],
)
def test_no_psf_with_the_reason(change, reason):
    good = {
        "x_px": np.arange(20.0) * 200, "y_px": np.zeros(20), "snr": np.full(20, 99.0), "fwhm_px": np.full(20, 2.0),
    }  # fmt: skip
    assert len(choose_stars(**good)) == 20
    with pytest.raises(NoPsf, match=reason):
        choose_stars(**good | change)


def test_a_faint_neighbour_does_not_cost_a_star_its_isolation():
    places = np.arange(20.0) * 200
    x_px, y_px = np.r_[places, places + 3], np.zeros(40)
    faint, bright = (choose_stars_or_none(x_px, y_px, np.repeat([99.0, snr], 20)) for snr in (16.0, 90.0))
    assert sorted(faint) == list(range(20))
    assert bright is None


def choose_stars_or_none(x_px, y_px, snr):
    try:
        return choose_stars(x_px, y_px, snr, np.repeat([2.0, np.nan], 20))
    except NoPsf:
        return None


def test_data_cut_off_at_a_ceiling_are_seen():
    data = rng().normal(0, 1, (100, 100)).astype(np.float32) + gaussian((100, 100), 50, 50, 1e4)
    x_px, y_px = np.array([50.0, 20.0]), np.array([50.0, 20.0])
    whole, cut = (subtract_background(each, 64, 3) for each in (data, np.minimum(data, 100)))
    assert touches_ceiling(whole, x_px, y_px, 4.0).tolist() == [False, False]
    assert touches_ceiling(cut, x_px, y_px, 4.0).tolist() == [True, False]


def test_overrides_of_the_aperture():
    changed = DetectionParameters().with_overrides(["PHOT_APERTURES=6", "backphoto_type=global"])
    assert changed.aperture == Aperture(3.0, 0.0)
    assert DetectionParameters().aperture.annulus_px == (7.0, 9.0)
    for wrong in ("BACKPHOTO_TYPE=NEAR", "PHOT_APERTURES=0", "PHOT_APERTURES=1e6"):
        with pytest.raises(BadInput, match=wrong.partition("=")[0]):
            DetectionParameters().with_overrides([wrong])


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    """(files, truth table, detections' places, for each true source its detection and whether it is an isolated star)."""
    spec = SimulationSpec(name="truth", size_px=1536, seed=3)
    files = simulate_galaxy(spec, tmp_path_factory.mktemp("simulated") / "truth")
    table = Table.read(files.truth)
    found = detect(fits.getdata(files.bands["f555w"]).astype(np.float32), DetectionParameters()).table
    tree = cKDTree(np.column_stack([found["x_px"], found["y_px"]]))
    apart_px, nearest = tree.query(np.column_stack([table["x_px"], table["y_px"]]), k=2)
    isolated = (apart_px[:, 0] < 1) & (apart_px[:, 1] > 10) & np.isin(table["kind"], ["star", "supergiant"])
    return spec, files, table[isolated], found, nearest[isolated, 0]


def residuals(truth, band):
    """(residual in mag of the bright stars, pulls of all that are not saturated)."""
    spec, files, table, found, index = truth
    pixels = subtract_background(fits.getdata(files.bands[band.name]).astype(np.float32), 16, 3)
    x_px, y_px = np.array(found["x_px"], dtype=float), np.array(found["y_px"], dtype=float)
    got = aperture_photometry(pixels, x_px, y_px, LOCAL, rng(), gain=band.exposure_s(spec))
    (caught,) = photometry_at(band_of(point_stamp(band, 0.2, -0.1, 40)), (40.2, 39.9), aperture=LOCAL).flux
    true_rate = band.rate(np.ma.filled(table[f"mag_vega_{band.name}"].astype(float), np.nan))
    flux, error = got.flux[index], got.flux_error[index]
    # What a saturated star spills along its column is no noise.
    known = np.isfinite(true_rate * flux) & (true_rate < 0.5 * band.saturation_rate(spec))
    pulls = (flux - true_rate * caught)[known] / error[known]
    bright = known & (flux > 10 * error)
    return -2.5 * np.log10(flux[bright] / (true_rate * caught)[bright]), pulls


@pytest.mark.slow
def test_isolated_stars_of_the_simulated_galaxy_have_their_true_magnitudes_within_the_errors(truth):
    offsets, pulls = zip(*(residuals(truth, band) for band in BANDS), strict=True)
    assert min(len(each) for each in offsets) > 20
    assert np.abs([np.median(each) for each in offsets]).max() < 0.05
    spread = [1.4826 * np.median(np.abs(each - np.median(each))) for each in (*pulls, np.concatenate(pulls))]
    assert sum(len(each) for each in pulls) > 400
    assert 0.8 < spread[-1] < 1.25
    # About a hundred stars a band give their own spread to 10 %.
    assert all(0.75 < each < 1.4 for each in spread)


def simulated_psf(size_px, seed, band, folder):
    """(the PSF found in a band of a simulated galaxy or why there is none, that of the simulator's own stars)."""
    files = simulate_galaxy(SimulationSpec("small", size_px=size_px, seed=seed), folder / f"{size_px}-{seed}")
    found = detect(fits.getdata(files.bands["f555w"]).astype(np.float32), DetectionParameters()).table
    x_px, y_px = (np.array(found[name], dtype=float) for name in ("x_px", "y_px"))
    pixels = subtract_background(fits.getdata(files.bands[band.name]).astype(np.float32), 16, 3)
    light = aperture_photometry(pixels, x_px, y_px, LOCAL, rng(), gain=700.0)
    saturated = touches_ceiling(pixels, x_px, y_px, RADIUS_PX)
    snr = np.nan_to_num(light.flux / light.flux_error)
    try:
        return estimate_psf(pixels.values, x_px, y_px, snr=snr, bad=pixels.bad, saturated=saturated), own_psf(band)
    except NoPsf as reason:
        return str(reason), own_psf(band)


def own_psf(band):
    image, draw = np.zeros((600, 600), np.float32), np.random.default_rng(0)
    corners, shifts = np.mgrid[40:560:70, 40:560:70].reshape(2, -1).T, draw.uniform(-0.5, 0.5, (64, 2))
    for (y, x), (dx, dy) in zip(corners, shifts, strict=True):
        image[y - 30 : y + 31, x - 30 : x + 31] += 1000 * point_stamp(band, dx, dy, 30)
    places = corners[:, ::-1] + shifts
    return estimate_psf(image, places[:, 0], places[:, 1], snr=np.full(64, 99.0))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size_px", "seed", "position"),
    [(384, 5, 3), (512, 1, 3), (512, 2, 3), (512, 3, 4), (768, 5, 0), (768, 5, 3), (1024, 5, 0)],
)
def test_the_psf_of_a_small_field_is_the_simulators(size_px, seed, position, tmp_path):
    found, own = simulated_psf(size_px, seed, BANDS[position], tmp_path)
    assert found.fwhm_px == pytest.approx(own.fwhm_px, rel=0.12)
    assert found.width_px == pytest.approx(own.width_px, rel=0.06)


@pytest.mark.slow
@pytest.mark.parametrize(("size_px", "seed", "position"), [(512, 5, 3), (512, 5, 0), (384, 4, 3), (512, 4, 0)])
def test_where_too_few_stars_stand_alone_there_is_no_psf_rather_than_that_of_the_clusters(
    size_px, seed, position, tmp_path
):
    found, _ = simulated_psf(size_px, seed, BANDS[position], tmp_path)
    assert "share a width" in found
