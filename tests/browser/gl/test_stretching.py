"""The stretch panel in real Chromium with software GL: sliders, limits, what is kept for whom, comparing two renditions."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from playwright.sync_api import Page, expect
from rasterio.io import MemoryFile

from catalogs.imagery.recipes import Recipe, from_json
from catalogs.stretching import keep_stretch, own_styles
from galaxycat.accounts.models import Role, User
from tests.browser.accessibility import axe_clean
from tests.browser.conftest import LAPTOP, TABLET
from tests.browser.gl.pages import differs, keepings_of, requests_of, slide, whole
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


def in_another_band(mosaic, before: str, after: str) -> Recipe:
    """The grey recipe of one band with its limits, in units of the noise, put to another one."""
    recipe = from_json(mosaic.renditions.get(slug=f"grey-{before.lower()}").recipe)
    old, new = mosaic.bands.get(name=before), mosaic.bands.get(name=after)

    def moved(limit: float) -> float:
        return new.background + (limit - old.background) / old.noise * new.noise

    channel = ((after, 1.0),)
    black, white = (moved(recipe.black[0]),) * 3, (moved(recipe.white[0]),) * 3
    return replace(recipe, red=channel, green=channel, blue=channel, black=black, white=white)


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


def picture_of(page: Page) -> np.ndarray:
    """(h, w, 3) of what is on the screen."""
    with MemoryFile(page.screenshot()) as memory, memory.open() as opened:
        return np.moveaxis(opened.read([1, 2, 3]), 0, -1).astype(int)


def test_two_renditions_are_compared_on_either_side_of_a_line(open_page, mosaic, tmp_path):
    person = open_page(rendition="grey-f275w")
    page = person.page
    whole(page)
    left = picture_of(page)
    page.locator("input[name=rendition][value=grey-f814w]").check()
    whole(page)
    right = picture_of(page)
    page.locator("input[name=rendition][value=grey-f275w]").check()
    page.locator("#compare > summary").click()
    page.get_by_label("With").select_option("grey-f814w")
    expect(page.locator("canvas.leaflet-tile-loaded")).to_have_count(18)
    line = page.get_by_role("slider", name="Line between")
    box = page.locator("#map").bounding_box()
    # Inside the image, away from the line, its handle and the furniture.
    rows = slice(int(box["y"]) + 80, int(box["y"]) + 280)
    for presses in (0, -30, 20):
        line.focus()
        for _ in range(abs(presses)):
            page.keyboard.press("ArrowLeft" if presses < 0 else "ArrowRight")
        middle = int(box["x"] + box["width"] * float(line.input_value()))
        both = picture_of(page)
        np.testing.assert_array_equal(both[rows, 200 : middle - 5], left[rows, 200 : middle - 5])
        np.testing.assert_array_equal(both[rows, middle + 5 : 740], right[rows, middle + 5 : 740])
    assert (left[rows, 200:740] != right[rows, 200:740]).mean() > 0.3
    shares: list[float] = []
    person.shoot("compare")
    axe_clean(page)
    # Stretched while it is the first one, it is so right of the line too.
    page.locator("#stretch > summary").click()
    page.keyboard.press("r")  # the keys go on where a part was opened
    expect(page.locator("input[name=rendition]:checked")).not_to_have_value("grey-f275w")
    for change in (lambda: slide(page, "White", 80, "ArrowLeft"), page.get_by_role("button", name="Reset").click):
        page.locator("input[name=rendition][value=grey-f814w]").check()
        change()
        page.locator("input[name=rendition][value=grey-f275w]").check()
        expect(page.locator("canvas.leaflet-tile-loaded")).to_have_count(18)
        expect(page.locator(".leaflet-layer")).to_have_count(2)  # the picture before is gone
        page.wait_for_timeout(300)
        shares.append((picture_of(page)[rows, middle + 5 : 740] != right[rows, middle + 5 : 740]).mean())
    assert shares[0] > 0.3
    assert shares[1] == 0
    # Half of each where it is half transparent.
    page.get_by_role("slider", name="Opacity").fill("0.5")
    mixed = picture_of(page)[rows, middle + 5 : 740]
    assert np.abs(mixed - (left + right)[rows, middle + 5 : 740] / 2).max() <= 2
    # The picture to keep has both, too.
    with page.expect_download() as downloading:
        page.keyboard.press("p")
    downloading.value.save_as(tmp_path / "kept.png")
    with rasterio.open(tmp_path / "kept.png") as kept:
        top, first = int(box["y"]), int(box["x"])
        pixels = kept.read([1, 2, 3]).transpose(1, 2, 0).astype(float)
    placed = pixels[rows.start - top : rows.stop - top, middle + 5 - first : 740 - first]
    assert np.abs(placed - mixed).max() <= 2
    # And the bar of the first one's levels, black to white.
    right = box["width"] * float(line.input_value())
    length = min(240, right - 2 * 14 - 170)
    bar = pixels[int(box["height"]) - 14 - 5, int(np.ceil(right - 14 - length)) : int(right - 14)]
    assert bar[2].max() <= 4
    assert bar[-2].min() >= 251
    assert (np.diff(bar[1:-1, 0]) >= 0).all()
    # It stays where it is on the screen when the map is moved, and goes when nothing is chosen.
    page.mouse.move(400, 400)
    page.mouse.down()
    page.mouse.move(440, 420, steps=4)
    page.mouse.up()
    assert int(box["x"] + box["width"] * float(line.input_value())) == middle
    page.get_by_label("With").select_option("nothing")
    expect(line).to_be_hidden()
    expect(page.locator("canvas.leaflet-tile-loaded")).to_have_count(9)
