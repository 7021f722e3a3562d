"""Coefficients of agreement corrected for chance, and the accuracy of what is agreed on. Pure numpy.

A coefficient is a `Figure` of sums over sources, so `labeling.agreement.bootstrap` gives it intervals; the functions
give its value. Kappa between two people is in `labeling.agreement.pairwise`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from labeling.agreement.counts import FloatArray, IntArray, checked_counts
from labeling.agreement.figures import Figure, ratio


def fleiss_kappa(counts: IntArray) -> float | None:
    """Fleiss' kappa of `counts`, (n_sources, n_labels) votes; rows without votes are no sources.

    At most 1; None where it is undefined: votes per source differ or are below two, or only one label was used.
    Raises ValueError unless counts are whole and not negative. Source: doi:10.1037/h0031619.
    """
    return FLEISS_KAPPA.of(counts) if _is_even(counts) else None


def _is_even(counts: IntArray) -> bool:
    """Whether all sources with votes have the same number."""
    n_votes = checked_counts(counts).sum(axis=1)
    n_votes = n_votes[n_votes > 0]
    return len(n_votes) > 0 and bool(n_votes.min() == n_votes.max())


def krippendorff_alpha_nominal(counts: IntArray) -> float | None:
    """Krippendorff's alpha for nominal labels of `counts`, (n_sources, n_labels) votes, any number per source.

    At most 1; None where no source has two votes or those that have used one label only. Sources with a single vote
    pair with nothing and are left out. Raises ValueError unless counts are whole and not negative.
    Source: Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011.
    """
    return ALPHA_NOMINAL.of(counts)


def krippendorff_alpha_ordinal(counts: IntArray) -> float | None:
    """Krippendorff's alpha for ordered labels: those of `counts`, (n_sources, n_labels), from the lowest column up.

    The distance of two labels is the number of votes between them, half of their own included: the difference of
    their mean ranks among all paired votes. Undefined, raising and source as `krippendorff_alpha_nominal`.
    """
    counts = checked_counts(counts)
    totals = counts[counts.sum(axis=1) >= 2].sum(axis=0)
    return alpha_interval(_mean_ranks(totals)).of(counts)


def krippendorff_alpha_interval(counts: IntArray, values: FloatArray) -> float | None:
    """Krippendorff's alpha for labels that are numbers: `values` (n_labels,), in any unit, of the columns of `counts`.

    Distances are squared differences. Undefined where all paired votes have one value; raises ValueError also on
    values of another shape or not finite. Source as `krippendorff_alpha_nominal`.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.shape != np.shape(counts)[1:] or not np.isfinite(values).all():
        raise ValueError(f"values must be finite, one a label of counts {np.shape(counts)}, not {values}")
    return alpha_interval(values).of(counts)


def gwet_ac1(counts: IntArray) -> float | None:
    """Gwet's AC1 of `counts`, (n_sources, n_labels) votes, any number per source.

    At most 1; None where no source has two votes, or with fewer than two columns. A label that could be voted and was
    not is a column of zeros and counts. A single vote enters the label frequencies only. Raises ValueError unless
    counts are whole and not negative. Source: Gwet 2008, doi:10.1348/000711006X126600.
    """
    return GWET_AC1.of(counts)


def numbers_of(labels: Sequence[str]) -> FloatArray | None:
    """The labels as numbers (n_labels,); None unless they are finite and all different."""
    try:
        values = np.array([float(label) for label in labels])
    except ValueError:
        return None
    return values if np.isfinite(values).all() and len(set(values.tolist())) == len(labels) else None


def majority_accuracy(shares: npt.NDArray[Any], truth: IntArray) -> float | None:
    """Mean share of sources whose largest of `shares` (n_sources, n_labels) is the label `truth` (n_sources,).

    Votes or probabilities alike; t labels tied for the largest score 1/t each where one is true. A truth of -1 (a
    label nobody used) is never met. None without sources; a source without votes is an error of the caller.
    """
    if not len(truth):
        return None
    leads = shares == shares.max(axis=1, keepdims=True)
    met = leads[np.arange(len(truth)), truth] & (truth >= 0)
    return float((met / leads.sum(axis=1)).mean())


def alpha_interval(values: FloatArray) -> Figure:
    """Krippendorff's alpha as a figure for labels of these numeric `values` (n_labels,)."""

    def terms(counts: IntArray) -> FloatArray:
        n_votes = counts.sum(axis=1, keepdims=True)
        spread = (counts * (values - counts @ values[:, None] / n_votes) ** 2).sum(axis=1, keepdims=True)
        return np.hstack([2 * n_votes / (n_votes - 1) * spread, counts])

    def of_sums(sums: FloatArray) -> FloatArray:
        totals = sums[:, 1:]
        n_votes = totals.sum(axis=1, keepdims=True)
        spread = (totals * (values - totals @ values[:, None] / n_votes) ** 2).sum(axis=1)
        lowest = np.where(totals > 0, values, np.inf).min(axis=1, initial=np.inf)
        highest = np.where(totals > 0, values, -np.inf).max(axis=1, initial=-np.inf)
        return _alpha(sums[:, 0], np.where(highest > lowest, 2 * n_votes[:, 0] * spread, 0.0), n_votes[:, 0])

    return Figure(terms, of_sums)


def _alpha(within: FloatArray, overall: FloatArray, n_votes: FloatArray) -> FloatArray:
    """Alpha from summed distances of ordered pairs: within sources, each weighted by 1/(n - 1), and among all votes."""
    return 1 - (n_votes - 1) * ratio(within, overall)


def _nominal_terms(counts: IntArray) -> FloatArray:
    n_votes = counts.sum(axis=1)
    unlike = (n_votes**2 - (counts**2).sum(axis=1)) / (n_votes - 1)
    return np.column_stack([unlike, counts])


def _nominal_alpha(sums: FloatArray) -> FloatArray:
    totals = sums[:, 1:]
    n_votes = totals.sum(axis=1)
    return _alpha(sums[:, 0], n_votes**2 - (totals**2).sum(axis=1), n_votes)


def _mean_ranks(totals: npt.NDArray[Any]) -> FloatArray:
    """The mean rank of the votes for each label among all votes, lowest label first; `totals` (..., n_labels)."""
    return np.asarray(np.cumsum(totals, axis=-1) - totals / 2, dtype=np.float64)


def _ordinal_terms(counts: IntArray) -> FloatArray:
    """The coincidences of each pair of labels, (n_rows, n_labels^2); what a vote makes with itself is at distance 0."""
    coincidences = counts[:, :, None] * counts[:, None, :] / (counts.sum(axis=1) - 1)[:, None, None]
    return np.hstack([coincidences.reshape(len(counts), -1), counts])


def _ordinal_alpha(sums: FloatArray) -> FloatArray:
    # n_labels^2 coincidences and n_labels totals.
    n_labels = int(np.sqrt(sums.shape[1]))
    coincidences, totals = sums[:, :-n_labels].reshape(-1, n_labels, n_labels), sums[:, -n_labels:]
    ranks = _mean_ranks(totals)
    within, overall = np.zeros(len(sums)), np.zeros(len(sums))
    for label in range(n_labels):
        distances = (ranks - ranks[:, label, None]) ** 2
        within += (coincidences[:, label] * distances).sum(axis=1)
        overall += totals[:, label] * (totals * distances).sum(axis=1)
    return _alpha(within, overall, totals.sum(axis=1))


def _pair_agreement(counts: IntArray) -> FloatArray:
    """The share of agreeing pairs of votes on each source, 0 on a source with one vote."""
    n_votes = counts.sum(axis=1)
    pairs = np.maximum(n_votes * (n_votes - 1), 1)
    return np.asarray(((counts**2).sum(axis=1) - n_votes) / pairs)


def _fleiss_terms(counts: IntArray) -> FloatArray:
    return np.column_stack([_pair_agreement(counts), np.ones(len(counts)), counts])


def _fleiss_kappa(sums: FloatArray) -> FloatArray:
    totals = sums[:, 2:]
    observed = sums[:, 0] / sums[:, 1]
    expected = ((totals / totals.sum(axis=1, keepdims=True)) ** 2).sum(axis=1)
    possible = np.where(np.count_nonzero(totals, axis=1) < 2, 0.0, 1 - expected)
    return ratio(observed - expected, possible)


def _gwet_terms(counts: IntArray) -> FloatArray:
    n_votes = counts.sum(axis=1)
    return np.column_stack(
        [_pair_agreement(counts), n_votes >= 2, np.ones(len(counts)), counts / n_votes[:, None]],
    )


def _gwet_ac1(sums: FloatArray) -> FloatArray:
    frequencies = sums[:, 3:] / sums[:, 2, None]
    n_labels = frequencies.shape[1]
    if n_labels < 2:
        return np.full(len(sums), np.nan)
    observed = ratio(sums[:, 0], sums[:, 1])
    expected = (frequencies * (1 - frequencies)).sum(axis=1) / (n_labels - 1)
    return np.asarray((observed - expected) / (1 - expected))


FLEISS_KAPPA = Figure(_fleiss_terms, _fleiss_kappa)
ALPHA_NOMINAL = Figure(_nominal_terms, _nominal_alpha)
ALPHA_ORDINAL = Figure(_ordinal_terms, _ordinal_alpha)
GWET_AC1 = Figure(_gwet_terms, _gwet_ac1, fewest_votes=1)


def coefficient_figures(
    counts: IntArray, *, is_ordinal: bool = False, values: FloatArray | None = None
) -> dict[str, Figure]:
    """The coefficients that `counts` (n_sources, n_labels) and their labels allow, by name.

    Fleiss' kappa where all sources have the same number of votes, the ordinal alpha where labels are in order, the interval
    alpha where they are numbers, `values` (n_labels,).
    """
    figures = {"krippendorff_alpha": ALPHA_NOMINAL, "gwet_ac1": GWET_AC1}
    if _is_even(counts):
        figures["fleiss_kappa"] = FLEISS_KAPPA
    if is_ordinal:
        figures["krippendorff_alpha_ordinal"] = ALPHA_ORDINAL
    if values is not None:
        figures["krippendorff_alpha_interval"] = alpha_interval(values)
    return figures
