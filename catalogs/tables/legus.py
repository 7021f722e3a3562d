"""LEGUS cluster catalogues as published: white-space separated, no header, the layout known by field and width."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from catalogs.tables.cells import identifiers, numbers
from catalogs.tables.legus_layouts import FITS_ORIGIN, Extra, Layout, column_of, field_of, guess_layout
from catalogs.tables.legus_measurements import measurements
from catalogs.tables.model import FloatArray, IntArray, Rejection, SourceTable, TextArray
from catalogs.tables.sieve import Sieve
from catalogs.tables.textfile import read_text
from galaxycat.errors import BadInput

NARROWEST = 34
LAYOUT_OPTIONS = ("class_column", "x_column", "y_column", "ra_column", "dec_column")


def read_legus(
    path: Path,
    *,
    field: str | None = None,
    class_column: int | str | None = None,
    x_column: int | str | None = None,
    y_column: int | str | None = None,
    ra_column: int | str | None = None,
    dec_column: int | str | None = None,
) -> SourceTable:
    """Read a LEGUS .tab file.

    `field` ("ngc628-c") is found in the file name and chooses the layout together with the number of columns; the
    columns (from 1) overrule it; x_column or ra_column alone move y or Dec to the next column. Pixels are made
    0-based here. Raises BadInput for a file that cannot be used; rows that cannot are in `rejected`, by their line.
    """
    lines, cells, rejected = _rectangle(path.name, read_text(path))
    columns = [list(column) for column in zip(*cells, strict=True)]
    read = [numbers(column) for column in columns]
    values = np.column_stack([column for column, _ in read])
    field_name = (field or field_of(path.name)).lower()
    chosen = (class_column, x_column, y_column, ra_column, dec_column)
    guessed = guess_layout(field_name, values)
    layout = _overruled(guessed, dict(zip(LAYOUT_OPTIONS, chosen, strict=True)), values.shape[1])
    sieve = Sieve(np.array(lines, dtype=np.int64))
    for index, (column, (_, bad)) in enumerate(zip(columns, read, strict=True), start=1):
        sieve.reject_cells(bad, f"column {index}", column, "a finite number")
    number, bad = identifiers(columns[0])
    sieve.reject_cells(bad, "column 1", columns[0], "a positive whole number")
    return _sources(path.name, field_name, layout, (values, number), sieve, rejected)


def _sources(
    file_name: str,
    field_name: str,
    layout: Layout,
    table: tuple[FloatArray, IntArray],
    sieve: Sieve,
    rejected: list[Rejection],
) -> SourceTable:
    values, number = table
    x_px, y_px = column_of(values, layout.x_column) - FITS_ORIGIN, column_of(values, layout.y_column) - FITS_ORIGIN
    ra_deg, dec_deg = column_of(values, layout.ra_column), column_of(values, layout.dec_column)
    sieve.reject_half_pairs((x_px, y_px), ("x", "y"))
    sieve.reject_half_pairs((ra_deg, dec_deg), ("RA", "Dec"))
    sieve.reject_off_sky(ra_deg, dec_deg)
    sieve.reject(np.isnan(x_px) & np.isnan(ra_deg), lambda _: "has neither pixel nor sky position")
    label = _labels(values, layout, sieve)
    sieve.reject_repeats(number)
    sieve.require_some(file_name, rejected)
    keep = sieve.keep
    measured = measurements(values, layout)
    return SourceTable(
        number=number[keep],
        x_px=x_px[keep],
        y_px=y_px[keep],
        ra_deg=ra_deg[keep] % 360,
        dec_deg=dec_deg[keep],
        label=label[keep],
        layout=_sentence(field_name, layout, values.shape[1]),
        measurements={name: column[keep] for name, column, _, _ in measured},
        units={name: unit for name, _, unit, _ in measured if unit},
        descriptions={name: description for name, _, _, description in measured},
        rejected=sieve.rejections(rejected),
    )


def _rectangle(file_name: str, text: str) -> tuple[list[int], list[list[str]], list[Rejection]]:
    """Lines, cells (n_rows, n_columns) of the usual width, and the lines of another width."""
    split = [(number, line.split()) for number, line in enumerate(text.splitlines(), start=1)]
    rows = [(number, cells) for number, cells in split if cells and not cells[0].startswith("#")]
    _check_is_legus(file_name, rows)
    width = Counter(len(cells) for _, cells in rows).most_common(1)[0][0]
    if width < NARROWEST:
        raise BadInput(
            f"{file_name}: has {width} columns, a LEGUS catalogue has 35 or more; "
            "a table with a header is read as csv or tsv"
        )
    rejected = [
        Rejection(number, f"has {len(cells)} columns, the others have {width}")
        for number, cells in rows
        if len(cells) != width
    ]
    usual = [(number, cells) for number, cells in rows if len(cells) == width]
    return [number for number, _ in usual], [cells for _, cells in usual], rejected


def _check_is_legus(file_name: str, rows: list[tuple[int, list[str]]]) -> None:
    if not rows:
        raise BadInput(f"{file_name}: has comments and no rows; give a catalogue with at least one source")
    line, first = rows[0]
    if len(first) > 4 and first[4].startswith("["):
        raise BadInput(
            f"{file_name}: looks like StarcNet predictions (id x y class [p - p - p - p]), not like a LEGUS catalogue; "
            "give the catalogue that the predictions are about"
        )
    _, bad = numbers(first)
    if bad.all():
        raise BadInput(f"{file_name}: line {line} is a header, LEGUS catalogues have none; read it as csv or tsv")


def _overruled(layout: Layout, options: dict[str, int | str | None], n_columns: int) -> Layout:
    given = {name: _column_option(name, value, n_columns) for name, value in options.items() if value is not None}
    for first, second in (("x_column", "y_column"), ("ra_column", "dec_column")):
        if first in given and second not in given:
            given[second] = _column_option(second, given[first] + 1, n_columns)
    if not given:
        return layout
    if given.get("class_column", layout.class_column) != layout.class_column:
        own = Extra("layout_class", "class in the column that the field's layout names")
        layout = replace(layout, extras={**layout.extras, layout.class_column: own})
    return replace(layout, **given, note="as asked for")  # type: ignore[arg-type]


def _column_option(name: str, value: int | str, n_columns: int) -> int:
    try:
        column = int(value)
    except ValueError:
        raise BadInput(f"{name}: {value!r} is not a column number") from None
    if not 1 <= column <= n_columns:
        raise BadInput(f"{name}: {column} is not a column of the file, which has 1 to {n_columns}")
    return column


def _labels(values: FloatArray, layout: Layout, sieve: Sieve) -> TextArray:
    """Labels "1" to "4" or ""; other classes go into the sieve."""
    classes = column_of(values, layout.class_column)
    inspected = ~(np.isnan(classes) | np.isin(classes, layout.not_inspected))
    known = np.isin(classes, (1, 2, 3, 4))
    sieve.reject(
        inspected & ~known,
        lambda index: f"class {classes[index]:g} in column {layout.class_column} is none of 0 to 4; set class_column",
    )
    return np.array([f"{value:.0f}" if told else "" for value, told in zip(classes, known, strict=True)], dtype=np.str_)


def _sentence(field_name: str, layout: Layout, n_columns: int) -> str:
    note = f" ({layout.note})" if layout.note else ""
    residuals = layout.photometry + 20
    return (
        f"LEGUS {field_name or 'field not named'}, {n_columns} columns, {layout.name}: 1-based x y in "
        f"{layout.x_column}-{layout.y_column}, RA Dec in {layout.ra_column}-{layout.dec_column}, "
        f"class in {layout.class_column}{note}; fit residuals in {residuals}-{residuals + 4} left out"
    )
