"""Sky positions for the browser: a coarse grid of unit vectors that stands for the WCS, and sexagesimal text."""

import math
from dataclasses import dataclass
from typing import Any

import astropy.units as u
import numpy as np
from astropy.coordinates import Angle
from astropy.wcs import WCS
from astropy.wcs.utils import proj_plane_pixel_scales
from numpy.typing import NDArray

from catalogs.imagery.fitswcs import quiet_astropy
from galaxycat.errors import BadInput

LARGEST_STEP_PX = 512.0
SMALLEST_STEP_PX = 4.0
# The browser gets it with every page: a drizzled mosaic of 10,000 px a side needs 441 nodes, this many are a megabyte.
MOST_NODES = 20_000
# 1e-12 rad is 2e-7 arcsec.
VECTOR_DECIMALS = 12
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SkyGrid:
    """ICRS unit vectors (ny, nx, 3) at x0_px + i * step_px, y0_px + j * step_px; bilinear between them, then
    normalised.

    `static/catalogs/sky.js` reads `to_json` and computes the same.
    """

    x0_px: float
    y0_px: float
    step_px: float
    vectors: Floats

    def to_json(self) -> dict[str, Any]:
        """Numbers, and `vectors` as one flat list: row of nodes after row from the bottom, x y z of each."""
        ny, nx, _ = self.vectors.shape
        flat = np.round(self.vectors, VECTOR_DECIMALS).ravel().tolist()
        return {
            "x0_px": self.x0_px, "y0_px": self.y0_px, "step_px": self.step_px, "nx": nx, "ny": ny, "vectors": flat,
        }  # fmt: skip

    def to_vectors(self, x_px: Floats, y_px: Floats) -> Floats:
        """Unit vectors (..., 3) at image positions; beyond the grid its outer cells are continued."""
        ny, nx, _ = self.vectors.shape
        column, row = (x_px - self.x0_px) / self.step_px, (y_px - self.y0_px) / self.step_px
        i = np.clip(np.floor(column).astype(int), 0, nx - 2)
        j = np.clip(np.floor(row).astype(int), 0, ny - 2)
        s, t = (column - i)[..., None], (row - j)[..., None]
        lower = (1 - s) * self.vectors[j, i] + s * self.vectors[j, i + 1]
        upper = (1 - s) * self.vectors[j + 1, i] + s * self.vectors[j + 1, i + 1]
        mixed = (1 - t) * lower + t * upper
        return np.asarray(mixed / np.linalg.norm(mixed, axis=-1, keepdims=True))


def sky_grid(wcs: WCS, width_px: int, height_px: int, tolerance_px: float = 0.01) -> SkyGrid:
    """The coarsest grid, of step 512 px or a half, quarter ... of it, that meets astropy within `tolerance_px` at all
    cell centres and edge middles, where bilinear interpolation is worst.

    Raises BadInput where the WCS has no sky at some pixel or is too irregular for a grid of MOST_NODES.
    """
    step_px = LARGEST_STEP_PX
    # The coarsest is that of an image of any size.
    most = max(MOST_NODES, _n_nodes(width_px, step_px) * _n_nodes(height_px, step_px))
    while step_px >= SMALLEST_STEP_PX and _n_nodes(width_px, step_px) * _n_nodes(height_px, step_px) <= most:
        grid = _grid(wcs, width_px, height_px, step_px)
        if not np.all(np.isfinite(grid.vectors)):
            raise BadInput("WCS: some pixels have no position on the sky: ingest without WCS or crop the image")
        if _worst_error_px(grid, wcs) <= tolerance_px:
            return grid
        step_px /= 2
    raise BadInput(f"WCS: too irregular for a grid within {tolerance_px} px: ingest a drizzled (undistorted) image")


def unit_vectors(wcs: WCS, x_px: Floats, y_px: Floats) -> Floats:
    """ICRS unit vectors (..., 3) of 0-based image positions, by astropy."""
    with quiet_astropy():
        sky = wcs.pixel_to_world(x_px, y_px).icrs
        return np.moveaxis(np.asarray(sky.cartesian.xyz.value, dtype=np.float64), 0, -1)


def pixel_scale_arcsec(wcs: WCS) -> float:
    """Side of a pixel at the reference position, the geometric mean of its two axes."""
    scales_deg = proj_plane_pixel_scales(wcs.celestial)
    return float(np.sqrt(scales_deg[0] * scales_deg[1]) * 3600)


def pixel_area_sr(wcs: WCS) -> float:
    """Solid angle of a pixel at the reference position."""
    return math.radians(pixel_scale_arcsec(wcs) / 3600) ** 2


def north_angle_deg(wcs: WCS, x_px: float, y_px: float) -> float:
    """Direction of north on the image at a position: degrees counter-clockwise from +y, in -180..180."""
    return _direction_deg(wcs, x_px, y_px, 0.0)


def east_angle_deg(wcs: WCS, x_px: float, y_px: float) -> float:
    """Direction of east likewise: +90 from north on an ordinary image, -90 on a mirrored one."""
    return _direction_deg(wcs, x_px, y_px, 90.0)


def offset_px(wcs: WCS, other: WCS, width_px: int, height_px: int) -> float:
    """The largest distance on the sky between the same corner or centre pixel under two WCS, in pixels of the first."""
    x_px = np.array([0, width_px - 1, 0, width_px - 1, (width_px - 1) / 2])
    y_px = np.array([0, 0, height_px - 1, height_px - 1, (height_px - 1) / 2])
    separation = _separation_rad(unit_vectors(wcs, x_px, y_px), unit_vectors(other, x_px, y_px))
    return float(separation.max() / np.radians(pixel_scale_arcsec(wcs) / 3600))


def sexagesimal(ra_deg: float, dec_deg: float) -> tuple[str, str]:
    """("13:29:52.711", "+47:11:42.62"): to 0.001 s and 0.01 arcsec."""
    # Rounded first, or 359.9999999 would read 24:00:00.000.
    thousandths = round(ra_deg * 240_000) % 86_400_000
    ra = Angle(thousandths / 240_000, u.deg).to_string(unit=u.hourangle, sep=":", precision=3, pad=True)
    dec = Angle(dec_deg, u.deg).to_string(unit=u.deg, sep=":", precision=2, pad=True, alwayssign=True)
    return str(ra), str(dec)


def _grid(wcs: WCS, width_px: int, height_px: int, step_px: float) -> SkyGrid:
    nx, ny = _n_nodes(width_px, step_px), _n_nodes(height_px, step_px)
    y_px, x_px = np.mgrid[0:ny, 0:nx] * step_px - 0.5
    return SkyGrid(-0.5, -0.5, step_px, unit_vectors(wcs, x_px, y_px))


def _n_nodes(size_px: int, step_px: float) -> int:
    """From the outer edge of the first pixel to beyond that of the last."""
    return math.ceil(size_px / step_px) + 1


def _worst_error_px(grid: SkyGrid, wcs: WCS) -> float:
    ny, nx, _ = grid.vectors.shape
    halves_y, halves_x = np.mgrid[0 : 2 * ny - 1, 0 : 2 * nx - 1]
    between = (halves_y % 2 == 1) | (halves_x % 2 == 1)
    x_px = grid.x0_px + halves_x[between] * grid.step_px / 2
    y_px = grid.y0_px + halves_y[between] * grid.step_px / 2
    separation = _separation_rad(grid.to_vectors(x_px, y_px), unit_vectors(wcs, x_px, y_px))
    return float(separation.max() / np.radians(pixel_scale_arcsec(wcs) / 3600))


def _separation_rad(first: Floats, second: Floats) -> Floats:
    # Chord to arc: the arc cosine of a scalar product has no digits left at these angles.
    return np.asarray(2 * np.arcsin(np.clip(np.linalg.norm(first - second, axis=-1) / 2, 0, 1)))


def _direction_deg(wcs: WCS, x_px: float, y_px: float, position_angle_deg: float) -> float:
    with quiet_astropy():
        here = wcs.pixel_to_world(x_px, y_px).icrs
        there = here.directional_offset_by(position_angle_deg * u.deg, pixel_scale_arcsec(wcs) * u.arcsec)
        moved_x, moved_y = wcs.world_to_pixel(there)
    return float(np.degrees(np.arctan2(-(moved_x - x_px), moved_y - y_px)))
