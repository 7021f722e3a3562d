"""How fast people classify, whether that drifts, and when a round will be done. Pure numpy; times in seconds.

Nobody is ranked by pace: it is for planning, and pages list people by name.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from labeling.agreement.counts import FloatArray, IntArray
from labeling.agreement.shares import wilson

# A pause longer than this ends a sitting.
SITTING_GAP_S = 600.0
# The current pace is that of the last half hour, in bins whose scatter says how steady it is.
WINDOW_S = 1800.0
BIN_S = 300.0
FEWEST_ANSWERS = 10
Z_95 = 1.96
# Positions within a sitting are told apart by these first ones of their stretch: it is early that people change.
STRETCHES = (0, 10, 25, 50, 100, 200, 400)
# A slope of fewer answers says nothing; of more, every k-th is taken, since it looks at all pairs.
FEWEST_FOR_SLOPE = 10
MOST_FOR_SLOPE = 1000


@dataclass(frozen=True)
class Pace:
    """`votes_per_hour` within sittings, None before a sitting has two answers; `median_s` of a vote, None if not measured."""

    n_sittings: int
    votes_per_hour: float | None
    median_s: float | None


def pace_of(at_s: FloatArray, spent_s: FloatArray) -> Pace:
    """The pace of one person's answers, given at `at_s` (n,) in any order; `spent_s` (n,) is nan where unknown.

    A sitting of n answers holds n - 1 intervals, so votes an hour are intervals over their total length.
    """
    gaps = np.diff(np.sort(at_s))
    within = gaps[gaps <= SITTING_GAP_S]
    length_s = float(within.sum())
    known = spent_s[~np.isnan(spent_s)]
    return Pace(
        n_sittings=int(len(at_s) > 0) + int((gaps > SITTING_GAP_S).sum()),
        votes_per_hour=3600 * len(within) / length_s if length_s > 0 else None,
        median_s=float(np.median(known)) if len(known) else None,
    )


@dataclass(frozen=True)
class Stretch:
    """Answers at positions `first` to `last` (None: open) of their sittings, counted from 0.

    `median_s` over the `n_timed` answers with a known time; `agreement` is the share of the `n_compared` votes that
    equal the others' mode, `agreement_interval` its 95 % range (Wilson). None where there are none.
    """

    first: int
    last: int | None
    n_timed: int
    median_s: float | None
    n_compared: int
    agreement: float | None
    agreement_interval: tuple[float, float] | None


@dataclass(frozen=True)
class Drift:
    """How one person changes over a sitting.

    `slope` is the change of the natural logarithm of the seconds a vote, per position: exp(100 slope) is the factor
    over 100 votes; `slope_interval` its 95 % range. None below FEWEST_FOR_SLOPE answers or without two positions.
    """

    n_sittings: int
    slope: float | None
    slope_interval: tuple[float, float] | None
    stretches: tuple[Stretch, ...]


def positions_of(at_s: FloatArray) -> tuple[IntArray, IntArray]:
    """The sitting of each of one person's answers and its position therein, from 0, (n,) each; `at_s` in any order."""
    order = np.argsort(at_s, kind="stable")
    begins = np.diff(at_s[order], prepend=-np.inf) > SITTING_GAP_S
    sitting = np.cumsum(begins) - 1
    position = np.arange(len(at_s)) - np.flatnonzero(begins)[sitting]
    back = np.empty(len(at_s), dtype=np.int64)
    back[order] = np.arange(len(at_s))
    return sitting[back], position[back]


def drift_of(at_s: FloatArray, spent_s: FloatArray, is_alike: FloatArray) -> Drift:
    """The drift of one person's answers, given at `at_s` (n,) in any order.

    `spent_s` (n,) is nan where unknown; `is_alike` (n,) is 1 where the vote equals the mode of the others, 0 where it
    does not, and nan where there is no such mode (`labeling.agreement.pairwise.is_alike`).
    """
    sitting, position = positions_of(at_s)
    slope, interval = _slope(sitting, position, spent_s)
    n_sittings = int(sitting.max(initial=-1)) + 1
    return Drift(n_sittings, slope, interval, stretches_of(position, spent_s, is_alike))


def stretches_of(position: IntArray, spent_s: FloatArray, is_alike: FloatArray) -> tuple[Stretch, ...]:
    """The stretches that have answers, of one person or of several together; arguments (n,) as `drift_of`."""
    bounds = zip(STRETCHES, (*(first - 1 for first in STRETCHES[1:]), None), strict=True)
    found = (_stretch(first, last, position, spent_s, is_alike) for first, last in bounds)
    return tuple(stretch for stretch in found if stretch is not None)


def _stretch(
    first: int, last: int | None, position: IntArray, spent_s: FloatArray, is_alike: FloatArray
) -> Stretch | None:
    """The answers at these positions; None where there are none."""
    chosen = (position >= first) & (position <= (np.inf if last is None else last))
    if not chosen.any():
        return None
    timed, compared = (values[chosen & ~np.isnan(values)] for values in (spent_s, is_alike))
    return Stretch(
        first=first,
        last=last,
        n_timed=len(timed),
        median_s=float(np.median(timed)) if len(timed) else None,
        n_compared=len(compared),
        agreement=float(compared.mean()) if len(compared) else None,
        agreement_interval=wilson(float(compared.sum()), len(compared)) if len(compared) else None,
    )


def _slope(
    sitting: IntArray, position: IntArray, spent_s: FloatArray
) -> tuple[float | None, tuple[float, float] | None]:
    """Theil-Sen slope of log seconds over position, with its 95 % range (Sen 1968, doi:10.1080/01621459.1968.10480934).

    Each sitting is taken relative to its own medians, so that slow days are no drift.
    """
    known = np.flatnonzero(spent_s > 0)
    known = known[np.lexsort((position[known], sitting[known]))]
    # A sitting's only answer is its own median and tells nothing.
    known = known[np.bincount(sitting[known])[sitting[known]] > 1]
    known = known[:: math.ceil(len(known) / MOST_FOR_SLOPE) or 1]
    places, seconds = position[known].astype(np.float64), np.log(spent_s[known])
    for code in np.unique(sitting[known]):
        own = sitting[known] == code
        places[own] -= np.median(places[own])
        seconds[own] -= np.median(seconds[own])
    if len(known) < FEWEST_FOR_SLOPE or np.ptp(places) == 0:
        return None, None
    # Its import takes longer than the agreement command.
    from scipy.stats import theilslopes

    slope, _, low, high = theilslopes(seconds, places, alpha=0.95)
    return float(slope), (float(low), float(high))


class Outlook(StrEnum):
    """What can be said of the end."""

    DONE = "done"
    NOT_BEGUN = "not begun"
    IDLE = "idle"
    TOO_EARLY = "too early"
    EXPECTED = "expected"


@dataclass(frozen=True)
class Finish:
    """When `remaining` answers will be in, in seconds from now, with its 95 % range; None unless EXPECTED."""

    outlook: Outlook
    remaining: int
    votes_per_hour: float | None = None
    expected_s: float | None = None
    earliest_s: float | None = None
    latest_s: float | None = None


def expected_finish(at_s: FloatArray, remaining: int, now_s: float) -> Finish:
    """When `remaining` more answers are in, if the last half hour's pace goes on without a pause.

    `at_s` (n,) are the times of the round's answers. The window begins with the first answer if that is later, and is
    at least one bin long. The n answers in it scatter as phi times a Poisson count, phi (at least 1) being variance
    over mean of its bins, so the logarithm of the pace has a standard error of sqrt(phi / n).
    """
    if remaining <= 0:
        return Finish(Outlook.DONE, 0)
    if not len(at_s):
        return Finish(Outlook.NOT_BEGUN, remaining)
    ages = now_s - at_s[at_s > now_s - WINDOW_S]
    if not len(ages):
        return Finish(Outlook.IDLE, remaining)
    window_s = min(WINDOW_S, max(BIN_S, now_s - float(at_s.min())))
    per_hour = 3600 * len(ages) / window_s
    if len(ages) < FEWEST_ANSWERS:
        return Finish(Outlook.TOO_EARLY, remaining, per_hour)
    expected_s = remaining / per_hour * 3600
    spread = math.exp(Z_95 * math.sqrt(_overdispersion(ages, window_s) / len(ages)))
    return Finish(Outlook.EXPECTED, remaining, per_hour, expected_s, expected_s / spread, expected_s * spread)


def _overdispersion(ages_s: FloatArray, window_s: float) -> float:
    """Variance over mean of the answers in whole bins of the window, at least 1; 1 where there are not three bins."""
    n_bins = int(window_s // BIN_S)
    if n_bins < 3:
        return 1.0
    counts, _ = np.histogram(ages_s, bins=n_bins, range=(0, n_bins * BIN_S))
    return max(1.0, float(counts.var(ddof=1) / max(counts.mean(), 1e-9)))
