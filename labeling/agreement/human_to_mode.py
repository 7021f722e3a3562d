"""Human-to-mode agreement, from counts of votes. Pure numpy; labels are nominal.

Human-to-mode agreement includes each vote in its own mode, so three random voters already score 75 % on two classes:
it is always given with its leave-one-out form and its chance level. All three are over the *compared* sources, those
with at least two votes, and chance takes its label frequencies from the votes of those same sources.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from labeling.agreement.counts import FloatArray, IntArray, checked_counts

# Ratios of float sums are rounded here, so that the order in which a database adds them up never shows.
DECIMALS = 12
# Poisson weights below this are left out of the exact chance level; with a million votes it stays good to 1e-15.
NEGLIGIBLE = 1e-20


@dataclass(frozen=True)
class AgreementSums:
    """All that `agreement_from_sums` needs: plain sums over sources, so that one database query can make them.

    `n_sources` and `n_votes` count every source with a vote. `n_compared_votes`, `top_sum` (of
    `SourceConsensus.top`), `loo_sum` (of `SourceConsensus.leave_one_out`) and `label_totals` (votes per label) are
    over the sources with at least two votes. `votes_histogram` maps a number of votes to how many sources have it.
    """

    n_sources: int
    n_votes: int
    n_compared_votes: int
    top_sum: int
    loo_sum: float
    ties: int
    votes_histogram: Mapping[int, int]
    label_totals: Mapping[str, int]


@dataclass(frozen=True)
class Agreement:
    """Agreement over many sources; the three shares are None where no source has two votes.

    `n_compared` sources with at least two votes hold the `n_compared_votes` votes that the shares are fractions of.
    """

    n_sources: int
    n_votes: int
    n_compared: int
    n_compared_votes: int
    ties: int
    human_to_mode: float | None
    human_to_mode_leave_one_out: float | None
    human_to_mode_chance: float | None


def agreement_from_sums(sums: AgreementSums) -> Agreement:
    """The agreement behind `sums`, exactly what `agreement_of_counts` makes of the votes themselves.

    Sums of several queries may straddle a vote that comes in meanwhile: that is no error, and gone at the next look.
    """
    compared = {n: sources for n, sources in sums.votes_histogram.items() if n >= 2 and sources}
    totals = [total for total in sums.label_totals.values() if total]
    n_votes = sums.n_compared_votes or None
    return Agreement(
        n_sources=sums.n_sources,
        n_votes=sums.n_votes,
        n_compared=sum(compared.values()),
        n_compared_votes=sums.n_compared_votes,
        ties=sums.ties,
        human_to_mode=n_votes and sums.top_sum / n_votes,
        human_to_mode_leave_one_out=n_votes and round(sums.loo_sum / n_votes, DECIMALS),
        human_to_mode_chance=round(chance_human_to_mode(compared, totals), DECIMALS) if compared and totals else None,
    )


def sums_of_counts(counts: IntArray, labels: Sequence[str] | None = None) -> AgreementSums:
    """The sums of `counts`, (n_sources, n_labels) votes; rows without votes are no sources.

    `labels` names the columns (default: their indices). Raises ValueError unless counts are whole and not negative.
    """
    # Labels first and contiguous: reductions over a handful of labels are then several times faster.
    by_label = np.ascontiguousarray(checked_counts(counts).T)
    n_votes = by_label.sum(axis=0)
    top = by_label.max(axis=0, initial=0)
    leaders = (by_label == top).sum(axis=0)
    runners_up = (by_label == top - 1).sum(axis=0)
    compared = n_votes >= 2
    lone = compared & (leaders == 1)
    # Whole tops are added per number of runners-up and divided last: the sum depends on no order of the sources.
    lone_tops = np.bincount(runners_up[lone], weights=top[lone])
    histogram = np.bincount(n_votes)
    totals = by_label[:, compared].sum(axis=1)
    names = [str(column) for column in range(len(totals))] if labels is None else labels
    return AgreementSums(
        n_sources=int((n_votes > 0).sum()),
        n_votes=int(n_votes.sum()),
        n_compared_votes=int(totals.sum()),
        top_sum=int(top[compared].sum()),
        loo_sum=float((lone_tops / (1 + np.arange(len(lone_tops)))).sum()),
        ties=int((compared & (leaders > 1)).sum()),
        votes_histogram={int(n): int(histogram[n]) for n in np.flatnonzero(histogram) if n > 0},
        label_totals=dict(zip(names, totals.tolist(), strict=True)),
    )


def agreement_of_counts(counts: IntArray) -> Agreement:
    """The agreement in `counts`, (n_sources, n_labels) votes. Raises ValueError unless whole and not negative."""
    return agreement_from_sums(sums_of_counts(counts))


def chance_human_to_mode(votes_histogram: Mapping[int, int], label_totals: Sequence[int]) -> float:
    """Expected human-to-mode agreement of voters who draw independently from the frequencies in `label_totals`.

    Each source keeps its number of votes: `votes_histogram` maps that number, at least 1, to its count of sources.
    """
    totals = np.sort(np.asarray(label_totals, dtype=np.float64))
    frequencies = totals / totals.sum()
    tops = sum(sources * expected_top_count(n, frequencies) for n, sources in votes_histogram.items())
    return float(tops / sum(n * sources for n, sources in votes_histogram.items()))


def expected_top_count(n_votes: int, frequencies: FloatArray) -> float:
    """E[largest count] of `n_votes` independent votes with label `frequencies` (n_labels,), which sum to 1.

    Exact to rounding: E[max] is the sum of P(max > m) over m; beyond 5 sqrt(n) of the commonest label's mean these are
    0 or 1 to e^-50 (Hoeffding), and between them P(max <= m) comes from Poisson counts given their total (Levin 1981,
    Ann. Statist. 9, 1123). Raises ValueError unless the frequencies are a distribution.
    """
    present = frequencies[frequencies > 0]
    if n_votes < 1 or len(present) != np.count_nonzero(frequencies) or not math.isclose(present.sum(), 1.0):
        raise ValueError(f"{n_votes} votes with frequencies {frequencies}: need a vote and a distribution")
    log_factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1.0, n_votes + 1)))])
    weights = [_poisson_weights(n_votes * frequency, log_factorials) for frequency in present]
    total_weight = math.exp(n_votes * math.log(n_votes) - n_votes - log_factorials[-1])
    centre, spread = n_votes * float(present.max()), 5 * math.sqrt(n_votes)
    low = max(math.ceil(n_votes / len(present) - 1e-9), math.floor(centre - spread))
    high = min(n_votes, math.ceil(centre + spread))
    return low + sum(1 - _weight_at_most(m, n_votes, weights) / total_weight for m in range(low, high))


def expected_top_share(n_votes: int, frequencies: FloatArray) -> float:
    """E[largest count] / `n_votes`: what one source of `n_votes` random votes adds to chance, 0.75 for 3 on two labels."""
    return expected_top_count(n_votes, frequencies) / n_votes


def _poisson_weights(mean: float, log_factorials: FloatArray) -> tuple[int, FloatArray]:
    """The first count that matters, and P(count) from there on, of a Poisson variable up to n votes."""
    counts = np.arange(len(log_factorials))
    weights = np.exp(counts * math.log(mean) - mean - log_factorials)
    kept = np.flatnonzero(weights > NEGLIGIBLE)
    if not len(kept):
        return 0, weights[:1]
    return int(kept[0]), weights[kept[0] : kept[-1] + 1]


def _weight_at_most(m: int, n_votes: int, weights: list[tuple[int, FloatArray]]) -> float:
    """P(the counts add up to `n_votes` and none is above `m`) of independent Poisson counts."""
    total, offset = np.ones(1), 0
    for first, label_weights in weights:
        if m < first:
            return 0.0
        offset += first
        total = np.convolve(total, label_weights[: m + 1 - first])[: max(n_votes + 1 - offset, 1)]
    place = n_votes - offset
    return float(total[place]) if 0 <= place < len(total) else 0.0
