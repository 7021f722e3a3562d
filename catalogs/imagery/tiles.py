"""Tiles and cut-outs of a display pyramid: read by rio-tiler in pixel space, rendered by tables."""

import math
import threading
import warnings
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning
from rio_tiler.io import ImageReader

from catalogs.imagery.compose import Scales, composer
from catalogs.imagery.encoding import encode_picture
from catalogs.imagery.pixels import to_raster
from catalogs.imagery.recipes import Recipe
from galaxycat.errors import BadInput, DomainError

TILE_PX = 256
MAX_OPEN_FILES = 16
MAX_CUTOUT_PX = 4096
Pixels = TypeVar("Pixels", bound=np.generic)

# affine's matmul deprecation comes with each tile that rio-tiler reads.
warnings.filterwarnings("ignore", message=r".*matmul.*", category=PendingDeprecationWarning)
warnings.filterwarnings("ignore", category=NotGeoreferencedWarning)


class TileOutside(DomainError):
    """The tile asked for is not on the image."""


@dataclass(frozen=True)
class Level:
    """One level of an open pyramid, with its own file handle: GDAL's are not to be shared between threads."""

    reader: ImageReader
    dataset: Any
    height_px: int
    width_px: int
    max_zoom: int
    bands: tuple[str, ...]


class TileReader:
    """Reads codes of display pyramids; keeps the files last used open, for each thread its own."""

    def __init__(self, max_open: int = MAX_OPEN_FILES) -> None:
        self._max_open = max_open
        self._local = threading.local()

    def levels(self, path: Path | str) -> list[Level]:
        """The native level and each overview, open; item k is the image at 2**-k."""
        opened: OrderedDict[str, list[Level]] = self._local.__dict__.setdefault("opened", OrderedDict())
        key = str(path)
        if key not in opened:
            opened[key] = _open_levels(key)
            while len(opened) > self._max_open:
                _close(opened.popitem(last=False)[1])
        opened.move_to_end(key)
        return opened[key]

    def close(self) -> None:
        """Close this thread's files."""
        for levels in self._local.__dict__.pop("opened", {}).values():
            _close(levels)

    def max_zoom(self, path: Path | str) -> int:
        """The zoom at which a tile pixel is an image pixel; at 0 the image fits in one tile."""
        return self.levels(path)[0].max_zoom

    def size_px(self, path: Path | str) -> tuple[int, int]:
        """(height, width) of the image."""
        native = self.levels(path)[0]
        return native.height_px, native.width_px

    def tile_codes(self, path: Path | str, bands: tuple[str, ...], z: int, x: int, y: int) -> NDArray[np.uint16]:
        """Codes (n_bands, 256, 256) of one tile, 0 beyond the image; tile (0, 0) is top-left. Raises TileOutside."""
        levels = self.levels(path)
        native_zoom = levels[0].max_zoom
        if not 0 <= z <= native_zoom:
            raise TileOutside(f"zoom {z} is outside 0..{native_zoom}")
        level = levels[native_zoom - z]
        if not (0 <= x * TILE_PX < level.width_px and 0 <= y * TILE_PX < level.height_px):
            raise TileOutside(f"tile {z}/{x}/{y} is outside the image")
        if (x + 1) * TILE_PX > level.width_px or (y + 1) * TILE_PX > level.height_px:
            return _window_codes(level, bands, x * TILE_PX, y * TILE_PX, TILE_PX)
        # Each level is read at its own native zoom: no resampling, and no drift between zooms.
        return np.asarray(level.reader.tile(x, y, level.max_zoom, indexes=_indexes(level, bands)).array.data)

    def window_codes(
        self, path: Path | str, bands: tuple[str, ...], col: int, row: int, size: int
    ) -> NDArray[np.uint16]:
        """Codes (n_bands, size, size) of the native window whose top-left pixel is (col, row); 0 beyond the image."""
        return _window_codes(self.levels(path)[0], bands, col, row, size)


READER = TileReader()


def max_zoom(path: Path | str) -> int:
    """The native zoom of a display pyramid."""
    return READER.max_zoom(path)


def render_tile(path: Path | str, recipe: Recipe, scales: Scales, z: int, x: int, y: int, fmt: str = "auto") -> bytes:
    """A 256 px tile of the pyramid at `path`: JPEG where all of it has data, PNG at edges, or as `fmt` says
    (`encoding.encode_picture`). Raises TileOutside, and BadInput where the file has no such band."""
    plan = composer(recipe, scales)
    return encode_picture(*plan.compose(READER.tile_codes(path, plan.bands, z, x, y)), fmt)


def render_cutout(
    path: Path | str, recipe: Recipe, scales: Scales,
    x_px: float, y_px: float, size_px: int, zoom: int = 1, fmt: str = "auto",
) -> bytes:  # fmt: skip
    """A square of `size_px` image pixels about (x_px, y_px), each drawn as `zoom` x `zoom`: whole pixels, never
    resampled.

    The pixel of an odd size's middle is the one that holds the position; beyond the image there is no data. Raises
    BadInput for a size or zoom below 1 a picture of more than 4,096 px or a position that is not finite.
    """
    if size_px < 1 or zoom < 1 or size_px * zoom > MAX_CUTOUT_PX:
        raise BadInput(f"cut-out of {size_px} px at zoom {zoom}: both from 1, and at most {MAX_CUTOUT_PX} px in all")
    if not (math.isfinite(x_px) and math.isfinite(y_px)):
        raise BadInput(f"cut-out at ({x_px}, {y_px}): give finite pixel positions")
    plan = composer(recipe, scales)
    height_px, _ = READER.size_px(path)
    col, row = to_raster(x_px, y_px, height_px)
    # From the centre to the corner, to whole pixels; `round` would send halves to even numbers.
    left, top = math.floor(col - size_px / 2 + 0.5), math.floor(row - size_px / 2 + 0.5)
    rgb, valid = plan.compose(READER.window_codes(path, plan.bands, left, top, size_px))
    return encode_picture(_enlarged(rgb, zoom), _enlarged(valid, zoom), fmt)


def _enlarged(picture: NDArray[Pixels], zoom: int) -> NDArray[Pixels]:
    return picture if zoom == 1 else picture.repeat(zoom, axis=0).repeat(zoom, axis=1)


def _open_levels(path: str) -> list[Level]:
    native = rasterio.open(path)
    count = len(native.overviews(1))
    datasets = [native, *(rasterio.open(path, OVERVIEW_LEVEL=level) for level in range(count))]
    return [_level(path, dataset, tuple(native.descriptions)) for dataset in datasets]


def _level(path: str, dataset: Any, bands: tuple[str, ...]) -> Level:
    # Overviews know no band names: the native level's are passed on.
    reader = ImageReader(path, dataset=dataset)
    return Level(reader, dataset, int(dataset.height), int(dataset.width), int(reader.maxzoom), bands)


def _close(levels: list[Level]) -> None:
    for level in levels:
        level.dataset.close()


def _indexes(level: Level, bands: tuple[str, ...]) -> tuple[int, ...]:
    names = level.bands
    if missing := [band for band in bands if band not in names]:
        raise BadInput(f"{level.reader.input}: no band {', '.join(missing)}: it has {', '.join(map(str, names))}")
    return tuple(names.index(band) + 1 for band in bands)


def _window_codes(level: Level, bands: tuple[str, ...], left: int, top: int, size: int) -> NDArray[np.uint16]:
    """What of the window lies on the image, in a frame of zeros: GDAL's boundless reads are many times slower."""
    codes = np.zeros((len(bands), size, size), np.uint16)
    x0, x1 = max(left, 0), min(left + size, level.width_px)
    y0, y1 = max(top, 0), min(top + size, level.height_px)
    indexes = _indexes(level, bands)
    if x0 < x1 and y0 < y1:
        part = level.reader.part((x0, y1, x1, y0), indexes=indexes, width=x1 - x0, height=y1 - y0).array.data
        codes[:, y0 - top : y1 - top, x0 - left : x1 - left] = part
    return codes
