"""Decisions: append-only chains with a reason, one curator after the other, never on a source that waits blind."""

import threading
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from rest_framework.test import APIClient

from galaxycat.accounts.models import Role
from galaxycat.errors import BadInput, Forbidden
from labeling.access import watch
from labeling.assignments import claim
from labeling.deciding import decide, withdraw_decision
from labeling.errors import DecidedMeanwhile, UnknownLabel
from labeling.models import Decision
from labeling.rounds import close_round
from labeling.voting import cast_vote
from tests.factories import make_catalog, make_member, make_round, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def curator(team):
    return make_member(team, Role.CURATOR)


@pytest.fixture
def round_(team):
    return close_round(round_=make_round(team))


@pytest.fixture
def source(round_):
    return round_.draw.first().source


def settle(round_, source, by, label="2", reason="one core", **fields):
    return decide(campaign=round_.campaign, source=source, label=label, reason=reason, decided_by=by, **fields)


def test_a_decision_stands_with_its_reason_until_it_is_taken_back(round_, source, curator):
    decision = settle(round_, source, curator, reason="  one core ")
    assert list(Decision.objects.standing()) == [decision]
    assert (decision.label.value, decision.reason, decision.decided_by) == ("2", "one core", curator)
    withdrawal = withdraw_decision(decision=decision, reason="wrong source", withdrawn_by=curator)
    assert not Decision.objects.standing().exists()
    again = settle(round_, source, curator, label="1", supersedes=withdrawal.uuid)
    assert (list(Decision.objects.standing()), Decision.objects.count()) == ([again], 3)


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"reason": " "}, BadInput, "reason: write why"),
        ({"reason": "x" * 2001}, BadInput, "1 to 2000"),
        ({"reason": "a\0"}, BadInput, "NUL"),
        ({"label": "9"}, UnknownLabel, "choose one of 1, 2, 3, 4"),
        ({"supersedes": uuid4()}, DecidedMeanwhile, "Nothing is decided"),
    ],
)
def test_what_is_no_decision_is_refused(round_, source, curator, fields, error, message):
    with pytest.raises(error, match=message):
        settle(round_, source, curator, **fields)
    assert not Decision.objects.exists()


def test_the_second_of_two_curators_is_told_what_the_first_decided(round_, source, curator, team):
    other = make_member(team, Role.PI)
    first = settle(round_, source, other, label="3", reason="two peaks")
    with pytest.raises(DecidedMeanwhile, match=rf"{other.label} decided class 3 on source .* \(two peaks\); look"):
        settle(round_, source, curator)
    changed = settle(round_, source, curator, supersedes=first.uuid)
    with pytest.raises(DecidedMeanwhile, match="decided class 2"):
        withdraw_decision(decision=first, reason="no", withdrawn_by=other)
    withdrawal = withdraw_decision(decision=changed, reason="no", withdrawn_by=other)
    for gone in (changed, withdrawal):
        with pytest.raises(DecidedMeanwhile, match="took the decision back"):
            withdraw_decision(decision=gone, reason="no", withdrawn_by=other)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANNOTATOR])
def test_only_curators_and_pis_decide(round_, source, team, role):
    with pytest.raises(Forbidden, match="Only curators and PIs"):
        settle(round_, source, make_member(team, role))


def test_a_source_of_no_round_that_one_may_see_is_refused(round_, source, curator):
    beyond = make_catalog(round_.galaxy, n_sources=1).sources.first()
    with pytest.raises(BadInput, match="is in no round of"):
        settle(round_, beyond, curator)


def test_a_source_that_waits_in_a_blind_round_is_not_decided(round_, source, curator, team):
    decision = settle(round_, source, curator)
    blind = make_round(catalog=round_.catalog, n_sources=5, among_previous=True)
    for refused in (
        lambda: settle(round_, source, curator, supersedes=decision.uuid),
        lambda: withdraw_decision(decision=decision, reason="no", withdrawn_by=curator),
    ):
        with pytest.raises(Forbidden, match="waits for you in a round that is blind and open"):
            refused()
    handed = next(each for each in claim(round_=blind, annotator=curator, count=5) if each.draw.source == source)
    cast_vote(client_id=uuid4(), assignment=handed, annotator=curator, outcome="labeled", label="1")
    assert settle(round_, source, curator, supersedes=decision.uuid).supersedes == decision
    watcher = make_member(team, Role.PI)
    watch(round_=blind, user=watcher)
    last = Decision.objects.standing().get()
    assert settle(round_, source, watcher, supersedes=last.uuid)


def test_a_blind_round_that_is_open_is_decided_only_by_those_who_watch_it(team, curator):
    blind = make_round(team)
    source = blind.draw.first().source
    with pytest.raises(Forbidden, match="waits for you"):
        settle(blind, source, curator)
    watch(round_=blind, user=curator)
    assert settle(blind, source, curator)


def test_decisions_cannot_be_updated_or_deleted(round_, source, curator):
    decision = settle(round_, source, curator)
    for change in (decision.delete, Decision.objects.all().delete, lambda: Decision.objects.update(reason="x")):
        with pytest.raises(TypeError, match="append-only"):
            change()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE labeling_decision SET reason = 'x'")
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(
            campaign=round_.campaign, source=source, label=decision.label, reason="fork", decided_by=curator
        )


@pytest.mark.django_db(transaction=True)
def test_of_two_curators_at_once_one_decides(team):
    round_ = close_round(round_=make_round(team))
    source = round_.draw.first().source
    curators = [make_member(team, Role.CURATOR) for _ in range(2)]
    start, outcomes = threading.Barrier(2), []

    def decide_at_once(curator, label):
        try:
            start.wait()
            settle(round_, source, curator, label=label)
            outcomes.append("decided")
        except DecidedMeanwhile:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=decide_at_once, args=pair) for pair in zip(curators, "12", strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["decided", "told"]
    assert Decision.objects.count() == 1


def test_decisions_over_the_api(round_, source, curator, team):
    client, other = APIClient(), APIClient()
    client.force_login(curator)
    other.force_login(make_member(team))
    body = {"campaign": str(round_.campaign.uuid), "source": str(source.uuid), "label": "2", "reason": "one core"}
    address = reverse("api:decision-list")
    made = client.post(address, body, format="json")
    assert (made.status_code, made.json()["label"], made.json()["supersedes"]) == (201, "2", None)
    again = client.post(address, body, format="json")
    assert (again.status_code, "decided class 2" in again.json()["detail"]) == (409, True)
    assert client.post(address, body | {"reason": ""}, format="json").status_code == 400
    assert client.post(address, body | {"source": str(uuid4())}, format="json").status_code == 404
    listed = client.get(address, {"campaign": str(round_.campaign.uuid)}).json()["results"]
    assert [each["uuid"] for each in listed] == [made.json()["uuid"]]
    assert client.get(address, {"campaign": str(uuid4())}).json()["count"] == 0
    assert client.get(address, {"campaign": "x"}).status_code == 422
    assert other.get(address).json()["count"] == 0
    withdraw = reverse("api:decision-withdraw", args=[made.json()["uuid"]])
    assert other.post(withdraw, {"reason": "no"}, format="json").status_code == 404
    undone = client.post(withdraw, {"reason": "wrong one"}, format="json")
    assert (undone.status_code, undone.json()["is_withdrawal"], undone.json()["label"]) == (201, True, None)
    assert client.post(withdraw, {"reason": "wrong one"}, format="json").status_code == 409
