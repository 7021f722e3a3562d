"""The files of a release: one table, four formats, the same bytes from the same columns."""

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Column as TableColumn
from astropy.table import MaskedColumn, Table
from astropy.units import Unit

from catalogs.releases.columns import Column
from catalogs.tables.ecsv import write_ecsv
from catalogs.tables.fitstable import write_fits_table
from catalogs.tables.geojson import write_geojson
from catalogs.tables.registry import Writer
from catalogs.tables.votable import write_votable

# Format -> (writer, ending of the file's name, media type).
RELEASE_FORMATS: dict[str, tuple[Writer, str, str]] = {
    "ecsv": (write_ecsv, "ecsv", "text/plain"),
    "votable": (write_votable, "vot", "application/x-votable+xml"),
    "fits": (write_fits_table, "fits", "application/fits"),
    "geojson": (write_geojson, "geojson", "application/geo+json"),
}


def release_table(columns: Iterable[Column], meta: Mapping[str, Any]) -> Table:
    """The columns as an astropy table; nan is masked, units that astropy does not know are kept as text."""
    table = Table(meta=dict(meta))
    for column in columns:
        table[column.name] = _column(column)
    return table


def file_bytes(table: Table, format_: str) -> bytes:
    """The table in one of RELEASE_FORMATS."""
    with tempfile.TemporaryDirectory(prefix="galaxycat-release-") as folder:
        path = Path(folder) / "table"
        RELEASE_FORMATS[format_][0](table, path)
        return path.read_bytes()


def _column(column: Column) -> TableColumn:
    values = np.asarray(column.values)
    if values.dtype.kind == "O":
        values = values.astype(str)
    if values.dtype.kind in "iu":
        values = values.astype(np.int64)
    if values.dtype.kind == "f":
        values = values.astype(np.float64)
    described: dict[str, Any] = {
        "description": column.description or None,
        "unit": Unit(column.unit, parse_strict="silent") if column.unit else None,
        "meta": {"ucd": column.ucd} if column.ucd else {},
    }
    if values.dtype.kind == "f" and np.isnan(values).any():
        return MaskedColumn(values, mask=np.isnan(values), **described)
    return TableColumn(values, **described)
