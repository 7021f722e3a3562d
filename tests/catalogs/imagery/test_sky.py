"""The sky grid against astropy, in Python and in JavaScript."""

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS

from catalogs.imagery.fitsband import open_band
from catalogs.imagery.sky import (
    MOST_NODES,
    _grid,
    east_angle_deg,
    north_angle_deg,
    offset_px,
    pixel_scale_arcsec,
    sexagesimal,
    sky_grid,
)
from galaxycat.errors import BadInput
from tests.catalogs.imagery.conftest import SIP_CARDS, TAN_CARDS, run_javascript

TAN = WCS(fits.Header(list(TAN_CARDS.items())))
REAL = {"m51": "m51/*_V_*", "horseshoe": "horseshoe/*f606w*", "galactic_center": "galactic_center/*_k*"}


def javascript_error_px(wcs, width_px, height_px):
    """Largest distance in px between sky.js and astropy at 100 random positions."""
    rng = np.random.default_rng(1)
    x_px, y_px = rng.uniform(-0.5, width_px - 0.5, 100), rng.uniform(-0.5, height_px - 0.5, 100)
    grid = sky_grid(wcs, width_px, height_px).to_json()
    points = np.stack([x_px, y_px], axis=1).tolist()
    expression = "((grid) => data.points.map(([x, y]) => grid.toSky(x, y)))(new m.SkyGrid(data.grid))"
    seen = run_javascript("sky.js", expression, {"grid": grid, "points": points})
    assert len(seen) == 100
    ours = SkyCoord([p["raDeg"] for p in seen], [p["decDeg"] for p in seen], unit="deg")
    expected = wcs.pixel_to_world(x_px, y_px).icrs
    return (ours.separation(expected).arcsec / pixel_scale_arcsec(wcs)).max()


@pytest.mark.realdata
@pytest.mark.parametrize("name", REAL)
def test_javascript_meets_astropy_on_real_images(sample_data, name):
    with open_band(next(sample_data.glob(REAL[name]))) as band:
        height_px, width_px = band.shape
        assert javascript_error_px(band.wcs, width_px, height_px) < 0.015


def test_javascript_meets_astropy_on_a_distorted_image():
    wcs = WCS(fits.Header(list(SIP_CARDS.items())))
    grid = sky_grid(wcs, 2000, 1500)
    assert grid.step_px < 512  # the distortion needs more nodes
    assert javascript_error_px(wcs, 2000, 1500) < 0.015


@pytest.mark.parametrize(("ra_deg", "dec_deg"), [(0.0, 10.0), (150.0, 89.999), (359.9999, -89.999)])
def test_javascript_at_the_seam_and_the_poles(ra_deg, dec_deg):
    wcs = WCS(fits.Header(list((TAN_CARDS | {"CRVAL1": ra_deg, "CRVAL2": dec_deg}).items())))
    assert javascript_error_px(wcs, 1000, 1000) < 0.015


def test_grid_is_json_of_numbers():
    data = sky_grid(TAN, 600, 300).to_json()
    assert (data["nx"], data["ny"], data["step_px"], data["x0_px"]) == (3, 2, 512.0, -0.5)
    assert len(data["vectors"]) == 18
    assert all(isinstance(value, float) for value in data["vectors"])


def test_a_grid_that_would_be_too_large_for_a_page_is_refused_before_it_is_made(monkeypatch):
    cards = SIP_CARDS | {
        name: 30 * value for name, value in SIP_CARDS.items() if name[:2] in ("A_", "B_") and "ORDER" not in name
    }
    made = []
    monkeypatch.setattr("catalogs.imagery.sky._grid", lambda *args: made.append(args[1:]) or _grid(*args))
    with pytest.raises(BadInput, match="too irregular for a grid"):
        sky_grid(WCS(fits.Header(list(cards.items()))), 12_000, 12_000)
    assert 1 < len(made) < 8
    for width_px, height_px, step_px in made:
        assert (width_px / step_px + 2) * (height_px / step_px + 2) < 1.1 * MOST_NODES


def test_an_image_of_any_size_has_its_coarsest_grid():
    grid = sky_grid(TAN, 90_000, 90_000, tolerance_px=2.0)
    assert (grid.step_px, grid.vectors.shape) == (512.0, (177, 177, 3))


def test_a_sky_with_holes_is_refused():
    all_sky = WCS(naxis=2)
    all_sky.wcs.ctype = ["RA---AIT", "DEC--AIT"]
    all_sky.wcs.cdelt = [-1.0, 1.0]
    all_sky.wcs.crpix = [200.0, 100.0]
    with pytest.raises(BadInput, match="no position on the sky"):
        sky_grid(all_sky, 400, 200)


def test_scale_and_compass():
    assert pixel_scale_arcsec(TAN) == pytest.approx(0.0396, rel=1e-3)
    turned = WCS(naxis=2)
    turned.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    turned.wcs.crval, turned.wcs.crpix = [100.0, 20.0], [50.0, 50.0]
    angle = np.radians(30)  # north 30 degrees counter-clockwise from +y, east 90 further
    turned.wcs.cd = 1e-5 * np.array([[-np.cos(angle), -np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    assert north_angle_deg(turned, 49, 49) == pytest.approx(30, abs=1e-3)
    assert east_angle_deg(turned, 49, 49) == pytest.approx(120, abs=1e-3)


def test_offset_between_grids():
    moved = TAN.deepcopy()
    moved.wcs.crpix = np.add(moved.wcs.crpix, [3.0, 4.0])
    assert offset_px(TAN, moved, 300, 200) == pytest.approx(5.0, abs=1e-3)


SEXAGESIMAL = [
    ((202.4696, 47.1952), ("13:29:52.704", "+47:11:42.72")),
    ((359.9999999, -0.5), ("00:00:00.000", "-00:30:00.00")),
    ((0.0, 0.0), ("00:00:00.000", "+00:00:00.00")),
    ((14.9999999, 89.9999999), ("01:00:00.000", "+90:00:00.00")),
    ((83.63308333, -5.391111), ("05:34:31.940", "-05:23:28.00")),
]


@pytest.mark.parametrize(("position", "text"), SEXAGESIMAL)
def test_sexagesimal_in_both_languages(position, text):
    assert sexagesimal(*position) == text
    assert tuple(run_javascript("sky.js", "[m.formatRa(data[0]), m.formatDec(data[1])]", position)) == text
