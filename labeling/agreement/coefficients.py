"""Coefficients of agreement corrected for chance, and the accuracy of what is agreed on. Pure numpy."""

from typing import Any

import numpy as np
import numpy.typing as npt

from labeling.agreement.counts import IntArray, checked_counts


def fleiss_kappa(counts: IntArray) -> float | None:
    """Fleiss' kappa of `counts`, (n_sources, n_labels) votes; rows without votes are no sources.

    At most 1; None where it is undefined: votes per source differ or are below two, or only one label was used.
    Raises ValueError unless counts are whole and not negative. Source: doi:10.1037/h0031619.
    """
    voted = checked_counts(counts)
    voted = voted[voted.sum(axis=1) > 0]
    n_votes = voted.sum(axis=1)
    if not len(voted) or n_votes.min() != n_votes.max() or n_votes[0] < 2:
        return None
    n = float(n_votes[0])
    observed = float(((voted.astype(np.float64) ** 2).sum(axis=1) - n).mean() / (n * (n - 1)))
    expected = float(((voted.sum(axis=0) / n_votes.sum()) ** 2).sum())
    return None if np.count_nonzero(voted.sum(axis=0)) < 2 else (observed - expected) / (1 - expected)


def krippendorff_alpha_nominal(counts: IntArray) -> float | None:
    """Krippendorff's alpha for nominal labels of `counts`, (n_sources, n_labels) votes, any number per source.

    At most 1; None where no source has two votes or those that have used one label only. Sources with a single vote
    pair with nothing and are left out. Raises ValueError unless counts are whole and not negative.
    Source: Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011.
    """
    voted = checked_counts(counts)
    paired = voted[voted.sum(axis=1) >= 2].astype(np.float64)
    totals = paired.sum(axis=0)
    if np.count_nonzero(totals) < 2:
        return None
    n_votes = paired.sum(axis=1)
    # Ordered pairs of unlike votes: within sources, each source weighted by 1/(n - 1), and among all votes at once.
    within = float(((n_votes**2 - (paired**2).sum(axis=1)) / (n_votes - 1)).sum())
    overall = float(totals.sum() ** 2 - (totals**2).sum())
    return 1 - (float(totals.sum()) - 1) * within / overall


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
