"""Evidence of galaxies that are not as usual: more bands than there is room for, no sky, one band only, no data."""

import numpy as np
import pytest
from astropy.io import fits
from playwright.sync_api import expect

from catalogs.imagery.fitsband import BandArgument
from catalogs.importing import import_catalog
from catalogs.ingest import ingest_galaxy
from galaxycat.accounts.models import Role
from tests.browser.accessibility import axe_clean
from tests.browser.conftest import LAPTOP, TABLET
from tests.factories import PASSWORD, make_member

SIZE_PX = 200
FILTERS = ["F606W", "F115W", "F150W", "F182M", "F200W", "F277W", "F356W", "F410M", "F444W"]


def source_on(team, folder, names, header=(), hole=False):
    """A source in the middle of a galaxy of these bands, a star 60 px beside it; the middle without data where wanted."""
    y_px, x_px = np.mgrid[:SIZE_PX, :SIZE_PX]
    bands = []
    for seed, name in enumerate(names):
        pixels = np.random.default_rng(seed).normal(0, 1, (SIZE_PX, SIZE_PX))
        pixels += 400 * np.exp(-((x_px - 160) ** 2 + (y_px - 100) ** 2) / 3)
        if hole:
            pixels[70:131, 70:131] = np.nan
        path = folder / f"{name}.fits"
        fits.writeto(path, pixels.astype(np.float32), fits.Header([("FILTER", name), *header]))
        bands.append(BandArgument(name, path))
    galaxy = ingest_galaxy(slug="odd", name="Odd (simulated)", bands=bands, team=team).mosaic.galaxy
    table = folder / "one.csv"
    table.write_text("x,y\n100,100\n")
    return import_catalog(galaxy=galaxy, path=table, name="one").catalog.sources.get()


def evidence_of(people, team, source, size=LAPTOP):
    make_member(team, Role.VIEWER, "vera")
    viewer = people(size)
    viewer.log_in("vera", PASSWORD)
    page = viewer.goto(f"/sources/{source.uuid}/evidence/")
    expect(page.locator("#profile-unit")).not_to_be_empty()
    return viewer, page


@pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=["laptop", "tablet"])
def test_of_nine_bands_the_numbers_scroll_and_the_place_stays(people, team, tmp_path, size):
    sky = [("CTYPE1", "RA---TAN"), ("CTYPE2", "DEC--TAN"), ("CRVAL1", 24.0), ("CRVAL2", -15.0), ("CRPIX1", 100), ("CRPIX2", 100), ("CDELT1", -1e-5), ("CDELT2", 1e-5)]  # fmt: skip
    viewer, page = evidence_of(people, team, source_on(team, tmp_path, FILTERS, sky), size)
    place, numbers = page.locator(".reading-place").bounding_box(), page.locator("#readings")
    assert place["x"] + place["width"] <= size["width"]
    assert numbers.evaluate("(element) => element.scrollWidth > element.clientWidth")
    numbers.focus()
    for _ in range(40):
        page.keyboard.press("ArrowRight")
    expect(numbers.locator("dt").filter(has_text="F410M − F444W")).to_be_in_viewport()
    assert page.locator(".reading-place").bounding_box()["x"] == pytest.approx(place["x"], abs=1)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    axe_clean(page)
    viewer.shoot(f"evidence-nine-{size['width']}", size)

    viewer.goto("/galaxies/odd/")
    values = page.locator("#band-values")
    expect(values.locator("dt")).to_have_count(len(FILTERS))
    assert values.evaluate("(element) => element.scrollWidth > element.clientWidth")
    page.wait_for_load_state("networkidle")
    before = page.url
    values.focus()
    for _ in range(40):
        page.keyboard.press("ArrowRight")
    expect(values.locator("dt").last).to_be_in_viewport()
    assert page.url == before  # the image has not moved
    viewer.shoot(f"galaxy-nine-{size['width']}", size)


def test_without_sky_nothing_is_called_north_and_one_band_is_drawn_as_band_and_as_picture(people, team, tmp_path):
    viewer, page = evidence_of(people, team, source_on(team, tmp_path, ["F555W"]))
    expect(page.locator(".heat figcaption")).to_contain_text("x right, y up · 32 px")
    # The star is 60 px away: its contours are not in the 32 px that are shown.
    expect(page.locator("#contour-levels")).to_have_text("no contour here")
    assert "orth up" not in page.content()
    band = page.locator("#zooms canvas[data-plane]").last
    page.wait_for_load_state("networkidle")
    before = band.evaluate("(canvas) => canvas.toDataURL()")
    page.keyboard.press("q")
    expect(page.locator("[data-stretch-name]").first).not_to_have_text("asinh 10")
    assert band.evaluate("(canvas) => canvas.toDataURL()") != before
    viewer.shoot("evidence-no-sky", LAPTOP)


def test_where_there_are_no_data_the_plots_say_so(people, team, tmp_path):
    _, page = evidence_of(people, team, source_on(team, tmp_path, ["F555W", "F814W"], hole=True))
    expect(page.locator("#profile-unit")).to_have_text("no data about the source")
    page.get_by_role("button", name="SED").click()
    expect(page.locator("#profile-unit")).to_have_text("no magnitude of this source in the catalogue")
