"""Pooling a campaign's votes: one a person, majority, ties; and how far votes disagree."""

import numpy as np
import pytest

from labeling.agreement.disagreement import disagreement
from labeling.pooling import consensus_of_counts, grouped_counts, last_votes, mean_class, pool


def codes(*values):
    return np.array(values, dtype=np.int64)


def test_each_persons_last_vote_counts():
    # Person 0 calls source 0 first 2, then 1; person 1 calls it 1; source 1 has a vote of each.
    source, annotator, label = codes(0, 0, 1, 0, 1), codes(0, 1, 0, 0, 1), codes(2, 1, 0, 1, 3)
    assert last_votes(source, annotator).tolist() == [1, 2, 3, 4]
    pooled = pool(source, annotator, label, n_sources=3, n_labels=4)
    assert pooled.counts.tolist() == [[0, 2, 0, 0], [1, 0, 0, 1], [0, 0, 0, 0]]
    assert pooled.mode.tolist() == [1, -1, -1]
    assert pooled.is_tie.tolist() == [False, True, False]
    assert pooled.top.tolist() == [2, 1, 0]
    np.testing.assert_array_equal(pooled.human_to_mode, [1.0, 0.5, np.nan])


def test_a_single_vote_has_a_mode_and_no_agreement():
    pooled = consensus_of_counts(np.array([[0, 0, 1, 0]]))
    assert (pooled.mode.tolist(), pooled.is_tie.tolist()) == ([2], [False])
    assert np.isnan(pooled.human_to_mode).all()


def test_no_votes_at_all():
    pooled = pool(codes(), codes(), codes(), n_sources=2, n_labels=4)
    assert (pooled.counts.shape, pooled.mode.tolist()) == ((2, 4), [-1, -1])


def test_a_vote_needs_a_source_and_an_annotator():
    with pytest.raises(ValueError, match="1 sources and 0 annotators"):
        last_votes(codes(1), codes())


def test_votes_are_grouped_before_the_mode_is_taken():
    """1, 2, 3, 3: the labels' mode is 3, the groups tie."""
    counts = np.array([[1, 1, 2, 0]])
    groups = grouped_counts(counts, codes(0, 0, 1, 1), 2)
    assert (consensus_of_counts(counts).mode.tolist(), groups.tolist()) == ([2], [[2, 2]])
    assert consensus_of_counts(groups).is_tie.tolist() == [True]


def test_the_mean_class_is_legus_mean_of_numbers():
    means = mean_class(np.array([[2, 0, 0, 1], [0, 0, 0, 0]]), np.array([1.0, 2.0, 3.0, 4.0]))
    np.testing.assert_array_equal(means, [2.0, np.nan])


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([0, 0, 0, 0], 0.0),
        ([1, 0, 0, 0], 0.0),
        ([3, 0, 0, 0], 0.0),
        ([1, 1, 0, 0], 1.0),
        ([2, 2, 1, 0], 1.0),
        ([2, 1, 0, 0], 0.4591),
        ([2, 1, 1, 0], 0.75),
    ],
)
def test_disagreement(counts, expected):
    """(2, 1): -(2/3 log 2/3 + 1/3 log 1/3) / log 4 = 0.4591; (2, 1, 1): 1.5 bits of 2."""
    assert disagreement(np.array([counts]))[0] == pytest.approx(expected, abs=1e-4)


def test_disagreement_of_nonsense():
    with pytest.raises(ValueError, match="not negative"):
        disagreement(np.array([[1, -1]]))
