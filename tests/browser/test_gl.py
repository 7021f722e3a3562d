"""Stretching in real Chromium with software GL: the shader's pixels are the server's, and moving a slider asks nothing."""

from dataclasses import replace

import numpy as np
import pytest
from astropy.io import fits
from playwright.sync_api import Page, expect

from catalogs.imagery.fitsband import BandArgument
from catalogs.imagery.recipes import STRETCHES, from_json
from catalogs.ingest import ingest_galaxy
from catalogs.simulation import SimulationSpec, simulate_galaxy
from galaxycat.accounts.models import Role
from tests.browser.conftest import LAPTOP
from tests.browser.stretched import composed_tile, drawn_tiles
from tests.factories import PASSWORD, make_member, make_team

SPEC = SimulationSpec(name="gl", size_px=600, seed=7)
NO_GL = """
const real = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind === "webgl2" ? null : real.call(this, kind, ...rest);
};
"""
# So that a test can take the context away.
KEEP_GL = """
const real = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  const context = real.call(this, kind, ...rest);
  if (kind === "webgl2") window.keptGl = context;
  return context;
};
"""


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

    def open_it(size=LAPTOP, script="", zoom=0):
        person = people(size)
        if script:
            person.context.add_init_script(script)
        person.log_in("vera", PASSWORD)
        person.goto(f"/galaxies/gl/#x=300.0&y=300.0&zoom={zoom}&rendition={mosaic.renditions.first().slug}")
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
