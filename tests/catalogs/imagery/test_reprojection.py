"""Reprojection keeps the light of every source to 0.5 %, up and down in scale, turned and distorted; no data stays no data."""

import weakref

import numpy as np
import pytest
import sep
from astropy.io import fits
from astropy.wcs import WCS
from scipy.special import erf

from catalogs.imagery import sharing
from catalogs.imagery.fitsband import FitsBand, open_band
from catalogs.imagery.reprojection import is_surface_brightness, reprojected
from galaxycat.errors import BadInput

TOTAL, FWHM_ARCSEC = 1000.0, 0.16
STARS_ARCSEC = [(dx, dy) for dx in (-6, -3, 0, 3, 6) for dy in (-6, -3, 0, 3, 6)]
CENTRE = (24.17, 15.78)
SIP = {"A_ORDER": 2, "B_ORDER": 2, "A_2_0": 6e-5, "B_0_2": -5e-5, "A_1_1": 3e-5}


def header(scale_arcsec, size_px, turn_deg=0.0, unit="ELECTRONS/S", **more):
    c, s = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    step = scale_arcsec / 3600
    kind = "-SIP" if more else ""
    return fits.Header(
        {
            "NAXIS": 2, "NAXIS1": size_px, "NAXIS2": size_px, "BUNIT": unit,
            "CTYPE1": f"RA---TAN{kind}", "CTYPE2": f"DEC--TAN{kind}", "CRVAL1": CENTRE[0], "CRVAL2": CENTRE[1],
            "CRPIX1": size_px / 2 + 0.8, "CRPIX2": size_px / 2 + 0.2, "RADESYS": "ICRS",
            "CD1_1": -step * c, "CD1_2": step * s, "CD2_1": step * s, "CD2_2": step * c,
        } | more
    )  # fmt: skip


def star_places(wcs):
    dec = CENTRE[1] + np.array([dy for _, dy in STARS_ARCSEC]) / 3600
    ra = CENTRE[0] + np.array([dx for dx, _ in STARS_ARCSEC]) / 3600 / np.cos(np.radians(dec))
    return wcs.all_world2pix(ra, dec, 0)


def field(cards):
    """Stars of TOTAL each, integrated over the pixels."""
    wcs, size = WCS(cards), cards["NAXIS1"]
    sigma = FWHM_ARCSEC / 2.3548 / (3600 * abs(cards["CD1_1"] + 1j * cards["CD1_2"]))
    image = np.zeros((size, size))
    edges = np.arange(size + 1) - 0.5
    for x, y in zip(*star_places(wcs), strict=True):
        across, up = (np.diff(erf((edges - at) / sigma / np.sqrt(2))) / 2 for at in (x, y))
        image += TOTAL * np.outer(up, across)
    return image.astype(np.float32)


@pytest.fixture
def band(tmp_path):
    opened = []

    def make(name, cards, image):
        path = tmp_path / f"{name}.fits"
        fits.writeto(path, image, cards)
        manager = open_band(path, name=name)
        opened.append(manager)
        return manager.__enter__()

    yield make
    for manager in opened:
        manager.__exit__(None, None, None)


def rows_of(made):
    """By strips, as ingest reads them."""
    height = made.shape[0]
    return np.concatenate([made.read_rows(start, min(start + 256, height)) for start in range(0, height, 256)])


FINE, COARSE = (0.05, 420), (0.128, 180)


@pytest.mark.parametrize(
    ("own", "grid", "turn_deg", "distortion"),
    [(COARSE, FINE, 0, {}), (COARSE, FINE, 27, SIP), (FINE, COARSE, 35, {}), ((0.04, 560), FINE, 190, SIP), (FINE, FINE, 90, {})],
    ids=["coarse", "coarse, turned and distorted", "fine onto coarse", "alike, upside down and distorted", "turned"],
)  # fmt: skip
def test_the_light_of_every_star_is_kept(band, own, grid, turn_deg, distortion):
    cards = header(*own, turn_deg, **distortion)
    reference = band("V", header(*grid), np.ones((grid[1], grid[1]), np.float32))
    found = rows_of(reprojected(band("H", cards, field(cards)), reference))
    assert found.shape == reference.shape
    known = np.isfinite(found)
    assert known.mean() > 0.75
    x, y = star_places(reference.wcs)
    light, _, _ = sep.sum_circle(np.where(known, found, 0).astype(float), x, y, 0.9 / grid[0], subpix=0)
    assert light == pytest.approx(np.full(len(light), TOTAL), rel=0.005)
    # They lie where the sky says, to a twentieth of the coarser pixel.
    win = sep.winpos(np.where(known, found, 0).astype(float), x, y, np.full(len(x), 0.12 / grid[0]))
    assert np.hypot(win[0] - x, win[1] - y).max() < 0.05 * max(own[0], grid[0]) / grid[0]


def test_a_band_whose_header_has_declination_first_lies_where_its_sky_is(band):
    cards = header(*COARSE, 27)
    swapped = cards.copy()
    for key in ("CTYPE{}", "CRVAL{}", "CD{}_1", "CD{}_2"):
        swapped[key.format(1)], swapped[key.format(2)] = cards[key.format(2)], cards[key.format(1)]
    reference = band("V", header(*FINE), np.ones((420, 420), np.float32))
    usual, other = (
        rows_of(reprojected(band(name, c, field(cards)), reference)) for name, c in (("H", cards), ("J", swapped))
    )
    np.testing.assert_allclose(other, usual, rtol=1e-4, atol=1e-4)


def test_surface_brightness_is_not_scaled(band):
    cards = header(*COARSE, 12, unit="MJy/sr")
    reference = band("V", header(*FINE), np.ones((420, 420), np.float32))
    found = rows_of(reprojected(band("H", cards, np.full((180, 180), 3.25, np.float32)), reference))
    assert np.nanmin(found) == pytest.approx(3.25, rel=1e-5)
    assert np.nanmax(found) == pytest.approx(3.25, rel=1e-5)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("MJy/sr", True), ("Jy/arcsec2", True), ("MJy sr-1", True), ("erg/s/cm2/arcsec^2", True),
     ("JY/BEAM", True), ("Jy beam-1", True), ("Jy beam^-1", True), ("MJy/steradian", True), ("ELECTRONS/S", False),
     ("W/(m2 sr)", True), ("nW/(m^2 sr)", True), ("erg / (s arcsec2 cm2)", True), ("ct/s/arcmin2", True), ("ct s-1 arcmin-2", True),
     ("electrons / (s pixel)", False), ("erg/(s cm2 Angstrom)", False), ("counts/s/sq arcsec", True), ("(1e-20 erg)/(s cm2 mas2)", True),
     ("nmgy/arcsec**2", True), ("counts", False), ("e-/s", False), ("Jy", False), (None, False), ("", False)],
)  # fmt: skip
def test_which_units_are_per_solid_angle(unit, expected):
    assert is_surface_brightness(unit) is expected


def test_no_data_stays_no_data_and_does_not_grow(band):
    cards = header(*COARSE)
    image = np.ones((180, 180), np.float32)
    image[80:100, 60:90] = np.nan
    reference = band("V", header(*FINE), np.ones((420, 420), np.float32))
    found = rows_of(reprojected(band("H", cards, image), reference))
    y, x = np.mgrid[:420, :420]
    own_x, own_y = WCS(cards).all_world2pix(*reference.wcs.all_pix2world(x, y, 0), 0)
    in_hole = (own_x > 59.5) & (own_x < 89.5) & (own_y > 79.5) & (own_y < 99.5)
    near_hole = (own_x > 58.5) & (own_x < 90.5) & (own_y > 78.5) & (own_y < 100.5)
    assert np.isnan(found[in_hole]).all()
    assert np.isfinite(found[~near_hole]).all()
    assert not (found == 0).any()


@pytest.mark.parametrize(("own", "grid"), [(COARSE, FINE), (FINE, COARSE)], ids=["finer", "coarser"])
def test_a_hole_keeps_its_area(band, own, grid):
    """Turned, so that its edge cuts pixels at every place."""
    half = own[1] // 6
    image = np.full((own[1], own[1]), 3, np.float32)
    image[own[1] // 2 - half : own[1] // 2 + half, own[1] // 2 - half : own[1] // 2 + half] = np.nan
    size = int(grid[1] * 0.7)
    reference = band("V", header(grid[0], size), np.ones((size, size), np.float32))
    found = rows_of(reprojected(band("H", header(*own, 15, unit="MJy/sr"), image), reference))
    side_px = 2 * half * own[0] / grid[0]
    assert np.isnan(found).sum() == pytest.approx(side_px**2, abs=0.1 * 4 * side_px)
    np.testing.assert_allclose(found[np.isfinite(found)], 3, rtol=1e-6)


def test_what_the_band_does_not_cover_is_no_data(band):
    cards = header(0.128, 90)  # 11.5 arcsec on 21
    reference = band("V", header(*FINE), np.ones((420, 420), np.float32))
    found = rows_of(reprojected(band("H", cards, np.ones((90, 90), np.float32)), reference))
    covered = (0.128 * 90 / 0.05 / 420) ** 2
    assert np.isfinite(found).mean() == pytest.approx(covered, rel=0.02)


def test_bands_that_do_not_overlap_are_refused(band):
    reference = band("V", header(*FINE), np.ones((420, 420), np.float32))
    elsewhere = header(*COARSE)
    elsewhere["CRVAL2"] += 0.1
    with pytest.raises(BadInput, match=r"H\.fits: does not overlap .*V\.fits on the sky"):
        reprojected(band("H", elsewhere, np.ones((180, 180), np.float32)), reference)
    elsewhere["CRVAL1"], elsewhere["CRVAL2"] = 204.17, -15.78
    with pytest.raises(BadInput, match="does not overlap"):
        reprojected(band("K", elsewhere, np.ones((180, 180), np.float32)), reference)


def test_a_band_without_wcs_on_another_grid_is_refused(band):
    reference = band("V", header(*FINE), np.ones((420, 420), np.float32))
    plain = band("H", fits.Header({"BUNIT": "ELECTRONS/S"}), np.ones((100, 100), np.float32))
    with pytest.raises(BadInput, match=r"H\.fits: lies on another pixel grid .* has no WCS"):
        reprojected(plain, reference)


def test_strips_and_the_whole_are_the_same(band):
    cards = header(*COARSE, 27, **SIP)
    reference = band("V", header(*FINE), np.ones((420, 420), np.float32))
    made = reprojected(band("H", cards, field(cards)), reference)
    np.testing.assert_allclose(rows_of(made), made.read_rows(0, 420), rtol=2e-6, atol=1e-6)


def test_of_a_finer_and_turned_band_no_more_is_held_than_of_one_alike(band, monkeypatch):
    """Pixels of 0.031 arcsec, turned by 45 degrees, onto 0.128: 17 for one, and far more columns than a block needs."""
    monkeypatch.setattr(sharing, "n_workers", lambda: 2)
    alive, held_bytes, read_window = weakref.WeakValueDictionary(), [], FitsBand.read_window

    def observed(self, rows, columns):
        window = read_window(self, rows, columns)
        alive[len(held_bytes)] = window
        held_bytes.append(sum(each.nbytes for each in alive.values()))
        return window

    reference = band("V", header(0.128, 1024), np.ones((1024, 1024), np.float32))
    made = reprojected(
        band("H", header(0.031, 1600, 45, unit="MJy/sr"), np.full((1600, 1600), 3, np.float32)), reference
    )
    monkeypatch.setattr(FitsBand, "read_window", observed)
    found = made.read_rows(504, 520)
    np.testing.assert_allclose(found[np.isfinite(found)], 3, rtol=1e-6)
    # The band's 1,600 px across the corners, in reference pixels.
    assert np.isfinite(found).sum(axis=1).max() == pytest.approx(1600 * np.sqrt(2) * 0.031 / 0.128, abs=17)
    assert len(held_bytes) > 4
    # One for each copy and the one that is read next, each no larger than what a band alike would need, turned so.
    assert max(held_bytes) <= 3 * 4 * (16 + 1024) ** 2 / 2
