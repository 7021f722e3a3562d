"""Tables of votes and of truth as people keep them: CSV or TSV, under any of the usual column names. Pure.

Rows that cannot be used are left out and listed with their line and the reason, never silently.
"""

import csv
import dataclasses
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from galaxycat.errors import BadInput
from labeling.agreement.consensus import grouped

IntArray = npt.NDArray[np.int64]

SOURCE_COLUMNS = ("source", "question", "item", "subject")
ANNOTATOR_COLUMNS = ("annotator", "worker", "rater", "user")
LABEL_COLUMNS = ("label", "answer", "rating", "class")
TRUTH_COLUMNS = ("truth", *LABEL_COLUMNS)
CANDIDATES_COLUMN = "n_candidate_multisets"
NO_VALUE = "(empty)"
# Sources x labels that are counted at once (400 MB); beyond, the label column is not one of labels.
MAX_CELLS = 50_000_000


@dataclass(frozen=True)
class SkippedRow:
    """A row that was left out: its last line in the file, counted from 1, and why."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


@dataclass(frozen=True)
class VoteTable:
    """Votes as codes into vocabularies: `source`, `annotator`, `label` and `by` are (n_votes,) from 0.

    Every source and annotator has a vote. `annotators` and `annotator` are None for nameless voters, `by_values` and
    `by` where no column to split by was asked for. `ambiguous` multisets were left out and are not in `skipped`.
    """

    sources: tuple[str, ...]
    annotators: tuple[str, ...] | None
    labels: tuple[str, ...]
    by_values: tuple[str, ...] | None
    source: IntArray
    annotator: IntArray | None
    label: IntArray
    by: IntArray | None
    skipped: tuple[SkippedRow, ...] = ()
    ambiguous: int = 0

    def counts(self) -> IntArray:
        """Votes of each label on each source, (n_sources, n_labels)."""
        n_labels = len(self.labels)
        cells = np.bincount(self.source * n_labels + self.label, minlength=len(self.sources) * n_labels)
        return cells.astype(np.int64).reshape(len(self.sources), n_labels)

    def split(self) -> dict[str, "VoteTable"]:
        """The votes under each value of the column given as `by`, in order of the values."""
        if self.by is None or self.by_values is None:
            return {}
        return {value: self._where(self.by == code) for code, value in enumerate(self.by_values)}

    def grouped(self, groups: Mapping[str, str]) -> "VoteTable":
        """The same votes, each mapped to its label's group first. Raises BadInput for a label without a group."""
        names = tuple(sorted(grouped(dict.fromkeys(self.labels, 1), groups), key=natural_order))
        code_of = {name: code for code, name in enumerate(names)}
        codes = np.array([code_of[groups[label]] for label in self.labels], dtype=np.int64)
        return dataclasses.replace(self, labels=names, label=codes[self.label])

    def _where(self, chosen: npt.NDArray[np.bool_]) -> "VoteTable":
        """The chosen votes, with their own sources and annotators, and still all labels."""
        source_codes, source = np.unique(self.source[chosen], return_inverse=True)
        annotators, annotator = self.annotators, self.annotator
        if annotators is not None and annotator is not None:
            annotator_codes, annotator = np.unique(annotator[chosen], return_inverse=True)
            annotators = tuple(annotators[code] for code in annotator_codes)
        return dataclasses.replace(
            self,
            sources=tuple(self.sources[code] for code in source_codes),
            source=source,
            annotators=annotators,
            annotator=annotator,
            label=self.label[chosen],
            by_values=None,
            by=None,
        )


@dataclass(frozen=True)
class TruthTable:
    """The known label of each source, and the rows that gave none."""

    truth: Mapping[str, str]
    skipped: tuple[SkippedRow, ...] = ()


def read_votes(path: str | Path, by: str | None = None) -> VoteTable:
    """The votes in a CSV or TSV file, a vote a line; `by` names one more column, to split the votes.

    Columns: one each of SOURCE_COLUMNS, ANNOTATOR_COLUMNS and LABEL_COLUMNS, in any order, case and mixture. Skipped
    with the reason: empty fields, rows of another length, and an annotator's second and later votes on a source.
    Raises BadInput on a file that is no such table or holds no usable vote.
    """
    rows = _Rows(path, "source,annotator,label")
    wanted = rows.columns(SOURCE_COLUMNS, ANNOTATOR_COLUMNS, LABEL_COLUMNS)
    by_column = None if by is None else rows.columns((by,))[0]
    votes: dict[tuple[str, str], tuple[str, str]] = {}
    for line, row in rows:
        source, annotator, label = (row[column] for column in wanted)
        if not (source and annotator and label):
            empty = next(rows.header[column] for column in wanted if not row[column])
            rows.skip(line, f"empty {empty}")
        elif (source, annotator) in votes:
            rows.skip(line, f"annotator {annotator} voted on source {source} twice: the first vote is kept")
        else:
            votes[source, annotator] = (label, "" if by_column is None else row[by_column])
    if not votes:
        raise rows.nothing("vote")
    annotators, annotator_codes = _coded([annotator for _, annotator in votes])
    return dataclasses.replace(
        _nameless_votes(rows, [(source, label, value) for (source, _), (label, value) in votes.items()], by),
        annotators=annotators,
        annotator=annotator_codes,
    )


def read_multisets(path: str | Path, column: str, by: str | None = None) -> VoteTable:
    """The votes of exchangeable, nameless voters: a source a line, its votes in `column` as in `1/1/2`.

    Several candidates in the field, parted by blanks, or a number above 1 in a column n_candidate_multisets make a row
    ambiguous: left out and counted. Sources are named by one of SOURCE_COLUMNS where there is one, else by line.
    Raises BadInput as `read_votes` does.
    """
    rows = _Rows(path, f"source,{column}")
    [votes_column] = rows.columns((column,))
    source_column = rows.column(SOURCE_COLUMNS)
    candidates_column = rows.column((CANDIDATES_COLUMN,))
    by_column = None if by is None else rows.columns((by,))[0]
    seen: set[str] = set()
    votes: list[tuple[str, str, str]] = []
    ambiguous = 0
    for line, row in rows:
        source = str(line) if source_column is None else row[source_column]
        multisets = row[votes_column].split()
        labels = multisets[0].split("/") if multisets else []
        if not source or not all(labels) or not labels:
            rows.skip(line, f"no votes like 1/1/2 in {column}: {row[votes_column]!r}" if source else "empty source")
        elif source in seen:
            rows.skip(line, f"source {source} stands here twice: the first row is kept")
        elif len(multisets) > 1 or (candidates_column is not None and row[candidates_column] not in ("", "1")):
            ambiguous += 1
        else:
            seen.add(source)
            votes.extend((source, label, "" if by_column is None else row[by_column]) for label in labels)
    if not votes:
        raise rows.nothing(f"unambiguous multiset in {column}")
    return dataclasses.replace(_nameless_votes(rows, votes, by), ambiguous=ambiguous)


def read_truth(path: str | Path) -> TruthTable:
    """The true label of each source in a CSV or TSV file: one of SOURCE_COLUMNS and one of TRUTH_COLUMNS.

    Skipped with the reason: empty fields and a source's second and later rows. Raises BadInput as `read_votes` does.
    """
    return _of_sources(path, TRUTH_COLUMNS, "truth")


def read_column(path: str | Path, column: str) -> TruthTable:
    """The value of each source in a column of a CSV or TSV file with one of SOURCE_COLUMNS; rows are skipped as by `read_truth`."""
    return _of_sources(path, (column,), column)


def _of_sources(path: str | Path, columns: Sequence[str], what: str) -> TruthTable:
    rows = _Rows(path, f"source,{what}")
    wanted = rows.columns(SOURCE_COLUMNS, columns)
    values: dict[str, str] = {}
    for line, row in rows:
        source, value = (row[column] for column in wanted)
        if not source or not value:
            rows.skip(line, f"empty {rows.header[wanted[0] if not source else wanted[1]]}")
        elif source in values:
            rows.skip(line, f"source {source} stands here twice: the first row is kept")
        else:
            values[source] = value
    if not values:
        raise rows.nothing(what)
    return TruthTable(values, tuple(rows.skipped))


def natural_order(value: str) -> tuple[bool, float, str]:
    """Sorts 2 before 10, and numbers before words."""
    try:
        number = float(value)
    except ValueError:
        return True, 0.0, value
    return (False, number, value) if number == number else (True, 0.0, value)


def _nameless_votes(rows: "_Rows", votes: Sequence[tuple[str, str, str]], by: str | None) -> VoteTable:
    """The table of (source, label, value to split by) votes."""
    sources, source_codes = _coded([source for source, _, _ in votes])
    labels, label_codes = _coded([label for _, label, _ in votes])
    by_values, by_codes = _coded([value or NO_VALUE for _, _, value in votes])
    if len(sources) * len(labels) > MAX_CELLS:
        raise BadInput(
            f"{rows.path}: {len(labels)} different labels on {len(sources)} sources: is that the label column?"
        )
    return VoteTable(
        sources=sources,
        annotators=None,
        labels=labels,
        by_values=None if by is None else by_values,
        source=source_codes,
        annotator=None,
        label=label_codes,
        by=None if by is None else by_codes,
        skipped=tuple(rows.skipped),
    )


def table_of_votes(votes: Sequence[tuple[str, str, str]]) -> VoteTable:
    """The table of (source, annotator, label) votes that are known already to be one a source and annotator."""
    columns = list(zip(*votes, strict=True)) or [(), (), ()]
    (sources, source), (annotators, annotator), (labels, label) = (_coded(column) for column in columns)
    return VoteTable(sources, annotators, labels, None, source, annotator, label, None)


def _coded(values: Sequence[str]) -> tuple[tuple[str, ...], IntArray]:
    """The different values in natural order, and each value's place among them (n,)."""
    vocabulary = tuple(sorted(set(values), key=natural_order))
    code_of = {value: code for code, value in enumerate(vocabulary)}
    return vocabulary, np.array([code_of[value] for value in values], dtype=np.int64)


class _Rows:
    """The rows of a delimited text file with a header: stripped fields, as many as the header has.

    Comma, semicolon and tab, UTF-8 with or without a byte order mark, and any line ends are taken. `example` shows
    the header that is needed, for messages.
    """

    def __init__(self, path: str | Path, example: str) -> None:
        self.path = Path(path)
        self._needs = f"a CSV or TSV file with a header like {example} is needed"
        self.skipped: list[SkippedRow] = []
        text = _text_of(self.path, self._needs)
        # Unlike str.splitlines, this breaks lines where csv does and nowhere else.
        lines = list(io.StringIO(text, newline=""))
        first = next((number for number, line in enumerate(lines) if line.strip()), None)
        if first is None:
            raise BadInput(f"{self.path} is empty: {self._needs}")
        delimiter = max("\t;,", key=lines[first].count)
        self._skipped_lines = first
        self._reader = csv.reader(iter(lines[first:]), delimiter=delimiter, strict=True)
        _, header = next(self._fields())
        self.header = [name.strip() for name in header]
        self._lower = [name.lower() for name in self.header]

    def columns(self, *names_of_each: Sequence[str]) -> list[int]:
        """The index of the column under each of several names. Raises BadInput, naming all that are missing."""
        found = [self.column(names) for names in names_of_each]
        missing = [" or ".join(names) for names, index in zip(names_of_each, found, strict=True) if index is None]
        if missing:
            there = ", ".join(self.header)
            raise BadInput(f"{self.path}: its header ({there}) lacks a column named {'; and one named '.join(missing)}")
        return [index for index in found if index is not None]

    def column(self, names: Sequence[str]) -> int | None:
        """The index of the column under one of the names, whatever the case. Raises BadInput where there are several."""
        wanted = [name.strip().lower() for name in names]
        found = [index for index, name in enumerate(self._lower) if name in wanted]
        if len(found) > 1:
            rivals = " and ".join(self.header[index] for index in found)
            raise BadInput(f"{self.path}: columns {rivals} could each be the {names[0]}: rename all but one")
        return found[0] if found else None

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        for line, fields in self._fields():
            row = [field.strip() for field in fields]
            while len(row) > len(self.header) and not row[-1]:
                row.pop()
            if len(row) != len(self.header):
                self.skip(line, f"{len(row)} fields where the header has {len(self.header)}")
            else:
                yield line, row

    def skip(self, line: int, reason: str) -> None:
        self.skipped.append(SkippedRow(line, reason))

    def nothing(self, what: str) -> BadInput:
        """The error of a table of which no row could be used."""
        why = f"; {self.skipped[0]}" if self.skipped else f": it has no rows; {self._needs}"
        return BadInput(f"{self.path} holds no usable {what}{why}")

    def _fields(self) -> Iterator[tuple[int, list[str]]]:
        """Line number and fields of each row that is not blank."""
        try:
            for fields in self._reader:
                if any(field.strip() for field in fields):
                    yield self._line(), fields
        except csv.Error as error:
            raise BadInput(f"{self.path}, line {self._line()}: {error}; mend the quotes there or above") from error

    def _line(self) -> int:
        return self._skipped_lines + self._reader.line_num


def _text_of(path: Path, needs: str) -> str:
    """The text of a file; `needs` ends the message where there is none. Raises BadInput."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise BadInput(f"{path} does not exist: {needs}") from error
    except IsADirectoryError as error:
        raise BadInput(f"{path} is a folder: {needs}") from error
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}): {needs}") from error
    if content.startswith(b"SIMPLE  ="):
        raise BadInput(f"{path} is a FITS file: {needs}")
    try:
        if b"\0" not in content:
            return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    raise BadInput(f"{path} is no UTF-8 text: {needs}, saved as UTF-8")
