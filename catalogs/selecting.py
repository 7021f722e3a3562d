"""The sources of a catalogue inside a polygon drawn on the image."""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalogs.models import Catalog
from catalogs.models.catalog import SourceQuerySet
from catalogs.regions.inside import points_in_regions
from catalogs.regions.shapes import FARTHEST_PX, MOST_CORNERS
from galaxycat.errors import BadInput

LISTED = 200


def parse_polygon(text: str) -> NDArray[np.float64]:
    """`x0,y0,x1,y1,...` in pixels as corners (n, 2). Raises BadInput."""
    try:
        numbers = np.array([float(part) for part in text.split(",")])
    except ValueError:
        raise BadInput(f"polygon: {text[:60]!r} is not numbers x0,y0,x1,y1,... in pixels") from None
    if len(numbers) % 2 or not 3 <= len(numbers) // 2 <= MOST_CORNERS:
        raise BadInput(f"polygon: give 3 to {MOST_CORNERS} corners, each x and y, not {len(numbers)} numbers")
    if not np.all(np.abs(numbers) < FARTHEST_PX):
        raise BadInput(f"polygon: corners are within {FARTHEST_PX:,.0f} pixels")
    return numbers.reshape(-1, 2)


def within_box(sources: SourceQuerySet, corners: NDArray[np.float64]) -> SourceQuerySet:
    """Those of the sources that lie in the bounding box of the corners (n, 2): what the database can say by its index."""
    (x0, y0), (x1, y1) = np.nanmin(corners, axis=0).tolist(), np.nanmax(corners, axis=0).tolist()
    return sources.filter(x_px__gte=x0, x_px__lte=x1, y_px__gte=y0, y_px__lte=y1)


def selection(catalog: Catalog, polygon: NDArray[np.float64]) -> dict[str, Any]:
    """How many of the catalogue's sources on the image lie inside, by published class too, and the first LISTED of them."""
    boxed = within_box(catalog.sources.on_image(), polygon).order_by("number")
    rows = list(boxed.values_list("number", "x_px", "y_px", "ra_deg", "dec_deg", "published_label"))
    places = np.array([row[1:3] for row in rows], dtype=float).reshape(-1, 2)
    inside = np.flatnonzero(points_in_regions(places[:, 0], places[:, 1], [polygon]))
    labels = Counter(rows[i][5] for i in inside)
    names = ("number", "x_px", "y_px", "ra_deg", "dec_deg", "label")
    return {
        "n_sources": len(inside),
        "by_label": dict(sorted((label, n) for label, n in labels.items() if label)),
        "sources": [dict(zip(names, rows[i], strict=True)) for i in inside[:LISTED]],
    }
