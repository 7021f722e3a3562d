"""Which sources fall into hand-drawn regions, and which of them are drawn. Pure numpy; chance is an argument."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from galaxycat.errors import BadInput

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

# Parts a rings array: a GeoJSON polygon with holes is one region.
RING_BREAK = np.full((1, 2), np.nan)


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


def regions_from_geojson(obj: Any) -> list[FloatArray]:
    """The regions of a GeoJSON object in pixel coordinates, each polygon (n, 2) as `points_in_regions` takes it.

    Takes Polygon, MultiPolygon, Feature and FeatureCollection; interior rings are holes. Raises BadInput, naming the
    place, on any other type, without a polygon, and on a ring with fewer than three corners or without finite numbers.
    """
    regions = [_region(rings, place) for rings, place in _polygons(obj, "the region")]
    if not regions:
        raise BadInput("the region holds no polygon: draw at least one")
    return regions


def _polygons(obj: Any, place: str) -> Iterator[tuple[list[Any], str]]:
    """Each polygon's rings in a GeoJSON object, with where it stands."""
    if _kind(obj) == "FeatureCollection":
        for number, feature in enumerate(_listed(obj.get("features"), f"{place}'s features"), start=1):
            yield from _polygons_of_geometry(_geometry(feature), f"feature {number}")
    else:
        yield from _polygons_of_geometry(_geometry(obj), place)


def _geometry(obj: Any) -> Any:
    return obj.get("geometry") if _kind(obj) == "Feature" else obj


def _polygons_of_geometry(geometry: Any, place: str) -> Iterator[tuple[list[Any], str]]:
    kind = _kind(geometry)
    if kind not in ("Polygon", "MultiPolygon"):
        found = kind or type(geometry).__name__
        raise BadInput(f"{place} is {found}: give a GeoJSON Polygon, MultiPolygon, Feature or FeatureCollection")
    coordinates = _listed(geometry.get("coordinates"), f"{place}'s coordinates")
    if kind == "Polygon":
        yield coordinates, place
        return
    for number, rings in enumerate(coordinates, start=1):
        yield _listed(rings, f"polygon {number} of {place}"), f"polygon {number} of {place}"


def _kind(obj: Any) -> str | None:
    """The GeoJSON type of an object that has one."""
    kind = obj.get("type") if isinstance(obj, dict) else None
    return kind if isinstance(kind, str) else None


def _listed(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadInput(f"{place} must be a list, not {type(value).__name__}")
    return value


def _region(rings: list[Any], place: str) -> FloatArray:
    if not rings:
        raise BadInput(f"{place} has no ring: give at least three corners")
    parts = [_ring(ring, f"ring {number} of {place}") for number, ring in enumerate(rings, start=1)]
    separated = [part for ring in parts for part in (RING_BREAK, ring)]
    return np.concatenate(separated[1:])


def _ring(ring: Any, place: str) -> FloatArray:
    """The corners of a ring (n, 2); a third coordinate, as GeoJSON allows, is left out."""
    corners = [corner[:2] if isinstance(corner, list) else [] for corner in _listed(ring, place)]
    if any(len(corner) != 2 or not all(map(_is_number, corner)) for corner in corners):
        raise BadInput(f"{place} must be a list of [x_px, y_px] with finite numbers")
    if len({tuple(corner) for corner in corners}) < 3:
        raise BadInput(f"{place} has fewer than three corners")
    return np.array(corners, dtype=np.float64)


def _is_number(value: Any) -> bool:
    # No image is that large, and a whole number above 1e308 would not fit a float.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12


def random_sample(n_candidates: int, n: int, rng: np.random.Generator) -> tuple[IntArray, float]:
    """Indices (n,) in the order drawn, of `n` among `n_candidates` without replacement, each as likely as any other.

    Also the probability with which each candidate was drawn, n / n_candidates. The same generator state gives a larger
    sample the same beginning. Raises BadInput where `n` is below 1 or above `n_candidates`.
    """
    if n < 1:
        raise BadInput(f"cannot draw {n} sources: ask for at least one")
    if n > n_candidates:
        raise BadInput(f"cannot draw {n} sources: only {n_candidates} can be drawn, ask for at most that many")
    return rng.permutation(n_candidates)[:n], n / n_candidates
