"""From cells to numbers, angles and labels, a column at a time: values, and which cells could not be read."""

from collections.abc import Sequence

import astropy.units as u
import numpy as np
from astropy.coordinates import Angle

from catalogs.tables.model import NOT_INSPECTED, AnyArray, BoolArray, FloatArray, IntArray, TextArray

# A column as a reader found it: text cells, or numbers that the format has typed already (nan = missing).
Cells = Sequence[str] | AnyArray

MISSING_WORDS = frozenset({"", "nan", "null", "none", "n/a", "na", "--", "-", "..."})
LARGEST_ID = np.iinfo(np.int64).max


def is_missing(cell: str) -> bool:
    return cell.strip().lower() in MISSING_WORDS


def cell_text(cells: Cells, index: int) -> str:
    """The cell as a person would quote it."""
    return str(cells[index]).strip()[:40]


def numbers(cells: Cells) -> tuple[FloatArray, BoolArray]:
    """Values (n,) with nan for missing, and bad (n,): cells that are no finite number (their value is nan)."""
    if isinstance(cells, np.ndarray):
        values: FloatArray = cells.astype(np.float64)
    else:
        at_once = _numbers_of_text(cells)
        if at_once is None:
            return _numbers_one_by_one(cells)
        values = at_once
    bad = np.isinf(values)
    return np.where(bad, np.nan, values), bad


def _numbers_of_text(cells: Sequence[str]) -> FloatArray | None:
    """All cells at once, or None where one of them needs a closer look."""
    # Python reads 1_000 as a number; a catalogue does not.
    if any("_" in cell for cell in cells):
        return None
    try:
        return np.array(cells, dtype=np.float64)
    except ValueError:
        return None


def _numbers_one_by_one(cells: Sequence[str]) -> tuple[FloatArray, BoolArray]:
    values = np.array([_number(cell) for cell in cells], dtype=np.float64)
    present = np.array([not is_missing(cell) for cell in cells], dtype=np.bool_)
    bad = present & ~np.isfinite(values)
    values[bad] = np.nan
    return values, bad


def _number(cell: str) -> float:
    try:
        return float(cell) if "_" not in cell else np.nan
    except ValueError:
        return np.nan


def identifiers(cells: Cells) -> tuple[IntArray, BoolArray]:
    """Positive whole numbers (n,), exact up to 2^63 - 1, and bad (n,): everything else, missing included."""
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "iu":
        bad = (cells <= 0) | (cells > LARGEST_ID)
        return np.where(bad, 0, cells).astype(np.int64), np.asarray(bad, dtype=np.bool_)
    found = np.array([_identifier(str(cell)) for cell in cells], dtype=np.int64)
    return found, found == 0


def _identifier(cell: str) -> int:
    """The positive whole number in a cell ("7" or "7.0"), or 0."""
    try:
        number = int(cell) if "_" not in cell else 0
    except ValueError:
        value = _number(cell)
        number = int(value) if np.isfinite(value) and value == int(value) else 0
    return number if 0 < number <= LARGEST_ID else 0


def sky_angles(cells: Cells, unit: u.UnitBase) -> tuple[FloatArray, BoolArray]:
    """Degrees (n,) with nan for missing, and bad (n,).

    Plain numbers are degrees; sexagesimal text ("12:30:49.4", "12h30m49.4s") is in `unit`, hourangle or deg.
    """
    values, bad = numbers(cells)
    if isinstance(cells, np.ndarray) or not bad.any():
        return values, bad
    left = np.flatnonzero(bad).tolist()
    values[left] = _sexagesimal([cells[index].strip() for index in left], unit)
    return values, bad & np.isnan(values)


def _sexagesimal(cells: list[str], unit: u.UnitBase) -> FloatArray:
    try:
        return np.asarray(Angle(cells, unit=unit).deg, dtype=np.float64)
    except (ValueError, TypeError):
        return np.array([_sexagesimal_cell(cell, unit) for cell in cells], dtype=np.float64)


def _sexagesimal_cell(cell: str, unit: u.UnitBase) -> float:
    try:
        degrees = float(Angle(cell, unit=unit).deg)
    except (ValueError, TypeError):
        return np.nan
    return degrees if np.isfinite(degrees) else np.nan


def labels(cells: Cells) -> TextArray:
    """Labels (n,) as text: "2.0" is "2"; missing cells and 0 are "" (not inspected)."""
    return np.array([_label(str(cell)) for cell in cells], dtype=np.str_)


def _label(cell: str) -> str:
    value = _number(cell)
    text = f"{value:.0f}" if np.isfinite(value) and value == np.floor(value) else cell.strip()
    return "" if is_missing(text) or text == NOT_INSPECTED else text
