"""The page's address in real Chromium while the map is moved many times: right at once, and not written oftener than browsers take."""

import pytest
from playwright.sync_api import expect

from galaxycat.accounts.models import Role
from tests.browser.conftest import LAPTOP
from tests.browser.mapping import centre_px, go_to, stand_at, view
from tests.factories import PASSWORD, make_member
from tests.processes import wait_until

COUNTED = """
window.written = window.moved = 0;
const replace = history.replaceState;
history.replaceState = function (...how) {
  window.written++;
  return replace.apply(this, how);
};
document.addEventListener("pointermove", ({ buttons, target }) => (window.moved += Boolean(buttons && target.closest(".minimap"))), true);
"""
# Fifty moves in one task, as a drag in the minimap makes them.
MANY_MOVES = """() => {
  const frame = document.querySelector(".minimap");
  const { left, top, width, height } = frame.getBoundingClientRect();
  for (let i = 0; i <= 50; i++) {
    const place = { clientX: left + width * (0.3 + i / 200), clientY: top + height / 2 };
    frame.dispatchEvent(new PointerEvent("pointermove", { buttons: 1, ...place }));
  }
}"""


@pytest.fixture
def page(people, team, galaxy):
    """Of a viewer in the middle of the galaxy, where writing of the address is counted."""
    make_member(team, Role.VIEWER, "vera")
    viewer = people(LAPTOP)
    viewer.context.add_init_script(COUNTED)
    viewer.log_in("vera", PASSWORD)
    page = viewer.goto("/galaxies/story/")
    stand_at(page, "x 400 y 400")
    return page


def names(page, x_px: float, y_px: float) -> None:
    """Wait until the address names this place."""
    near = pytest.approx((x_px, y_px), abs=0.6)
    wait_until(lambda: page.wait_for_timeout(20) or view(page)[:2] == near, within_s=5)


def test_a_long_drag_writes_the_address_now_and_then_and_where_it_ends(page, galaxy):
    assert view(page)[:2] == pytest.approx((400, 400), abs=0.6)
    for place in ("x 300 y 300", "x 310 y 320", "x 330 y 310"):
        go_to(page, place)
        expect(page.locator(".leaflet-popup")).to_contain_text(place)
        assert f"x {view(page)[0]:.0f} y {view(page)[1]:.0f}" == place  # at once
    page.evaluate("window.written = 0")
    frame = page.locator(".minimap").bounding_box()
    left, right = (frame["x"] + share * frame["width"] for share in (0.2, 0.8))
    middle = frame["y"] + frame["height"] / 2
    page.mouse.move(left, middle)
    page.mouse.down()
    for to in (right, left, right, left, right):
        page.mouse.move(to, middle, steps=60)
    page.mouse.up()
    page.mouse.move(5, 795)
    assert page.evaluate("window.moved") >= 300
    assert centre_px(page) == pytest.approx((0.8 * galaxy.width_px, 0.5 * galaxy.height_px), abs=8)
    names(page, *centre_px(page))
    assert 2 < page.evaluate("window.written") < 100


def test_an_address_opened_by_hand_is_not_written_over(page):
    # The map still moves when the address is there, and writes what it came to before the browser tells of the address.
    page.evaluate(f"location.hash = '#x=200&y=550&zoom=2'; ({MANY_MOVES})()")
    names(page, 200, 550)
    page.mouse.move(5, 795)
    assert centre_px(page) == pytest.approx((200, 550), abs=0.6)
    page.wait_for_timeout(600)  # longer than writing waits
    assert view(page) == (pytest.approx(200, abs=0.6), pytest.approx(550, abs=0.6), 2)


def test_a_page_that_is_left_at_once_comes_back_where_it_was(page, galaxy):
    page.evaluate(MANY_MOVES)
    page.evaluate(f"({MANY_MOVES})(); location.href = '/'")
    page.wait_for_url("**/")
    page.go_back()
    page.mouse.move(5, 795)
    expect(page.locator("#band-values")).to_be_attached()
    names(page, 0.55 * galaxy.width_px, 0.5 * galaxy.height_px)
