"""How sure agreement is: 95 % intervals by a bootstrap over sources. Pure numpy; randomness is an argument.

Sources are drawn again with replacement, each with all its votes; the annotators stay as they are. All figures depend
on sums over sources, so sources with the same votes are the same: one multinomial draw of how often each *pattern* of
votes comes up stands for all its sources, and 2,000 resamples of 10,000 sources cost milliseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from labeling.agreement.counts import FloatArray, IntArray
from labeling.agreement.figures import BLOCK_CELLS, HUMAN_TO_MODE, LEAVE_ONE_OUT, Figure, chance_figure
from labeling.agreement.human_to_mode import AgreementSums, agreement_from_sums, sums_of_counts
from labeling.agreement.patterns import Patterns, patterns_of

RESAMPLES = 2000
LEVEL = 0.95
TAILS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
NORMAL = NormalDist()
# Figures this close are equal: sums in another order differ in the last digits.
ROUNDING = 1e-12

Interval = tuple[float, float]


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; None where it is undefined, the interval also below two sources."""

    value: float | None
    interval: Interval | None

    def as_json(self) -> dict[str, float | None]:
        low, high = self.interval or (None, None)
        return {"value": self.value, "low": low, "high": high}


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
    """Agreement of `counts`, (n_rows, n_labels) votes, with percentile intervals from resampling the units.

    `unit` (n_rows,) codes the source of each row: a source that several rounds hold is drawn with all its rows.
    """
    sums = sums_of_counts(counts)
    agreement = agreement_from_sums(sums)
    n_votes = counts.sum(axis=1)
    compared = n_votes >= 2
    patterns = patterns_of(counts[compared], unit[compared])
    draws = _draws(patterns, rng, n_resamples)
    figures = (HUMAN_TO_MODE, LEAVE_ONE_OUT, chance_figure(np.unique(n_votes[compared])))
    values = (agreement.human_to_mode, agreement.human_to_mode_leave_one_out, agreement.human_to_mode_chance)
    estimates = [
        Estimate(value, None if draws is None else percentile_interval(_resampled(figure, patterns, draws)))
        for value, figure in zip(values, figures, strict=True)
    ]
    return AgreementEstimate(sums, agreement.n_compared, *estimates)


def estimates(
    figures: Mapping[str, Figure],
    counts: IntArray,
    unit: IntArray,
    rng: np.random.Generator,
    n_resamples: int = RESAMPLES,
) -> dict[str, Estimate]:
    """Each figure of `counts`, (n_rows, n_labels) votes, with a BCa interval from resampling the units.

    `unit` as in `estimate_agreement`. Figures over the same sources share their resamples.
    """
    drawn: dict[int, tuple[Patterns, npt.NDArray[np.int64] | None]] = {}
    found = {}
    for name, figure in figures.items():
        if figure.fewest_votes not in drawn:
            enough = counts.sum(axis=1) >= figure.fewest_votes
            patterns = patterns_of(counts[enough], unit[enough])
            drawn[figure.fewest_votes] = patterns, _draws(patterns, rng, n_resamples)
        found[name] = _estimate(figure, *drawn[figure.fewest_votes])
    return found


def _estimate(figure: Figure, patterns: Patterns, draws: npt.NDArray[np.int64] | None) -> Estimate:
    if not patterns.n_units:
        return Estimate(None, None)
    terms = patterns.terms(figure)
    total = patterns.multiplicity @ terms
    value = float(figure.of_sums(total[None])[0])
    if np.isnan(value) or draws is None:
        return Estimate(None if np.isnan(value) else value, None)
    left_out = figure.of_sums(total - terms)
    return Estimate(value, bca_interval(value, _resampled(figure, patterns, draws), left_out, patterns.multiplicity))


def percentile_interval(resampled: FloatArray) -> Interval | None:
    """The middle 95 % of the resampled figures, (n_resamples,); nan, a figure undefined in a resample, is left out."""
    defined = resampled[~np.isnan(resampled)]
    return _quantiles(defined, TAILS) if len(defined) else None


def bca_interval(
    value: float, resampled: FloatArray, left_out: FloatArray, multiplicity: npt.NDArray[np.integer]
) -> Interval | None:
    """The bias-corrected and accelerated 95 % interval of a figure, in its own unit.

    `resampled` (n_resamples,) are its bootstrap values; `left_out` (n_patterns,) its values without one unit of each
    pattern, of which there are `multiplicity`. nan (undefined) is left out of both; None where no resample is defined.
    Source: Efron 1987, doi:10.1080/01621459.1987.10478410.
    """
    defined = resampled[~np.isnan(resampled)]
    if not len(defined):
        return None
    acceleration = _acceleration(left_out, multiplicity)
    # Half of the resamples that equal the figure lie below it: with few sources many do.
    below = (np.mean(defined < value - ROUNDING) + np.mean(defined <= value + ROUNDING)) / 2
    bias = NORMAL.inv_cdf(float(np.clip(below, 0.5 / len(defined), 1 - 0.5 / len(defined))))
    shifts = [bias + NORMAL.inv_cdf(tail) for tail in TAILS]
    low, high = (NORMAL.cdf(bias + shift / max(1 - acceleration * shift, ROUNDING)) for shift in shifts)
    return _quantiles(defined, (low, high))


def _acceleration(left_out: FloatArray, multiplicity: npt.NDArray[np.integer]) -> float:
    """A sixth of the skewness of the jackknife's influences; 0 where they are all alike."""
    defined = ~np.isnan(left_out)
    values, weights = left_out[defined], multiplicity[defined]
    if not len(values):
        return 0.0
    influence = np.average(values, weights=weights) - values
    squares = float((weights * influence**2).sum())
    return float((weights * influence**3).sum()) / (6 * squares**1.5) if squares > ROUNDING**2 else 0.0


def _quantiles(values: FloatArray, shares: tuple[float, float]) -> Interval:
    low, high = np.quantile(values, shares)
    return float(low), float(high)


def _draws(patterns: Patterns, rng: np.random.Generator, n_resamples: int) -> npt.NDArray[np.int64] | None:
    """How often each resample holds each pattern, (n_resamples, n_patterns); None below two units."""
    n_units = patterns.n_units
    return None if n_units < 2 else rng.multinomial(n_units, patterns.multiplicity / n_units, size=n_resamples)


def _resampled(figure: Figure, patterns: Patterns, draws: npt.NDArray[np.int64]) -> FloatArray:
    """The figure of each resample, (n_resamples,)."""
    terms = patterns.terms(figure)
    n_blocks = min(len(draws), 1 + len(draws) * terms.shape[1] // BLOCK_CELLS)
    return np.concatenate([figure.of_sums(block @ terms) for block in np.array_split(draws, n_blocks)])
