"""From a table whose columns have names to sources: what CSV, ECSV and GeoJSON have in common."""

from dataclasses import dataclass, field

import astropy.units as u
import numpy as np

from catalogs.tables.cells import Cells, identifiers, is_missing, labels, numbers, sky_angles
from catalogs.tables.columns import PixelColumns, Roles, recognise
from catalogs.tables.model import LONGEST_LABEL, FloatArray, IntArray, Rejection, SourceTable, TextArray
from catalogs.tables.sieve import Sieve, refuse_all
from galaxycat.errors import BadInput

# X_IMAGE is often rounded to two or three decimals; a wrong origin is a whole pixel off.
AGREEMENT_PX = 0.011
POSITION_NAMES = "x_px, y_px (0-based), X_IMAGE, Y_IMAGE (1-based), x, y or ra_deg, dec_deg"


@dataclass(frozen=True)
class NamedTable:
    """Cells by column name, each (n_rows,); `rows` (n_rows,) are their 1-based places in the file.

    `rejected` are rows that have no cells, `notes` what a person should know of columns left out so far.
    """

    file_name: str
    format_name: str
    columns: dict[str, Cells]
    rows: IntArray
    units: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)
    notes: tuple[str, ...] = ()


def checked_origin(origin: int | str | None) -> int | None:
    """The `origin` option: 0, 1 or not given. Raises BadInput for anything else."""
    if origin is None or str(origin) in ("0", "1"):
        return None if origin is None else int(origin)
    raise BadInput(f"origin: {origin!r} is neither 0 nor 1, the number of the first pixel in columns x and y")


def sources_of(table: NamedTable, origin: int | None = None) -> SourceTable:
    """The sources of a table with named columns. Raises BadInput without positions or without one usable row."""
    roles = recognise(list(table.columns), origin)
    if roles.pixels is None and roles.sky is None:
        found = ", ".join(table.columns)[:200]
        raise BadInput(f"{table.file_name}: has no position columns; name them {POSITION_NAMES} (found: {found})")
    if not len(table.rows):
        refuse_all(table.file_name, table.rejected)
    return _Reading(table, roles).sources()


class _Reading:
    """One table on its way to sources: cells are read column by column, rows fall into the sieve."""

    def __init__(self, table: NamedTable, roles: Roles) -> None:
        self.table, self.roles = table, roles
        self.sieve = Sieve(table.rows)
        self.text_columns: list[str] = []
        self.number_is_given = False

    def sources(self) -> SourceTable:
        number = self._number()
        x_px, y_px = self._pixels()
        ra_deg, dec_deg = self._sky()
        self.sieve.reject(np.isnan(x_px) & np.isnan(ra_deg), lambda _: "has neither pixel nor sky position")
        label = self._label()
        measurements = {}
        for kept_name, name in self.roles.measurements.items():
            if (values := self._measurement(name)) is not None:
                measurements[kept_name] = values
        self.sieve.reject_repeats(number)
        self.sieve.require_some(self.table.file_name, self.table.rejected)
        keep = self.sieve.keep
        return SourceTable(
            number=number[keep],
            x_px=x_px[keep],
            y_px=y_px[keep],
            ra_deg=ra_deg[keep],
            dec_deg=dec_deg[keep],
            label=label[keep],
            layout=self._layout(len(measurements)),
            measurements={name: values[keep] for name, values in measurements.items()},
            units=self._of_measurements(self.table.units, measurements),
            descriptions=self._of_measurements(self.table.descriptions, measurements),
            rejected=self.sieve.rejections(self.table.rejected),
        )

    def _number(self) -> IntArray:
        name = self.roles.number
        if name is not None and not _is_mostly_text(self.table.columns[name]):
            found, bad = identifiers(self.table.columns[name])
            self.sieve.reject_cells(bad, name, self.table.columns[name], "a positive whole number")
            self.number_is_given = True
            return found
        if name is not None:
            self.text_columns.append(name)
        return np.arange(1, len(self.table.rows) + 1, dtype=np.int64)

    def _pixels(self) -> tuple[FloatArray, FloatArray]:
        """0-based x and y; the one place where named 1-based columns are converted."""
        if self.roles.pixels is None:
            return self._unknown(), self._unknown()
        x_px, y_px = self._pixel_pair(self.roles.pixels)
        if self.roles.repeated is not None:
            self._check_repeated(x_px, y_px, self.roles.repeated)
        return x_px, y_px

    def _pixel_pair(self, pair: PixelColumns) -> tuple[FloatArray, FloatArray]:
        x, y = self._required(pair.x), self._required(pair.y)
        self.sieve.reject_half_pairs((x, y), (pair.x, pair.y))
        return x - pair.origin, y - pair.origin

    def _check_repeated(self, x_px: FloatArray, y_px: FloatArray, pair: PixelColumns) -> None:
        other_x, other_y = self._pixel_pair(pair)
        differs = (np.abs(x_px - other_x) > AGREEMENT_PX) | (np.abs(y_px - other_y) > AGREEMENT_PX)
        self.sieve.reject(differs, lambda index: f"{pair.x}, {pair.y} are not x_px + 1, y_px + 1; leave one pair out")
        unplaced = np.isnan(x_px)
        x_px[unplaced], y_px[unplaced] = other_x[unplaced], other_y[unplaced]

    def _sky(self) -> tuple[FloatArray, FloatArray]:
        if self.roles.sky is None:
            return self._unknown(), self._unknown()
        ra, dec = self.roles.sky
        ra_deg, dec_deg = self._angle(ra, u.hourangle), self._angle(dec, u.deg)
        self.sieve.reject_half_pairs((ra_deg, dec_deg), (ra, dec))
        self.sieve.reject_off_sky(ra_deg, dec_deg)
        return ra_deg % 360, dec_deg

    def _angle(self, name: str, sexagesimal_unit: u.UnitBase) -> FloatArray:
        values, bad = sky_angles(self.table.columns[name], sexagesimal_unit)
        self.sieve.reject_cells(bad, name, self.table.columns[name], "an angle in degrees or sexagesimal")
        # Sexagesimal text says its unit itself; a column's unit speaks of typed numbers.
        return values * self._degrees_per_unit(name) if isinstance(self.table.columns[name], np.ndarray) else values

    def _degrees_per_unit(self, name: str) -> float:
        unit = self.table.units.get(name, "deg")
        try:
            return float(u.Unit(unit).to(u.deg))
        except (ValueError, TypeError, u.UnitsError) as error:
            raise BadInput(
                f"{self.table.file_name}: column {name} has unit {unit!r}, which is no angle; use deg"
            ) from error

    def _label(self) -> TextArray:
        if self.roles.label is None:
            return np.full(len(self.table.rows), "", dtype=np.str_)
        found = labels(self.table.columns[self.roles.label])
        too_long = np.char.str_len(found) > LONGEST_LABEL
        self.sieve.reject_cells(too_long, self.roles.label, found, f"a label of at most {LONGEST_LABEL} characters")
        return found

    def _measurement(self, name: str) -> FloatArray | None:
        """The column's values, or None with a note where it is text."""
        cells = self.table.columns[name]
        if _is_mostly_text(cells):
            self.text_columns.append(name)
            return None
        return self._required(name)

    def _of_measurements(self, texts: dict[str, str], measurements: dict[str, FloatArray]) -> dict[str, str]:
        named = ((kept_name, self.roles.measurements[kept_name]) for kept_name in measurements)
        return {kept_name: texts[name] for kept_name, name in named if name in texts}

    def _required(self, name: str) -> FloatArray:
        values, bad = numbers(self.table.columns[name])
        self.sieve.reject_cells(bad, name, self.table.columns[name], "a finite number")
        return values

    def _unknown(self) -> FloatArray:
        return np.full(len(self.table.rows), np.nan)

    def _layout(self, n_measurements: int) -> str:
        pixels, sky = self.roles.pixels, self.roles.sky
        parts = [f"position from {_pixels_sentence(pixels)}"] if pixels else []
        parts += [f"sky from {sky[0]}, {sky[1]}"] if sky else []
        parts += [f"number from {self.roles.number}" if self.number_is_given else "numbered in file order"]
        parts += [f"class from {self.roles.label}"] if self.roles.label else []
        parts += [f"{n_measurements} measurements", *self.table.notes]
        parts += [f"text columns left out: {', '.join(self.text_columns)}"] if self.text_columns else []
        return f"{self.table.format_name}: {'; '.join(parts)}"


def _pixels_sentence(pair: PixelColumns) -> str:
    how = f"{pair.origin}-based" + (" as in FITS; origin=0 if not" if pair.is_assumed else "")
    return f"{pair.x}, {pair.y} ({how})"


def _is_mostly_text(cells: Cells) -> bool:
    """True where more than half of the cells that are there are no numbers."""
    if isinstance(cells, np.ndarray):
        return False
    _, bad = numbers(cells)
    present = sum(not is_missing(cell) for cell in cells) if bad.any() else len(cells)
    return 2 * int(np.count_nonzero(bad)) > present
