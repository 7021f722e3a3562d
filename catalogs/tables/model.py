"""What every reader gives: one table of sources, and the rows that could not be used with their reasons."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
TextArray = NDArray[np.str_]
AnyArray = NDArray[Any]

SCHEME_LABELS = ("1", "2", "3", "4")
# LEGUS' sign for "not inspected"; an empty cell says the same.
NOT_INSPECTED = "0"
LONGEST_LABEL = 16


@dataclass(frozen=True)
class Rejection:
    """A row left out. `row` counts from 1: lines of a text file, data rows of ECSV, features of GeoJSON."""

    row: int
    reason: str


@dataclass(frozen=True, eq=False)
class SourceTable:
    """Sources of one catalogue file; every array is (n_sources,), n_sources >= 1.

    number: int64, positive, unique: the file's id, or 1..n where it has none.
    x_px, y_px: 0-based, pixel centres on integers; nan where only the sky position is known.
    ra_deg, dec_deg: degrees, 0 <= ra < 360 and |dec| <= 90; nan where unknown.
    label: the class as published, "" = not inspected.
    measurements: float64, nan = missing; `units` (astropy unit strings) and `descriptions` by their names.
    rejected: rows left out, in file order. layout: how the file was read, for a person.
    """

    number: IntArray
    x_px: FloatArray
    y_px: FloatArray
    ra_deg: FloatArray
    dec_deg: FloatArray
    label: TextArray
    layout: str
    measurements: dict[str, FloatArray] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.number)

    @property
    def classes(self) -> dict[str, int]:
        """Sources a label, for the labels 1 to 4 of the LEGUS scheme that occur."""
        counts = Counter(self.label.tolist())
        return {label: counts[label] for label in SCHEME_LABELS if counts[label]}
