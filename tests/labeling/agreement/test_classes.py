"""Agreement class by class and of people with themselves, against loops over every pair of votes."""

from collections import Counter
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.agreement.classes import class_agreement
from labeling.agreement.human_to_mode import agreement_of_counts
from labeling.agreement.repeats import repeats_of
from labeling.agreement.votetable import table_of_votes
from tests.labeling.agreement.test_coefficients import DIAGNOSES, N_LABELS, TABLES, counts_of


def nan_or(value, n):
    return pytest.approx(value / n, abs=1e-12) if n else pytest.approx(np.nan, nan_ok=True)


@given(TABLES)
def test_classes_are_those_of_loops(table):
    found = class_agreement(counts_of(table))
    compared = [votes for votes in table if len(votes) >= 2]
    pairs = [pair for votes in compared for pair in permutations(votes, 2)]
    ranked = [Counter(votes).most_common(2) for votes in compared]
    modes = [None if len(top) > 1 and top[0][1] == top[1][1] else top[0][0] for top in ranked]
    for label in range(N_LABELS):
        others = [other for one, other in pairs if one == label]
        assert found.n_votes[label] == sum(votes.count(label) for votes in compared)
        assert found.specific_agreement[label] == nan_or(others.count(label), len(others))
        agreed = [votes for votes, mode in zip(compared, modes, strict=True) if mode == label]
        assert found.n_sources[label] == len(agreed)
        assert found.human_to_mode[label] == nan_or(sum(votes.count(label) for votes in agreed), sum(map(len, agreed)))


def test_two_votes_a_source_are_the_textbook_table():
    """a = 40 yes/yes, b + c = 15 unlike, d = 45 no/no: 2a / (2a + b + c) and 2d / (2d + b + c)."""
    counts = np.array([[2, 0]] * 40 + [[1, 1]] * 15 + [[0, 2]] * 45)
    assert class_agreement(counts).specific_agreement == pytest.approx([80 / 95, 90 / 105])


def test_fleiss_diagnoses_by_category():
    """Fleiss 1971: kappa of a category is what its conditional agreement leaves above its frequency."""
    counts = np.array(DIAGNOSES)
    frequencies = counts.sum(axis=0) / counts.sum()
    specific = class_agreement(counts).specific_agreement
    kappas = (specific - frequencies) / (1 - frequencies)
    assert kappas == pytest.approx([0.245, 0.245, 0.520, 0.471, 0.566], abs=5e-4)


def test_without_ties_classes_add_up_to_human_to_mode():
    counts = np.random.default_rng(1).multinomial(3, [0.6, 0.4], 200)
    found = class_agreement(counts)
    whole = (found.human_to_mode * found.n_sources).sum() / found.n_sources.sum()
    assert whole == pytest.approx(agreement_of_counts(counts).human_to_mode)


def test_votes_are_grouped_before_they_are_counted():
    votes = [("A", "x", "1"), ("A", "y", "2"), ("A", "z", "3"), ("B", "x", "4"), ("B", "y", "4")]
    grouped = table_of_votes(votes).grouped({"1": "cluster", "2": "cluster", "3": "other", "4": "other"})
    found = class_agreement(grouped.counts())
    # cluster: 4 co-votes, 2 alike; other: 2 + 2 co-votes, the two on B alike.
    assert grouped.labels == ("cluster", "other")
    assert found.specific_agreement == pytest.approx([2 / 4, 2 / 4])
    assert found.human_to_mode == pytest.approx([2 / 3, 1.0])


def test_nothing_compared_is_nan_and_no_error():
    found = class_agreement(np.array([[1, 0], [0, 1]]))
    assert found.n_votes.tolist() == found.n_sources.tolist() == [0, 0]
    assert np.isnan(found.specific_agreement).all()
    assert np.isnan(found.human_to_mode).all()


# --- repeats ---

SHOWN = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 2)), max_size=25)


@given(SHOWN)
def test_repeats_are_those_of_loops(votes):
    columns = np.array(votes, dtype=np.int64).reshape(-1, 3).T
    found = repeats_of(*columns, n_annotators=3)
    for person in range(3):
        own = [(source, label) for source, annotator, label in votes if annotator == person]
        pairs = [(a, b) for a, b in combinations(own, 2) if a[0] == b[0]]
        assert found.n_sources[person] == sum(n > 1 for n in Counter(source for source, _ in own).values())
        assert found.n_pairs[person] == len(pairs)
        assert found.n_alike[person] == sum(a == b for a, b in pairs)


def test_repeats_by_hand():
    # Person 0: source 7 as 1, 1, 2 (one of three pairs alike), source 8 once. Person 1: source 7 as 3, 3. Person 2: nothing.
    source, annotator = np.array([7, 8, 7, 7, 7, 7]), np.array([0, 0, 1, 0, 1, 0])
    found = repeats_of(source, annotator, np.array([1, 1, 3, 2, 3, 1]), 3)
    assert found.n_sources.tolist() == [1, 1, 0]
    assert found.agreement == pytest.approx([1 / 3, 1.0, np.nan], nan_ok=True)
    assert found.overall == 2 / 4


def test_no_repeat_is_no_share():
    nothing = np.array([], dtype=np.int64)
    found = repeats_of(nothing, nothing, nothing, 2)
    assert found.overall is None
    assert found.n_pairs.tolist() == [0, 0]
