"""What is on the page of a galaxy that the browser stretches: its tiles, its sliders, what it asks for."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import rasterio
from playwright.sync_api import Page, Route, expect
from rasterio.io import MemoryFile

from catalogs.imagery.recipes import Recipe
from tests.browser.stretched import composed_tile, drawn_tiles

KEEPING = "/stretches/"


def whole(page: Page, n_tiles: int = 9) -> None:
    """Wait until all tiles of the image are drawn."""
    expect(page.locator("canvas.leaflet-tile-loaded")).to_have_count(n_tiles)
    expect(page.locator(".leaflet-layer")).to_have_count(1)  # the picture before is gone
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def requests_of(page: Page) -> list[str]:
    """The addresses asked for from now on, but for what keeps a person's stretch once the hand rests (see `keepings_of`), and
    the icon, which Chromium looks up in its cache whenever the page's address names another view."""
    asked: list[str] = []
    others = (KEEPING, "/favicon.")
    page.on("request", lambda request: any(each in request.url for each in others) or asked.append(request.url))
    return asked


def keepings_of(page: Page) -> list[str]:
    """The requests from now on that keep a stretch, by method."""
    kept: list[str] = []
    page.on("request", lambda request: kept.append(request.method) if KEEPING in request.url else None)
    return kept


def slide(page: Page, name: str, steps: int, key: str = "ArrowRight") -> None:
    slider = page.get_by_role("slider", name=name).first
    slider.focus()
    for _ in range(steps):
        page.keyboard.press(key)


def differs(page: Page, mosaic, recipe: Recipe) -> int:
    """The largest difference of what is drawn from what the server would make of the recipe."""
    tiles = drawn_tiles(page)
    assert len(tiles) == 9
    return max(
        int(np.abs(tile.astype(int) - composed_tile(mosaic, recipe, place)).max()) for place, tile in tiles.items()
    )


def kept_picture(page: Page, path: Path, meanwhile: Callable[[], None] = lambda: None) -> np.ndarray:
    """(3, h, w) of the PNG that the page gives when asked to keep what it shows; `meanwhile` comes after the asking."""
    with page.expect_download() as downloading:
        page.get_by_role("button", name="PNG").click()
        meanwhile()
    downloading.value.save_as(path)
    with rasterio.open(path) as opened:
        return opened.read([1, 2, 3])


def let_go(held: list[Route]) -> None:
    for route in held:
        route.continue_()


def picture_of(page: Page) -> np.ndarray:
    """(h, w, 3) of what is on the screen."""
    with MemoryFile(page.screenshot()) as memory, memory.open() as opened:
        return np.moveaxis(opened.read([1, 2, 3]), 0, -1).astype(int)
