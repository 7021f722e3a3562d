"""The table that every export is written from: both pixel conventions, sky in degrees, units, descriptions, UCDs."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from astropy.table import Column, MaskedColumn, Table
from astropy.units import Unit

from catalogs.tables.model import AnyArray, FloatArray, IntArray
from galaxycat.errors import BadInput

FITS_ORIGIN = 1
UUID = "uuid"
# name: unit, description, UCD (IVOA UCD1+ controlled vocabulary).
BASE_COLUMNS = {
    "number": ("", "number of the source in its catalogue", "meta.id;meta.main"),
    "ra_deg": ("deg", "right ascension, ICRS", "pos.eq.ra;meta.main"),
    "dec_deg": ("deg", "declination, ICRS", "pos.eq.dec;meta.main"),
    "x_px": ("pix", "x, 0-based, pixel centres on integers", "pos.cartesian.x;instr.det"),
    "y_px": ("pix", "y, 0-based, pixel centres on integers, from the bottom", "pos.cartesian.y;instr.det"),
    "X_IMAGE": ("pix", "x, 1-based as in FITS, DS9 and SExtractor", "pos.cartesian.x;instr.det"),
    "Y_IMAGE": ("pix", "y, 1-based as in FITS, DS9 and SExtractor", "pos.cartesian.y;instr.det"),
}
UUID_COLUMN = ("", "identifier of the source that no other has", "meta.id")


def export_table(
    number: IntArray,
    x_px: FloatArray,
    y_px: FloatArray,
    ra_deg: FloatArray,
    dec_deg: FloatArray,
    extra: Mapping[str, AnyArray],
    units: Mapping[str, str],
    descriptions: Mapping[str, str],
    meta: Mapping[str, Any],
) -> Table:
    """The table of a catalogue: number, uuid (if `extra` has it), sky, 0-based and 1-based pixels, then `extra`.

    All arrays are (n_sources,); nan, and None in an object array, become masked. `units` are astropy unit strings and
    `descriptions` texts, both by the names of `extra`. Raises BadInput for an extra column with a taken name or
    another length.
    """
    x_px, y_px = np.asarray(x_px, dtype=np.float64), np.asarray(y_px, dtype=np.float64)
    base = {
        "number": np.asarray(number),
        "ra_deg": np.asarray(ra_deg, dtype=np.float64),
        "dec_deg": np.asarray(dec_deg, dtype=np.float64),
        "x_px": x_px,
        "y_px": y_px,
        "X_IMAGE": x_px + FITS_ORIGIN,
        "Y_IMAGE": y_px + FITS_ORIGIN,
    }
    _check_extra(extra, len(base["number"]))
    table = Table(meta=dict(meta))
    for name, values in base.items():
        unit, description, ucd = BASE_COLUMNS[name]
        table[name] = _column(values, unit, description, ucd)
    for name, values in extra.items():
        unit, description, ucd = UUID_COLUMN if name == UUID else (units.get(name, ""), descriptions.get(name, ""), "")
        table.add_column(_column(values, unit, description, ucd), name=name, index=1 if name == UUID else None)
    return table


def _check_extra(extra: Mapping[str, AnyArray], n_sources: int) -> None:
    taken = {name.lower() for name in BASE_COLUMNS}
    for name, values in extra.items():
        if name.lower() in taken:
            raise BadInput(f"column {name}: this name is kept for the position or number; rename the measurement")
        if len(values) != n_sources:
            raise BadInput(f"column {name}: has {len(values)} values for {n_sources} sources")


def _column(values: AnyArray, unit: str, description: str, ucd: str) -> Column:
    """A column that is masked where a value is nan or None; an unknown unit is kept as the text it is."""
    values, mask = _masked(np.asarray(values))
    described: dict[str, Any] = {
        "description": description or None,
        "unit": Unit(unit, parse_strict="silent") if unit else None,
        "meta": {"ucd": ucd} if ucd else {},
    }
    return MaskedColumn(values, mask=mask, **described) if mask.any() else Column(values, **described)


def _masked(values: AnyArray) -> tuple[AnyArray, AnyArray]:
    """The values with a type of their own, and where they are missing."""
    if values.dtype.kind == "f":
        return values, np.isnan(values)
    if values.dtype.kind != "O":
        return values, np.zeros(len(values), dtype=np.bool_)
    missing = np.array(
        [value is None or (isinstance(value, float) and np.isnan(value)) for value in values], dtype=np.bool_
    )
    if all(isinstance(value, (int, float, np.number)) for value in values[~missing]):
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64), missing
    return np.array(["" if gone else str(value) for value, gone in zip(values, missing, strict=True)]), missing
