"""How fast people classify, and when a round will be done if they go on like that. Pure numpy; times in seconds.

Nobody is ranked by pace: it is for planning, and pages list people by name.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from labeling.agreement.counts import FloatArray

# A pause longer than this ends a sitting.
SITTING_GAP_S = 600.0
# The current pace is that of the last half hour, in bins whose scatter says how steady it is.
WINDOW_S = 1800.0
BIN_S = 300.0
FEWEST_ANSWERS = 10
Z_95 = 1.96


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
