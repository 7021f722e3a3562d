"""CSV and its relatives: a header line, then one source a line, with any usual delimiter."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from catalogs.tables.cells import Cells, is_missing, numbers
from catalogs.tables.model import Rejection, SourceTable
from catalogs.tables.named import NamedTable, checked_origin, sources_of
from catalogs.tables.textfile import read_text
from galaxycat.errors import BadInput

DELIMITERS = (",", "\t", ";", "|")
DELIMITER_NAMES = {"\t": "tab", " ": "space", "tab": "\t", "space": " "}
COMMENT = "#"

Line = tuple[int, list[str]]


def read_csv(path: Path, *, origin: int | str | None = None, delimiter: str | None = None) -> SourceTable:
    """Read a delimited table with a header.

    `delimiter` is one character, "tab" or "space" (any white space), found from the header otherwise; `origin` says
    which pixel plain x and y count from, 1 otherwise. Lines starting with # and blank lines are passed over. Raises
    BadInput for a file that cannot be used; rows that cannot are in `rejected`, by their line.
    """
    text = read_text(path)
    header_line = next((line for line in text.splitlines() if not _is_passed_over(line)), "")
    chosen = DELIMITER_NAMES.get(delimiter or "", delimiter) if delimiter else sniff_delimiter(header_line)
    if chosen is None or len(chosen) != 1:
        raise BadInput(f"delimiter: {delimiter!r} is not one character, tab or space")
    lines = _lines(path.name, text, chosen)
    _, header = next(lines, (0, []))
    names = _checked_header(path.name, header)
    rows, cells, rejected = _rectangle(lines, len(names))
    columns: dict[str, Cells] = {name: [row[index] for row in cells] for index, name in enumerate(names)}
    table = NamedTable(
        file_name=path.name,
        format_name=f"CSV with delimiter {DELIMITER_NAMES.get(chosen, repr(chosen))}",
        columns=columns,
        rows=np.array(rows, dtype=np.int64),
        rejected=rejected,
    )
    return sources_of(table, checked_origin(origin))


def read_tsv(path: Path, *, origin: int | str | None = None) -> SourceTable:
    """Read a tab-separated table with a header; as `read_csv` otherwise."""
    return read_csv(path, origin=origin, delimiter="tab")


def sniff_delimiter(header: str) -> str:
    """The delimiter that occurs most often in a header line; white space where there is none."""
    best = max(DELIMITERS, key=header.count)
    return best if best in header else " "


def _is_passed_over(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith(COMMENT)


def _lines(file_name: str, text: str, delimiter: str) -> Iterator[Line]:
    """The 1-based line and the stripped cells of every row, the header among them."""
    if delimiter == " ":
        for number, line in enumerate(text.splitlines(), start=1):
            if not _is_passed_over(line):
                yield number, line.split()
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row) and not row[0].lstrip().startswith(COMMENT):
                yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        raise BadInput(
            f"{file_name}: line {reader.line_num} is no delimited text ({error}); check its quotes"
        ) from error


def _checked_header(file_name: str, header: list[str]) -> list[str]:
    if not header:
        raise BadInput(f"{file_name}: has comments and no table; give a header and at least one source")
    names = [name or f"column_{index}" for index, name in enumerate(header, start=1)]
    _, bad = numbers(header)
    if not bad.any():
        raise BadInput(
            f"{file_name}: its first line holds numbers, not column names ({', '.join(header[:4])}); add a header without #"
        )
    repeated = next((name for index, name in enumerate(names) if name in names[:index]), None)
    if repeated is not None:
        raise BadInput(f"{file_name}: two columns are named {repeated!r}; rename one")
    return names


def _rectangle(lines: Iterable[Line], n_columns: int) -> tuple[list[int], list[list[str]], list[Rejection]]:
    """Rows with as many cells as the header, by line, and those with another number of cells."""
    rows, cells, rejected = [], [], []
    for number, row in lines:
        # A trailing delimiter is no column.
        while len(row) > n_columns and is_missing(row[-1]):
            row.pop()
        if len(row) == n_columns:
            rows.append(number)
            cells.append(row)
        else:
            rejected.append(Rejection(number, f"has {len(row)} columns, the header has {n_columns}"))
    return rows, cells, rejected
