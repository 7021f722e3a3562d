"""Which points lie inside polygons. Pure numpy."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def points_in_regions(x_px: npt.ArrayLike, y_px: npt.ArrayLike, regions: Sequence[npt.ArrayLike]) -> BoolArray:
    """Which of the points (n,) lie in at least one of the regions.

    Points and regions share one pixel grid. A region is (m, 2) of x_px, y_px; it closes itself, and a row of NaN starts
    another ring of it (a hole or an island): inside is where an odd number of crossings lies to the right (even-odd).
    **A point on an edge is inside**, a hole's edge too: exactly so where coordinates are multiples of 1/64 px
    below 100,000 px, else to rounding. A point that is not finite is outside.
    Raises ValueError on points or regions of another shape.
    """
    x_px, y_px = np.asarray(x_px, dtype=np.float64), np.asarray(y_px, dtype=np.float64)
    if x_px.ndim != 1 or x_px.shape != y_px.shape:
        raise ValueError(f"x_px and y_px must be (n,) and alike, not {x_px.shape} and {y_px.shape}")
    inside = np.zeros(len(x_px), dtype=bool)
    candidates = np.flatnonzero(np.isfinite(x_px) & np.isfinite(y_px))
    # By rising y, an edge concerns one run of the points only.
    candidates = candidates[np.argsort(y_px[candidates], kind="stable")]
    for region in regions:
        inside[candidates] |= _in_region(x_px[candidates], y_px[candidates], np.asarray(region, dtype=np.float64))
    return inside


def _in_region(x_px: FloatArray, y_px: FloatArray, region: FloatArray) -> BoolArray:
    """`points_in_regions` for one region and finite points by rising y."""
    odd, on_edge = np.zeros(len(x_px), dtype=bool), np.zeros(len(x_px), dtype=bool)
    edges = _edges(region)
    first, past_last = np.searchsorted(y_px, edges[:, 1], "left"), np.searchsorted(y_px, edges[:, 3], "right")
    for (x0, y0, x1, y1), start, stop in zip(edges, first, past_last, strict=True):
        x, y = x_px[start:stop], y_px[start:stop]
        # Above 0 where the point is to the left of the rising edge.
        side = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
        on_edge[start:stop] |= (side == 0) & (x >= min(x0, x1)) & (x <= max(x0, x1))
        # Half open: a vertex between two edges is crossed once.
        odd[start:stop] ^= (side > 0) & (y < y1)
    return odd | on_edge


def _edges(region: FloatArray) -> FloatArray:
    """The edges of a region's rings, (n_edges, 4) as x0, y0, x1, y1 with y0 <= y1."""
    if region.ndim != 2 or region.shape[1] != 2:
        raise ValueError(f"a region must be (n, 2) of x_px, y_px, not {region.shape}")
    breaks = np.flatnonzero(np.isnan(region).any(axis=1))
    rings = [ring[~np.isnan(ring).any(axis=1)] for ring in np.split(region, breaks)]
    if not any(len(ring) for ring in rings):
        return np.empty((0, 4))
    edges = np.concatenate([np.hstack([ring, np.roll(ring, -1, axis=0)]) for ring in rings])
    falling = edges[:, 1] > edges[:, 3]
    edges[falling] = edges[falling][:, [2, 3, 0, 1]]
    return edges
