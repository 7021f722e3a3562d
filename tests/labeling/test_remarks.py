"""Flags and comments: on one's own sources, harmless resends, fixed when the round closes, hidden from blind voters."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from rest_framework.test import APIClient

from galaxycat.accounts.models import Role
from galaxycat.errors import BadInput, Conflict, Forbidden
from labeling.access import watch
from labeling.assignments import claim
from labeling.errors import NotAssigned, RemarkConflict, RoundClosed
from labeling.models import Remark
from labeling.remarks import remark, remarks_seen_by, withdraw_remark
from labeling.rounds import close_round
from labeling.voting import cast_vote
from tests.factories import make_member, make_round, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def assignment(team):
    return claim(round_=make_round(team), annotator=make_member(team), count=1)[0]


def note(assignment, kind="comment", text="two knots", **fields):
    fields = {"client_id": uuid4(), "author": assignment.annotator} | fields
    return remark(assignment=assignment, kind=kind, text=text, **fields)


def logged_in(user) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def test_a_comment_and_a_flag_stand_with_their_text(assignment):
    made, is_new = note(assignment, text="  two knots ")
    note(assignment, "flag", "")
    assert (made.text, is_new, made.draw) == ("two knots", True, assignment.draw)
    assert [each.kind for each in Remark.objects.standing()] == ["comment", "flag"]


def test_a_resend_changes_nothing_and_another_content_is_a_conflict(assignment):
    client_id = uuid4()
    first, _ = note(assignment, client_id=client_id)
    assert note(assignment, client_id=client_id) == (first, False)
    for other in ({"text": "one knot"}, {"kind": "flag"}):
        with pytest.raises(RemarkConflict, match="make a new UUID"):
            note(assignment, client_id=client_id, **other)
    assert Remark.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"text": "   "}, "a comment says something"),
        ({"text": "x" * 2001}, "at most 2000 characters"),
        ({"text": "a\0b"}, "NUL"),
        ({"kind": "shout"}, "is not one of flag, comment"),
    ],
)
def test_what_is_no_remark_is_refused(assignment, fields, message):
    with pytest.raises(BadInput, match=message):
        note(assignment, **fields)
    assert not Remark.objects.exists()


def test_one_flag_a_person_until_it_is_taken_back(assignment):
    flag, _ = note(assignment, "flag")
    with pytest.raises(Conflict, match="flagged this source already"):
        note(assignment, "flag")
    with pytest.raises(IntegrityError), transaction.atomic():
        Remark.objects.create(draw=assignment.draw, author=assignment.annotator, kind="flag")
    assert withdraw_remark(remark=flag, author=assignment.annotator).withdrawn_at is not None
    note(assignment, "flag")
    assert (Remark.objects.count(), Remark.objects.standing().count()) == (2, 1)


def test_only_on_ones_own_sources_and_only_while_one_has_them(assignment, team):
    with pytest.raises(NotAssigned, match="another annotator"):
        note(assignment, author=make_member(team))
    cast_vote(client_id=uuid4(), assignment=assignment, annotator=assignment.annotator, outcome="labeled", label="1")
    assert note(assignment)[1]
    cast_vote(client_id=uuid4(), assignment=assignment, annotator=assignment.annotator, outcome="skipped")
    with pytest.raises(Conflict, match="gave this source back"):
        note(assignment)


def test_closing_keeps_remarks_as_they_are(assignment):
    client_id = uuid4()
    made, _ = note(assignment, client_id=client_id)
    close_round(round_=assignment.round)
    assert note(assignment, client_id=client_id) == (made, False)
    with pytest.raises(RoundClosed, match="no more flags"):
        note(assignment)
    with pytest.raises(RoundClosed, match="stay as they are"):
        withdraw_remark(remark=made, author=assignment.annotator)
    assert Remark.objects.standing().get() == made


def test_only_the_author_takes_a_remark_back(assignment, team):
    made, _ = note(assignment)
    with pytest.raises(Forbidden, match="Only its author"):
        withdraw_remark(remark=made, author=make_member(team, Role.PI))


def test_others_see_remarks_when_they_may_see_the_votes(assignment, team):
    made, _ = note(assignment)
    round_ = assignment.round
    curator, watcher, other = make_member(team, Role.CURATOR), make_member(team, Role.PI), make_member(team)
    watch(round_=round_, user=watcher)
    seen = {user: list(remarks_seen_by(round_, user)) for user in (assignment.annotator, curator, watcher, other)}
    assert list(seen.values()) == [[made], [], [made], []]
    round_ = close_round(round_=round_)
    assert list(remarks_seen_by(round_, curator)) == [made]
    assert list(remarks_seen_by(round_, other)) == []
    # The same sources wait for the curator in another round that is blind.
    make_round(catalog=round_.catalog, n_sources=5, among_previous=True)
    assert list(remarks_seen_by(round_, curator)) == []


def test_remarks_over_the_api(assignment, team):
    client, other = logged_in(assignment.annotator), logged_in(make_member(team))
    body = {"client_id": str(uuid4()), "assignment": str(assignment.uuid), "kind": "flag", "text": "bright neighbour"}
    answers = [client.post(reverse("api:remark-list"), body, format="json") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json()["source"] == str(assignment.draw.source.uuid)
    refused = client.post(reverse("api:remark-list"), body | {"text": "other"}, format="json")
    assert (refused.status_code, "make a new UUID" in refused.json()["detail"]) == (409, True)
    assert other.post(reverse("api:remark-list"), body | {"client_id": str(uuid4())}, format="json").status_code == 403
    address = reverse("api:round-remarks", args=[assignment.round.uuid])
    assert [each["text"] for each in client.get(address).json()["results"]] == ["bright neighbour"]
    assert client.get(address, {"source": str(uuid4())}).json()["results"] == []
    assert client.get(address, {"source": "x"}).status_code == 422
    assert other.get(address).json()["results"] == []
    withdraw = reverse("api:remark-withdraw", args=[body["client_id"]])
    assert other.post(withdraw).status_code == 404
    assert client.post(withdraw).json()["withdrawn_at"] is not None
    assert client.get(address).json()["results"] == []
