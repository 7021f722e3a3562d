"""ECSV: a table with units, descriptions and masks that astropy, TOPCAT and a text editor open."""

from pathlib import Path

import numpy as np
from astropy.table import Column, Table

from catalogs.tables.cells import Cells
from catalogs.tables.model import SourceTable
from catalogs.tables.named import NamedTable, checked_origin, sources_of
from catalogs.tables.textfile import read_text
from galaxycat.errors import BadInput

ECSV = "ascii.ecsv"
SIGNATURE = "# %ECSV"


def read_ecsv(path: Path, *, origin: int | str | None = None) -> SourceTable:
    """Read an ECSV file; columns are recognised by name as in CSV, units and descriptions are kept.

    `origin` says which pixel plain x and y count from, 1 otherwise. Rows are counted from the first data row. Raises
    BadInput for a file that cannot be used, one with a cell that is not of its column's declared type included.
    """
    text = read_text(path)
    if not text.startswith(SIGNATURE):
        raise BadInput(f"{path.name}: does not start with {SIGNATURE!r}, so it is no ECSV; read it as csv")
    table = _parsed(path.name, text)
    columns: dict[str, Cells] = {}
    notes = []
    for name in table.colnames:
        cells = _cells(table[name])
        if cells is None:
            notes.append(f"{name} is no plain column: left out")
        else:
            columns[name] = cells
    named = NamedTable(
        file_name=path.name,
        format_name="ECSV",
        columns=columns,
        rows=np.arange(1, len(table) + 1, dtype=np.int64),
        units={name: str(table[name].unit) for name in columns if table[name].unit is not None},
        descriptions={name: table[name].description for name in columns if table[name].description},
        notes=tuple(notes),
    )
    return sources_of(named, checked_origin(origin))


def _parsed(file_name: str, text: str) -> Table:
    try:
        # Lines, since astropy takes a single string for a file name or an address.
        return Table.read(text.splitlines(), format=ECSV)
    except Exception as error:  # astropy and yaml raise many kinds for unreadable text
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise BadInput(f"{file_name}: is no readable ECSV ({reason}); correct it or save it as CSV") from error


def _cells(column: object) -> Cells | None:
    """Numbers with nan for masked, text with "" for masked, or None for vectors, times and other mixins."""
    if not isinstance(column, Column) or column.ndim != 1:
        return None
    missing = np.asarray(getattr(column, "mask", np.zeros(len(column), dtype=np.bool_)))
    if column.dtype.kind in "iub" and not missing.any():
        return np.asarray(column)
    if column.dtype.kind in "iufb":
        return np.where(missing, np.nan, np.asarray(column, dtype=np.float64))
    if column.dtype.kind in "USO":
        return ["" if gone else str(value) for value, gone in zip(np.asarray(column), missing, strict=True)]
    return None


def write_ecsv(table: Table, path: Path) -> None:
    """Write the table; astropy reads it back with units, descriptions, masks and column meta."""
    table.write(path, format=ECSV, overwrite=True)
