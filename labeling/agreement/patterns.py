"""Sources that are alike: the same votes on each, so that a resample draws how often each pattern of votes comes up.

With four votes on four labels there are 35 patterns, however many sources. Pure numpy.
"""

from dataclasses import dataclass

import numpy as np

from labeling.agreement.counts import FloatArray, IntArray
from labeling.agreement.figures import Figure


@dataclass(frozen=True)
class Patterns:
    """The different units among some sources.

    `rows` (n_rows, n_labels): the different rows of counts. `multiplicity` (n_patterns,): how many units are alike.
    `held` (n_patterns, n_rows): how often a unit holds each row; None where each unit is one row, pattern by pattern.
    """

    rows: IntArray
    multiplicity: IntArray
    held: IntArray | None = None

    @property
    def n_units(self) -> int:
        return int(self.multiplicity.sum())

    def terms(self, figure: Figure) -> FloatArray:
        """What one unit of each pattern adds to the figure's sums, (n_patterns, n_terms)."""
        terms = figure.terms(self.rows)
        return terms if self.held is None else self.held @ terms


def patterns_of(counts: IntArray, unit: IntArray) -> Patterns:
    """The patterns of `counts`, (n_rows, n_labels) votes; `unit` (n_rows,) codes the source of each row."""
    rows, row = _distinct_rows(counts)
    units, unit_code = np.unique(unit, return_inverse=True)
    if len(units) == len(unit):
        return Patterns(rows, np.bincount(row, minlength=len(rows)))
    # Several rows a unit: alike are units that hold the same rows equally often.
    held, held_code = _distinct_rows(_table(unit_code, row, len(units), len(rows)))
    return Patterns(rows, np.bincount(held_code, minlength=len(held)), held)


def _table(rows: IntArray, columns: IntArray, n_rows: int, n_columns: int) -> IntArray:
    cells = np.bincount(rows * n_columns + columns, minlength=n_rows * n_columns)
    return cells.reshape(n_rows, n_columns)


def _distinct_rows(table: IntArray) -> tuple[IntArray, IntArray]:
    """The distinct rows of a table of whole numbers, and which of them each row is."""
    code = np.zeros(len(table), dtype=np.int64)
    # Column by column into one code, made small again each time: sorts of whole numbers, several times faster than of rows.
    for column in table.T:
        _, code = np.unique(code * (int(column.max(initial=0)) + 1) + column, return_inverse=True)
    _, first, code = np.unique(code, return_index=True, return_inverse=True)
    return table[first], code
