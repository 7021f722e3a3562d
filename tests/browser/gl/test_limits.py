"""Black and white of the stretch panel in real Chromium with software GL: typed, measured on the map, of the whole image."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from playwright.sync_api import expect

from catalogs.imagery.recipes import from_json
from tests.browser.gl.pages import differs, keepings_of, requests_of, whole
from tests.browser.stretched import drawn_tiles
from tests.processes import wait_until


def test_black_and_white_can_be_typed(open_page, mosaic):
    page = open_page(rendition="grey-f555w").page
    page.get_by_text("Stretch", exact=True).click()
    whole(page)
    recipe = from_json(mosaic.renditions.get(slug="grey-f555w").recipe)
    black, white = page.get_by_label("Value of black"), page.get_by_label("Value of white")
    assert float(black.input_value()) == pytest.approx(recipe.black[0], rel=1e-3)
    white.fill("12.3456")
    assert differs(page, mosaic, recipe) <= 2  # not before it is whole
    white.press("Enter")
    typed = replace(recipe, white=(12.3456,) * 3)
    wait_until(lambda: differs(page, mosaic, typed) <= 2, within_s=10)
    expect(page.get_by_role("slider", name="White")).to_have_attribute("aria-valuetext", "12.35")
    # One beyond the other takes it along; what is no number changes nothing.
    black.fill("20")
    black.blur()
    wait_until(lambda: float(white.input_value()) > 20, within_s=5)
    pushed = white.input_value()
    white.fill("")
    white.blur()
    expect(white).to_have_value(pushed)
    page.get_by_role("button", name="Reset").click()
    wait_until(lambda: differs(page, mosaic, recipe) <= 2, within_s=10)


def test_limits_are_measured_on_what_is_on_the_map(open_page, mosaic):
    page = open_page(rendition="grey-f555w").page
    page.get_by_text("Stretch", exact=True).click()
    whole(page)
    asked = requests_of(page)
    recipe, shares = from_json(mosaic.renditions.get(slug="grey-f555w").recipe), {}
    assert recipe.is_grey
    page.locator("select[name=stretch]").select_option("linear")
    for name in ("ZScale", "99 %", "All"):
        page.get_by_role("button", name=name, exact=True).click()
        page.wait_for_timeout(200)
        whole(page)
        levels = np.concatenate([tile[..., 0][tile[..., 3] > 0] for tile in drawn_tiles(page).values()])
        shares[name] = float(np.mean((levels > 0) & (levels < 255)))
    assert asked == []
    assert shares["99 %"] == pytest.approx(0.99, abs=0.01)
    assert shares["All"] < shares["ZScale"]  # the sky is all but black beside the brightest core
    assert 0.5 < shares["ZScale"] < shares["99 %"]


def test_limits_are_put_only_where_nothing_was_done_since_and_a_part_that_is_missing_is_said(open_page, mosaic):
    viewer = open_page(rendition="grey-f555w")
    page = viewer.page
    whole(page)
    page.get_by_text("Stretch", exact=True).click()
    kept, held = keepings_of(page), []
    page.route("**/data/**", lambda route: held.append(route))
    page.get_by_role("button", name="Zoom out").click()
    wait_until(lambda: page.wait_for_timeout(50) or held, within_s=10)
    page.get_by_role("button", name="99 %", exact=True).click()
    page.get_by_role("button", name="Reset").click()
    for route in held:
        route.continue_()
    page.unroute("**/data/**")
    expect(page.locator("canvas:not(.leaflet-tile-loaded)[data-tile]")).to_have_count(0)
    page.wait_for_timeout(2500)  # longer than a stretch waits to be kept
    assert kept == []
    assert "stretch=" not in page.url

    held.clear()
    with viewer.tolerating("Failed to load resource"):
        page.route("**/data/**", lambda route: held.append(route))
        page.locator("input[name=rendition][value=grey-f814w]").check()
        wait_until(lambda: page.wait_for_timeout(50) or held, within_s=10)
        page.get_by_role("button", name="99 %", exact=True).click()
        for route in held:
            route.abort()
        expect(page.get_by_text("Not measured: a part of the image in view has not come.")).to_be_visible()
    page.unroute("**/data/**")


def test_limits_of_the_whole_image_are_those_measured_at_ingest(open_page, mosaic):
    page = open_page(rendition="grey-f555w").page
    page.get_by_text("Stretch", exact=True).click()
    whole(page)
    asked = requests_of(page)
    rendition = mosaic.renditions.get(slug="grey-f555w")
    band = mosaic.bands.get(name="F555W")
    page.get_by_label("Limits of").select_option("image")
    for button, how in (("ZScale", "zscale"), ("99 %", "99"), ("99.9 %", "99.9"), ("All", "100")):
        page.get_by_role("button", name=button, exact=True).click()
        whole(page)
        black, white = rendition.limits[how][0]
        shown = [
            float(page.locator(f"[type=range][name={name}]").get_attribute("aria-valuetext"))
            for name in ("black", "white")
        ]
        assert shown == pytest.approx([black, white], rel=1e-3)
    assert (black, white) == pytest.approx(_extremes(mosaic.science_path, band.position), rel=1e-6)
    assert asked == []
    # Another mix was measured nowhere.
    page.get_by_text("Mix of bands").click()
    page.get_by_label("F814W in the picture").fill("0.5")
    expect(page.get_by_label("Limits of")).to_have_value("map")
    expect(page.locator("[data-limits-of] option[value=image]")).to_be_disabled()


def _extremes(path: Path, position: int) -> tuple[float, float]:
    """Of the pixels that are sampled in an image of this size: all."""
    with rasterio.open(path) as dataset:
        values = dataset.read(position)
    return float(np.nanmin(values)), float(np.nanmax(values))
