"""Which rows can be used: the first reason against each other row is kept, so nothing is dropped in silence."""

from collections.abc import Callable, Iterable

import numpy as np

from catalogs.tables.cells import Cells, cell_text
from catalogs.tables.model import AnyArray, BoolArray, FloatArray, IntArray, Rejection
from galaxycat.errors import BadInput


class Sieve:
    """Rows of a file by index 0..n-1; `rows` (n,) are their 1-based places in the file."""

    def __init__(self, rows: IntArray) -> None:
        self.rows = rows
        self._reasons: dict[int, str] = {}

    def reject(self, bad: AnyArray, reason: Callable[[int], str]) -> None:
        """Leave out the rows where `bad` (n,), for the reason told of each index; an earlier reason stands."""
        for index in np.flatnonzero(bad).tolist():
            if index not in self._reasons:
                self._reasons[index] = reason(index)

    def reject_cells(self, bad: BoolArray, name: str, cells: Cells, wanted: str) -> None:
        """Leave out rows whose cell in this column is not what was wanted."""
        self.reject(bad, lambda index: f"{name}: {cell_text(cells, index)!r} is not {wanted}")

    def reject_half_pairs(self, pair: tuple[FloatArray, FloatArray], names: tuple[str, str]) -> None:
        """Leave out rows where one coordinate is given without the other."""
        first, second = np.isnan(pair[0]), np.isnan(pair[1])
        self.reject(first & ~second, lambda _: f"{names[1]} is given without {names[0]}")
        self.reject(second & ~first, lambda _: f"{names[0]} is given without {names[1]}")

    def reject_off_sky(self, ra_deg: FloatArray, dec_deg: FloatArray) -> None:
        """Leave out rows with a right ascension outside 0 to 360 or a declination outside -90 to 90 degrees."""
        self.reject((ra_deg < 0) | (ra_deg > 360), lambda index: f"RA {ra_deg[index]:g} deg is outside 0 to 360")
        self.reject(np.abs(dec_deg) > 90, lambda index: f"Dec {dec_deg[index]:g} deg is outside -90 to 90")

    def reject_repeats(self, number: IntArray) -> None:
        """Leave out rows whose number stands in an earlier row that is kept."""
        first: dict[int, int] = {}
        for index in np.flatnonzero(self.keep).tolist():
            value = int(number[index])
            if value in first:
                self._reasons[index] = f"number {value} is already taken by row {self.rows[first[value]]}"
            else:
                first[value] = index

    @property
    def keep(self) -> BoolArray:
        """(n,) True for rows nothing was said against."""
        keep = np.ones(len(self.rows), dtype=np.bool_)
        keep[list(self._reasons)] = False
        return keep

    def rejections(self, earlier: Iterable[Rejection]) -> list[Rejection]:
        """All rows left out, those that never reached the sieve among them, in file order."""
        own = (Rejection(int(self.rows[index]), reason) for index, reason in self._reasons.items())
        return sorted([*earlier, *own], key=lambda rejection: rejection.row)

    def require_some(self, file_name: str, earlier: Iterable[Rejection]) -> None:
        """Raises BadInput with the first reason when no row is left."""
        if not self.keep.any():
            refuse_all(file_name, self.rejections(earlier))


def refuse_all(file_name: str, rejected: list[Rejection]) -> None:
    """Raises BadInput: the file has no usable row, and why the first of them is not."""
    if not rejected:
        raise BadInput(f"{file_name}: has a header and no rows; give a catalogue with at least one source")
    first = rejected[0]
    raise BadInput(f"{file_name}: none of its {len(rejected)} rows can be used; row {first.row}: {first.reason}")
