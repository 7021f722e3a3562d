"""Intervals: the figures they surround, how often they hold the truth, what they cost."""

import time
from collections import Counter

import numpy as np
import pytest

from labeling.agreement.bootstrap import estimate_agreement
from labeling.agreement.consensus import consensus_of
from labeling.agreement.figures import expected_top_counts, tops_of
from labeling.agreement.human_to_mode import agreement_of_counts, expected_top_count
from labeling.agreement.votetable import read_votes


def naive_agreement(tables: list[list[int]]) -> tuple[float, float, float]:
    """The three shares of lists of counts, source by source in plain Python."""
    rows = [row for row in tables if sum(row) >= 2]
    states = [consensus_of(dict(zip("abcd", row, strict=False))) for row in rows]
    n_votes = sum(state.n_votes for state in states)
    totals = np.sum(rows, axis=0)
    chance = sum(expected_top_count(sum(row), totals / totals.sum()) for row in rows)
    return (
        sum(state.top for state in states) / n_votes,
        sum(state.leave_one_out for state in states) / n_votes,
        chance / n_votes,
    )


def random_counts(rng, n_sources, shares=(0.4, 0.1, 0.2, 0.3), n_votes=(0, 1, 2, 3, 4, 5)):
    return np.array(
        [rng.multinomial(rng.choice(n_votes), rng.dirichlet(np.array(shares) * 3)) for _ in range(n_sources)]
    )


def test_the_figures_are_those_of_agreement_whatever_the_intervals_are():
    rng = np.random.default_rng(1)
    counts = random_counts(rng, 300)
    found = estimate_agreement(counts, np.arange(300), rng)
    plain = agreement_of_counts(counts)
    assert found.human_to_mode.value == plain.human_to_mode
    assert found.leave_one_out.value == plain.human_to_mode_leave_one_out
    assert found.chance.value == plain.human_to_mode_chance
    assert found.n_compared == plain.n_compared


def test_intervals_are_those_of_sources_drawn_one_by_one():
    """Against a bootstrap that draws sources by index and counts each resample from scratch."""
    rng = np.random.default_rng(2)
    counts = random_counts(rng, 60)
    rows = counts.tolist()
    resampled = [naive_agreement([rows[i] for i in rng.integers(0, 60, 60)]) for _ in range(1000)]
    expected = np.quantile(resampled, [0.025, 0.975], axis=0).T
    found = estimate_agreement(counts, np.arange(60), rng)
    for estimate, (low, high) in zip((found.human_to_mode, found.leave_one_out, found.chance), expected, strict=True):
        assert estimate.interval == pytest.approx((low, high), abs=0.15 * (high - low))


def test_a_source_of_several_rounds_is_drawn_with_all_its_rows():
    """Each source twice with the same votes: no more is known than with each once, where rows alone would claim it."""
    rng = np.random.default_rng(3)
    counts = random_counts(rng, 200, n_votes=(3,))
    once = estimate_agreement(counts, np.arange(200), rng)
    twice = estimate_agreement(np.vstack([counts, counts]), np.tile(np.arange(200), 2), rng)
    apart = estimate_agreement(np.vstack([counts, counts]), np.arange(400), rng)

    def width(estimate):
        return estimate.human_to_mode.interval[1] - estimate.human_to_mode.interval[0]

    assert width(twice) == pytest.approx(width(once), rel=0.1)
    assert width(apart) == pytest.approx(width(once) / 2**0.5, rel=0.1)


@pytest.mark.parametrize("rows", [[], [[1, 0, 0, 0]], [[2, 1, 0, 0]], [[0, 0, 0, 0], [1, 0, 0, 0], [3, 0, 0, 0]]])
def test_no_interval_below_two_sources(rows):
    counts = np.array(rows, dtype=int).reshape(-1, 4)
    found = estimate_agreement(counts, np.arange(len(counts)), np.random.default_rng(0))
    assert found.human_to_mode.interval is None
    assert (found.human_to_mode.value is None) is (found.n_compared == 0)


def test_the_same_seed_gives_the_same_intervals():
    counts = random_counts(np.random.default_rng(4), 50)
    first, second = (estimate_agreement(counts, np.arange(50), np.random.default_rng(7)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("n_votes", [1, 2, 3, 4, 9, 30])
def test_many_expected_tops_at_once_are_the_exact_ones(n_votes):
    frequencies = np.random.default_rng(n_votes).dirichlet([1, 1, 1, 1], 6)
    frequencies[0] = [0.5, 0.5, 0, 0]
    expected = [expected_top_count(n_votes, row) for row in frequencies]
    assert expected_top_counts(n_votes, frequencies) == pytest.approx(expected, abs=1e-9)


def test_tops_are_those_of_consensus():
    counts = random_counts(np.random.default_rng(5), 500)
    top, leave_one_out = tops_of(counts)
    states = [consensus_of(Counter(dict(enumerate(row)))) for row in counts.tolist()]
    assert top.tolist() == [state.top for state in states]
    assert leave_one_out == pytest.approx([state.leave_one_out for state in states])


def test_95_percent_intervals_hold_the_truth_95_percent_of_the_time():
    """400 simulated rounds of 250 sources with three voters each, against the exact agreement of that population."""
    rng = np.random.default_rng(6)
    kinds = np.array([[0.9, 0.05, 0.03, 0.02], [0.1, 0.6, 0.2, 0.1], [0.05, 0.1, 0.55, 0.3], [0.25, 0.25, 0.25, 0.25]])
    of_kind = [rng.multinomial(3, kind, 200_000) for kind in kinds]
    truth = [np.mean([tops_of(counts)[which].sum() / counts.sum() for counts in of_kind]) for which in (0, 1)]
    hits = np.zeros(2)
    for _ in range(400):
        counts = rng.multinomial(3, kinds[rng.integers(0, 4, 250)])
        found = estimate_agreement(counts, np.arange(250), rng, n_resamples=1000)
        for which, estimate in enumerate((found.human_to_mode, found.leave_one_out)):
            low, high = estimate.interval
            hits[which] += low <= truth[which] <= high
    assert (hits / 400 >= 0.93).all(), hits
    assert (hits / 400 <= 0.975).all(), hits


def test_the_dog_votes(sample_data):
    """807 photographs, 8,070 votes of 109 people: human-to-mode .7633."""
    counts = read_votes(sample_data / "crowd/dog/answer.csv").counts()
    found = estimate_agreement(counts, np.arange(len(counts)), np.random.default_rng(0))
    assert found.human_to_mode.value == pytest.approx(0.7633, abs=5e-5)
    assert found.leave_one_out.value == pytest.approx(0.7249, abs=5e-5)
    assert found.chance.value == pytest.approx(0.4239, abs=5e-5)
    low, high = found.human_to_mode.interval
    tops = counts.max(axis=1) / 10
    assert (high - low) / 2 == pytest.approx(1.96 * tops.std() / 807**0.5, rel=0.1)


def test_ten_thousand_sources_cost_a_fraction_of_a_second():
    rng = np.random.default_rng(8)
    counts = rng.multinomial(4, [0.3, 0.2, 0.2, 0.3], 10_000)
    start = time.process_time()
    estimate_agreement(counts, np.arange(10_000), rng)
    assert time.process_time() - start < 0.3
