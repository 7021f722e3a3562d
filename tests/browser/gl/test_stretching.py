"""The stretch panel in real Chromium with software GL: sliders, bands, what is kept for whom."""

import re
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import expect

from catalogs.imagery.recipes import Recipe, from_json
from catalogs.stretching import keep_stretch, own_styles
from galaxycat.accounts.models import Role, User
from tests.browser.accessibility import axe_clean
from tests.browser.conftest import LAPTOP, TABLET
from tests.browser.gl.pages import differs, keepings_of, kept_picture, let_go, picture_of, requests_of, slide, whole
from tests.browser.stretched import drawn_tiles
from tests.factories import PASSWORD, make_member
from tests.processes import wait_until


def test_moving_a_slider_asks_nothing_and_is_drawn_in_the_next_frame(open_page, mosaic):
    person = open_page()
    page = person.page
    page.get_by_text("Stretch", exact=True).click()
    whole(page)
    before, asked, kept = drawn_tiles(page), requests_of(page), keepings_of(page)
    slide(page, "Black", 30)
    slide(page, "White", 30, "ArrowLeft")
    slide(page, "Softness", 20)
    slide(page, "Gamma", 20)
    whole(page)
    after = drawn_tiles(page)
    assert asked == []
    page.wait_for_timeout(3000)
    assert kept == ["PUT"]  # once for all that was moved, when the hand rested
    assert all((after[place] != before[place]).any() for place in before if before[place][..., 3].any())
    script_ms, frame_ms = np.array(page.evaluate(FRAMES)).T
    print(
        f"{len(script_ms)} moves of a slider, 9 tiles of five bands: script {np.median(script_ms):.1f} ms, "
        f"until drawn by software {np.median(frame_ms):.0f} ms (medians)"
    )
    assert len(script_ms) == 40
    assert np.median(script_ms) < 1000 / 60


# Milliseconds of script in the first frame after an input event, which must show it, and until that frame was drawn.
FRAMES = """async () => {
  const slider = document.querySelector("#stretch input[name=white]");
  const tile = document.querySelector("canvas[data-tile='2/1/1']");
  const context = new OffscreenCanvas(256, 256).getContext("2d", { willReadFrequently: true });
  const seen = () => (context.drawImage(tile, 0, 0), context.getImageData(0, 0, 256, 256).data.reduce((sum, level) => sum + level, 0));
  const times = [];
  for (let i = 0; i < 40; i++) {
    await new Promise((done) => setTimeout(done, 20));
    const before = seen();
    let begin = 0;
    const moved = performance.now();
    requestAnimationFrame(() => (begin = performance.now()));
    slider.valueAsNumber -= 0.05;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    times.push(await new Promise((done) => requestAnimationFrame(() => {
      const script = performance.now() - begin;
      if (seen() === before) throw new Error("the frame after the move shows the picture before it");
      done([script, performance.now() - moved]);
    })));
  }
  return times;
}"""


def test_another_band_asks_for_its_own_blocks_only(open_page, mosaic):
    page = open_page(rendition="grey-f555w").page
    page.get_by_text("Stretch", exact=True).click()
    page.get_by_text("Mix of bands").click()
    whole(page)
    band = mosaic.bands.get(name="F336W")
    asked = requests_of(page)
    page.get_by_role("spinbutton", name="F336W in the picture").fill("1")
    page.get_by_role("spinbutton", name="F555W in the picture").fill("0")
    whole(page)
    wait_until(lambda: differs(page, mosaic, in_another_band(mosaic, "F555W", "F336W")) <= 2, within_s=10)
    assert len(asked) == len(set(asked)) == 9
    assert all(f"/data/{band.position}/" in url for url in asked)


COUNT_ORDERS = """() => {
  window.orders = 0;
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (...said) { window.orders += 1; return postMessage.apply(this, said); };
}"""


def other_band(page, mosaic):
    """The page with its mix of bands open, and the part of an address that another band's blocks have."""
    page.get_by_text("Stretch", exact=True).click()
    page.get_by_text("Mix of bands").click()
    whole(page)
    return f"**/data/{mosaic.bands.get(name='F336W').position}/**"


def test_a_band_on_its_way_is_ordered_once_and_a_picture_to_keep_waits_for_it(open_page, mosaic, tmp_path):
    page = open_page(rendition="grey-f555w").page
    blocks = other_band(page, mosaic)
    held = []
    page.route(blocks, lambda route: held.append(route))
    page.evaluate(COUNT_ORDERS)
    page.get_by_role("spinbutton", name="F336W in the picture").fill("1")
    page.get_by_role("spinbutton", name="F555W in the picture").fill("0")
    wait_until(lambda: page.wait_for_timeout(20) or len(held) == 9, within_s=10)
    slide(page, "Black", 30)
    page.wait_for_timeout(100)
    assert page.evaluate("window.orders") == 9

    early = kept_picture(page, tmp_path / "early.png", lambda: let_go(held))
    whole(page)
    np.testing.assert_array_equal(early, kept_picture(page, tmp_path / "late.png"))


def test_a_band_that_does_not_come_is_said_and_asked_for_again(open_page, mosaic):
    viewer = open_page(rendition="grey-f555w")
    page, sign = viewer.page, viewer.page.locator("#lost-tiles")
    blocks = other_band(page, mosaic)
    with viewer.tolerating("Failed to load resource"):
        page.route(blocks, lambda route: route.abort())
        page.get_by_role("spinbutton", name="F336W in the picture").fill("1")
        page.get_by_role("spinbutton", name="F555W in the picture").fill("0")
        expect(sign).to_be_visible()
        page.unroute(blocks)
        sign.get_by_role("button").click()
        expect(sign).to_be_hidden()
    whole(page)
    wait_until(lambda: differs(page, mosaic, in_another_band(mosaic, "F555W", "F336W")) <= 2, within_s=10)


def test_a_link_that_names_no_rendition_opens_its_view(open_page):
    page = open_page(rendition="constructor").page
    whole(page)
    page.get_by_text("Stretch", exact=True).click()
    expect(page.get_by_role("slider", name="Black").first).to_be_enabled()
    page.evaluate("location.hash = '#x=300&y=200&zoom=1&rendition=grey-f555w&compare=toString'")
    expect(page.get_by_role("radio", name="F555W", exact=True)).to_be_checked()
    wait_until(
        lambda: page.evaluate("location.hash").startswith("#x=300") and "zoom=1" in page.evaluate("location.hash")
    )


def in_another_band(mosaic, before: str, after: str) -> Recipe:
    """The grey recipe of one band with its limits, in units of the noise, put to another one."""
    recipe = from_json(mosaic.renditions.get(slug=f"grey-{before.lower()}").recipe)
    old, new = mosaic.bands.get(name=before), mosaic.bands.get(name=after)

    def moved(limit: float) -> float:
        return new.background + (limit - old.background) / old.noise * new.noise

    channel = ((after, 1.0),)
    black, white = (moved(recipe.black[0]),) * 3, (moved(recipe.white[0]),) * 3
    return replace(recipe, red=channel, green=channel, blue=channel, black=black, white=white)


def test_a_style_is_kept_for_its_person_and_reset(open_page, people, mosaic):
    person = open_page()
    page = person.page
    page.locator("input[name=rendition][value=grey-f814w]").check()
    page.get_by_text("Stretch", exact=True).click()
    with page.expect_response(lambda response: "/stretches/grey-f814w/" in response.url) as answered:
        page.locator("select[name=colourMap]").select_option("viridis")
    assert (answered.value.request.method, answered.value.status) == ("PUT", 200)
    whole(page)
    coloured = drawn_tiles(page)
    assert any((tile[..., 0] != tile[..., 1]).any() for tile in coloured.values())
    # At another machine, without an address that says so.
    elsewhere = people(LAPTOP)
    elsewhere.log_in("vera", PASSWORD)
    elsewhere.goto("/galaxies/gl/")
    elsewhere.page.locator("input[name=rendition][value=grey-f814w]").check()
    elsewhere.page.get_by_text("Stretch", exact=True).click()
    expect(elsewhere.page.locator("select[name=colourMap]")).to_have_value("viridis")
    # Another rendition has a style of its own, and another person.
    elsewhere.page.locator("input[name=rendition][value=grey-f555w]").check()
    expect(elsewhere.page.locator("select[name=colourMap]")).to_have_value("grey")
    make_member(mosaic.galaxy.team, Role.VIEWER, "walt")
    other = people(LAPTOP)
    other.log_in("walt", PASSWORD)
    other.goto("/galaxies/gl/")
    other.page.locator("input[name=rendition][value=grey-f814w]").check()
    other.page.get_by_text("Stretch", exact=True).click()
    expect(other.page.locator("select[name=colourMap]")).to_have_value("grey")
    # A page that is left at once keeps what was just done.
    page.get_by_role("button", name="Reset").click()
    whole(page)
    expect(page.locator("select[name=colourMap]")).to_have_value("grey")
    assert differs(page, mosaic, from_json(mosaic.renditions.get(slug="grey-f814w").recipe)) <= 2
    assert page.evaluate("localStorage.length") == 0
    page.goto("about:blank")
    wait_until(lambda: own_styles(mosaic.galaxy, User.objects.get(username="vera")) == {}, within_s=5)


def test_a_rendition_left_before_it_was_drawn_leaves_nothing_on_the_map(open_page, mosaic):
    page = open_page(rendition="grey-f814w").page
    whole(page)
    held = []
    page.route(f"**/data/{mosaic.bands.get(name='F555W').position}/**", lambda route: held.append(route))
    page.locator("input[name=rendition][value=grey-f555w]").check()
    wait_until(lambda: page.wait_for_timeout(50) or len(held) == 9, within_s=10)
    # Its blocks are there already: it is whole before the one that is left.
    page.locator("input[name=rendition][value=grey-f814w]").check()
    whole(page)
    for route in held:
        route.abort()


def test_the_address_names_the_exact_view(open_page, people, mosaic):
    person = open_page(rendition="grey-f814w")
    page = person.page
    page.get_by_text("Stretch", exact=True).click()
    page.locator("select[name=colourMap]").select_option("viridis")
    page.locator("select[name=stretch]").select_option("sqrt")
    slide(page, "White", 40, "ArrowLeft")
    page.locator("input[name=rendition][value=colour]").check()
    page.locator("select[name=stretch]").select_option("log")
    page.locator("input[name=rendition][value=grey-f814w]").check()
    page.locator("#compare > summary").click()
    page.get_by_label("With").select_option("colour")
    page.get_by_role("slider", name="Line between").fill("0.3")
    page.get_by_role("slider", name="Opacity").fill("0.6")
    page.locator("#map").click(position={"x": 470, "y": 20})
    page.keyboard.press("g")
    expect(page).to_have_url(re.compile("compare=colour,0.3,0.6;log,.*&grid=on"))
    page.wait_for_timeout(400)
    expect(page.locator("canvas.leaflet-tile-loaded")).to_have_count(18)
    seen, address = picture_of(page), page.url
    person.shoot("exact-view")
    # A colleague with a stretch of their own sees what the address says, and keeps their own.
    make_member(mosaic.galaxy.team, Role.VIEWER, "walt")
    walt = User.objects.get(username="walt")
    own = {
        "channels": [{"weights": {"F814W": 1}, "black": 0, "white": 3}],
        "stretch": "log",
        "softness": 50,
        "gamma": 1,
    }
    keep_stretch(galaxy=mosaic.galaxy, rendition="grey-f814w", style=own | {"colourMap": "heat"}, user=walt)
    other = people(LAPTOP)
    other.log_in("walt", PASSWORD)
    other.page.goto(address)
    expect(other.page.locator("canvas.leaflet-tile-loaded")).to_have_count(18)
    other.page.get_by_text("Stretch", exact=True).click()
    expect(other.page.locator("select[name=colourMap]")).to_have_value("viridis")
    expect(other.page.get_by_label("With")).to_have_value("colour")
    other.page.locator("#compare > summary").click()
    other.page.wait_for_timeout(400)
    box = page.locator("#map").bounding_box()
    image = np.s_[int(box["y"]) : int(box["y"] + box["height"]), int(box["x"]) : int(box["x"] + box["width"])]
    differing = (np.abs(picture_of(other.page)[image] - seen[image]) > 2).any(axis=-1)
    assert differing.mean() < 0.002  # the focus ring of a button at most
    assert other.page.url == address
    other.page.goto("/".join(address.split("/")[:3]) + "/galaxies/gl/")
    other.page.locator("input[name=rendition][value=grey-f814w]").check()
    other.page.get_by_text("Stretch", exact=True).click()
    expect(other.page.locator("select[name=colourMap]")).to_have_value("heat")


@pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=["laptop", "tablet"])
def test_the_panel_is_accessible_and_fits(open_page, mosaic, size):
    person = open_page(size)
    page = person.page
    page.locator("#stretch > summary").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Mix of bands").click()
    whole(page)
    person.shoot(f"stretch-{size['width']}", size)
    axe_clean(page)
    panel = page.locator("#stretch").bounding_box()
    assert panel["x"] + panel["width"] <= size["width"]
    for control in page.locator("#stretch :is(input, select, button)").all():
        box = control.bounding_box()
        assert box is None or box["x"] + box["width"] <= panel["x"] + panel["width"] + 1
    page.locator("input[name=rendition][value=grey-f555w]").check()
    person.shoot(f"stretch-grey-{size['width']}", size)
    axe_clean(page)
