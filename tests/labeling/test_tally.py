"""Consensus and agreement in the database: moved vote by vote, equal to a recomputation from scratch."""

from collections import Counter
from dataclasses import asdict
from uuid import uuid4

import numpy as np
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeling.agreement.human_to_mode import agreement_of_counts
from labeling.assignments import claim
from labeling.models import Consensus, Level, Vote
from labeling.tally import class_counts, rebuild_consensus, round_agreement
from labeling.voting import cast_vote
from tests.factories import make_member, make_round, make_team

pytestmark = pytest.mark.django_db

N_PEOPLE, N_SOURCES = 3, 4
GROUPS = {"1": "cluster", "2": "cluster", "3": "non-cluster", "4": "non-cluster"}
ACTIONS = st.tuples(
    st.integers(0, N_PEOPLE - 1),
    st.integers(0, N_SOURCES - 1),
    st.sampled_from(["1", "2", "3", "4", "unsure", "skipped", "withdrawn"]),
)


def act(assignment, what):
    outcome, label = ("labeled", what) if what.isdecimal() else (what, None)
    return cast_vote(
        client_id=uuid4(), assignment=assignment, annotator=assignment.annotator, outcome=outcome, label=label
    )


@pytest.fixture
def handed():
    """Every assignment of three people on four sources: [person][source]."""
    team = make_team()
    round_ = make_round(team, n_sources=N_SOURCES)
    return round_, [
        sorted(claim(round_=round_, annotator=make_member(team), count=N_SOURCES), key=lambda a: a.draw_id)
        for _ in range(N_PEOPLE)
    ]


def state(round_):
    fields = ("draw", "level", "counts", "n_votes", "top", "mode", "is_tie", "leave_one_out")
    return sorted(map(str, Consensus.objects.filter(draw__round=round_).values_list(*fields)))


def naive_counts(round_, level):
    """Counts (sources, labels) straight from the last vote of each assignment, by plain Python."""
    last = {}
    for vote in Vote.objects.of_round(round_).select_related("label", "assignment").order_by("pk"):
        last[vote.assignment_id] = vote
    names = sorted(set(GROUPS) if level == Level.LABEL else set(GROUPS.values()))
    rows = {pk: Counter() for pk in round_.draw.values_list("pk", flat=True)}
    for vote in last.values():
        if vote.label:
            value = vote.label.value
            rows[vote.assignment.draw_id][value if level == Level.LABEL else GROUPS[value]] += 1
    return np.array([[row[name] for name in names] for row in rows.values()])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=st.lists(ACTIONS, max_size=25))
def test_consensus_moved_by_votes_equals_one_made_from_scratch(handed, actions):
    round_, assignments = handed
    with transaction.atomic():
        voted = set()
        for person, source, what in actions:
            if what == "withdrawn" and (person, source) not in voted:
                continue
            act(assignments[person][source], what)
            voted.add((person, source))
            if what == "withdrawn":
                voted.remove((person, source))
        moved = state(round_)
        assert rebuild_consensus(round_=round_) == 0
        assert state(round_) == moved
        for level in Level:
            expected = agreement_of_counts(naive_counts(round_, level))
            assert asdict(round_agreement(round_, level)) == pytest.approx(asdict(expected), nan_ok=True)
        transaction.set_rollback(True)


def test_a_rebuild_mends_what_was_damaged(handed):
    round_, assignments = handed
    act(assignments[0][0], "1")
    before = state(round_)
    Consensus.objects.filter(draw=assignments[0][0].draw).update(counts={}, n_votes=0, top=0, mode="")
    assert rebuild_consensus(round_=round_) == 2
    assert state(round_) == before


def test_agreement_by_hand(handed):
    """Sources: 1 1 2 | 3 3 3 | 1 2 (and a skip) | 4. Four-class 2+3+1 of 8; binary 3+3+2 of 8."""
    round_, assignments = handed
    votes = [["1", "1", "2"], ["3", "3", "3"], ["1", "2", "skipped"], ["4"]]
    for source, answers in enumerate(votes):
        for person, what in enumerate(answers):
            act(assignments[person][source], what)
    label, group = round_agreement(round_, Level.LABEL), round_agreement(round_, Level.GROUP)
    assert (label.n_sources, label.n_votes, label.n_compared, label.ties) == (4, 9, 3, 1)
    assert label.human_to_mode == pytest.approx(6 / 8)
    # Source 1: each 1 meets a tie of 1 and 2 that holds it (1/2 each), the 2 meets 1s (0); source 2: 3; source 3: 0.
    assert label.human_to_mode_leave_one_out == pytest.approx(4 / 8)
    assert group.human_to_mode == pytest.approx(1.0)
    assert group.ties == 0
    assert class_counts(round_, Level.LABEL) == {"1": 1, "2": 0, "3": 1, "4": 1}
    assert class_counts(round_, Level.GROUP) == {"cluster": 2, "non-cluster": 2}


@pytest.mark.parametrize("n_sources", [10, 300])
def test_a_vote_and_the_agreement_cost_the_same_in_any_round(n_sources, django_assert_num_queries):
    team = make_team()
    round_ = make_round(team, n_sources=n_sources)
    first, second = claim(round_=round_, annotator=make_member(team), count=2)
    act(first, "1")  # a round's first event makes its topic
    with django_assert_num_queries(19):
        act(second, "1")
    with django_assert_num_queries(4):
        round_agreement(round_, Level.LABEL)


def test_a_vote_costs_as_many_queries_in_a_large_round_as_in_a_small_one():
    """The times are tests/benchmarks/consensus.py's to show."""
    team, queries = make_team(), []
    for n_sources in (10, 400):
        round_ = make_round(team, n_sources=n_sources, campaign_name=f"Of {n_sources}")
        (assignment,) = claim(round_=round_, annotator=make_member(team), count=1)
        with CaptureQueriesContext(connection) as captured:
            act(assignment, "1")
        queries.append(len(captured))
    assert queries[0] == queries[1] < 25
