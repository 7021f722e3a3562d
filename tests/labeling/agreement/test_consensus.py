"""Consensus of one source, against a reference that looks at each vote."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galaxycat.errors import BadInput
from labeling.agreement.consensus import SourceConsensus, consensus_of, grouped

VOTES = st.lists(st.sampled_from("1234"), max_size=12)


def modes_of(votes: list[str]) -> list[str]:
    """All labels with the most votes."""
    counts = Counter(votes)
    return [label for label, count in counts.items() if count == max(counts.values())]


def leave_one_out_by_brute_force(votes: list[str]) -> Fraction:
    """Each vote against the mode of the others, 1/t where it is one of t modes."""
    score = Fraction(0)
    for i, vote in enumerate(votes):
        modes = modes_of(votes[:i] + votes[i + 1 :])
        if vote in modes:
            score += Fraction(1, len(modes))
    return score


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, SourceConsensus(n_votes=0, mode=None, is_tie=False, top=0, leave_one_out=0.0)),
        ({"1": 0}, SourceConsensus(n_votes=0, mode=None, is_tie=False, top=0, leave_one_out=0.0)),
        ({"1": 1, "2": 0}, SourceConsensus(n_votes=1, mode="1", is_tie=False, top=1, leave_one_out=0.0)),
        ({"1": 2}, SourceConsensus(n_votes=2, mode="1", is_tie=False, top=2, leave_one_out=2.0)),
        ({"1": 1, "4": 1}, SourceConsensus(n_votes=2, mode=None, is_tie=True, top=1, leave_one_out=0.0)),
        # 1/1/2: each 1 sees {1, 2} and scores a half; the 2 sees {1, 1} and scores nothing.
        ({"2": 1, "1": 2}, SourceConsensus(n_votes=3, mode="1", is_tie=False, top=2, leave_one_out=1.0)),
        ({"1": 3, "2": 1}, SourceConsensus(n_votes=4, mode="1", is_tie=False, top=3, leave_one_out=3.0)),
        # 1/1/2/3: each 1 sees three tied labels.
        ({"1": 2, "2": 1, "3": 1}, SourceConsensus(n_votes=4, mode="1", is_tie=False, top=2, leave_one_out=2 / 3)),
        ({"1": 2, "2": 2, "3": 1}, SourceConsensus(n_votes=5, mode=None, is_tie=True, top=2, leave_one_out=0.0)),
    ],
)
def test_known_sources(counts, expected):
    assert consensus_of(counts) == expected


@given(VOTES)
def test_consensus_is_what_a_look_at_each_vote_says(votes):
    found = consensus_of(Counter(votes))
    modes = modes_of(votes) if votes else []
    assert found.n_votes == len(votes)
    assert found.top == (votes.count(modes[0]) if modes else 0)
    assert found.is_tie is (len(modes) > 1)
    assert found.mode == (modes[0] if len(modes) == 1 else None)
    by_force = leave_one_out_by_brute_force(votes) if len(votes) >= 2 else 0
    assert found.leave_one_out == pytest.approx(float(by_force), abs=1e-12)


@given(VOTES, VOTES, st.randoms(use_true_random=False))
def test_the_order_of_votes_and_withdrawals_never_matters(votes, withdrawn, shuffler):
    moves = [(label, 1) for label in votes + withdrawn] + [(label, -1) for label in withdrawn]
    shuffler.shuffle(moves)
    counts: Counter[str] = Counter()
    for label, move in moves:
        counts[label] += move
    assert consensus_of(counts) == consensus_of(Counter(votes))


def test_negative_counts_are_refused():
    with pytest.raises(ValueError, match="negative"):
        consensus_of({"1": 2, "2": -1})


def test_votes_are_grouped_before_the_mode_is_taken():
    counts = {"1": 1, "2": 1, "3": 0, "4": 2}
    binary = grouped(counts, {"1": "cluster", "2": "cluster", "3": "non-cluster", "4": "non-cluster"})
    assert binary == {"cluster": 2, "non-cluster": 2}
    assert consensus_of(counts).mode == "4"
    assert consensus_of(binary).is_tie


def test_a_label_without_a_group_is_named():
    with pytest.raises(BadInput, match=r"no group for label 3, 4: .*grouped are: 1, 2"):
        grouped({"1": 1, "3": 1, "4": 0}, {"1": "cluster", "2": "cluster"})
