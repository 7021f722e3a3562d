"""Pairs of annotators and confusion, against loops over every pair of votes; pace and expected finish by hand."""

from collections import Counter
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.agreement.pace import Finish, Outlook, expected_finish, pace_of
from labeling.agreement.pairwise import NO_OTHERS, cohen_kappa, confusion, others_mode, pairwise_agreement

N_DRAWS, N_PEOPLE, N_LABELS = 5, 4, 3
VOTES = st.dictionaries(
    st.tuples(st.integers(0, N_DRAWS - 1), st.integers(0, N_PEOPLE - 1)), st.integers(0, N_LABELS - 1), max_size=20
)


def columns(votes):
    rows = np.array([(*key, label) for key, label in votes.items()], dtype=np.int64).reshape(-1, 3)
    return rows[:, 0], rows[:, 1], rows[:, 2]


@given(VOTES)
def test_pairs_are_those_of_a_loop(votes):
    alike, shared = pairwise_agreement(*columns(votes), (N_DRAWS, N_PEOPLE, N_LABELS))
    for one, other in combinations(range(N_PEOPLE), 2):
        both = [draw for draw in range(N_DRAWS) if (draw, one) in votes and (draw, other) in votes]
        assert shared[one, other] == shared[other, one] == len(both)
        assert alike[one, other] == alike[other, one] == sum(votes[draw, one] == votes[draw, other] for draw in both)
    assert not shared.diagonal().any()
    assert not alike.diagonal().any()


@given(VOTES)
def test_kappas_are_those_of_a_loop(votes):
    kappa, shared = cohen_kappa(*columns(votes), (N_DRAWS, N_PEOPLE, N_LABELS))
    for one, other in product(range(N_PEOPLE), repeat=2):
        both = [draw for draw in range(N_DRAWS) if one != other and (draw, one) in votes and (draw, other) in votes]
        assert shared[one, other] == len(both)
        said = [[votes[draw, person] for draw in both] for person in (one, other)]
        observed = Fraction(sum(a == b for a, b in zip(*said, strict=True)), len(both) or 1)
        used = [[Fraction(labels.count(label), len(both) or 1) for label in range(N_LABELS)] for labels in said]
        chance = sum(a * b for a, b in zip(*used, strict=True))
        expected = (observed - chance) / (1 - chance) if both and chance != 1 else np.nan
        assert kappa[one, other] == pytest.approx(float(expected), nan_ok=True)


def test_cohens_example():
    """50 proposals, two readers: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no; kappa = (.7 - .5) / (1 - .5) (Wikipedia)."""
    label = np.array([[0, 0]] * 20 + [[0, 1]] * 5 + [[1, 0]] * 10 + [[1, 1]] * 15)
    draw, annotator = np.repeat(np.arange(50), 2), np.tile([0, 1], 50)
    kappa, shared = cohen_kappa(draw, annotator, label.ravel(), (50, 2, 2))
    assert kappa[0, 1] == kappa[1, 0] == pytest.approx(0.4)
    assert shared[0, 1] == 50
    assert np.isnan(kappa.diagonal()).all()


def test_kappa_is_undefined_where_both_said_one_thing():
    draw, annotator, label = np.repeat(np.arange(3), 2), np.tile([0, 1], 3), np.ones(6, dtype=int)
    kappa, shared = cohen_kappa(draw, annotator, label, (3, 3, 2))
    assert np.isnan(kappa).all()
    assert shared.tolist() == [[0, 3, 0], [3, 0, 0], [0, 0, 0]]


@given(VOTES)
def test_confusion_is_that_of_a_loop(votes):
    draw, annotator, label = columns(votes)
    counts = np.zeros((N_DRAWS, N_LABELS), dtype=np.int64)
    np.add.at(counts, (draw, label), 1)
    others = others_mode(draw, label, counts)
    expected = Counter()
    for (source, person), own in votes.items():
        rest = Counter(said for (s, p), said in votes.items() if s == source and p != person)
        if rest:
            top = max(rest.values())
            leaders = [code for code, n in rest.items() if n == top]
            expected[person, leaders[0] if len(leaders) == 1 else N_LABELS, own] += 1
    found = confusion(others, annotator, label, (N_PEOPLE, N_LABELS))
    assert {tuple(map(int, cell)): int(found[tuple(cell)]) for cell in np.argwhere(found)} == dict(expected)
    assert int((others == NO_OTHERS).sum()) == len(votes) - sum(expected.values())


def test_pace_leaves_breaks_out():
    # Two sittings: five answers 30 s apart, an hour's break, three answers 60 s apart: 6 intervals in 240 s.
    at_s = np.array([0, 30, 60, 90, 120, 3720, 3780, 3840], dtype=float)
    pace = pace_of(at_s[::-1], np.array([4, 5, 6, np.nan, 10, 1, 2, 3], dtype=float))
    assert (pace.n_sittings, pace.votes_per_hour, pace.median_s) == (2, pytest.approx(3600 * 6 / 240), 4.0)


@pytest.mark.parametrize(("at_s", "sittings"), [([], 0), ([5.0], 1), ([5.0, 5000.0], 2)])
def test_pace_needs_two_answers_in_a_sitting(at_s, sittings):
    pace = pace_of(np.array(at_s), np.full(len(at_s), np.nan))
    assert (pace.n_sittings, pace.votes_per_hour, pace.median_s) == (sittings, None, None)


def test_finish_at_a_steady_pace():
    # One answer every 18 s for half an hour and longer: 100 in the window, 200 an hour, steady bins (phi = 1).
    now = 10_000.0
    at_s = now - 18.0 * np.arange(0.5, 200)
    finish = expected_finish(at_s, remaining=100, now_s=now)
    assert finish.outlook == Outlook.EXPECTED
    assert finish.votes_per_hour == pytest.approx(200)
    assert finish.expected_s == pytest.approx(1800)
    assert finish.earliest_s == pytest.approx(1800 / np.exp(0.196))
    assert finish.latest_s == pytest.approx(1800 * np.exp(0.196))


def test_an_unsteady_pace_has_a_wider_range():
    now = 10_000.0
    burst = now - np.linspace(10, 290, 100)
    at_s = np.append(burst, now - 5000.0)
    finish = expected_finish(at_s, remaining=100, now_s=now)
    assert finish.expected_s == pytest.approx(1800)
    # Bins 100, 0, 0, 0, 0, 0: variance 1666.7 over mean 16.67 is phi = 100.
    assert finish.latest_s == pytest.approx(1800 * np.exp(1.96))


@pytest.mark.parametrize(
    ("ages", "remaining", "expected"),
    [
        ([5.0], 0, Finish(Outlook.DONE, 0)),
        ([], 7, Finish(Outlook.NOT_BEGUN, 7)),
        ([1801.0], 7, Finish(Outlook.IDLE, 7)),
        ([10.0, 20.0, 290.0], 7, Finish(Outlook.TOO_EARLY, 7, pytest.approx(36.0))),
    ],
)
def test_what_cannot_be_said_is_not_said(ages, remaining, expected):
    assert expected_finish(9000.0 - np.array(ages), remaining, 9000.0) == expected
