"""Tiles and cut-outs of a display pyramid: tiles from its stored blocks, cut-outs by rio-tiler in pixel space."""

import math
import threading
import warnings
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning

from catalogs.imagery.blocks import block_codes
from catalogs.imagery.compose import composer
from catalogs.imagery.display import DisplayPlane
from catalogs.imagery.encoding import encode_picture
from catalogs.imagery.pixels import to_raster
from catalogs.imagery.quickimports import without_boto3
from catalogs.imagery.recipes import Recipe
from galaxycat.errors import BadInput

with without_boto3():
    from rio_tiler.io import ImageReader

MAX_OPEN_FILES = 16
MAX_CUTOUT_PX = 4096
Pixels = TypeVar("Pixels", bound=np.generic)

# affine's matmul deprecation comes with each tile that rio-tiler reads.
warnings.filterwarnings("ignore", message=r".*matmul.*", category=PendingDeprecationWarning)
warnings.filterwarnings("ignore", category=NotGeoreferencedWarning)


@dataclass(frozen=True)
class Native:
    """The native level of an open pyramid, with its own file handle: GDAL's are not to be shared between threads."""

    reader: ImageReader
    dataset: Any
    height_px: int
    width_px: int
    max_zoom: int


class NativeReader:
    """Reads windows of images; keeps the files last used open, for each thread its own."""

    def __init__(self, max_open: int = MAX_OPEN_FILES) -> None:
        self._max_open = max_open
        self._local = threading.local()

    def native(self, path: Path | str) -> Native:
        """The image, open."""
        opened: OrderedDict[str, Native] = self._local.__dict__.setdefault("opened", OrderedDict())
        key = str(path)
        if key not in opened:
            opened[key] = _open(key)
            while len(opened) > self._max_open:
                opened.popitem(last=False)[1].dataset.close()
        opened.move_to_end(key)
        return opened[key]

    def close(self) -> None:
        """Close this thread's files."""
        for native in self._local.__dict__.pop("opened", {}).values():
            native.dataset.close()

    def window_codes(
        self, path: Path | str, positions: tuple[int, ...], col: int, row: int, size: int
    ) -> NDArray[np.uint16]:
        """Codes (n_bands, size, size) of the 1-based bands in the window whose top-left pixel is (col, row); 0 beyond the
        image."""
        return _window_codes(self.native(path), positions, col, row, size)


READER = NativeReader()


def max_zoom(path: Path | str) -> int:
    """The zoom at which a tile pixel of the display pyramid is an image pixel; at 0 the image fits in one tile."""
    return READER.native(path).max_zoom


class TilePlan:
    """A rendition of one pyramid with these planes, ready to make tiles of. Raises BadInput where none is the recipe's."""

    def __init__(self, path: Path | str, recipe: Recipe, planes: Mapping[str, DisplayPlane]) -> None:
        if missing := [band for band in recipe.bands if band not in planes]:
            raise BadInput(f"{path}: no band {', '.join(missing)}: it has {', '.join(planes)}")
        self._path = path
        self._composer = composer(recipe, {name: plane.scale for name, plane in planes.items()})
        self._positions = tuple(planes[band].position for band in self._composer.bands)

    def codes(self, z: int, x: int, y: int) -> NDArray[np.uint16]:
        """Codes (n_bands, 256, 256) of one tile, 0 beyond the image; tile (0, 0) is top-left. Raises TileOutside."""
        return np.stack([block_codes(self._path, index, z, x, y) for index in self._positions])

    def render(self, z: int, x: int, y: int, fmt: str = "auto") -> bytes:
        """A 256 px tile: JPEG where all of it has data, PNG at edges, or as `fmt` says (`encoding.encode_picture`).
        Raises TileOutside."""
        return encode_picture(*self._composer.compose(self.codes(z, x, y)), fmt)

    def cutout(self, x_px: float, y_px: float, size_px: int, zoom: int = 1, fmt: str = "auto") -> bytes:
        """A square of `size_px` image pixels about (x_px, y_px), each drawn as `zoom` x `zoom`: whole pixels, never
        resampled.

        The pixel of an odd size's middle is the one that holds the position; beyond the image there is no data. Raises
        BadInput for a size or zoom below 1, a picture of more than 4,096 px or a position that is not finite.
        """
        if size_px < 1 or zoom < 1 or size_px * zoom > MAX_CUTOUT_PX:
            raise BadInput(
                f"cut-out of {size_px} px at zoom {zoom}: both from 1, and at most {MAX_CUTOUT_PX} px in all"
            )
        if not (math.isfinite(x_px) and math.isfinite(y_px)):
            raise BadInput(f"cut-out at ({x_px}, {y_px}): give finite pixel positions")
        col, row = to_raster(x_px, y_px, READER.native(self._path).height_px)
        # From the centre to the corner, to whole pixels; `round` would send halves to even numbers.
        left, top = math.floor(col - size_px / 2 + 0.5), math.floor(row - size_px / 2 + 0.5)
        rgb, valid = self._composer.compose(READER.window_codes(self._path, self._positions, left, top, size_px))
        return encode_picture(_enlarged(rgb, zoom), _enlarged(valid, zoom), fmt)


def _enlarged(picture: NDArray[Pixels], zoom: int) -> NDArray[Pixels]:
    return picture if zoom == 1 else picture.repeat(zoom, axis=0).repeat(zoom, axis=1)


def _open(path: str) -> Native:
    dataset = rasterio.open(path)
    reader = ImageReader(path, dataset=dataset)
    # Not reader.maxzoom: it counts by the shorter side, and an image of 700 x 300 px fits no tile at its zoom 0.
    return Native(reader, dataset, int(dataset.height), int(dataset.width), len(dataset.overviews(1)))


def _window_codes(image: Native, positions: tuple[int, ...], left: int, top: int, size: int) -> NDArray[np.uint16]:
    """What of the window lies on the image, in a frame of zeros: GDAL's boundless reads are many times slower."""
    codes = np.zeros((len(positions), size, size), np.uint16)
    x0, x1 = max(left, 0), min(left + size, image.width_px)
    y0, y1 = max(top, 0), min(top + size, image.height_px)
    if x0 < x1 and y0 < y1:
        part = image.reader.part((x0, y1, x1, y0), indexes=positions, width=x1 - x0, height=y1 - y0).array.data
        codes[:, y0 - top : y1 - top, x0 - left : x1 - left] = part
    return codes
