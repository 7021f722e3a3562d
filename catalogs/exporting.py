"""Writing a catalogue as a file that other astronomers' tools open."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from astropy.table import Table
from numpy.typing import NDArray

from catalogs.models import Catalog
from catalogs.regions.inside import points_in_regions
from catalogs.selecting import within_box
from catalogs.tables.export import export_table
from catalogs.tables.registry import write_table
from galaxycat.errors import BadInput


def catalog_table(catalog: Catalog, polygon: NDArray[np.float64] | None = None) -> Table:
    """The catalogue with units, descriptions and both pixel conventions; missing values are masked.

    Of a `polygon` (n, 2) in pixels only the sources on the image and inside it. Raises BadInput where there is none.
    """
    sources = catalog.sources.all() if polygon is None else within_box(catalog.sources.on_image(), polygon)
    rows = list(
        sources.order_by("number").values_list(
            "number", "x_px", "y_px", "ra_deg", "dec_deg", "is_outside", "published_label", "measurements"
        )
    )
    if polygon is not None and rows:
        places = np.array([row[1:3] for row in rows], dtype=float)
        inside = points_in_regions(places[:, 0], places[:, 1], [polygon])
        rows = [row for row, is_in in zip(rows, inside, strict=True) if is_in]
    if not rows:
        where = "" if polygon is None else " inside the polygon"
        raise BadInput(f"{catalog.name}: it has no sources{where} to export")
    number, x_px, y_px, ra_deg, dec_deg, outside, label, measurements = zip(*rows, strict=True)
    names = list(dict.fromkeys(name for row in measurements for name in row))
    extra = {
        "is_outside": np.array(outside, dtype=bool),
        "label": np.array(label, dtype=str),
        **{name: _floats(row.get(name) for row in measurements) for name in names},
    }
    galaxy = catalog.galaxy
    return export_table(
        number=np.array(number),
        x_px=_floats(x_px),
        y_px=_floats(y_px),
        ra_deg=_floats(ra_deg),
        dec_deg=_floats(dec_deg),
        extra=extra,
        units=catalog.units,
        descriptions=catalog.descriptions
        | {"label": "Class as published with the catalogue", "is_outside": "The source lies off the image"},
        meta={
            "galaxy": galaxy.slug,
            "catalogue": catalog.name,
            "catalogue_uuid": str(catalog.uuid),
            "method": catalog.method,
            "frame": "ICRS",
            "simulated": galaxy.is_simulated,
            "created": catalog.created_at.isoformat(),
        }
        | ({} if polygon is None else {"inside_polygon_px": polygon.ravel().tolist()}),
    )


def export_bytes(catalog: Catalog, format_: str, polygon: NDArray[np.float64] | None = None) -> bytes:
    """The catalogue, or what of it is inside a polygon, in one of the formats of `TABLE_WRITERS`. Raises BadInput."""
    with tempfile.TemporaryDirectory(prefix="galaxycat-export-") as folder:
        path = Path(folder) / f"catalog.{format_}"
        write_table(catalog_table(catalog, polygon), path, format_)
        return path.read_bytes()


def _floats(values: Iterable[float | None]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], dtype=float)
