"""What the browser has drawn of the bands' blocks, and what the server's composer makes of the same codes."""

import base64

import numpy as np
from playwright.sync_api import Page

from catalogs.imagery.blocks import block_codes
from catalogs.imagery.compose import Composer
from catalogs.imagery.recipes import Recipe
from catalogs.models import Mosaic

# Base64 by pieces: a call takes only so many arguments.
READ_TILES = """() => Object.fromEntries([...document.querySelectorAll("canvas.leaflet-tile-loaded[data-tile]")].map((tile) => {
  const context = new OffscreenCanvas(256, 256).getContext("2d", { willReadFrequently: true });
  context.drawImage(tile, 0, 0);
  const pixels = context.getImageData(0, 0, 256, 256).data;
  let text = "";
  for (let i = 0; i < pixels.length; i += 8192) text += String.fromCharCode(...pixels.subarray(i, i + 8192));
  return [tile.dataset.tile, btoa(text)];
}))"""

Place = tuple[int, int, int]


def drawn_tiles(page: Page) -> dict[Place, np.ndarray]:
    """(256, 256, 4) of each tile on the map, by z, x and y."""
    read = page.evaluate(READ_TILES)
    return {
        tuple(map(int, place.split("/"))): np.frombuffer(base64.b64decode(text), np.uint8).reshape(256, 256, 4)
        for place, text in read.items()
    }


def composed_tile(mosaic: Mosaic, recipe: Recipe, place: Place) -> np.ndarray:
    """(256, 256, 4) of the same tile by the server, before it is encoded."""
    planes = mosaic.display_planes
    composer = Composer(recipe, {name: plane.scale for name, plane in planes.items()})
    codes = np.stack([block_codes(mosaic.display_path, planes[name].position, *place) for name in composer.bands])
    rgb, valid = composer.compose(codes)
    return np.dstack([rgb, valid.astype(np.uint8) * 255])
