"""A FITS binary table with units, descriptions and UCDs in its header."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.table import Column, Table
from astropy.units import UnitBase

from catalogs.tables.model import AnyArray

LONGEST_KEYWORD = 8


def write_fits_table(table: Table, path: Path) -> None:
    """Write the table as the first extension: TUNITn, TCOMMn (description) and TUCDn beside TTYPEn and TFORMn.

    Missing numbers are NaN. FITS knows ASCII only, so other characters of texts become \\xNN or \\uNNNN. Metadata
    become cards of the primary header by the first eight characters of their names. The same table gives the same
    bytes: no date and no checksum card is written.
    """
    columns = [_column(name, table[name]) for name in table.colnames]
    extension = fits.BinTableHDU.from_columns(columns, name="SOURCES")
    for number, name in enumerate(table.colnames, start=1):
        _describe(extension.header, number, table[name])
    primary = fits.PrimaryHDU()
    for key, value in sorted(table.meta.items()):
        plain = value if isinstance(value, (bool, int, float)) else ascii_text(str(value))
        primary.header[key.upper().replace("_", "")[:LONGEST_KEYWORD]] = (plain, key)
    stream = BytesIO()
    fits.HDUList([primary, extension]).writeto(stream)
    path.write_bytes(stream.getvalue())


def ascii_text(text: str) -> str:
    """The text in ASCII: é becomes \\xe9."""
    return " ".join(text.encode("ascii", "backslashreplace").decode("ascii").split())


def _column(name: str, column: Column) -> fits.Column:
    values = _plain(column)
    formats = {"i": "K", "u": "K", "f": "D", "b": "L"}
    form = f"{max(values.dtype.itemsize, 1)}A" if values.dtype.kind == "S" else formats[values.dtype.kind]
    return fits.Column(name=name, format=form, array=values, unit=_unit(column))


def _plain(column: Column) -> AnyArray:
    kind = column.dtype.kind
    if kind in "US":
        texts = np.ma.filled(np.ma.asarray(column), "")
        return np.array([ascii_text(str(text)).encode("ascii") for text in texts])
    if kind == "f":
        return np.ma.filled(np.ma.asarray(column, dtype=np.float64), np.nan)
    return np.asarray(column)


def _unit(column: Column) -> str | None:
    unit: Any = column.unit
    if unit is None:
        return None
    try:
        return str(unit.to_string("fits")) if isinstance(unit, UnitBase) else str(unit)
    except ValueError:
        # What FITS has no word for is kept as the text it is.
        return str(unit)


def _describe(header: fits.Header, number: int, column: Column) -> None:
    if column.description:
        header[f"TCOMM{number}"] = ascii_text(column.description)
    if ucd := column.meta.get("ucd"):
        header[f"TUCD{number}"] = ucd
