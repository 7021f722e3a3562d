"""A campaign's consensus over several rounds: each person's last word on a source counts once. Pure numpy."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Pooled:
    """The consensus of each source: `counts` (n_sources, n_labels), the rest (n_sources,).

    `mode` is the column of the label with most votes, -1 without votes and in a tie; `top` its votes, or those of each
    tied label.
    """

    counts: IntArray
    n_votes: IntArray
    top: IntArray
    mode: IntArray
    is_tie: BoolArray

    @property
    def human_to_mode(self) -> FloatArray:
        """The share of a source's votes that are for its mode, or for one of its tied ones; NaN below two votes."""
        return _ratio(self.top, self.n_votes, self.n_votes >= 2)


def last_votes(source: IntArray, annotator: IntArray) -> IntArray:
    """Indices, ascending, of each annotator's last vote on each source; the votes (n_votes,) come oldest first."""
    if len(source) != len(annotator):
        raise ValueError(f"{len(source)} sources and {len(annotator)} annotators: a vote has one of each")
    pairs = np.stack([source[::-1], annotator[::-1]], axis=1).reshape(-1, 2)
    _, first_of_reversed = np.unique(pairs, axis=0, return_index=True)
    return np.sort(len(source) - 1 - first_of_reversed).astype(np.int64)


def pool(source: IntArray, annotator: IntArray, label: IntArray, n_sources: int, n_labels: int) -> Pooled:
    """The consensus of votes (n_votes,), oldest first, given as codes from 0; each person's last on a source counts."""
    kept = last_votes(source, annotator)
    cells = np.bincount(source[kept] * n_labels + label[kept], minlength=n_sources * n_labels)
    return consensus_of_counts(cells.astype(np.int64).reshape(n_sources, n_labels))


def consensus_of_counts(counts: IntArray) -> Pooled:
    """The majority of each row of `counts` (n_sources, n_labels); a tie is a tie."""
    n_votes, top = counts.sum(axis=1), counts.max(axis=1, initial=0)
    is_tie = ((counts == top[:, None]).sum(axis=1) > 1) & (n_votes > 0)
    mode = np.where((n_votes > 0) & ~is_tie, counts.argmax(axis=1), -1)
    return Pooled(counts, n_votes, top, mode.astype(np.int64), is_tie)


def grouped_counts(counts: IntArray, group: IntArray, n_groups: int) -> IntArray:
    """Votes of each group (n_sources, n_groups): `group` (n_labels,) is each label's group, from 0."""
    belongs = np.eye(n_groups, dtype=np.int64)[group]  # (n_labels, n_groups)
    return np.asarray(counts @ belongs, dtype=np.int64)


def mean_class(counts: IntArray, class_numbers: FloatArray) -> FloatArray:
    """The mean of the votes' class numbers (n_labels,) of each source, as LEGUS publishes it; NaN without votes.

    It treats nominal classes as numbers: kept for comparison with published catalogues, never used for consensus.
    """
    n_votes = counts.sum(axis=1)
    return _ratio((counts * class_numbers).sum(axis=1), n_votes, n_votes > 0)


def _ratio(above: npt.NDArray[np.generic], below: IntArray, known: BoolArray) -> FloatArray:
    result = np.full(len(below), np.nan)
    np.divide(above, below, out=result, where=known)
    return result
