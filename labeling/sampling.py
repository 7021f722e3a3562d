"""A round's regions from GeoJSON, and which sources are drawn. Pure numpy; chance is an argument."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from galaxycat.errors import BadInput

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# Parts a rings array: a GeoJSON polygon with holes is one region.
RING_BREAK = np.full((1, 2), np.nan)


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
