"""Frames a second while the map moves under a catalogue of 100,000 sources, in Chromium. Not a test: it prints a table.

    GALAXYCAT_HOME=var/bench python -m tests.benchmarks.overlay_frames

The galaxy page as a person has it, at four zooms: moved by 12 CSS pixels in every frame, and zoomed in and out with Leaflet's
animation; with the server's tiles and with the browser's own by WebGL2. Beside it the same page without a catalogue, and with all
100,000 as Leaflet's own circle markers on one canvas, which is what a viewer made of Leaflet's layers has. Chromium draws by
software here: with a graphics card all are faster, those by WebGL2 most. It fails where moving or zooming is below SMOOTH_FPS, or by WebGL2 below these shares
of the same page without a catalogue.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.tile_servers import galaxycat, running
from tests.benchmarks.tile_subject import cookies

from django.conf import settings  # isort: skip  # Django is set up by tile_subject
from django.core.management import call_command  # isort: skip
from playwright.sync_api import Browser, Page, sync_playwright  # isort: skip
from catalogs.imagery.fitsband import BandArgument  # isort: skip
from catalogs.ingest import ingest_galaxy  # isort: skip
from catalogs.models import Catalog, Galaxy  # isort: skip
from catalogs.simulation import SimulationSpec, simulate_galaxy  # isort: skip
from tests.browser import chromium  # isort: skip
from tests.factories import make_catalog, make_member, make_team  # isort: skip

SLUG, NAME, SIZE_PX, N_SOURCES = "bench-overlay", "hundred thousand", 4096, 100_000
ZOOMS = (-2, -1, 0, 1)
N_FRAMES, STEP_PX, N_ZOOMINGS = 150, 12, 8
CONTENDERS = ("no catalogue", "GalaxyCat", "no catalogue, WebGL2", "GalaxyCat, WebGL2", "Leaflet markers")
SMOOTH_FPS, LEAST_PAN_SHARE, LEAST_ZOOM_SHARE = 24, 0.75, 0.75

Places = list[tuple[float, float]]

KEEP_MAP = "window.addEventListener('map:init', ({ detail }) => { window.benchMap = detail.map; });"
FRAMES = """
const nextFrame = () => new Promise(requestAnimationFrame);
async function timed(n, act) {
  const frames = [];
  let before = await nextFrame();
  for (let i = 0; i < n; i++) {
    act(i);
    const now = await nextFrame();
    frames.push(now - before);
    before = now;
  }
  return frames;
}
"""
# To and fro, so that it stays on the image.
PAN = f"""async ({{ n, step }}) => {{ {FRAMES}
  return timed(n, (i) => window.benchMap.panBy([i % 50 < 25 ? step : -step, i % 50 < 25 ? step / 2 : -step / 2], {{ animate: false }}));
}}"""
ZOOM = f"""async ({{ n }}) => {{ {FRAMES}
  const frames = [];
  for (let i = 0; i < n; i++) {{
    const ended = new Promise((resolve) => window.benchMap.once("zoomend", resolve));
    window.benchMap.setZoom(window.benchMap.getZoom() + (i % 2 ? -1 : 1), {{ animate: true }});
    let isOver = false;
    ended.then(() => (isOver = true));
    while (!isOver) frames.push(...(await timed(1, () => {{}})));
    frames.push(...(await timed(10, () => {{}})));
  }}
  return frames;
}}"""
LEAFLET = """({ x, y, heightPx }) => {
  const renderer = L.canvas();
  const style = { renderer, radius: 4, weight: 1.5, color: '#ffd166', fill: false, interactive: false };
  x.forEach((xPx, i) => L.circleMarker([y[i] + 0.5 - heightPx, xPx + 0.5], style).addTo(window.benchMap));
}"""


@dataclass(frozen=True)
class Smoothness:
    """Of the frames of one scene."""

    pan_fps: float
    pan_p95_ms: float
    zoom_fps: float
    zoom_p95_ms: float


def main() -> None:
    galaxy, catalog = _subject()
    places = list(catalog.sources.values_list("x_px", "y_px"))
    person = cookies(galaxy)
    with running(galaxycat(person, lambda tile: "/", "GalaxyCat")) as (_, port), sync_playwright() as playwright:
        found = {}
        for contender in CONTENDERS:
            flags = chromium.GL_FLAGS if contender.endswith("WebGL2") else chromium.FLAGS
            browser = playwright.chromium.launch(executable_path=chromium.find(), args=flags)
            for zoom in ZOOMS:
                found[contender, zoom] = _measure(browser, port, person, places, contender, zoom)
            browser.close()
    print(_table(found))
    for zoom in ZOOMS:
        rendered, own, bare = (
            found[contender, zoom][0] for contender in ("GalaxyCat", "GalaxyCat, WebGL2", "no catalogue, WebGL2")
        )
        is_slow = min(rendered.pan_fps, rendered.zoom_fps) < SMOOTH_FPS
        if is_slow or own.pan_fps < LEAST_PAN_SHARE * bare.pan_fps or own.zoom_fps < LEAST_ZOOM_SHARE * bare.zoom_fps:
            raise SystemExit(f"not smooth at zoom {2.0**zoom:g}")


def _measure(
    browser: Browser, port: int, person: dict[str, str], places: Places, contender: str, zoom: int
) -> tuple[Smoothness, int]:
    """How smooth one contender is at a zoom, and how many sources it draws there at rest."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    server = f"http://127.0.0.1:{port}"
    context.add_cookies([{"name": name, "value": value, "url": server} for name, value in person.items()])
    page = context.new_page()
    page.add_init_script(KEEP_MAP)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/places/" in request.url else None)
    middle = SIZE_PX / 2
    page.goto(f"{server}/galaxies/{SLUG}/#x={middle}&y={middle}&zoom={zoom}")
    page.wait_for_load_state("networkidle")
    _put(page, places, contender)
    page.wait_for_load_state("networkidle")
    n_drawn = _drawn(page, places, contender, zoom)
    for _ in range(2):  # the first time fetches what comes into view
        pan = page.evaluate(PAN, {"n": N_FRAMES, "step": STEP_PX})
        zooming = page.evaluate(ZOOM, {"n": N_ZOOMINGS})
        page.wait_for_load_state("networkidle")
    if any("bbox" not in url and "sample" not in url for url in asked):
        raise RuntimeError(f"the whole catalogue was fetched: {asked}")
    context.close()
    return Smoothness(*_rate(pan), *_rate(zooming)), n_drawn


def _put(page: Page, places: Places, contender: str) -> None:
    if contender.startswith("GalaxyCat"):
        return
    page.get_by_role("checkbox", name=NAME).uncheck()
    if contender == "Leaflet markers":
        x, y = zip(*places, strict=True)
        page.evaluate(LEAFLET, {"x": x, "y": y, "heightPx": SIZE_PX})


def _drawn(page: Page, places: Places, contender: str, zoom: int) -> int:
    """How many are drawn: all in view, or the even sample that the page says it draws."""
    if contender.startswith("no catalogue"):
        return 0
    sampled = re.search(r"sources ([\d,]+) are drawn", page.locator("#marker-note").inner_text())
    if sampled:
        return int(sampled[1].replace(",", ""))
    box = page.locator("#map").bounding_box() or {"width": 0.0, "height": 0.0}
    reach_x, reach_y = (box[side] / 2 / 2.0**zoom for side in ("width", "height"))
    middle = SIZE_PX / 2
    return sum(abs(x - middle) <= reach_x and abs(y - middle) <= reach_y for x, y in places)


def _rate(frames_ms: list[float]) -> tuple[float, float]:
    """(frames a second, p95 of a frame in ms)."""
    return 1000 * len(frames_ms) / sum(frames_ms), sorted(frames_ms)[int(0.95 * len(frames_ms))]


def _table(found: dict[tuple[str, int], tuple[Smoothness, int]]) -> str:
    lines = [
        f"{N_SOURCES:,} sources on {SIZE_PX:,} x {SIZE_PX:,} px, {sys.platform}, Chromium drawing by software",
        "| zoom | what | drawn | pan: frames/s | p95 (ms) | zoom: frames/s | p95 (ms) | against Leaflet, pan |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for zoom in ZOOMS:
        for contender in CONTENDERS:
            each, n_drawn = found[contender, zoom]
            ratio = each.pan_fps / found["Leaflet markers", zoom][0].pan_fps
            lines.append(
                f"| {2.0**zoom:g} | {contender} | {n_drawn:,} | {each.pan_fps:.1f} | {each.pan_p95_ms:.0f}"
                f" | {each.zoom_fps:.1f} | {each.zoom_p95_ms:.0f} | {ratio:.1f} |"
            )
    return "\n".join(lines)


def _subject() -> tuple[Galaxy, Catalog]:
    """A simulated galaxy with a catalogue of N_SOURCES, made where it is not there yet."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    galaxy = Galaxy.objects.filter(slug=SLUG).first()
    if galaxy is None:
        team = make_team(SLUG)
        make_member(team, name=SLUG)
        folder = Path(settings.GALAXYCAT_HOME) / "peers" / SLUG
        files = simulate_galaxy(SimulationSpec(name=SLUG, size_px=SIZE_PX), folder, print)
        bands = [BandArgument(name.upper(), path) for name, path in list(files.bands.items())[-3:]]
        galaxy = ingest_galaxy(slug=SLUG, bands=bands, team=team, progress=print).mosaic.galaxy
    catalog = galaxy.catalogs.first() or make_catalog(galaxy, N_SOURCES, name=NAME)
    return galaxy, catalog


if __name__ == "__main__":
    main()
