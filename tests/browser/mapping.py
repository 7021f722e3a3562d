"""Ways about the map of a galaxy page: image pixels to the screen, and going to a place."""

import re

from playwright.sync_api import Locator, Page, expect

from galaxycat.accounts.models import Role
from tests.browser.conftest import LAPTOP
from tests.factories import PASSWORD, make_member

Place = tuple[float, float]


def go_to(page: Page, place: str) -> None:
    """Type a place where the page takes one."""
    page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Go to a position")
    expect(field).to_be_focused()
    field.fill(place)
    page.keyboard.press("Enter")


def stand_at(page: Page, place: str) -> None:
    """Bring the map to a place, its popup closed and no field holding the keys."""
    go_to(page, place)
    popup = page.locator(".leaflet-popup")
    expect(popup).to_be_visible()
    page.keyboard.press("Escape")
    expect(popup).to_have_count(0)


def view(page: Page) -> tuple[float, float, float]:
    """The middle of the map in image pixels and the zoom, as the page's address names them."""
    named = re.search(r"#x=(-?[\d.]+)&y=(-?[\d.]+)&zoom=(-?[\d.]+)", page.url)
    assert named, page.url
    x_px, y_px, zoom = (float(text) for text in named.groups())
    return x_px, y_px, zoom


def on_screen(page: Page, x_px: float, y_px: float) -> Place:
    """Where a place of the image is on the page, by the page's view."""
    x0, y0, zoom = view(page)
    box = page.locator("#map").bounding_box()
    assert box
    scale = 2**zoom
    return box["x"] + box["width"] / 2 + (x_px - x0) * scale, box["y"] + box["height"] / 2 - (y_px - y0) * scale


def swipe(page: Page, start: Place, end: Place, steps: int = 6) -> None:
    """From one place of the image to another by a finger."""
    finger = page.context.new_cdp_session(page)
    (x0, y0), (x1, y1) = on_screen(page, *start), on_screen(page, *end)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x0, "y": y0}]})
    for step in range(1, steps + 1):
        place = {"x": x0 + (x1 - x0) * step / steps, "y": y0 + (y1 - y0) * step / steps}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [place]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    finger.detach()


def drag(page: Page, start: Place, end: Place) -> None:
    """From one place of the image to another, in steps, as a hand does."""
    page.mouse.move(*on_screen(page, *start))
    page.mouse.down()
    page.mouse.move(*on_screen(page, *end), steps=5)
    page.mouse.up()


def draw_rectangle(page: Page, half_px: int) -> tuple[float, float]:
    """A region of a round, about the middle of the map; returns where that is on the screen."""
    page.locator(".leaflet-draw-draw-rectangle").click()
    box = page.locator("#map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - half_px, y - half_px)
    page.mouse.down()
    page.mouse.move(x + half_px, y + half_px, steps=6)
    page.mouse.up()
    return x, y


def readout(page: Page, name: str) -> Locator:
    """What the bar under the map says of this."""
    return page.locator(f"[data-readout={name}]")


def centre_px(page: Page) -> tuple[float, float]:
    """Which pixel the bar says is in the middle."""
    expect(readout(page, "where")).to_have_text("Centre")
    x, y = readout(page, "pixel").inner_text().split(", ")
    return float(x), float(y)


def visited(people, team, size=LAPTOP, **options) -> Page:
    """The galaxy's page as a viewer has it."""
    make_member(team, Role.VIEWER, "vera")
    viewer = people(size, **options)
    viewer.log_in("vera", PASSWORD)
    page = viewer.goto("/galaxies/story/")
    page.wait_for_load_state("networkidle")
    return page
