"""The viewer in real Chromium: going to a place, and an address that opens the same view again."""

import math
import re

import astropy.units as u
import numpy as np
import pytest
import rasterio
from playwright.sync_api import expect
from rasterio.io import MemoryFile

from catalogs.models import Galaxy
from catalogs.sky import galaxy_wcs, sky_of
from galaxycat.accounts.models import Role
from tests.browser.accessibility import axe_clean
from tests.browser.conftest import LAPTOP, TABLET
from tests.browser.mapping import centre_px, go_to, on_screen, readout, stand_at, visited
from tests.factories import PASSWORD, make_catalog, make_member
from tests.processes import wait_until


def value_text(value: float) -> str:
    """A band's value as the page writes it."""
    size = abs(value)
    text = f"{size:#.5g}" if 1e-3 <= size < 1e4 else re.sub(r"e([+-])0", r"e\1", f"{size:.3e}")
    return f"−{text}" if value < 0 else text


@pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=["laptop", "tablet"])
def test_the_map_goes_to_a_place_and_its_address_opens_the_view_again(people, team, galaxy, size):
    make_member(team, Role.VIEWER, "vera")
    viewer = people(size)
    viewer.log_in("vera", PASSWORD)
    page = viewer.goto("/galaxies/story/")
    page.wait_for_load_state("networkidle")
    source = galaxy.catalogs.get(kind="detected").sources.order_by("number")[40]

    go_to(page, f"#{source.number}")
    assert centre_px(page) == pytest.approx((source.x_px, source.y_px), abs=1)
    expect(page.locator(".source-popup")).to_contain_text(f"sep-f555w {source.number}")
    expect(page.get_by_role("link", name="All evidence")).to_have_attribute("href", re.compile(rf"/{source.number}/$"))
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
        ("11:99:00 +1:00:00", "Write 11:36"),
        ("x 9000 y 2", "not on the image"),
        ("20.0 -80.0", "not on the image"),
        ("#99999", "No source 99999"),
    ):
        go_to(page, wrong)
        expect(page.get_by_role("alert").filter(has_text=why)).to_be_visible()
    assert centre_px(page) == pytest.approx((200, 550), abs=0.6)
    axe_clean(page)

    chosen = page.locator("input[name=rendition]:checked").input_value()
    assert re.search(rf"#x=200\.\d\d&y=5\d\d\.\d\d&zoom=1&rendition={chosen}&image=[0-9a-f]{{8}}$", page.url)
    again = viewer.context.new_page()
    again.goto(page.url)
    expect(readout(again, "zoom")).to_have_text("2×")
    assert centre_px(again) == centre_px(page)
    assert again.locator("input[name=rendition]:checked").input_value() == chosen
    other = again.get_by_text("The address was made on another version of this image")
    expect(other).to_be_hidden()
    again.goto(re.sub("image=.*", "image=00000000", page.url))
    expect(other).to_be_visible()


def test_the_whole_image_fills_the_map_and_wheel_and_keys_go_by_whole_zooms(people, team, galaxy):
    make_member(team, Role.VIEWER, "vera")
    viewer = people()
    viewer.log_in("vera", PASSWORD)
    page = viewer.goto("/galaxies/story/")
    expect(readout(page, "zoom")).to_have_text("1:1.1")
    page.keyboard.press("0")  # from the first move on the address names the view
    expect(page).to_have_url(re.compile("#x="))
    box = page.locator("#map").bounding_box()
    across, down = (np.subtract(on_screen(page, galaxy.width_px, galaxy.height_px), on_screen(page, 0, 0))).tolist()
    assert max(across / box["width"], -down / box["height"]) == pytest.approx(1, abs=0.01)
    assert min(across / box["width"], -down / box["height"]) > 0.5
    page.keyboard.press("+")
    expect(readout(page, "zoom")).to_have_text("2×")
    page.keyboard.press("-")
    expect(readout(page, "zoom")).to_have_text("1×")
    page.mouse.wheel(0, 100)
    expect(readout(page, "zoom")).to_have_text("1:2")
    page.keyboard.press("0")
    expect(readout(page, "zoom")).to_have_text("1:1.1")
    # The address keeps it.
    named = page.url
    page.goto("about:blank")
    page.goto(named)
    expect(readout(page, "zoom")).to_have_text("1:1.1")
    assert page.url == named


def test_the_whole_image_stays_whole_in_a_window_of_another_size_until_it_is_moved(people, team, galaxy):
    make_member(team, Role.VIEWER, "vera")
    viewer = people()
    viewer.log_in("vera", PASSWORD)
    page = viewer.goto("/galaxies/story/")
    for size, zoom in (({"width": 1000, "height": 600}, "1:1.6"), (TABLET, "1:1.3"), (LAPTOP, "1:1.1")):
        page.set_viewport_size(size)
        expect(readout(page, "zoom")).to_have_text(zoom)
        assert centre_px(page) == pytest.approx(((galaxy.width_px - 1) / 2, (galaxy.height_px - 1) / 2), abs=1.5)
    page.keyboard.press("+")
    expect(readout(page, "zoom")).to_have_text("2×")
    page.set_viewport_size(TABLET)
    page.wait_for_timeout(300)
    expect(readout(page, "zoom")).to_have_text("2×")


def test_between_two_whole_zooms_there_are_no_seams(people, team, galaxy):
    """Tiles meet between two pixels of the screen, and the row there is as bright as those about it."""
    make_member(team, Role.VIEWER, "vera")
    viewer = people()
    viewer.log_in("vera", PASSWORD)
    page = viewer.goto("/galaxies/story/")
    expect(readout(page, "zoom")).to_have_text("1:1.1")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("m")
    expect(page.locator(".leaflet-tile:not(.leaflet-tile-loaded)")).to_have_count(0)
    tiles = [tile.bounding_box() for tile in page.locator("#map img.leaflet-tile-loaded").all()]
    edges = {tile["y"] for tile in tiles if tile["y"] > 100} | {tile["x"] for tile in tiles}
    assert len(edges) >= 4
    assert all(abs(edge - round(edge)) < 0.01 for edge in edges), edges
    with MemoryFile(page.screenshot()) as memory, memory.open() as opened:
        rows = opened.read([1, 2, 3])[:, :, 200:760].mean(axis=(0, 2))
    bend = np.abs(rows[1:-1] - (rows[:-2] + rows[2:]) / 2)
    rows_of_edges = {round(tile["y"]) for tile in tiles if tile["y"] > 100}
    assert len(rows_of_edges) == 2
    # In 1 % of all rows up to 28 levels of 255, in nine of ten 0.6; where the edges are blended with what is beneath, 3 to 14.
    assert [edge for edge in rows_of_edges if bend[edge - 3 : edge + 3].max() > 2] == []


def test_a_finger_blinks_fits_and_hides_the_marks(people, team, galaxy):
    make_member(team, Role.VIEWER, "vera")
    viewer = people(TABLET, has_touch=True)
    viewer.log_in("vera", PASSWORD)
    page = viewer.goto("/galaxies/story/")
    page.wait_for_load_state("networkidle")
    chosen = page.locator("input[name=rendition]:checked")
    renditions = list(galaxy.latest_mosaic.renditions.all())
    for shown in (renditions[1], renditions[0], renditions[1]):
        page.get_by_role("button", name="Blink").tap()
        expect(chosen).to_have_value(shown.slug)
        expect(page.locator("#map img.leaflet-tile-loaded").first).to_have_attribute(
            "src", re.compile(shown.style_hash)
        )
    marks = page.get_by_role("button", name="Marks", exact=True)
    expect(marks).to_have_attribute("aria-pressed", "true")
    marks.tap()
    expect(marks).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".marker-canvas")).to_be_hidden()
    page.get_by_role("button", name="Zoom in").tap()
    expect(readout(page, "zoom")).not_to_have_text("1:1.3")
    page.get_by_role("button", name="Fit").tap()
    expect(readout(page, "zoom")).to_have_text("1:1.3")
    for button in page.locator(".map-tool").all():
        assert min(button.bounding_box()["width"], button.bounding_box()["height"]) >= 40
    viewer.shoot("galaxy-touch", TABLET)


def test_the_map_goes_to_an_object_by_its_name(people, team, galaxy, sesame):
    make_member(team, Role.VIEWER, "vera")
    viewer = people()
    viewer.log_in("vera", PASSWORD)
    page = viewer.goto("/galaxies/story/")
    ra_deg, dec_deg = sky_of(galaxy, np.array([500.0]), np.array([250.0]))
    sesame.known["ngc 7000 x-1"] = (ra_deg[0], dec_deg[0])
    go_to(page, "NGC 7000 X-1")
    expect(page.locator(".source-popup")).to_contain_text("NGC 7000 X-1: 11:3")
    assert centre_px(page) == pytest.approx((500, 250), abs=0.6)
    sesame.known["30 dor"] = (ra_deg[0], dec_deg[0])
    go_to(page, "30 Dor")
    expect(page.locator(".source-popup")).to_contain_text("30 Dor: 11:3")
    go_to(page, "M 51")
    expect(page.get_by_role("alert").filter(has_text="M 51 is not on the image: it is at 13:29:52")).to_be_visible()
    with viewer.tolerating("404"):
        go_to(page, "Nowhere")
        expect(page.get_by_role("alert").filter(has_text="Nowhere: no object of this name")).to_be_visible()


# What a kept picture's words are, and where: those on the map's own canvases are drawn before.
NOTE_WORDS = """() => {
  window.written = [];
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    window.written.push({ text, x, y, width: this.measureText(text).width });
    write.call(this, text, x, y);
  };
}"""


def words_beneath(page, height: float) -> list[dict]:
    """The words of the kept picture's footer."""
    return [each for each in page.evaluate("window.written") if each["y"] > height]


def assert_apart(words: list[dict], width: float) -> None:
    assert len(words) >= 5
    for one in words:
        assert 0 < one["x"] < one["x"] + one["width"] < width, one
        others = [each for each in words if each["y"] == one["y"] and each["x"] > one["x"]]
        assert [each for each in others if each["x"] < one["x"] + one["width"] + 10] == [], one


@pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=["laptop", "tablet"])
def test_values_grid_minimap_and_a_picture_to_keep(people, team, galaxy, size, tmp_path):
    Galaxy.objects.filter(pk=galaxy.pk).update(distance_mpc=9.9)
    make_member(team, Role.VIEWER, "vera")
    viewer = people(size)
    viewer.log_in("vera", PASSWORD)
    page = viewer.goto("/galaxies/story/")
    stand_at(page, "x 400 y 350")
    expect(page.locator(".map-scale-text")).to_contain_text(" pc")

    # The pixel under the cursor, in every band, is the science image's.
    box = page.locator("#map").bounding_box()
    page.mouse.move(box["x"] + box["width"] // 2 + 42, box["y"] + box["height"] // 2 - 62)
    bands = list(galaxy.latest_mosaic.bands.all())
    expect(page.locator("#band-values dt")).to_have_text([band.name for band in bands])
    expect(page.locator("#band-values")).not_to_have_class(re.compile("is-stale"))
    x, y = (float(text) for text in readout(page, "pixel").inner_text().split(", "))
    with rasterio.open(galaxy.latest_mosaic.science_path) as dataset:
        expected = dataset.read()[:, ::-1][:, math.floor(y + 0.5), math.floor(x + 0.5)]
    cells = page.locator("#band-values dd:not(.muted)").all_inner_texts()
    shown = [float(text.replace("−", "-")) for text in cells]
    assert shown == pytest.approx(expected.tolist(), rel=2e-4, abs=1e-9)
    # Where the bar reads another pixel, so do the values: the middle's after the map was moved by key.
    page.keyboard.press("ArrowRight")
    x, y = centre_px(page)
    with rasterio.open(galaxy.latest_mosaic.science_path) as dataset:
        expected = dataset.read()[:, ::-1][:, math.floor(y + 0.5), math.floor(x + 0.5)]
    texts = [value_text(value) for value in expected.tolist()]
    expect(page.locator("#band-values dd:not(.muted)")).to_have_text(texts)
    expect(page.locator("#band-values")).not_to_have_class(re.compile("is-stale"))
    page.keyboard.press("ArrowLeft")

    page.keyboard.press("g")
    expect(page.get_by_role("button", name="Grid")).to_have_attribute("aria-pressed", "true")
    drawn = "() => { const c = document.querySelector('.graticule-canvas'); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; return d.filter((_, i) => i % 4 === 3 && d[i] > 0).length }"
    assert page.evaluate(drawn) > 2000
    axe_clean(page)
    viewer.shoot(f"galaxy-grid-{size['width']}", size)

    # The minimap's box leads the map.
    frame = page.locator(".minimap").bounding_box()
    page.mouse.click(frame["x"] + 0.25 * frame["width"], frame["y"] + 0.25 * frame["height"])
    page.mouse.move(box["x"] + 5, box["y"] + box["height"] + 60)
    assert centre_px(page) == pytest.approx((0.25 * galaxy.width_px, 0.75 * galaxy.height_px), abs=8)
    marked = page.locator(".minimap-box").bounding_box()
    assert marked["x"] + marked["width"] / 2 == pytest.approx(frame["x"] + 0.25 * frame["width"], abs=2)
    assert marked["y"] + marked["height"] / 2 == pytest.approx(frame["y"] + 0.25 * frame["height"], abs=2)

    expect(page.locator(".leaflet-tile:not(.leaflet-tile-loaded)")).to_have_count(0)
    make_catalog(galaxy, 3, name="a" * 60, kind="reference")
    make_catalog(galaxy, 3, name="b" * 60, kind="reference")
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".leaflet-tile:not(.leaflet-tile-loaded)")).to_have_count(0)
    page.evaluate(NOTE_WORDS)
    with page.expect_download() as downloading:
        page.keyboard.press("p")
    name = downloading.value.suggested_filename
    assert re.fullmatch(r"story_[a-z0-9-]+_x\d+_y\d+\.png", name)
    words = words_beneath(page, box["height"])
    assert_apart(words, box["width"])
    texts = [each["text"] for each in words]
    recipe = galaxy.latest_mosaic.renditions.all()[0].recipe
    sums = [" + ".join(band for band, _ in recipe[channel]) for channel in ("red", "green", "blue")]
    red, green, blue = (f"({each})" if "+" in each else each for each in sums)
    assert f"R {red} · G {green} · B {blue}, {recipe['stretch']}" in texts
    assert {"a" * 60, "b" * 60, "sep-f555w", "truth"} <= set(texts)
    footer = round(max(each["y"] for each in words) - box["height"]) + 13
    assert footer > 56
    downloading.value.save_as(tmp_path / name)
    with rasterio.open(tmp_path / name) as picture:
        pixels = picture.read([1, 2, 3])
    assert pixels.shape == (3, pytest.approx(box["height"] + footer, abs=1), pytest.approx(box["width"], abs=1))
    assert (
        len(np.unique(pixels[:, 100:-156, 100:-100].reshape(3, -1), axis=1).T) > 5000
    )  # a picture, not a plain colour
    assert (pixels[:, -50:] > 200).any()  # the legend's letters
    assert pixels[:, -50:].mean() < 60


class Held:
    """Requests that wait until they are let go."""

    def __init__(self, page, pattern) -> None:
        self.page, self.waiting, self.is_open = page, [], False
        page.route(pattern, lambda route: route.continue_() if self.is_open else self.waiting.append(route))

    def wait_for(self, n: int) -> None:
        wait_until(lambda: self.page.wait_for_timeout(20) or len(self.waiting) >= n, within_s=10)

    def let_go(self) -> None:
        self.is_open = True
        for route in self.waiting:
            route.continue_()


def kept_picture(downloading, folder) -> np.ndarray:
    """(3, h, w) of a kept picture without its footer."""
    path = folder / "kept.png"
    downloading.value.save_as(path)
    with rasterio.open(path) as picture:
        return picture.read([1, 2, 3])[:, :500].astype(int)


def test_a_kept_picture_is_of_the_rendition_that_it_names(people, team, galaxy, tmp_path):
    page = visited(people, team)
    first, second = galaxy.latest_mosaic.renditions.all()[:2]
    with page.expect_download() as downloading:
        page.keyboard.press("p")
    before = kept_picture(downloading, tmp_path)
    # The next rendition is chosen, and the picture asked for, before its tiles are there.
    held = Held(page, re.compile(second.style_hash))
    with page.expect_download() as downloading:
        page.keyboard.press("r")
        page.keyboard.press("p")
        held.wait_for(4)
        held.let_go()
    assert downloading.value.suggested_filename.startswith(f"story_{second.slug}_x")
    early = kept_picture(downloading, tmp_path)
    with page.expect_download() as downloading:
        page.keyboard.press("p")
    np.testing.assert_array_equal(early, kept_picture(downloading, tmp_path))
    assert (early != before).mean() > 0.1
    # Another rendition comes while the file is being made.
    page.evaluate(SLOW_FILES)
    with page.expect_download() as downloading:
        page.keyboard.press("p")
        page.wait_for_function("() => Boolean(window.makeFile)")
        page.keyboard.press("b")
        expect(page.locator("input[name=rendition]:checked")).to_have_value(first.slug)
        page.evaluate("window.makeFile()")
    assert downloading.value.suggested_filename.startswith(f"story_{second.slug}_x")
    np.testing.assert_array_equal(early, kept_picture(downloading, tmp_path))


SLOW_FILES = """() => {
  const make = HTMLCanvasElement.prototype.toBlob;
  HTMLCanvasElement.prototype.toBlob = function (...how) {
    window.makeFile = () => make.apply(this, how);
  };
}"""


def test_a_picture_without_all_tiles_shows_nothing_else_in_their_place(people, team, galaxy, tmp_path):
    page = visited(people, team)
    second = galaxy.latest_mosaic.renditions.all()[1]
    page.keyboard.press("m")
    held = Held(page, re.compile(second.style_hash))
    page.clock.install()
    page.keyboard.press("r")
    held.wait_for(4)
    with page.expect_download() as downloading:
        page.keyboard.press("p")
        page.clock.fast_forward(5000)  # longer than anybody waits for a picture
    assert downloading.value.suggested_filename.startswith(f"story_{second.slug}_x")
    assert np.ptp(kept_picture(downloading, tmp_path)[:, 200:400, 200:600], axis=(1, 2)).tolist() == [0, 0, 0]
    held.let_go()
    expect(page.locator("#map img.leaflet-tile-loaded").first).to_have_attribute("src", re.compile(second.style_hash))


def test_a_picture_that_cannot_be_made_is_said_to_be_missing(people, team, galaxy):
    page = visited(people, team)
    page.evaluate("() => { HTMLCanvasElement.prototype.toBlob = (done) => done(null); }")
    page.keyboard.press("p")
    words = "The picture was not kept (it could not be made). Try again."
    expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()


def test_blinking_by_itself_goes_on_until_it_is_told_to_stop(people, team, galaxy):
    page = visited(people, team)
    chosen, auto = page.locator("input[name=rendition]:checked"), page.get_by_role("button", name="Auto")
    first, second = [rendition.slug for rendition in galaxy.latest_mosaic.renditions.all()[:2]]
    page.keyboard.press("Shift+B")
    expect(auto).to_have_attribute("aria-pressed", "true")
    for shown in (second, first, second):
        expect(chosen).to_have_value(shown)
    auto.click()
    expect(auto).to_have_attribute("aria-pressed", "false")
    stays = chosen.input_value()
    page.wait_for_timeout(1600)  # twice as long as a picture stays
    expect(chosen).to_have_value(stays)


def test_the_compass_points_north_and_east_as_astropy_has_them(people, team, galaxy):
    page = visited(people, team)
    wcs, (x_px, y_px) = galaxy_wcs(galaxy), centre_px(page)
    here = wcs.pixel_to_world(x_px, y_px)
    arms = page.locator(".compass-arm")
    expect(arms).to_have_count(2)
    for arm, position_angle in zip(arms.all(), (0, 90), strict=True):
        there = wcs.world_to_pixel(here.directional_offset_by(position_angle * u.deg, 1 * u.arcsec))
        x1, y1, x2, y2 = (float(arm.get_attribute(name)) for name in ("x1", "y1", "x2", "y2"))
        drawn = np.array([x2 - x1, y1 - y2])  # SVG counts downwards
        expected = np.array([float(there[0]) - x_px, float(there[1]) - y_px])
        assert drawn / np.hypot(*drawn) == pytest.approx(expected / np.hypot(*expected), abs=0.02)
