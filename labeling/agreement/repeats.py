"""How far people agree with themselves, where a source was shown to them again. Pure numpy; labels are nominal."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labeling.agreement.counts import FloatArray, IntArray
from labeling.agreement.figures import ratio


@dataclass(frozen=True)
class Repeats:
    """Pairs of votes by one person on one source, by person: (n_annotators,) each.

    `n_sources`: sources that they voted on more than once. `n_pairs`: pairs of their votes on these, r (r - 1) / 2 of
    r votes. `n_alike`: pairs with the same label.
    """

    n_sources: npt.NDArray[np.int64]
    n_pairs: npt.NDArray[np.int64]
    n_alike: npt.NDArray[np.int64]

    @property
    def agreement(self) -> FloatArray:
        """The share of pairs alike of each person, (n_annotators,); nan without a pair."""
        return ratio(self.n_alike.astype(np.float64), self.n_pairs.astype(np.float64))

    @property
    def overall(self) -> float | None:
        """The share of all pairs alike; None without a pair."""
        n_pairs = int(self.n_pairs.sum())
        return float(self.n_alike.sum() / n_pairs) if n_pairs else None


def repeats_of(source: IntArray, annotator: IntArray, label: IntArray, n_annotators: int) -> Repeats:
    """The repeats in votes given as columns of codes from 0, (n_votes,) each, in any order.

    `source` is the thing shown, whatever the round: votes on an anchor in two rounds are a repeat.
    """
    votes = np.column_stack([annotator, source, label]).astype(np.int64).reshape(-1, 3)
    shown, n_votes = np.unique(votes[:, :2], axis=0, return_counts=True)
    same, n_same = np.unique(votes, axis=0, return_counts=True)

    def by_person(codes: IntArray, amounts: IntArray) -> npt.NDArray[np.int64]:
        return np.rint(np.bincount(codes, weights=amounts, minlength=n_annotators)).astype(np.int64)

    return Repeats(
        n_sources=by_person(shown[:, 0], (n_votes >= 2).astype(np.int64)),
        n_pairs=by_person(shown[:, 0], n_votes * (n_votes - 1) // 2),
        n_alike=by_person(same[:, 0], n_same * (n_same - 1) // 2),
    )
