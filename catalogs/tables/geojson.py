"""GeoJSON (RFC 7946): a point a source, everything known of it in its properties."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

from catalogs.tables.cells import Cells
from catalogs.tables.columns import recognise
from catalogs.tables.model import AnyArray, Rejection, SourceTable
from catalogs.tables.named import NamedTable, sources_of
from catalogs.tables.textfile import read_text
from galaxycat.errors import BadInput

SKY, PIXELS = "icrs_deg", "pixel_0based"
# What the two coordinates of a point are, by the collection's foreign member.
COORDINATE_COLUMNS = {SKY: ("ra_deg", "dec_deg"), PIXELS: ("x_px", "y_px")}

Feature = tuple[int, dict[str, Any]]


def write_geojson(table: Table, path: Path) -> None:
    """Write a FeatureCollection of Points at [ra_deg, dec_deg] where every source has them, else at [x_px, y_px].

    The member `coordinates_are` says which; missing values are null. `units`, `descriptions`, `ucds` and `metadata`
    are foreign members of the collection (RFC 7946, section 6.1).
    """
    columns = {name: _json_values(table[name]) for name in table.colnames}
    has_sky = all(None not in columns.get(name, [None]) for name in COORDINATE_COLUMNS[SKY])
    kind = SKY if has_sky else PIXELS
    x, y = COORDINATE_COLUMNS[kind]
    rows = (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))
    collection = {
        "type": "FeatureCollection",
        "coordinates_are": kind,
        "metadata": _plain(table.meta),
        "units": {name: str(table[name].unit) for name in table.colnames if table[name].unit is not None},
        "descriptions": {name: table[name].description for name in table.colnames if table[name].description},
        "ucds": {name: table[name].meta["ucd"] for name in table.colnames if table[name].meta.get("ucd")},
        "features": [_feature(row, row.get(x), row.get(y)) for row in rows],
    }
    path.write_text(json.dumps(collection, allow_nan=False) + "\n", encoding="utf-8")


def _feature(row: dict[str, Any], x: float | None, y: float | None) -> dict[str, Any]:
    geometry = None if x is None or y is None else {"type": "Point", "coordinates": [x, y]}
    return {"type": "Feature", "id": row.get("number"), "geometry": geometry, "properties": row}


def _json_values(column: Any) -> list[Any]:
    """Plain values with None for masked, nan and infinite ones."""
    missing = np.asarray(getattr(column, "mask", np.zeros(len(column), dtype=np.bool_)))
    values = np.asarray(column)
    if values.dtype.kind == "f":
        missing = missing | ~np.isfinite(values)
    return [None if gone else value for value, gone in zip(values.tolist(), missing.tolist(), strict=True)]


def _plain(value: Any) -> Any:
    """The value as JSON knows it: nan and infinity are null, what JSON has no word for is text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def read_geojson(path: Path) -> SourceTable:
    """Read a FeatureCollection of Points, our own export first of all; rows are counted by feature.

    Positions are taken from the properties, by the column names that CSV knows, else from the coordinates as the
    member `coordinates_are` says. Raises BadInput for a file that cannot be used.
    """
    collection = _collection(path.name, read_text(path))
    features, rejected = _points(collection["features"])
    names = list(dict.fromkeys(name for _, feature in features for name in feature["properties"] or {}))
    columns: dict[str, Cells] = {
        name: _cells((feature["properties"] or {}).get(name) for _, feature in features) for name in names
    }
    roles = recognise(names)
    if features and roles.pixels is None and roles.sky is None:
        columns |= _coordinates(path.name, collection, features)
    table = NamedTable(
        file_name=path.name,
        format_name="GeoJSON",
        columns=columns or {"x_px": [], "y_px": []},
        rows=np.array([row for row, _ in features], dtype=np.int64),
        units=_texts(collection.get("units")),
        descriptions=_texts(collection.get("descriptions")),
        rejected=rejected,
    )
    return sources_of(table)


def _collection(file_name: str, text: str) -> dict[str, Any]:
    try:
        # NaN and Infinity are no JSON, but Python and others write them for missing.
        collection = json.loads(text, parse_constant=lambda _: None)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadInput(f"{file_name}: is no valid JSON ({error})") from error
    if not isinstance(collection, dict) or not isinstance(collection.get("features"), list):
        raise BadInput(f"{file_name}: is no GeoJSON FeatureCollection; it needs a list of features")
    return collection


def _points(features: list[Any]) -> tuple[list[Feature], list[Rejection]]:
    """Features that are points or have no geometry, by their 1-based place, and the others."""
    good: list[Feature] = []
    rejected = []
    for row, feature in enumerate(features, start=1):
        reason = _reason_against(feature)
        if reason:
            rejected.append(Rejection(row, reason))
        else:
            good.append((row, feature))
    return good, rejected


def _reason_against(feature: Any) -> str:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties", 0), (dict, type(None))):
        return "is no GeoJSON feature with properties"
    geometry = feature.get("geometry")
    if geometry is None:
        return ""
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        found = geometry.get("type") if isinstance(geometry, dict) else geometry
        return f"geometry {str(found)[:40]!r} is no Point"
    place = geometry.get("coordinates")
    is_pair = (
        isinstance(place, list) and len(place) >= 2 and all(isinstance(value, (int, float)) for value in place[:2])
    )
    return "" if is_pair else f"coordinates {str(place)[:40]!r} are not two numbers"


def _coordinates(file_name: str, collection: dict[str, Any], features: list[Feature]) -> dict[str, Cells]:
    kind = collection.get("coordinates_are")
    if kind not in COORDINATE_COLUMNS:
        raise BadInput(
            f'{file_name}: nothing tells what its coordinates are; add "coordinates_are": "{SKY}" or "{PIXELS}" '
            "to the collection, or x_px and y_px to the properties"
        )
    places = [(feature.get("geometry") or {}).get("coordinates") or (None, None) for _, feature in features]
    return {name: _cells(place[axis] for place in places) for axis, name in enumerate(COORDINATE_COLUMNS[kind])}


def _cells(values: Iterable[Any]) -> Cells:
    """Numbers with nan for null where all are numbers, else text with "" for null."""
    found = list(values)
    present = [value for value in found if value is not None]
    if present and all(isinstance(value, int) and not isinstance(value, bool) for value in found):
        return _integers(found)
    if all(isinstance(value, (int, float)) for value in present):
        return np.array([np.nan if value is None else value for value in found], dtype=np.float64)
    return ["" if value is None else str(value) for value in found]


def _integers(values: list[int]) -> Cells:
    try:
        numbers: AnyArray = np.array(values, dtype=np.int64)
    except OverflowError:
        return [str(value) for value in values]
    return numbers


def _texts(member: Any) -> dict[str, str]:
    return {str(name): str(text) for name, text in member.items()} if isinstance(member, dict) else {}
