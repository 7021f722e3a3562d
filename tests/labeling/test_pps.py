"""Sampling proportional to size: the stated probabilities are the frequencies."""

import numpy as np
import pytest

from galaxycat.errors import BadInput
from labeling.pps import inclusion_probabilities, pps_sample

WEIGHTS = np.array([0, 1, 1, 2, 3, 5, 8, 40], dtype=float)


@pytest.mark.parametrize("n", [1, 3, 6, 8])
def test_frequencies_are_the_stated_probabilities(n):
    expected = inclusion_probabilities(WEIGHTS, n, 0.2)
    rng, counts, draws = np.random.default_rng(4), np.zeros(len(WEIGHTS)), 20_000
    for _ in range(draws):
        indices, probabilities = pps_sample(WEIGHTS, n, rng, 0.2)
        assert len(set(indices.tolist())) == n
        np.testing.assert_array_equal(probabilities, expected[indices])
        counts[indices] += 1
    # Five standard deviations of a binomial share.
    tolerance = 5 * np.sqrt(expected * (1 - expected) / draws) + 1e-12
    assert (np.abs(counts / draws - expected) <= tolerance).all()


@pytest.mark.parametrize("n", [1, 3, 6, 8])
@pytest.mark.parametrize("weights", [WEIGHTS, np.zeros(8), np.full(8, 1e300), [1e-300] * 7 + [1e300]])
def test_probabilities_sum_to_n_and_are_never_zero(weights, n):
    probabilities = inclusion_probabilities(weights, n, 0.1)
    assert probabilities.sum() == pytest.approx(n)
    assert probabilities.min() >= 0.1 * n / 8 * 0.99
    assert probabilities.max() <= 1


def test_what_they_are():
    np.testing.assert_allclose(inclusion_probabilities([1, 3], 1, 0.5), [0.375, 0.625])
    # The last would be drawn 2.7 times: it is certain, and the two others share one draw.
    np.testing.assert_allclose(inclusion_probabilities([0, 0, 9], 2, 0.1), [0.5, 0.5, 1.0])
    np.testing.assert_allclose(inclusion_probabilities([5, 1, 1, 1], 2, 1.0), [0.5] * 4)


def test_an_inverse_probability_estimate_is_unbiased():
    rng = np.random.default_rng(8)
    values = rng.normal(5, 1, 300)
    weights = rng.exponential(1, 300)
    estimates = []
    for _ in range(2000):
        indices, probabilities = pps_sample(weights, 60, rng)
        estimates.append((values[indices] / probabilities).sum())
    error = np.std(estimates) / np.sqrt(len(estimates))
    assert np.mean(estimates) == pytest.approx(values.sum(), abs=4 * error)


def test_the_same_seed_draws_the_same():
    first, second = (pps_sample(WEIGHTS, 4, np.random.default_rng(3))[0] for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_bad_requests():
    rng = np.random.default_rng(0)
    with pytest.raises(BadInput, match="at least one"):
        pps_sample(WEIGHTS, 0, rng)
    with pytest.raises(BadInput, match="only 8 can be drawn"):
        pps_sample(WEIGHTS, 9, rng)
    for weights in ([-1.0, 2.0], [np.nan, 1.0], [[1.0]]):
        with pytest.raises(ValueError, match="weights"):
            pps_sample(weights, 1, rng)
    with pytest.raises(ValueError, match="floor"):
        pps_sample(WEIGHTS, 1, rng, 0.0)
