"""Drift over a sitting: positions and stretches against a loop, the slope against known ones and all pairs."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.agreement.pace import SITTING_GAP_S, drift_of, positions_of
from labeling.agreement.pairwise import is_alike

GAPS = st.lists(st.sampled_from([1.0, 30.0, SITTING_GAP_S, SITTING_GAP_S + 1, 9000.0]), max_size=20)


def sittings(rng, lengths, slope, scatter=0.4, levels=None):
    """Times and seconds of answers in sittings of these lengths, log seconds rising by `slope` a position."""
    at_s, spent_s = [], []
    for number, length in enumerate(lengths):
        level = np.log(8.0) if levels is None else levels[number]
        spent_s.append(np.exp(level + slope * np.arange(length) + scatter * rng.standard_normal(length)))
        at_s.append(1e6 * number + 20.0 * np.arange(length))
    return np.concatenate(at_s), np.concatenate(spent_s)


def unknown(at_s):
    return np.full(len(at_s), np.nan)


@given(GAPS, st.randoms(use_true_random=False))
def test_positions_are_those_of_a_loop(gaps, shuffler):
    at_s = np.cumsum([0.0, *gaps])
    expected, sitting, position = {}, 0, -1
    for time, gap in zip(at_s, [0.0, *gaps], strict=True):
        sitting, position = (sitting + 1, 0) if gap > SITTING_GAP_S else (sitting, position + 1)
        expected[float(time)] = (sitting, position)
    shuffled = list(at_s)
    shuffler.shuffle(shuffled)
    found = positions_of(np.array(shuffled))
    assert list(zip(*map(np.ndarray.tolist, found), strict=True)) == [expected[float(time)] for time in shuffled]


def test_stretches_by_hand():
    # One sitting of 12: ten answers of 1 to 10 s, then one of 20 s and one unknown. Votes: the first two compared.
    at_s = 30.0 * np.arange(12)
    spent_s = np.array([*range(1, 11), 20, np.nan], dtype=float)
    found = drift_of(at_s, spent_s, np.array([1.0, 0.0] + 10 * [np.nan]))
    first, second = found.stretches
    assert (found.n_sittings, first.first, first.last, second.first, second.last) == (1, 0, 9, 10, 24)
    assert (first.n_timed, first.median_s, second.n_timed, second.median_s) == (10, 5.5, 1, 20.0)
    assert (first.n_compared, first.agreement, second.n_compared, second.agreement) == (2, 0.5, 0, None)
    assert second.agreement_interval is None
    # Wilson's interval of 1 in 2.
    assert first.agreement_interval == pytest.approx((0.0945, 0.9055), abs=5e-5)


@pytest.mark.parametrize("alike", [0.0, 1.0])
def test_an_interval_of_agreement_stays_within_0_and_1(alike):
    [stretch] = drift_of(np.arange(5.0), unknown(range(5)), np.full(5, alike)).stretches
    low, high = stretch.agreement_interval
    assert (low, high) == pytest.approx((0.0, 0.4345) if alike == 0 else (0.5655, 1.0), abs=5e-5)


def test_the_last_stretch_is_open():
    at_s = 10.0 * np.arange(500)
    found = drift_of(at_s, np.ones(500), unknown(at_s))
    assert (found.stretches[-1].first, found.stretches[-1].last, found.stretches[-1].n_timed) == (400, None, 100)
    assert sum(stretch.n_timed for stretch in found.stretches) == 500


def test_an_exact_drift_is_found_exactly_whatever_the_level_of_each_sitting():
    """Short sittings are quick and long ones slow here: pooled positions would see a drift of their own."""
    rng = np.random.default_rng(1)
    at_s, spent_s = sittings(rng, range(9, 21), -0.01, scatter=0.0, levels=np.arange(1.0, 13) / 4)
    found = drift_of(at_s, spent_s, unknown(at_s))
    assert found.n_sittings == 12
    assert (found.slope, *found.slope_interval) == pytest.approx((-0.01, -0.01, -0.01), abs=1e-12)


def test_the_slope_is_the_median_over_all_pairs():
    rng = np.random.default_rng(2)
    at_s, spent_s = sittings(rng, [25], 0.02)
    slopes = [(np.log(spent_s[b]) - np.log(spent_s[a])) / (b - a) for a, b in combinations(range(25), 2)]
    order = rng.permutation(25)
    assert drift_of(at_s[order], spent_s[order], unknown(at_s)).slope == pytest.approx(np.median(slopes), abs=1e-12)


def test_slope_intervals_hold_the_slope_95_percent_of_the_time():
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(300):
        at_s, spent_s = sittings(rng, [40, 40], 0.01, levels=rng.normal(2, 0.5, 2))
        low, high = drift_of(at_s, spent_s, unknown(at_s)).slope_interval
        hits += low <= 0.01 <= high
    # 95 % scatters by 1.3 % in 300.
    assert 0.91 <= hits / 300 <= 0.99, hits


def test_one_long_answer_moves_the_slope_little():
    at_s, spent_s = sittings(np.random.default_rng(4), [60], 0.0, scatter=0.2)
    plain = drift_of(at_s, spent_s, unknown(at_s)).slope
    spent_s[-1] = 3600.0
    assert drift_of(at_s, spent_s, unknown(at_s)).slope == pytest.approx(plain, abs=1e-3)


def test_very_many_answers_are_thinned():
    at_s, spent_s = sittings(np.random.default_rng(5), [6000, 3000], 0.0005)
    assert drift_of(at_s, spent_s, unknown(at_s)).slope == pytest.approx(0.0005, rel=0.05)


@pytest.mark.parametrize(
    ("at_s", "spent_s"),
    [
        (np.array([]), np.array([])),
        (30.0 * np.arange(9), np.ones(9)),  # too few
        (30.0 * np.arange(40), np.full(40, np.nan)),  # no times
        (5000.0 * np.arange(40), np.ones(40)),  # sittings of one answer each
    ],
)
def test_no_slope_where_there_is_none(at_s, spent_s):
    found = drift_of(at_s, spent_s, unknown(at_s))
    assert (found.slope, found.slope_interval) == (None, None)


def test_alike_is_nan_where_the_others_say_nothing():
    others, label = np.array([0, 1, 2, -1]), np.array([0, 0, 0, 0])
    assert is_alike(others, label, 2) == pytest.approx([1.0, 0.0, np.nan, np.nan], nan_ok=True)
