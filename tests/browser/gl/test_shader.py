"""The shader in real Chromium with software GL: its pixels are the server's, and without it the server's are shown."""

import re
from dataclasses import replace
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import expect

from catalogs.imagery.blocks import block_codes
from catalogs.imagery.fitsband import BandArgument
from catalogs.imagery.recipes import STRETCHES, from_json
from catalogs.ingest import ingest_galaxy
from galaxycat.accounts.models import Role
from tests.browser.accessibility import axe_clean
from tests.browser.conftest import LAPTOP
from tests.browser.gl.pages import differs, requests_of, slide, whole
from tests.browser.stretched import composed_tile, drawn_tiles
from tests.conftest import ROOT
from tests.factories import PASSWORD, make_member, make_team
from tests.linefield import LineField, write_line_band

NO_GL = """
const real = OffscreenCanvas.prototype.getContext;
OffscreenCanvas.prototype.getContext = function (kind, ...rest) {
  return kind === "webgl2" ? null : real.call(this, kind, ...rest);
};
"""
STOPS = re.findall(r'^ {2}(\w+): "([0-9a-f ]+)"', (ROOT / "static/catalogs/gl/colourmaps.js").read_text(), re.MULTILINE)
COLOURS = {name: np.array([list(bytes.fromhex(stop)) for stop in stops.split()]) for name, stops in STOPS}
# So that a test can take the context away.
KEEP_GL = """
const real = OffscreenCanvas.prototype.getContext;
OffscreenCanvas.prototype.getContext = function (kind, ...rest) {
  const context = real.call(this, kind, ...rest);
  if (kind === "webgl2") window.keptGl = context;
  return context;
};
"""


@pytest.mark.slow
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
    person.shoot("emission-line")
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


def test_gamma_colours_and_overviews_are_as_by_formula(open_page, mosaic):
    """One band through an asinh, by NumPy: gamma and colours are the browser's alone."""
    page = open_page(rendition="grey-f555w").page
    whole(page)
    plane = mosaic.display_planes["F555W"]
    sky, noise = plane.scale.background, plane.scale.noise
    black, white, softness = sky - noise, sky + 60 * noise, 10
    worst, n_compared = {}, 0
    views = [(0, 9, 1.0, "grey"), (0, 9, 0.5, "grey"), (0, 9, 2.0, "grey"), (-1, 4, 2.0, "grey")]
    for zoom, n_tiles, gamma, name in [*views, *((0, 9, 1.0, name) for name in COLOURS)]:
        style = f"asinh,{softness},{gamma},{name};{black},{white},F555W,1"
        page.goto(re.sub("#.*", f"#x=300&y=300&zoom={zoom}&rendition=grey-f555w&stretch={quote(style)}", page.url))
        whole(page, n_tiles)
        for (z, x, y), pixels in drawn_tiles(page).items():
            assert z == 2 + zoom
            codes = block_codes(mosaic.display_path, plane.position, z, x, y).astype(float)
            fraction = (sky + noise * np.sinh((codes - 32768) / 2048) - black) / (white - black)
            curve = np.arcsinh(softness * np.clip(fraction, 0, 1)) / np.arcsinh(softness)
            level, stops = curve ** (1 / gamma), np.linspace(0, 1, len(COLOURS[name]))
            expected = np.stack([np.interp(level, stops, channel) for channel in COLOURS[name].T], axis=-1)
            seen = pixels[..., 3] > 0
            np.testing.assert_array_equal(seen[codes == 0], False)
            size = -(-600 // 2**-zoom)
            inside = np.add.outer(np.arange(256) + 256 * y >= size, np.arange(256) + 256 * x >= size) == 0
            np.testing.assert_array_equal(seen, inside & (codes > 0))
            off = float(np.abs(pixels[seen][:, :3] - expected[seen]).max())
            worst[zoom, gamma, name] = max(off, worst.get((zoom, gamma, name), 0))
            n_compared += 1
    assert n_compared == 9 + 9 + 9 + 4 + 9 * len(COLOURS)
    assert max(off for (_, _, name), off in worst.items() if name == "grey") <= 2
    assert max(worst.values()) <= 2 * 4  # a level is up to four of a colour's


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
    slide(page, "Softness", 20)
    expect(page).to_have_url(re.compile("stretch="))
    page.evaluate("window.keptGl.getExtension('WEBGL_lose_context').loseContext()")
    expect(page.locator("img.leaflet-tile-loaded")).to_have_count(9)
    expect(page.locator("canvas[data-tile]")).to_have_count(0)
    expect(page.get_by_text("has stopped drawing by WebGL2")).to_be_visible()
    expect(page).not_to_have_url(re.compile("stretch="))  # what the address names is what is seen
    # And it goes on so.
    second = list(mosaic.renditions.all())[1]
    page.locator(f"input[name=rendition][value='{second.slug}']").check()
    expect(page.locator(f"img.leaflet-tile-loaded[src*='{second.style_hash}']")).to_have_count(9)


# As a driver that does not take a shader.
REFUSED_SHADER = """
const real = WebGL2RenderingContext.prototype.getProgramParameter;
WebGL2RenderingContext.prototype.getProgramParameter = function (program, what) {
  return what === this.LINK_STATUS && window.refusesShaders ? false : real.call(this, program, what);
};
"""


@pytest.mark.parametrize("at_once", [True, False])
def test_a_shader_that_the_browser_does_not_take_leaves_the_servers_tiles(open_page, mosaic, at_once):
    page = open_page(script=f"{REFUSED_SHADER}window.refusesShaders = {str(at_once).lower()};").page
    page.get_by_text("Stretch", exact=True).click()
    if not at_once:
        whole(page)
        page.evaluate("window.refusesShaders = true")
        page.locator("select[name=stretch]").select_option("linear")
    expect(page.locator("img.leaflet-tile-loaded")).to_have_count(9)
    expect(page.locator("canvas[data-tile]")).to_have_count(0)
    expect(page.get_by_text("cannot draw this stretch by WebGL2")).to_be_visible()
    expect(page.get_by_text("did not load")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("stretch="))
    if not at_once:  # the style is not kept, so the page comes as it was
        page.wait_for_load_state("networkidle")
        page.reload()
        whole(page)
        page.get_by_text("Stretch", exact=True).click()
        expect(page.locator("select[name=stretch]")).to_have_value("asinh")


def test_without_the_worker_the_servers_tiles_are_shown(people, mosaic):
    viewer = people()
    viewer.log_in("vera", PASSWORD)
    with viewer.tolerating("Failed to load resource"):
        viewer.context.route("**/blockworker*.js", lambda route: route.abort())
        page = viewer.goto("/galaxies/gl/#x=300.0&y=300.0&zoom=0&rendition=colour")
        expect(page.locator("img.leaflet-tile-loaded")).to_have_count(9)
        expect(page.locator("canvas[data-tile]")).to_have_count(0)
        page.get_by_text("Stretch", exact=True).click()
        expect(page.get_by_text("has stopped drawing by WebGL2")).to_be_visible()
        expect(page.get_by_text("Part of the image did not load.")).to_be_hidden()


def test_a_part_that_did_not_load_is_said_to_be_missing_and_loaded_again(open_page, mosaic):
    viewer = open_page(rendition="grey-f814w")
    page = viewer.page
    whole(page)
    missing = page.get_by_text("Part of the image did not load.")
    expect(missing).to_be_hidden()
    address = f"**/data/{mosaic.bands.get(name='F555W').position}/**"
    with viewer.tolerating("Failed to load resource"):
        page.route(address, lambda route: route.abort())
        page.locator("input[name=rendition][value=grey-f555w]").check()
        expect(missing).to_be_visible()
        viewer.shoot("galaxy-lost-tiles")
        axe_clean(page)
    page.unroute(address)
    page.get_by_role("button", name="Load again").click()
    expect(missing).to_be_hidden()
    whole(page)
    assert differs(page, mosaic, from_json(mosaic.renditions.get(slug="grey-f555w").recipe)) <= 1
