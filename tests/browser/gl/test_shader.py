"""Stretching in real Chromium with software GL: the shader's pixels are the server's, and moving a slider asks nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from astropy.io import fits
from playwright.sync_api import Page, expect
from rasterio.io import MemoryFile

from catalogs.imagery.fitsband import BandArgument
from catalogs.imagery.recipes import STRETCHES, Recipe, from_json
from catalogs.ingest import ingest_galaxy
from catalogs.simulation import SimulationSpec, simulate_galaxy
from galaxycat.accounts.models import Role
from tests.browser import chromium
from tests.browser.accessibility import axe_clean
from tests.browser.conftest import LAPTOP, TABLET, launched
from tests.browser.stretched import composed_tile, drawn_tiles
from tests.factories import PASSWORD, make_member, make_team
from tests.linefield import LineField, write_line_band
from tests.processes import wait_until

SPEC = SimulationSpec(name="gl", size_px=600, seed=7)
NO_GL = """
const real = OffscreenCanvas.prototype.getContext;
OffscreenCanvas.prototype.getContext = function (kind, ...rest) {
  return kind === "webgl2" ? null : real.call(this, kind, ...rest);
};
"""
# So that a test can take the context away.
KEEP_GL = """
const real = OffscreenCanvas.prototype.getContext;
OffscreenCanvas.prototype.getContext = function (kind, ...rest) {
  const context = real.call(this, kind, ...rest);
  if (kind === "webgl2") window.keptGl = context;
  return context;
};
"""


@pytest.fixture(scope="session")
def browser(playwright):
    """One with WebGL2, by software."""
    yield from launched(playwright, chromium.GL_FLAGS)


@pytest.fixture(scope="session")
def holed_files(tmp_path_factory):
    """A simulated galaxy's FITS files with a corner that no band has seen and a strip that one has not."""
    files = simulate_galaxy(SPEC, tmp_path_factory.mktemp("holed") / "gl", lambda line: None)
    for number, path in enumerate(files.bands.values()):
        with fits.open(path, mode="update") as opened:
            opened[0].data[:90, :120] = np.nan
            if number == 1:
                opened[0].data[300:330] = np.nan
    return files


@pytest.fixture
def mosaic(server, holed_files):
    team = make_team("Shaders")
    make_member(team, Role.VIEWER, "vera")
    bands = [BandArgument(name.upper(), path) for name, path in holed_files.bands.items()]
    return ingest_galaxy(slug="gl", name="Holed galaxy (simulated)", bands=bands, team=team).mosaic


@pytest.fixture
def open_page(people, mosaic):
    """Opens the galaxy's page with a map at the scale of the image's own pixels."""

    def open_it(size=LAPTOP, script="", rendition="colour"):
        person = people(size)
        if script:
            person.context.add_init_script(script)
        person.log_in("vera", PASSWORD)
        person.goto(f"/galaxies/gl/#x=300.0&y=300.0&zoom=0&rendition={rendition}")
        return person

    return open_it


def whole(page: Page, n_tiles: int = 9) -> None:
    """Wait until all tiles of the image are drawn."""
    expect(page.locator("canvas.leaflet-tile-loaded")).to_have_count(n_tiles)
    expect(page.locator(".leaflet-layer")).to_have_count(1)  # the picture before is gone
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def requests_of(page: Page) -> list[str]:
    """The addresses asked for from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


def test_the_shader_paints_what_the_server_composes(open_page, mosaic):
    page = open_page().page
    page.get_by_text("Stretch", exact=True).click()
    n_compared, worst = 0, 0
    for rendition in mosaic.renditions.all():
        page.locator(f"input[name=rendition][value='{rendition.slug}']").check()
        recipe = from_json(rendition.recipe)
        for stretch in STRETCHES:
            page.locator("select[name=stretch]").select_option(stretch)
            whole(page)
            tiles = drawn_tiles(page)
            assert set(tiles) == {(2, x, y) for x in range(3) for y in range(3)}
            for place, pixels in tiles.items():
                expected = composed_tile(mosaic, replace(recipe, stretch=stretch), place)
                np.testing.assert_array_equal(pixels[..., 3], expected[..., 3])
                worst = max(worst, int(np.abs(pixels.astype(int) - expected).max()))
                n_compared += 1
    assert n_compared == len(STRETCHES) * mosaic.renditions.count() * 9
    print(f"largest difference of {n_compared} tiles: {worst} of 255")
    assert worst <= 2
    # Nothing there where no band has seen, and the pixels of the other bands where one has not.
    assert tiles[2, 0, 2][-1, 0].tolist() == [0, 0, 0, 0]
    assert tiles[2, 1, 1][20, 100, 3] == 255


def test_the_image_of_a_line_is_painted_as_a_band_is(people, server, tmp_path):
    field = LineField(size_px=480)
    continuum = field.continuum()
    continuum[:40] = np.nan
    bands = [
        BandArgument(name, write_line_band(tmp_path / f"{name}.fits", pixels, name))
        for name, pixels in (("F814W", continuum), ("F657N", field.narrow()))
    ]
    team = make_team("Lines")
    make_member(team, Role.VIEWER, "vera")
    mosaic = ingest_galaxy(slug="line", bands=bands, team=team).mosaic
    recipe = from_json(mosaic.renditions.get(slug="halpha-f657n").recipe)
    person = people(LAPTOP)
    person.log_in("vera", PASSWORD)
    person.goto("/galaxies/line/#x=240.0&y=240.0&zoom=0&rendition=halpha-f657n")
    page = person.page
    page.get_by_text("Stretch", exact=True).click()
    for stretch in STRETCHES:
        page.locator("select[name=stretch]").select_option(stretch)
        whole(page, 4)
        tiles = drawn_tiles(page)
        assert set(tiles) == {(1, x, y) for x in range(2) for y in range(2)}
        for place, pixels in tiles.items():
            expected = composed_tile(mosaic, replace(recipe, stretch=stretch), place)
            np.testing.assert_array_equal(pixels[..., 3], expected[..., 3])
            assert np.abs(pixels.astype(int) - expected).max() <= 2
    assert (tiles[1, 0, 1][-100:, :, 3] == 0).any()  # where the continuum has no data
    asked = requests_of(page)
    page.locator("select[name=colourMap]").select_option("viridis")
    slide(page, "White", 20, "ArrowLeft")
    page.get_by_role("button", name="ZScale", exact=True).click()
    page.wait_for_timeout(200)
    whole(page, 4)
    assert any((tile[..., 0] != tile[..., 1]).any() for tile in drawn_tiles(page).values())
    assert asked == []


def slide(page: Page, name: str, steps: int, key: str = "ArrowRight") -> None:
    slider = page.get_by_role("slider", name=name).first
    slider.focus()
    for _ in range(steps):
        page.keyboard.press(key)


def test_moving_a_slider_asks_nothing_and_is_drawn_in_the_next_frame(open_page, mosaic):
    person = open_page()
    page = person.page
    page.get_by_text("Stretch", exact=True).click()
    whole(page)
    before, asked = drawn_tiles(page), requests_of(page)
    slide(page, "Black", 30)
    slide(page, "White", 30, "ArrowLeft")
    slide(page, "Softness", 20)
    slide(page, "Gamma", 20)
    whole(page)
    after = drawn_tiles(page)
    assert asked == []
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


def differs(page: Page, mosaic, recipe: Recipe) -> int:
    """The largest difference of what is drawn from what the server would make of the recipe."""
    tiles = drawn_tiles(page)
    assert len(tiles) == 9
    return max(
        int(np.abs(tile.astype(int) - composed_tile(mosaic, recipe, place)).max()) for place, tile in tiles.items()
    )


def test_a_style_is_remembered_and_reset(open_page, mosaic):
    person = open_page()
    page = person.page
    page.locator("input[name=rendition][value=grey-f814w]").check()
    page.get_by_text("Stretch", exact=True).click()
    page.locator("select[name=colourMap]").select_option("viridis")
    whole(page)
    coloured = drawn_tiles(page)
    assert any((tile[..., 0] != tile[..., 1]).any() for tile in coloured.values())
    page.reload()
    whole(page)
    for place, tile in drawn_tiles(page).items():
        np.testing.assert_array_equal(tile, coloured[place])
    page.get_by_text("Stretch", exact=True).click()
    expect(page.locator("select[name=colourMap]")).to_have_value("viridis")
    # Another rendition has a style of its own.
    page.locator("input[name=rendition][value=grey-f555w]").check()
    expect(page.locator("select[name=colourMap]")).to_have_value("grey")
    page.locator("input[name=rendition][value=grey-f814w]").check()
    page.get_by_role("button", name="Reset").click()
    whole(page)
    expect(page.locator("select[name=colourMap]")).to_have_value("grey")
    assert differs(page, mosaic, from_json(mosaic.renditions.get(slug="grey-f814w").recipe)) <= 2
    assert page.evaluate("localStorage.length") == 0


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
            float(page.locator(f"input[name={name}]").get_attribute("aria-valuetext")) for name in ("black", "white")
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


def test_without_webgl2_the_servers_tiles_are_shown(open_page, mosaic):
    page = open_page(script=NO_GL).page
    expect(page.locator("img.leaflet-tile-loaded")).to_have_count(9)
    expect(page.locator("canvas[data-tile]")).to_have_count(0)
    page.get_by_text("Stretch", exact=True).click()
    expect(page.get_by_text("no WebGL2 here")).to_be_visible()
    expect(page.get_by_role("slider")).to_have_count(0)


def test_a_lost_context_leaves_the_servers_tiles(open_page, mosaic):
    page = open_page(script=KEEP_GL).page
    whole(page)
    page.get_by_text("Stretch", exact=True).click()
    page.evaluate("window.keptGl.getExtension('WEBGL_lose_context').loseContext()")
    expect(page.locator("img.leaflet-tile-loaded")).to_have_count(9)
    expect(page.locator("canvas[data-tile]")).to_have_count(0)
    expect(page.get_by_text("no WebGL2 here")).to_be_visible()
    # And it goes on so.
    second = list(mosaic.renditions.all())[1]
    page.locator(f"input[name=rendition][value='{second.slug}']").check()
    expect(page.locator(f"img.leaflet-tile-loaded[src*='{second.style_hash}']")).to_have_count(9)


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
    person.shoot("compare")
    axe_clean(page)
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
    # It stays where it is on the screen when the map is moved, and goes when nothing is chosen.
    page.mouse.move(400, 400)
    page.mouse.down()
    page.mouse.move(440, 420, steps=4)
    page.mouse.up()
    assert int(box["x"] + box["width"] * float(line.input_value())) == middle
    page.get_by_label("With").select_option("nothing")
    expect(line).to_be_hidden()
    expect(page.locator("canvas.leaflet-tile-loaded")).to_have_count(9)
