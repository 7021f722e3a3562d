"""Votes: one live vote an assignment, append-only, harmless resends, nothing lost."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from galaxycat.accounts.models import Role
from galaxycat.errors import BadInput
from labeling.assignments import claim
from labeling.errors import NotAssigned, RoundClosed, UnknownLabel, VoteConflict
from labeling.models import Assignment, Consensus, Level, Vote
from labeling.rounds import close_round
from labeling.signals import vote_cast
from labeling.voting import cast_vote
from tests.factories import make_member, make_round, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def annotator(team):
    return make_member(team)


@pytest.fixture
def assignment(team, annotator):
    return claim(round_=make_round(team), annotator=annotator, count=1)[0]


def cast(assignment, outcome="labeled", label=None, **fields):
    fields = {"client_id": uuid4(), "annotator": assignment.annotator} | fields
    return cast_vote(assignment=assignment, outcome=outcome, label=label, **fields)


def consensus(assignment, level=Level.LABEL):
    return Consensus.objects.get(draw=assignment.draw, level=level)


def test_a_vote_answers_its_assignment_and_moves_consensus_on_both_levels(assignment):
    vote, is_new = cast(assignment, label="2", seconds_spent=3.5, shown={"zoom": 3})
    assignment.refresh_from_db()
    assert is_new
    assert assignment.state == Assignment.State.ANSWERED
    assert (vote.seconds_spent, vote.shown) == (3.5, {"zoom": 3})
    assert (consensus(assignment).mode, consensus(assignment).counts) == ("2", {"2": 1})
    assert consensus(assignment, Level.GROUP).mode == "cluster"


def test_a_resend_changes_nothing(assignment):
    client_id = uuid4()
    first, was_new = cast(assignment, label="1", client_id=client_id, seconds_spent=1.25)
    second, is_new = cast(assignment, label="1", client_id=client_id, seconds_spent=1.25)
    assert (was_new, is_new) == (True, False)
    assert first.pk == second.pk
    assert Vote.objects.count() == 1
    assert consensus(assignment).n_votes == 1


@pytest.mark.parametrize(
    "change", [{"label": "2"}, {"label": "1", "is_unsure": True}, {"label": "1", "seconds_spent": 9.0}]
)
def test_the_same_client_id_with_another_content_is_a_conflict(assignment, change):
    client_id = uuid4()
    cast(assignment, label="1", client_id=client_id)
    with pytest.raises(VoteConflict, match="make a new UUID"):
        cast(assignment, client_id=client_id, **change)
    assert Vote.objects.count() == 1


def test_a_changed_mind_supersedes_and_keeps_the_first_vote(assignment):
    first, _ = cast(assignment, label="1")
    second, _ = cast(assignment, label="3")
    assert second.supersedes == first
    assert list(Vote.objects.live()) == [second]
    assert consensus(assignment).counts == {"3": 1}
    assert consensus(assignment, Level.GROUP).counts == {"non-cluster": 1}


def test_undo_appends_a_withdrawal_and_hands_the_source_back(assignment):
    cast(assignment, label="1")
    cast(assignment, outcome="withdrawn")
    assignment.refresh_from_db()
    assert assignment.state == Assignment.State.HELD
    assert Vote.objects.count() == 2
    assert not Vote.objects.live().exists()
    assert (consensus(assignment).n_votes, consensus(assignment).mode) == (0, "")


def test_nothing_to_withdraw_is_refused(assignment):
    with pytest.raises(BadInput, match="no vote on this source to withdraw"):
        cast(assignment, outcome="withdrawn")


@pytest.mark.parametrize(
    ("outcome", "state", "counted"),
    [("unsure", Assignment.State.ANSWERED, 0), ("skipped", Assignment.State.SKIPPED, 0)],
)
def test_unsure_and_skip_are_outcomes_not_labels(assignment, outcome, state, counted):
    cast(assignment, outcome=outcome)
    assignment.refresh_from_db()
    assert assignment.state == state
    assert consensus(assignment).n_votes == counted


def test_a_label_marked_unsure_counts(assignment):
    vote, _ = cast(assignment, label="4", is_unsure=True)
    assert vote.is_unsure
    assert consensus(assignment).counts == {"4": 1}


@pytest.mark.parametrize("label", ["5", "", None, "cluster"])
def test_an_unknown_label_is_refused_and_named(assignment, label):
    with pytest.raises(UnknownLabel, match="choose one of 1, 2, 3, 4"):
        cast(assignment, label=label)
    assert not Vote.objects.exists()


def test_a_vote_in_a_closed_round_is_refused(assignment):
    close_round(round_=assignment.round)
    with pytest.raises(RoundClosed, match="takes no more votes"):
        cast(assignment, label="1")
    assert not Vote.objects.exists()


def test_a_resend_of_a_vote_that_was_in_time_is_acknowledged_after_closing(assignment):
    client_id = uuid4()
    cast(assignment, label="1", client_id=client_id)
    close_round(round_=assignment.round)
    assert cast(assignment, label="1", client_id=client_id)[1] is False


def test_a_vote_on_anothers_assignment_is_refused(assignment, team):
    with pytest.raises(NotAssigned, match="another annotator"):
        cast(assignment, label="1", annotator=make_member(team, Role.PI))
    assert not Vote.objects.exists()


def test_votes_cannot_be_updated_or_deleted(assignment):
    vote, _ = cast(assignment, label="1")
    with pytest.raises(TypeError, match="append-only"):
        vote.delete()
    with pytest.raises(TypeError, match="append-only"):
        Vote.objects.all().delete()
    with pytest.raises(TypeError, match="append-only"):
        Vote.objects.update(is_unsure=True)


def test_the_database_refuses_to_update_a_vote(assignment):
    cast(assignment, label="1")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE labeling_vote SET seconds_spent = 0")


def test_the_database_allows_one_chain_of_votes_only(assignment):
    first, _ = cast(assignment, label="1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(assignment=assignment, outcome="skipped")
    cast(assignment, label="2")
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(assignment=assignment, outcome="skipped", supersedes=first)


def test_the_signal_comes_after_commit_with_the_vote(assignment, django_capture_on_commit_callbacks):
    heard = []

    def listener(*, vote_id, round_id, **_):
        heard.append((vote_id, round_id))

    vote_cast.connect(listener, dispatch_uid="test")
    try:
        with django_capture_on_commit_callbacks(execute=True):
            vote, _ = cast(assignment, label="1")
            assert heard == []
    finally:
        vote_cast.disconnect(dispatch_uid="test")
    assert heard == [(vote.pk, assignment.round_id)]
