"""A band on another grid, brought onto the reference band's, block by block and by exact overlap of pixels.

Light is kept: a value per pixel (e-/s) is scaled by the local ratio of pixel areas, a surface brightness (MJy/sr) is not.
A pixel that is less than half covered by data is NaN. Source: DOI 10.5281/zenodo.1162674 (reproject).
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.wcs import WCS
from numpy.typing import NDArray
from scipy.interpolate import RegularGridInterpolator

from catalogs.imagery.fitsband import BandFile
from catalogs.imagery.fitswcs import pixels_at, quiet_astropy
from catalogs.imagery.sharing import in_processes
from galaxycat.errors import BadInput

Floats = NDArray[np.float64]
BLOCK_COLUMNS = 1024
NODE_STEP_PX = 64
MARGIN_PX = 2
LEAST_COVER = 0.5
ANGLE = r"(sr|steradians?|arcsec(ond)?s?|arcmin(ute)?s?|mas|deg(ree)?s?|beam|pix_area)(?![a-z_])"
# Behind a solidus, alone or with others in brackets, or with a negative power, which may stand behind that of the angle.
PER_SOLID_ANGLE = re.compile(rf"/\s*(\([^)]*?\b)?(sq(uare|\.)?\s*)?{ANGLE}|\b{ANGLE}(2|\^2|\*\*2)?\s*(\^|\*\*)?\(?-")


def is_surface_brightness(unit: str | None) -> bool:
    """Whether a unit is per solid angle, a radio telescope's beam among them, so that a pixel's value does not depend on its
    size."""
    return bool(unit and PER_SOLID_ANGLE.search(unit.lower()))


@dataclass(frozen=True)
class GridNodes:
    """Where nodes of the reference grid, at `x_px` (nx,) and `y_px` (ny,), lie on the other image: (ny, nx) each, NaN where
    they are not on its sky; `area` is how many of its pixels one reference pixel covers."""

    x_px: Floats
    y_px: Floats
    other_x_px: Floats
    other_y_px: Floats
    area: Floats


def grid_nodes(reference: WCS, other: WCS, x_px: Floats, y_px: Floats) -> GridNodes:
    """The nodes, by astropy, with the local ratio of areas from steps of half a pixel."""
    grid_x, grid_y = np.meshgrid(x_px, y_px)
    steps = [(0.0, 0.0), (0.5, 0.0), (-0.5, 0.0), (0.0, 0.5), (0.0, -0.5)]
    (x, y), *moved = (on_other(reference, other, grid_x + dx, grid_y + dy) for dx, dy in steps)
    (right_x, right_y), (left_x, left_y), (up_x, up_y), (down_x, down_y) = moved
    area = np.abs((right_x - left_x) * (up_y - down_y) - (right_y - left_y) * (up_x - down_x))
    return GridNodes(x_px, y_px, x, y, area)


@dataclass(frozen=True)
class Block:
    """Rows bottom <= y < top and columns left <= x < right of the reference grid, and what of the other image lies there:
    `values` (h, w) of its `window`; None where it is nowhere."""

    bottom: int
    top: int
    left: int
    right: int
    nodes: GridNodes
    window: tuple[slice, slice] | None
    values: NDArray[np.float32] | None


@dataclass(frozen=True)
class ReprojectedBand:
    """`band` on the grid of the reference: what `write_science_cog` takes for a band; where its pixels are the finer,
    blocks are divided into so many parts a side. Made by `reprojected`."""

    band: BandFile
    wcs: WCS
    shape: tuple[int, int]
    wcs_cards: list[str]
    divisions: int = 1

    @property
    def path(self) -> Path:
        return self.band.path

    @property
    def name(self) -> str:
        return self.band.name

    def read_rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Rows start <= y < stop of the reference grid, float32 (rows, width), bottom row first."""
        import reproject  # noqa: F401 # a second that other commands need not wait for, and only once in all the copies

        rows = np.empty((stop - start, self.shape[1]), np.float32)
        places = list(self._places(start, stop))
        found = in_processes(self._reproject, (self._block(*place) for place in places))
        for (bottom, top, left, right), values in zip(places, found, strict=True):
            rows[bottom - start : top - start, left:right] = values
        return rows

    def _places(self, start: int, stop: int) -> Iterator[tuple[int, int, int, int]]:
        """(bottom, top, left, right) of each block of a strip."""
        height, width = math.ceil((stop - start) / self.divisions), math.ceil(BLOCK_COLUMNS / self.divisions)
        for bottom in range(start, stop, height):
            for left in range(0, self.shape[1], width):
                yield bottom, min(bottom + height, stop), left, min(left + width, self.shape[1])

    def _block(self, bottom: int, top: int, left: int, right: int) -> Block:
        nodes = grid_nodes(self.wcs, self.band_wcs, _nodes(left, right), _nodes(bottom, top))
        window = _window(nodes, self.band.shape)
        values = None if window is None else self.band.read_window(*window)
        return Block(bottom, top, left, right, nodes, window, values)

    def _reproject(self, block: Block) -> NDArray[np.float32]:
        shape = (block.top - block.bottom, block.right - block.left)
        if block.window is None or block.values is None:
            return np.full(shape, np.nan, np.float32)
        onto = self.wcs[block.bottom : block.top, block.left : block.right]
        found, cover = _overlap_mean(block.values, self.band_wcs[block.window], onto, shape)
        if not is_surface_brightness(self.band.calibration.unit):
            found = found * _interpolated(block)
        return np.where(cover >= LEAST_COVER, found, np.nan).astype(np.float32)

    @property
    def band_wcs(self) -> WCS:
        if self.band.wcs is None:
            raise ValueError(f"{self.band.name}: a band without WCS cannot be reprojected")
        return self.band.wcs


def reprojected(band: BandFile, reference: BandFile) -> ReprojectedBand:
    """The band on the reference's grid. Raises BadInput where either has no WCS or they do not overlap."""
    for file in (band, reference):
        if file.wcs is None:
            raise BadInput(
                f"{band.path}: lies on another pixel grid than {reference.path}, and {file.path.name} has no WCS to bring "
                "it there: add the WCS to its header, or give bands of one grid"
            )
    height, width = reference.shape
    nodes = grid_nodes(reference.wcs, band.wcs, _nodes(0, width, width / 64), _nodes(0, height, height / 64))
    if _window(nodes, band.shape) is None:
        raise BadInput(
            f"{band.path}: does not overlap {reference.path} on the sky: name the file of the same galaxy, or check its WCS"
        )
    # A tenth above the reference's own is not worth four times the blocks.
    divisions = max(1, math.ceil(math.sqrt(np.nanmedian(nodes.area)) - 0.1))
    return ReprojectedBand(band, reference.wcs, reference.shape, reference.wcs_cards, divisions)


def on_other(reference: WCS, other: WCS, x_px: Floats, y_px: Floats) -> tuple[Floats, Floats]:
    """Positions of the reference grid on the other image, of the same shape."""
    with quiet_astropy(), np.errstate(invalid="ignore"):
        return pixels_at(other, reference.pixel_to_world(x_px, y_px))


def _overlap_mean(values: NDArray[np.float32], own: WCS, onto: WCS, shape: tuple[int, int]) -> tuple[Floats, Floats]:
    """(mean of the values over the part of each pixel that has data, that part of its area), both of `shape`."""
    from reproject import reproject_exact

    good = np.isfinite(values)
    if not good.any():
        return np.zeros(shape), np.zeros(shape)
    filled = np.where(good, values, 0)
    planes = np.stack([filled] if good.all() else [filled, good]).astype(np.float64)
    with quiet_astropy(), np.errstate(invalid="ignore", divide="ignore"):
        means, covers = reproject_exact((planes, own), onto, shape_out=(len(planes), *shape))
        cover = np.nan_to_num(covers[0])
        return (means[0], cover) if good.all() else (means[0] / means[1], cover * np.nan_to_num(means[1]))


def _nodes(start: float, stop: float, step: float = NODE_STEP_PX) -> Floats:
    """From the lower edge of the first pixel to the upper edge of the last, at most `step` apart."""
    count = max(2, int(np.ceil((stop - start) / step)) + 1)
    return np.linspace(start - 0.5, stop - 0.5, count)


def _window(nodes: GridNodes, shape: tuple[int, int]) -> tuple[slice, slice] | None:
    """The rows and columns of the other image that the nodes span; None where they miss it."""
    known = np.isfinite(nodes.other_x_px) & np.isfinite(nodes.other_y_px)
    if not known.any():
        return None
    spans = []
    for places, size in ((nodes.other_y_px[known], shape[0]), (nodes.other_x_px[known], shape[1])):
        start, stop = int(np.floor(places.min())) - MARGIN_PX, int(np.ceil(places.max())) + MARGIN_PX + 1
        spans.append(slice(max(start, 0), min(stop, size)))
    return None if any(span.start >= span.stop for span in spans) else (spans[0], spans[1])


def _interpolated(block: Block) -> Floats:
    """The ratio of areas at every pixel of a block."""
    surface = RegularGridInterpolator((block.nodes.y_px, block.nodes.x_px), block.nodes.area)
    y, x = np.meshgrid(np.arange(block.bottom, block.top), np.arange(block.left, block.right), indexing="ij")
    return np.asarray(surface((y, x)))
