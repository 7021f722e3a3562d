"""Agreement: published examples, and references that look at each vote, each pair or each outcome."""

import time
from collections import Counter
from fractions import Fraction
from itertools import product
from math import isclose

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.agreement.coefficients import fleiss_kappa, krippendorff_alpha_nominal, majority_accuracy
from labeling.agreement.consensus import consensus_of
from labeling.agreement.human_to_mode import (
    Agreement,
    AgreementSums,
    agreement_from_sums,
    agreement_of_counts,
    expected_top_count,
    expected_top_share,
    sums_of_counts,
)
from tests.labeling.agreement.test_consensus import leave_one_out_by_brute_force, modes_of

LABELS = "1234"
TABLES = st.lists(st.lists(st.sampled_from(LABELS), min_size=1, max_size=6), max_size=12)


def counts_of(table: list[list[str]]) -> np.ndarray:
    return np.array([[votes.count(label) for label in LABELS] for votes in table], dtype=int).reshape(-1, len(LABELS))


def sums_by_source(table: list[list[str]]) -> AgreementSums:
    """The sums as a database makes them: of one consensus row per source."""
    rows = [consensus_of(Counter(votes)) for votes in table]
    compared = [row for row in rows if row.n_votes >= 2]
    return AgreementSums(
        n_sources=len(rows),
        n_votes=sum(row.n_votes for row in rows),
        n_compared_votes=sum(row.n_votes for row in compared),
        top_sum=sum(row.top for row in compared),
        loo_sum=sum(row.leave_one_out for row in compared),
        ties=sum(row.is_tie for row in rows),
        votes_histogram=Counter(row.n_votes for row in rows),
        label_totals=Counter(vote for votes in table for vote in votes if len(votes) >= 2),
    )


def top_count_by_enumeration(n_votes: int, frequencies: list[Fraction]) -> Fraction:
    """E[largest count] over every possible sequence of votes."""
    expected = Fraction(0)
    for outcome in product(range(len(frequencies)), repeat=n_votes):
        probability = Fraction(1)
        for label in outcome:
            probability *= frequencies[label]
        expected += probability * max(Counter(outcome).values())
    return expected


# --- human-to-mode ---


def test_a_small_table_by_hand():
    # 1/1/2 (top 2, leave-one-out 1), 1/4 (tie: top 1, 0), 4/4/4 (3, 3), and a single vote that is not compared.
    found = agreement_of_counts(counts_of([list("112"), list("14"), list("444"), ["2"]]))
    assert (found.n_sources, found.n_votes, found.n_compared, found.n_compared_votes, found.ties) == (4, 9, 3, 8, 1)
    assert found.human_to_mode == 6 / 8
    assert found.human_to_mode_leave_one_out == 4 / 8
    frequencies = [Fraction(3, 8), Fraction(1, 8), Fraction(4, 8)]
    tops = 2 * top_count_by_enumeration(3, frequencies) + top_count_by_enumeration(2, frequencies)
    assert found.human_to_mode_chance == pytest.approx(float(tops / 8), abs=1e-12)


@pytest.mark.parametrize("table", [[], [["1"]], [["1"], ["2"]]])
def test_nothing_to_compare_is_none_and_no_error(table):
    found = agreement_of_counts(counts_of(table))
    assert found == Agreement(len(table), len(table), 0, 0, 0, None, None, None)


@given(TABLES)
def test_sums_counts_and_single_votes_agree(table):
    found = agreement_of_counts(counts_of(table))
    assert agreement_from_sums(sums_by_source(table)) == found
    compared = [votes for votes in table if len(votes) >= 2]
    n_votes = sum(map(len, compared))
    assert (found.n_compared, found.n_compared_votes) == (len(compared), n_votes)
    assert found.ties == sum(len(modes_of(votes)) > 1 for votes in table)
    if not compared:
        assert found.human_to_mode is found.human_to_mode_leave_one_out is found.human_to_mode_chance is None
        return
    assert found.human_to_mode == sum(votes.count(modes_of(votes)[0]) for votes in compared) / n_votes
    by_force = sum(map(leave_one_out_by_brute_force, compared)) / n_votes
    assert found.human_to_mode_leave_one_out == pytest.approx(float(by_force), abs=1e-11)
    totals = Counter(vote for votes in compared for vote in votes)
    frequencies = [Fraction(total, n_votes) for total in totals.values()]
    sizes = Counter(map(len, compared)).items()
    tops = sum(sources * top_count_by_enumeration(n, frequencies) for n, sources in sizes if n <= 4)
    if all(n <= 4 for n, _ in sizes):
        assert found.human_to_mode_chance == pytest.approx(float(tops / n_votes), abs=1e-11)


@given(TABLES, st.randoms(use_true_random=False))
def test_the_order_of_sources_and_labels_never_matters(table, shuffler):
    counts = counts_of(table)
    shuffled = list(table)
    shuffler.shuffle(shuffled)
    assert agreement_of_counts(counts_of(shuffled)[:, ::-1]) == agreement_of_counts(counts)


def test_rows_without_votes_are_no_sources():
    counts = counts_of([list("112"), list("444")])
    padded = np.vstack([counts, np.zeros((3, 4), dtype=int)])
    assert agreement_of_counts(padded) == agreement_of_counts(counts)
    assert fleiss_kappa(padded) == fleiss_kappa(counts) is not None
    assert krippendorff_alpha_nominal(padded) == krippendorff_alpha_nominal(counts) is not None


def test_sums_name_their_labels():
    sums = sums_of_counts(counts_of([list("112"), ["3"]]), labels=["a", "b", "c", "d"])
    assert sums.label_totals == {"a": 2, "b": 1, "c": 0, "d": 0}
    assert sums.votes_histogram == {1: 1, 3: 1}


@pytest.mark.parametrize("counts", [np.array([[1.5, 2]]), np.array([[-1, 2]]), np.array([1, 2])])
@pytest.mark.parametrize("statistic", [agreement_of_counts, fleiss_kappa, krippendorff_alpha_nominal])
def test_counts_that_are_none_are_refused(statistic, counts):
    with pytest.raises(ValueError, match="counts must be whole"):
        statistic(counts)


def test_a_vote_between_two_queries_is_no_error():
    sums = AgreementSums(1, 3, 3, 2, 1.0, 0, votes_histogram={2: 1}, label_totals={"1": 2, "2": 1})
    assert agreement_from_sums(sums).human_to_mode == 2 / 3


def test_a_million_votes_take_well_under_a_fifth_of_a_second():
    counts = np.random.default_rng(1).multinomial(4, [0.4, 0.3, 0.2, 0.1], size=250_000)
    started = time.process_time()
    found = agreement_of_counts(counts)
    assert time.process_time() - started < 0.2
    assert found.n_votes == 1_000_000


# --- chance ---


def test_three_random_voters_on_two_classes_score_three_quarters():
    assert expected_top_share(3, np.array([0.5, 0.5])) == pytest.approx(0.75, abs=1e-15)


@pytest.mark.parametrize(
    ("n_votes", "frequencies", "expected"),
    [
        (1, [0.2, 0.8], 1.0),
        (2, [0.5, 0.5], 1.5),
        (2, [0.25] * 4, 1.25),
        (7, [1.0], 7.0),
        (3, [0.0, 1.0, 0.0], 3.0),
        (4, [0.5, 0.5], 2.75),
    ],
)
def test_known_expected_tops(n_votes, frequencies, expected):
    assert expected_top_count(n_votes, np.array(frequencies)) == pytest.approx(expected, abs=1e-13)


@given(st.integers(1, 6), st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_expected_top_is_the_enumerated_one(n_votes, weights):
    frequencies = [Fraction(weight, sum(weights)) for weight in weights]
    found = expected_top_count(n_votes, np.array(list(map(float, frequencies))))
    assert found == pytest.approx(float(top_count_by_enumeration(n_votes, frequencies)), abs=1e-12)


@pytest.mark.parametrize("n_votes", [40, 400, 3000])
def test_expected_top_of_many_votes_on_two_labels_is_the_binomial_sum(n_votes):
    from scipy.stats import binom

    heads = np.arange(n_votes + 1)
    expected = (binom.pmf(heads, n_votes, 0.47) * np.maximum(heads, n_votes - heads)).sum()
    assert expected_top_count(n_votes, np.array([0.47, 0.53])) == pytest.approx(expected, rel=1e-10)


def test_expected_top_of_many_votes_on_four_labels_is_the_simulated_one():
    frequencies = [0.3, 0.2, 0.3, 0.2]
    simulated = np.random.default_rng(7).multinomial(500, frequencies, size=200_000).max(axis=1)
    error = simulated.std() / np.sqrt(len(simulated))
    assert abs(expected_top_count(500, np.array(frequencies)) - simulated.mean()) < 5 * error


@pytest.mark.parametrize(("n_votes", "frequencies"), [(0, [1.0]), (3, [0.5, 0.4]), (3, [1.5, -0.5])])
def test_what_is_no_distribution_is_refused(n_votes, frequencies):
    with pytest.raises(ValueError, match="distribution"):
        expected_top_count(n_votes, np.array(frequencies))


# --- kappa and alpha ---

# Fourteen raters, ten subjects, five categories: Wikipedia, Fleiss' kappa.
FLEISS_EXAMPLE = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip

# Four observers, twelve units, five values, 0 = missing: Krippendorff 2011, section C.
KRIPPENDORFF_EXAMPLE = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
    [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
]


def krippendorff_counts() -> np.ndarray:
    units = np.array(KRIPPENDORFF_EXAMPLE).T
    return np.stack([(units == value).sum(axis=1) for value in range(1, 6)], axis=1)


def alpha_by_pairs(table: list[list[str]]) -> float | None:
    """1 - observed / expected disagreement, from the matrix of coincidences."""
    coincidences: Counter[tuple[str, str]] = Counter()
    for votes in table:
        for i, j in product(range(len(votes)), repeat=2):
            if i != j:
                coincidences[votes[i], votes[j]] += Fraction(1, len(votes) - 1)
    totals = {a: sum(coincidences[a, b] for b in LABELS) for a in LABELS}
    n = sum(totals.values())
    expected = sum(totals[a] * totals[b] for a, b in product(LABELS, repeat=2) if a != b)
    observed = sum(count for (a, b), count in coincidences.items() if a != b)
    return None if not expected else float(1 - (n - 1) * observed / expected)


def test_fleiss_example():
    assert fleiss_kappa(np.array(FLEISS_EXAMPLE)) == pytest.approx(0.2099, abs=5e-5)


def test_krippendorff_example():
    assert krippendorff_alpha_nominal(krippendorff_counts()) == pytest.approx(0.743, abs=5e-4)


@given(TABLES)
def test_alpha_is_that_of_the_coincidence_matrix(table):
    found, expected = krippendorff_alpha_nominal(counts_of(table)), alpha_by_pairs(table)
    assert (found is None) is (expected is None)
    assert expected is None or isclose(found, expected, abs_tol=1e-11)


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        ([list("11"), list("112")], None),  # votes per source differ
        ([["1"], ["2"]], None),  # no second vote
        ([list("11"), list("11")], None),  # one label only: 0 / 0
        ([], None),
        ([list("11"), list("44")], 1.0),
        ([list("12"), list("12")], -1.0),
        ([list("11"), list("12")], -1 / 3),  # observed 1/2, expected 9/16 + 1/16
    ],
)
def test_fleiss_on_small_tables(table, kappa):
    found = fleiss_kappa(counts_of(table))
    assert found is None if kappa is None else found == pytest.approx(kappa, abs=1e-12)


# --- accuracy ---


def test_a_tie_that_holds_the_truth_counts_its_share():
    counts = np.array([[2, 1, 0], [1, 1, 0], [1, 1, 1], [0, 2, 1], [3, 0, 0]])
    assert majority_accuracy(counts, np.array([0, 1, 2, 2, -1])) == pytest.approx((1 + 1 / 2 + 1 / 3 + 0 + 0) / 5)
    assert majority_accuracy(counts[:0], np.array([], dtype=int)) is None
