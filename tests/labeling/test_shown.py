"""What a voter was shown: predictions by signed token only, the previous consensus by the server's own word."""

from uuid import uuid4

import pytest
from django.core import signing
from django.core.signing import TimestampSigner
from django.utils import timezone

from galaxycat.errors import BadInput
from labeling.assignments import claim
from labeling.errors import VoteConflict
from labeling.models import Round, Vote
from labeling.rounds import close_round
from labeling.shown import PREDICTION_SALT
from labeling.voting import cast_vote
from tests.factories import make_member, make_round, make_team

pytestmark = pytest.mark.django_db

PREDICTION = {"model": "probe@3", "label": "2", "probabilities": {"1": 0.25, "2": 0.75}}


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def blind(team):
    return make_round(team, n_sources=4)


@pytest.fixture
def informed(blind):
    """A round that shows the consensus of the blind one, in which one person called one source 3, and predictions."""
    voter = make_member(blind.galaxy.team)
    vote(claim(round_=blind, annotator=voter, count=1)[0], label="3")
    close_round(round_=blind)
    round_ = make_round(catalog=blind.catalog, n_sources=4, among_previous=True, mode=Round.Mode.INFORMED)
    round_.shows_predictions = True
    round_.save()
    return round_


@pytest.fixture
def assignment(informed, team):
    handed = claim(round_=informed, annotator=make_member(team), count=4)
    return next(
        each for each in handed if each.draw.source.draws.get(round=informed.previous).consensus.first().n_votes
    )


def vote(assignment, label="1", client_id=None, shown=None):
    return cast_vote(
        client_id=client_id or uuid4(), assignment=assignment, annotator=assignment.annotator, outcome="labeled",
        label=label, shown=shown,
    )  # fmt: skip


def token(assignment, salt=PREDICTION_SALT, **claims):
    place = {"source": str(assignment.draw.source.uuid), "round": str(assignment.round.uuid)}
    return signing.dumps(place | PREDICTION | claims, salt=salt)


def aged(monkeypatch, hours):
    """Time goes on for the checking of signatures only."""
    then = timezone.now().timestamp() + hours * 3600
    monkeypatch.setattr("django.core.signing.time.time", lambda: then)


def test_a_token_becomes_the_prediction_it_proves(assignment):
    cast, _ = vote(assignment, shown={"zoom": 3, "prediction_token": token(assignment)})
    assert cast.saw_prediction
    assert cast.shown["prediction"] == PREDICTION
    assert (cast.shown["zoom"], "prediction_token" in cast.shown) == (3, False)


def test_a_prediction_by_the_client_s_word_is_dropped(assignment):
    cast, _ = vote(assignment, shown={"prediction": PREDICTION, "prediction_token": None})
    assert not cast.saw_prediction
    assert "prediction" not in cast.shown


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (lambda assignment: token(assignment)[:-2], "was not signed here"),
        (lambda assignment: token(assignment, salt="another"), "was not signed here"),
        (lambda assignment: TimestampSigner(salt=PREDICTION_SALT).sign("no json"), "was not signed here"),
        (lambda assignment: signing.dumps([1], salt=PREDICTION_SALT), "holds no prediction"),
        (lambda assignment: 7, "was not signed here"),
        (lambda assignment: {"a": 1}, "was not signed here"),
        (lambda assignment: token(assignment, source=str(uuid4())), "of another source or round"),
        (lambda assignment: token(assignment, round=str(uuid4())), "of another source or round"),
    ],
)
def test_a_token_that_proves_nothing_here_is_refused_and_nothing_recorded(assignment, sent, message):
    before = Vote.objects.count()
    with pytest.raises(BadInput, match=f"shown.prediction_token: .*{message}"):
        vote(assignment, shown={"prediction_token": sent(assignment)})
    assert Vote.objects.count() == before


@pytest.mark.parametrize(("hours", "is_good"), [(23, True), (25, False)])
def test_a_token_is_good_for_a_day(assignment, monkeypatch, hours, is_good):
    shown = {"prediction_token": token(assignment)}
    aged(monkeypatch, hours)
    if is_good:
        assert vote(assignment, shown=shown)[0].saw_prediction
        return
    with pytest.raises(BadInput, match="older than a day; fetch the prediction again"):
        vote(assignment, shown=shown)


def test_a_round_without_predictions_refuses_any_token(blind, team):
    (assignment,) = claim(round_=blind, annotator=make_member(team), count=1)
    with pytest.raises(BadInput, match="this round shows no predictions"):
        vote(assignment, shown={"prediction_token": token(assignment)})
    cast, _ = vote(assignment, shown={"previous_consensus": {"mode": "1"}})
    assert cast.shown == {}


def test_the_server_says_which_consensus_was_shown(assignment):
    cast, _ = vote(assignment, shown={"previous_consensus": {"mode": "1"}})
    assert cast.shown["previous_consensus"] == {"mode": "3", "is_tie": False, "n_votes": 1, "counts": {"3": 1}}


def test_a_resend_is_known_again_though_the_server_s_view_changed(assignment, informed, monkeypatch):
    client_id, shown = uuid4(), {"prediction_token": token(assignment), "previous_consensus": None, "zoom": 3}
    first, _ = vote(assignment, client_id=client_id, shown=shown)
    # Meanwhile the source waits for the voter in a blind round, so its consensus is veiled, and the token is too old.
    make_round(catalog=informed.catalog, n_sources=4, among_previous=True)
    aged(monkeypatch, 48)
    assert vote(assignment, client_id=client_id, shown=shown) == (first, False)
    for other in ({**shown, "zoom": 4}, {**shown, "prediction_token": "x"}, {}):
        with pytest.raises(VoteConflict):
            vote(assignment, client_id=client_id, shown=other)


def test_a_vote_from_before_digests_were_kept_is_known_again(blind, team):
    (assignment,) = claim(round_=blind, annotator=make_member(team), count=1)
    label = blind.campaign.scheme.labels.get(value="1")
    old = Vote.objects.create(assignment=assignment, outcome="labeled", label=label, shown={"zoom": 3})
    assert vote(assignment, client_id=old.client_id, shown={"zoom": 3}) == (old, False)
    with pytest.raises(VoteConflict):
        vote(assignment, client_id=old.client_id, shown={"zoom": 4})
