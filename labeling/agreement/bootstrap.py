"""How sure agreement is: 95 % intervals by a bootstrap over sources. Pure numpy; randomness is an argument.

Sources are drawn again with replacement, each with all its votes; the annotators stay as they are. All figures are
sums over sources, so sources with the same votes are the same: one multinomial draw of how often each *pattern* of
votes comes up stands for all its sources, and 2,000 resamples of 10,000 sources cost milliseconds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labeling.agreement.counts import FloatArray, IntArray
from labeling.agreement.human_to_mode import AgreementSums, agreement_from_sums, sums_of_counts

RESAMPLES = 2000
LEVEL = 0.95
# Chance costs about n^3 for n votes on one source: beyond this many operations, fewer resamples carry its interval.
CHANCE_OPERATIONS = 2e8
FEWEST_RESAMPLES = 200

Interval = tuple[float, float]


@dataclass(frozen=True)
class Estimate:
    """A share of votes with its 95 % interval; None where no source has two votes, the interval also below two sources."""

    value: float | None
    interval: Interval | None


@dataclass(frozen=True)
class AgreementEstimate:
    """Agreement of some sources: the three shares with intervals, and what they are taken over."""

    sums: AgreementSums
    n_compared: int
    human_to_mode: Estimate
    leave_one_out: Estimate
    chance: Estimate


def estimate_agreement(
    counts: IntArray, unit: IntArray, rng: np.random.Generator, n_resamples: int = RESAMPLES
) -> AgreementEstimate:
    """Agreement of `counts`, (n_rows, n_labels) votes, with intervals from resampling the units.

    `unit` (n_rows,) codes the source of each row: a source that several rounds hold is drawn with all its rows.
    """
    sums = sums_of_counts(counts)
    agreement = agreement_from_sums(sums)
    compared = counts.sum(axis=1) >= 2
    resampled = _resampled(counts[compared], unit[compared], rng, n_resamples)
    values = (agreement.human_to_mode, agreement.human_to_mode_leave_one_out, agreement.human_to_mode_chance)
    estimates = [Estimate(value, _interval(shares)) for value, shares in zip(values, resampled, strict=True)]
    return AgreementEstimate(sums, agreement.n_compared, *estimates)


def _resampled(
    counts: IntArray, unit: IntArray, rng: np.random.Generator, n_resamples: int
) -> Sequence[FloatArray | None]:
    """Human-to-mode, leave-one-out and chance of each resample, (n_resamples,); None below two sources."""
    patterns, multiplicity, sizes = _patterns(counts, unit)
    n_units = int(multiplicity.sum())
    if n_units < 2:
        return None, None, None
    draws = rng.multinomial(n_units, multiplicity / n_units, size=n_resamples)
    sums = draws @ patterns  # (n_resamples, 2 + n_labels + n_sizes)
    n_labels = counts.shape[1]
    totals, histogram = sums[:, 2 : 2 + n_labels], sums[:, 2 + n_labels :]
    n_votes = totals.sum(axis=1)
    return sums[:, 0] / n_votes, sums[:, 1] / n_votes, _chance(totals, histogram, sizes)


def _patterns(counts: IntArray, unit: IntArray) -> tuple[FloatArray, IntArray, IntArray]:
    """Distinct units: (top, leave-one-out, votes per label, rows of each size), how many are alike, and the sizes.

    `counts` holds rows of at least two votes only.
    """
    rows, row = _distinct_rows(counts)
    n_votes = rows.sum(axis=1)
    sizes = np.unique(n_votes)
    features = np.column_stack([*tops_of(rows), rows, n_votes[:, None] == sizes]).astype(np.float64)
    units, unit_code = np.unique(unit, return_inverse=True)
    if len(units) == len(unit):
        return features, np.bincount(row, minlength=len(rows)), sizes
    # Several rows a unit: alike are units that hold the same rows equally often.
    held, held_code = _distinct_rows(_table(unit_code, row, len(units), len(rows)))
    return held @ features, np.bincount(held_code, minlength=len(held)), sizes


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


def tops_of(counts: IntArray) -> tuple[IntArray, FloatArray]:
    """Per row of `counts`, (n_rows, n_labels): the largest count, and the sum of the leave-one-out scores of its votes."""
    top = counts.max(axis=1, initial=0)
    is_lone = ((counts == top[:, None]).sum(axis=1) == 1) & (counts.sum(axis=1) >= 2)
    runners_up = (counts == top[:, None] - 1).sum(axis=1)
    return top, np.where(is_lone, top / (1 + runners_up), 0.0)


def _interval(shares: FloatArray | None) -> Interval | None:
    """The middle 95 % of the resampled shares."""
    if shares is None:
        return None
    low, high = np.quantile(shares, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _chance(totals: FloatArray, histogram: FloatArray, sizes: IntArray) -> FloatArray:
    """Chance of each resample from its own label frequencies and numbers of votes."""
    operations = float(len(totals) * totals.shape[1] * (sizes.astype(float) ** 3).sum())
    share = min(1.0, CHANCE_OPERATIONS / max(operations, 1.0))
    kept = max(min(FEWEST_RESAMPLES, len(totals)), math.floor(share * len(totals)))
    totals, histogram = totals[:kept], histogram[:kept]
    frequencies = totals / totals.sum(axis=1, keepdims=True)
    tops = np.column_stack([expected_top_counts(int(n), frequencies) for n in sizes])
    return np.asarray((histogram * tops).sum(axis=1) / (histogram @ sizes))


def expected_top_counts(n_votes: int, frequencies: FloatArray) -> npt.NDArray[np.float64]:
    """`labeling.agreement.expected_top_count` of many `frequencies` (n, n_labels) at once, (n,).

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
