"""Coefficients against independent implementations, on random tables with votes missing: statsmodels and krippendorff."""

import krippendorff
import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as fleiss_of_statsmodels
from statsmodels.stats.proportion import proportion_confint

from labeling.agreement.coefficients import (
    fleiss_kappa,
    krippendorff_alpha_interval,
    krippendorff_alpha_nominal,
    krippendorff_alpha_ordinal,
)
from labeling.agreement.pairwise import cohen_kappa
from labeling.agreement.shares import wilson

SEEDS = range(20)


def table(seed, is_even=False):
    """(n_sources, n_annotators) labels from 0, -1 for no vote, of people who are right more often than not; label values."""
    rng = np.random.default_rng(seed)
    n_sources, n_annotators, n_labels = rng.integers(5, 60), rng.integers(2, 9), rng.integers(2, 6)
    truth = rng.integers(n_labels, size=(n_sources, 1))
    said = rng.integers(n_labels, size=(n_sources, n_annotators))
    votes = np.where(rng.random(said.shape) < 0.6, truth, said)
    if not is_even:
        votes[rng.random(votes.shape) < 0.3] = -1
    return votes, np.sort(rng.choice(50, n_labels, replace=False)).astype(float)


def counts_of(votes, n_labels):
    return np.stack([(votes == label).sum(axis=1) for label in range(n_labels)], axis=1)


@pytest.mark.parametrize("seed", SEEDS)
def test_krippendorff_s_alphas(seed):
    votes, values = table(seed)
    counts = counts_of(votes, len(values))
    # Theirs takes values in place of codes; an ordinal scale goes by their order alone.
    of_counts = {"value_counts": counts, "value_domain": values}
    ours = {
        "nominal": krippendorff_alpha_nominal(counts),
        "ordinal": krippendorff_alpha_ordinal(counts),
        "interval": krippendorff_alpha_interval(counts, values),
    }
    theirs = {scale: krippendorff.alpha(**of_counts, level_of_measurement=scale) for scale in ours}
    assert ours == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_fleiss_kappa(seed):
    votes, values = table(seed, is_even=True)
    counts = counts_of(votes, len(values))
    assert fleiss_kappa(counts) == pytest.approx(fleiss_of_statsmodels(counts), abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_cohen_s_kappa_of_each_pair(seed):
    votes, values = table(seed)
    source, annotator = np.nonzero(votes >= 0)
    shape = (*votes.shape, len(values))
    kappa, shared = cohen_kappa(source, annotator, votes[source, annotator], shape)
    compared = 0
    for one in range(votes.shape[1]):
        for other in range(one):
            both = (votes[:, one] >= 0) & (votes[:, other] >= 0)
            assert shared[one, other] == both.sum()
            square = np.zeros((len(values), len(values)))
            np.add.at(square, (votes[both, one], votes[both, other]), 1)
            expected = cohens_kappa(square, return_results=False)
            assert kappa[one, other] == pytest.approx(expected, abs=1e-12, nan_ok=True)
            compared += 1
    assert compared > 0


@pytest.mark.parametrize(("alike", "n"), [(0, 4), (3, 7), (50, 80), (999, 1000)])
def test_wilson_s_interval(alike, n):
    assert wilson(alike, n) == pytest.approx(proportion_confint(alike, n, method="wilson"), abs=1e-4)
