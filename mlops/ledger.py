"""The votes as a learner counts them, moved on vote by vote. Pure: rows of votes in, counts out."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np


class VoteRow(NamedTuple):
    """One link of an assignment's chain; `label` is None for an answer without one."""

    pk: int
    supersedes: int | None
    source: int
    label: str | None
    saw_prediction: bool
    is_simulated: bool


class Ledger:
    """Counts of live votes a source and label.

    `counts` (n_sources, n_labels) are all that train; `unaided` those among them whose voter had seen no prediction:
    they alone may evaluate. `cut` and `n_rows` say which rows it has seen.
    """

    def __init__(self, row_of_source: Mapping[int, int], labels: Sequence[str]) -> None:
        self.row_of_source = row_of_source
        self.code_of_label = {label: code for code, label in enumerate(labels)}
        self.counts = np.zeros((len(row_of_source), len(labels)), dtype=np.int32)
        self.unaided = np.zeros_like(self.counts)
        self.cut = self.n_rows = self.n_simulated = 0
        self._counted: dict[int, VoteRow] = {}

    def add(self, rows: Iterable[VoteRow]) -> None:
        """Append rows in the order of their keys, each after the one that it supersedes."""
        for row in rows:
            self.n_rows += 1
            self.cut = max(self.cut, row.pk)
            before = self._counted.pop(row.supersedes, None) if row.supersedes is not None else None
            if before is not None:
                self._move(before, -1)
            if row.label is not None:
                self._counted[row.pk] = row
                self._move(row, +1)

    def _move(self, row: VoteRow, by: int) -> None:
        place = self.row_of_source[row.source], self.code_of_label[row.label or ""]
        self.counts[place] += by
        self.n_simulated += by * row.is_simulated
        if not row.saw_prediction:
            self.unaided[place] += by

    @property
    def n_votes(self) -> int:
        return len(self._counted)

    @property
    def labelled(self) -> np.ndarray:
        """Rows of the sources with a vote that counts, ascending."""
        return np.flatnonzero(self.counts.sum(axis=1))

    @property
    def n_classes(self) -> int:
        """How many labels have a vote at all."""
        return int((self.counts.sum(axis=0) > 0).sum())
