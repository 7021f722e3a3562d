"""The viewer in real Chromium: going to a place, and an address that opens the same view again."""

import re

import pytest
from playwright.sync_api import Page, expect

from galaxycat.accounts.models import Role
from tests.browser.accessibility import axe_clean
from tests.browser.conftest import LAPTOP, TABLET
from tests.browser.test_story import files, galaxy, team  # noqa: F401 - fixtures
from tests.factories import PASSWORD, make_member


def readout(page: Page, name: str):
    return page.locator(f"[data-readout={name}]")


def go_to(page: Page, place: str) -> None:
    page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Go to a position")
    expect(field).to_be_focused()
    field.fill(place)
    page.keyboard.press("Enter")


def centre_px(page: Page) -> tuple[float, float]:
    expect(readout(page, "where")).to_have_text("Centre")
    x, y = readout(page, "pixel").inner_text().split(", ")
    return float(x), float(y)


@pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=["laptop", "tablet"])
def test_the_map_goes_to_a_place_and_its_address_opens_the_view_again(people, team, galaxy, size):  # noqa: F811
    make_member(team, Role.VIEWER, "vera")
    viewer = people(size)
    viewer.log_in("vera", PASSWORD)
    page = viewer.goto("/galaxies/story/")
    page.wait_for_load_state("networkidle")
    source = galaxy.catalogs.get(kind="detected").sources.order_by("number")[40]

    go_to(page, f"#{source.number}")
    assert centre_px(page) == pytest.approx((source.x_px, source.y_px), abs=1)
    expect(page.locator(".source-popup")).to_contain_text(f"sep-f555w {source.number}")
    # The position that the bar gives for a place leads to it.
    go_to(page, "x 200 y 550")
    sexagesimal = readout(page, "sky").inner_text()
    go_to(page, "x 600 y 100")
    go_to(page, sexagesimal)
    assert centre_px(page) == pytest.approx((200, 550), abs=0.6)
    # The image is there too, drawn to the edges of what is in view.
    expect(page.locator(".leaflet-tile:not(.leaflet-tile-loaded)")).to_have_count(0)
    tiles = [tile.bounding_box() for tile in page.locator(".leaflet-tile-loaded").all()]
    assert min(tile["x"] for tile in tiles) < page.locator("#map").bounding_box()["width"] / 2 - 300
    viewer.shoot(f"go-to-{size['width']}", size)
    page.keyboard.press("r")

    for wrong, why in (
        ("M 51", "Write 11:36"),
        ("x 9000 y 2", "not on the image"),
        ("20.0 -80.0", "not on the image"),
        ("#99999", "No source 99999"),
    ):
        go_to(page, wrong)
        expect(page.get_by_role("alert").filter(has_text=why)).to_be_visible()
    assert centre_px(page) == pytest.approx((200, 550), abs=0.6)
    axe_clean(page)

    chosen = page.locator("input[name=rendition]:checked").input_value()
    assert re.search(rf"#x=200\.\d&y=5\d\d\.\d&zoom=1&rendition={chosen}$", page.url)
    again = viewer.context.new_page()
    again.goto(page.url)
    expect(readout(again, "zoom")).to_have_text("2×")
    assert centre_px(again) == centre_px(page)
    assert again.locator("input[name=rendition]:checked").input_value() == chosen
