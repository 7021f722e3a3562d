"""Figures of agreement as functions of sums over sources, so that one definition gives value, interval and test.

Pure numpy; labels are nominal. What a source adds depends on its counts alone, and a figure on the sums alone: a
bootstrap, a jackknife and a permutation then add sources up in other ways and ask the same figure.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from labeling.agreement.counts import FloatArray, IntArray, checked_counts

# Chance costs about n^3 for n votes on one source: beyond this many operations, fewer resamples carry its interval.
CHANCE_OPERATIONS = 2e8
FEWEST_RESAMPLES = 200
# Terms of this many cells are held at once (32 MB).
BLOCK_CELLS = 4_000_000


@dataclass(frozen=True)
class Figure:
    """A figure of agreement, dimensionless.

    `terms` maps counts, (n_rows, n_labels) votes with at least `fewest_votes` in each row, to what each row adds,
    (n_rows, n_terms). `of_sums` maps n sums of terms, (n, n_terms), to n figures, (n,), nan where one is undefined.
    """

    terms: Callable[[IntArray], FloatArray]
    of_sums: Callable[[FloatArray], FloatArray]
    fewest_votes: int = 2

    def of(self, counts: IntArray) -> float | None:
        """The figure of `counts`, (n_sources, n_labels) votes; None where it is undefined.

        Raises ValueError unless counts are whole and not negative.
        """
        counts = checked_counts(counts)
        rows = counts[counts.sum(axis=1) >= self.fewest_votes]
        if not len(rows):
            return None
        n_blocks = 1 + len(rows) * rows.shape[1] ** 2 // BLOCK_CELLS
        sums = sum(self.terms(block).sum(axis=0) for block in np.array_split(rows, min(n_blocks, len(rows))))
        value = float(self.of_sums(np.atleast_2d(sums))[0])
        return None if math.isnan(value) else value


def ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """numerator / denominator, nan where the denominator is 0."""
    filled = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), np.nan)
    np.divide(numerator, denominator, out=filled, where=denominator != 0)
    return filled


def tops_of(counts: IntArray) -> tuple[IntArray, FloatArray]:
    """Per row of `counts`, (n_rows, n_labels): the largest count, and the sum of the leave-one-out scores of its votes."""
    top = counts.max(axis=1, initial=0)
    is_lone = ((counts == top[:, None]).sum(axis=1) == 1) & (counts.sum(axis=1) >= 2)
    runners_up = (counts == top[:, None] - 1).sum(axis=1)
    return top, np.where(is_lone, top / (1 + runners_up), 0.0)


def _share_of_votes(score: Callable[[IntArray], FloatArray | IntArray]) -> Figure:
    """Sum of a score over sources, as a share of their votes."""
    return Figure(
        terms=lambda counts: np.column_stack([score(counts), counts.sum(axis=1)]).astype(np.float64),
        of_sums=lambda sums: ratio(sums[:, 0], sums[:, 1]),
    )


HUMAN_TO_MODE = _share_of_votes(lambda counts: tops_of(counts)[0])
LEAVE_ONE_OUT = _share_of_votes(lambda counts: tops_of(counts)[1])


def chance_figure(sizes: IntArray) -> Figure:
    """The chance level of human-to-mode agreement on sources of `sizes`, (n_sizes,) different numbers of votes.

    Of very many sums, or of very many votes, only the first are computed: `of_sums` may return fewer than it was given.
    """
    n_sizes = len(sizes)
    return Figure(
        terms=lambda counts: np.column_stack([counts, counts.sum(axis=1)[:, None] == sizes]).astype(np.float64),
        of_sums=lambda sums: _chance(sums[:, :-n_sizes], sums[:, -n_sizes:], sizes),
    )


def _chance(totals: FloatArray, histogram: FloatArray, sizes: IntArray) -> FloatArray:
    """Chance from label totals (n, n_labels) and how many sources have each number of votes (n, n_sizes)."""
    operations = float(len(totals) * totals.shape[1] * (sizes.astype(float) ** 3).sum())
    share = min(1.0, CHANCE_OPERATIONS / max(operations, 1.0))
    kept = max(min(FEWEST_RESAMPLES, len(totals)), math.floor(share * len(totals)))
    totals, histogram = totals[:kept], histogram[:kept]
    frequencies = totals / totals.sum(axis=1, keepdims=True)
    tops = np.column_stack([expected_top_counts(int(n), frequencies) for n in sizes])
    return np.asarray((histogram * tops).sum(axis=1) / (histogram @ sizes))


def expected_top_counts(n_votes: int, frequencies: FloatArray) -> FloatArray:
    """`labeling.agreement.human_to_mode.expected_top_count` of many `frequencies` (n, n_labels) at once, (n,).

    E[max] is the sum over m of 1 - P(all counts <= m); the probability is n! times the coefficient of x^n in the
    product over labels of sum_{j <= m} (f x)^j / j!.
    """
    log_factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1.0, n_votes + 1)))])
    # Spread n! over the labels as Poisson weights of mean n f, which neither overflow nor vanish.
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.log(n_votes * frequencies)[:, :, None]
        powers = np.where(np.arange(n_votes + 1) == 0, 0.0, np.arange(n_votes + 1) * means)
    weights = np.exp(powers - n_votes * frequencies[:, :, None] - log_factorials)
    total = math.exp(n_votes * math.log(n_votes) - n_votes - log_factorials[-1])
    expected = np.zeros(len(frequencies))
    for m in range(n_votes):
        expected += 1 - _weights_at_most(m, weights) / total
    return expected


def _weights_at_most(m: int, weights: FloatArray) -> FloatArray:
    """The weight with which counts of all labels add up to n and none is above `m`; `weights` (n, n_labels, n + 1)."""
    n_rows, n_labels, width = weights.shape
    if m * n_labels < width - 1:
        return np.zeros(n_rows)
    total = np.zeros((n_rows, width))
    total[:, : m + 1] = weights[:, 0, : m + 1]
    for label in range(1, n_labels):
        added = np.zeros_like(total)
        for count in range(m + 1):
            added[:, count:] += total[:, : width - count] * weights[:, label, count, None]
        total = added
    return total[:, -1]
