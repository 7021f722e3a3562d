"""Coefficients: published examples to four decimals, and references that loop over every pair of votes."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.agreement.coefficients import (
    ALPHA_ORDINAL,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha_interval,
    krippendorff_alpha_nominal,
    krippendorff_alpha_ordinal,
)
from tests.labeling.agreement.test_human_to_mode import krippendorff_counts

N_LABELS = 4
VALUES = np.array([-3.0, 0.5, 1.0, 1000.0])
# Lists of votes, a source each, labels 0 to 3.
TABLES = st.lists(st.lists(st.integers(0, N_LABELS - 1), max_size=6), max_size=12)

# Thirty patients, six psychiatrists; depression, personality disorder, schizophrenia, neurosis, other: Fleiss 1971, table 1.
DIAGNOSES = [
    [0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0], [2, 0, 4, 0, 0],
    [0, 0, 4, 0, 2], [2, 0, 3, 1, 0], [2, 0, 0, 4, 0], [0, 0, 0, 0, 6], [1, 0, 0, 5, 0], [1, 1, 0, 4, 0],
    [0, 3, 3, 0, 0], [1, 0, 0, 5, 0], [0, 2, 0, 3, 1], [0, 0, 5, 0, 1], [3, 0, 0, 1, 2], [5, 1, 0, 0, 0],
    [0, 2, 0, 4, 0], [1, 0, 2, 0, 3], [0, 0, 0, 0, 6], [0, 1, 0, 5, 0], [0, 2, 0, 1, 3], [2, 0, 0, 4, 0],
    [1, 0, 0, 4, 1], [0, 5, 0, 1, 0], [4, 0, 0, 0, 2], [1, 0, 5, 0, 0], [0, 2, 0, 4, 0], [0, 0, 0, 0, 6],
]  # fmt: skip


def counts_of(table: list[list[int]], n_labels: int = N_LABELS) -> np.ndarray:
    return np.array([[votes.count(label) for label in range(n_labels)] for votes in table], dtype=int).reshape(
        -1, n_labels
    )


def ordinal_distance(votes: list[int]):
    """Krippendorff 2011: the votes between two labels, half of their own included, squared."""

    def distance(one: int, other: int) -> float:
        low, high = sorted((one, other))
        between = sum(votes.count(label) for label in range(low, high + 1))
        return (between - (votes.count(low) + votes.count(high)) / 2) ** 2

    return distance


def alpha_by_pairs(table: list[list[int]], distance) -> float | None:
    """1 - observed / expected disagreement, from every ordered pair of votes."""
    paired = [votes for votes in table if len(votes) >= 2]
    every = [vote for votes in paired for vote in votes]
    observed = sum(distance(one, other) / (len(votes) - 1) for votes in paired for one, other in permutations(votes, 2))
    expected = sum(distance(one, other) for one, other in permutations(every, 2))
    return None if not expected else 1 - (len(every) - 1) * observed / expected


def ac1_by_pairs(table: list[list[int]]) -> float | None:
    """Gwet 2008: pairs on the sources with two votes, label frequencies as the mean of every source's own."""
    voted = [votes for votes in table if votes]
    paired = [list(permutations(votes, 2)) for votes in voted if len(votes) >= 2]
    if not paired:
        return None
    observed = np.mean([np.mean([one == other for one, other in pairs]) for pairs in paired])
    frequencies = [np.mean([votes.count(label) / len(votes) for votes in voted]) for label in range(N_LABELS)]
    expected = sum(frequency * (1 - frequency) for frequency in frequencies) / (N_LABELS - 1)
    return float((observed - expected) / (1 - expected))


def same(found: float | None, expected: float | None) -> bool:
    return found is None if expected is None else found == pytest.approx(expected, abs=1e-9)


# --- published ---


def test_fleiss_diagnoses():
    counts = np.array(DIAGNOSES)
    assert counts.sum(axis=0).tolist() == [26, 26, 30, 55, 43]
    assert fleiss_kappa(counts) == pytest.approx(0.4302, abs=5e-5)


def test_krippendorff_and_gwet_on_four_observers_and_twelve_units():
    """Krippendorff 2011, section C and D; AC1 as Gwet's R package irrCAC gives it for the same table."""
    counts = krippendorff_counts()
    assert krippendorff_alpha_nominal(counts) == pytest.approx(0.7434, abs=5e-5)
    assert krippendorff_alpha_ordinal(counts) == pytest.approx(0.8154, abs=5e-5)
    assert krippendorff_alpha_interval(counts, np.arange(1.0, 6)) == pytest.approx(0.8491, abs=5e-5)
    assert gwet_ac1(counts) == pytest.approx(0.7754, abs=5e-5)


def test_the_example_of_the_documents():
    """docs/agreement.md: A ccc, B ccn, C nnn, D cnn; and with B's last vote between the two."""
    plain = np.array([[3, 0], [2, 1], [0, 3], [1, 2]])
    between = np.array([[3, 0, 0], [2, 1, 0], [0, 0, 3], [1, 0, 2]])
    assert krippendorff_alpha_nominal(plain) == pytest.approx(0.3889, abs=5e-5)
    assert gwet_ac1(plain) == pytest.approx(1 / 3)
    assert krippendorff_alpha_nominal(between) == pytest.approx(1 - 11 * 4 / 82)
    assert krippendorff_alpha_ordinal(between) == pytest.approx(1 - 11 * 109 / 2772)
    assert krippendorff_alpha_interval(between, np.array([1.0, 2.0, 3.0])) == pytest.approx(1 - 11 * 10 / 262)


# --- every pair of votes ---


@given(TABLES)
def test_coefficients_are_those_of_loops_over_pairs(table):
    counts = counts_of(table)
    every = [vote for votes in table for vote in votes if len(votes) >= 2]
    ordinal = alpha_by_pairs(table, ordinal_distance(every))
    assert same(krippendorff_alpha_nominal(counts), alpha_by_pairs(table, lambda one, other: float(one != other)))
    assert same(krippendorff_alpha_ordinal(counts), ordinal)
    assert same(ALPHA_ORDINAL.of(counts), ordinal)
    interval = alpha_by_pairs(table, lambda one, other: (VALUES[one] - VALUES[other]) ** 2)
    assert same(krippendorff_alpha_interval(counts, VALUES), interval)
    assert same(gwet_ac1(counts), ac1_by_pairs(table))


# --- what does not matter, and what does ---


def random_counts(seed: int, n_sources: int = 40) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.array([rng.multinomial(n, rng.dirichlet([0.4, 0.3, 0.2, 0.5])) for n in rng.integers(0, 7, n_sources)])


@pytest.mark.parametrize("seed", range(5))
def test_order_of_sources_and_labels(seed):
    rng = np.random.default_rng(seed)
    counts = random_counts(seed)
    rows, labels = rng.permutation(len(counts)), rng.permutation(N_LABELS)
    shuffled = counts[rows][:, labels]
    for coefficient in (krippendorff_alpha_nominal, gwet_ac1):
        assert coefficient(shuffled) == pytest.approx(coefficient(counts), abs=1e-12)
    found = krippendorff_alpha_interval(shuffled, VALUES[labels])
    assert found == pytest.approx(krippendorff_alpha_interval(counts, VALUES), abs=1e-12)
    # Ranks the other way round are as far apart; other permutations are other scales.
    ordinal = krippendorff_alpha_ordinal(counts)
    assert krippendorff_alpha_ordinal(counts[rows][:, ::-1]) == pytest.approx(ordinal, abs=1e-12)
    assert abs(krippendorff_alpha_ordinal(counts[:, [0, 2, 1, 3]]) - ordinal) > 1e-4


def test_interval_alpha_knows_neither_unit_nor_zero_point():
    counts = random_counts(9)
    plain = krippendorff_alpha_interval(counts, VALUES)
    assert krippendorff_alpha_interval(counts, 1e6 - 12.5 * VALUES) == pytest.approx(plain, abs=1e-9)


def test_on_two_labels_all_three_scales_are_one():
    counts = np.random.default_rng(3).multinomial(3, [0.3, 0.7], 50)
    nominal = krippendorff_alpha_nominal(counts)
    assert krippendorff_alpha_ordinal(counts) == pytest.approx(nominal, abs=1e-12)
    assert krippendorff_alpha_interval(counts, np.array([2.0, 7.0])) == pytest.approx(nominal, abs=1e-12)


def test_ac1_holds_where_kappa_falls():
    """Gwet's point: 125 sources, one label rare. Two raters: 118 yes/yes, 5 yes/no, 2 no/yes, 0 no/no."""
    counts = np.array([[2, 0]] * 118 + [[1, 1]] * 7)
    assert krippendorff_alpha_nominal(counts) < 0
    # pa = 118/125, p = 243/250, pe = 2 p (1 - p).
    observed, expected = 118 / 125, 2 * (243 / 250) * (7 / 250)
    assert gwet_ac1(counts) == pytest.approx((observed - expected) / (1 - expected), abs=1e-12)
    assert gwet_ac1(counts) > 0.94


def test_a_label_that_nobody_chose_counts_for_ac1_alone():
    counts = random_counts(4)
    padded = np.insert(counts, 2, 0, axis=1)
    assert krippendorff_alpha_nominal(padded) == krippendorff_alpha_nominal(counts)
    assert krippendorff_alpha_ordinal(padded) == pytest.approx(krippendorff_alpha_ordinal(counts), abs=1e-12)
    assert gwet_ac1(padded) > gwet_ac1(counts)


# --- edges ---

EDGES = [
    ([], None, None),
    ([[0], [1], [3]], None, None),  # single votes
    ([[2, 2], [2, 2, 2]], None, 1.0),  # one label only: alpha is 0 / 0
    ([[0, 0], [3, 3]], 1.0, 1.0),
    ([[0, 0], [3]], None, 1.0),  # the single vote pairs with nothing
]


@pytest.mark.parametrize(("table", "alpha", "ac1"), EDGES)
def test_edges(table, alpha, ac1):
    counts = counts_of(table)
    assert krippendorff_alpha_nominal(counts) == alpha
    assert krippendorff_alpha_ordinal(counts) == alpha
    assert krippendorff_alpha_interval(counts, VALUES) == alpha
    assert gwet_ac1(counts) == ac1


def test_ac1_of_one_column_is_undefined():
    assert gwet_ac1(np.array([[3], [2]])) is None


def test_labels_of_one_value_are_undefined_not_perfect():
    assert krippendorff_alpha_interval(np.array([[1, 1], [2, 0]]), np.array([5.0, 5.0])) is None


@pytest.mark.parametrize("values", [[1.0, 2.0], [1.0, 2.0, 3.0, np.nan], [[1.0, 2.0, 3.0, 4.0]]])
def test_values_must_be_finite_and_one_a_label(values):
    with pytest.raises(ValueError, match="values must be finite"):
        krippendorff_alpha_interval(random_counts(1), np.array(values))


@pytest.mark.parametrize("counts", [np.array([[1.5, 2]]), np.array([[-1, 2]]), np.array([1, 2])])
@pytest.mark.parametrize("coefficient", [krippendorff_alpha_ordinal, gwet_ac1])
def test_counts_that_are_none_are_refused(coefficient, counts):
    with pytest.raises(ValueError, match="counts must be whole"):
        coefficient(counts)


def test_many_labels_are_summed_block_by_block():
    """300 labels make 90,000 coincidences a source: more than one block holds, and the same alpha."""
    rng = np.random.default_rng(12)
    counts = rng.multinomial(3, np.full(300, 1 / 300), 100)
    assert ALPHA_ORDINAL.of(counts) == pytest.approx(krippendorff_alpha_ordinal(counts), abs=1e-9)
