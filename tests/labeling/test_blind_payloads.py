"""Whoever may still vote in an open blind round fetches every address there is, and finds nothing that was said in it."""

from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from labeling.access import watch
from labeling.assignments import claim
from labeling.deciding import decide
from labeling.models import Decision, Round
from labeling.remarks import remark
from labeling.rounds import close_round, open_round
from labeling.schemes import legus_scheme
from labeling.voting import cast_vote
from tests.factories import make_member
from tests.permissions import MATRIX, rows
from tests.test_permissions import address, body

pytestmark = pytest.mark.django_db

COMMENT, FLAG, REASON = "zebra-comment", "zebra-flag", "zebra-reason"
# Usernames stand for the votes of their owners; the rest are words of payloads about votes and draws.
VOTERS = ("zebra-ada", "zebra-ben")
TELLING = (
    COMMENT,
    FLAG,
    REASON,
    *VOTERS,
    "is_anchor",
    "has_full_overlap",
    "retired_at",
    "probability",
    '"counts"',
    "votes-bar",
    "is_unsure",
)
# The list of a team's members; the API's description, which names every field there is; and the documents, which are the same for all.
INNOCENT = {"team": VOTERS, "api:schema": TELLING, "doc": TELLING, "decision": TELLING, "docs": TELLING}
# A closed round's page lists who classified in it, and no source that waits.
INNOCENT_CLOSED = INNOCENT | {"round": VOTERS, "round_results": VOTERS}


@pytest.fixture
def blind(world):
    """The world with its blind round anew: anchored, among sources of a closed round, with votes, notes and decisions in both."""
    voters = [make_member(world.team, name=name) for name in VOTERS]
    first = open_round(
        catalog=world.catalog, scheme=legus_scheme(), campaign_name="Zebra", n_sources=6, opened_by=None, n_anchors=2
    )
    pi = world.people["pi"]
    source = speak(first, voters)
    first = close_round(round_=first)
    settle(first, source, pi)
    blind = open_round(
        catalog=world.catalog, scheme=legus_scheme(), campaign_name="Zebra", n_sources=6, opened_by=None, n_anchors=2,
        among_previous=True, retirement="agreeing/1 agreeing=3 most=5", control_share=0.5,
    )  # fmt: skip
    watch(round_=blind, user=pi)
    speak(blind, voters)
    return blind


def speak(round_, voters):
    """Both people vote on every source, and note something on one, which comes back."""
    for voter in voters:
        handed = claim(round_=round_, annotator=voter, count=10)
        assert len(handed) == 8
        for each in handed:
            cast_vote(client_id=uuid4(), assignment=each, annotator=voter, outcome="labeled", label="3")
        for kind, text in (("comment", COMMENT), ("flag", FLAG)):
            remark(client_id=uuid4(), assignment=handed[0], author=voter, kind=kind, text=text)
    return handed[0].draw.source


def settle(round_, source, by):
    last = Decision.objects.filter(campaign=round_.campaign, source=source).order_by("pk").last()
    decide(
        campaign=round_.campaign, source=source, label="1", reason=REASON, decided_by=by,
        supersedes=last and last.uuid,
    )  # fmt: skip


def payload(response):
    return (
        b"".join(response).decode(errors="replace") if response.streaming else response.content.decode(errors="replace")
    )


def fetched(world, round_, client):
    """(address, its payload) of every GET there is, with this round in the world's place."""
    stage = type(world)(**(vars(world) | {"round": round_}))
    for name in sorted({name for name, method, *_ in rows(MATRIX) if method == "GET"}):
        # An address may need a thing of its own, which the next one must not find.
        with transaction.atomic():
            yield name, payload(client.get(address(name, stage)))
            transaction.set_rollback(True)


@pytest.mark.parametrize("who", ["annotator", "curator"])
def test_no_address_tells_a_blind_voter_what_others_said(world, blind, who):
    client = Client()
    client.force_login(world.people[who])
    closed = Round.objects.get(campaign=blind.campaign, number=1)
    n_fetched = 0
    for round_, innocent in ((blind, INNOCENT), (closed, INNOCENT_CLOSED)):
        for name, text in fetched(world, round_, client):
            told = [word for word in TELLING if word in text and word not in innocent.get(name, ())]
            assert not told, (name, told)
            n_fetched += 1
    assert n_fetched > 50


@pytest.mark.parametrize("who", ["annotator", "curator"])
def test_no_answer_to_a_blind_voter_tells_what_others_said(world, blind, who):
    client = Client()
    client.force_login(world.people[who])
    json = {"content_type": "application/json"}
    handed = client.post(reverse("api:round-claims", args=[blind.uuid]), {"count": 10}, **json)
    assignments = handed.json()["assignments"]
    assert len(assignments) == 8
    mine = {"assignment": assignments[0]["uuid"], "client_id": str(uuid4())}
    vote = client.post(reverse("api:vote-list"), mine | {"outcome": "labeled", "label": "1"}, **json)
    note = client.post(reverse("api:remark-list"), mine | {"kind": "comment", "text": "my own"}, **json)
    assert (vote.status_code, note.status_code) == (201, 201)
    for answer in (handed, vote, note):
        assert [word for word in TELLING if word in payload(answer)] == []


def test_the_search_finds_what_there_is_to_find(world, blind):
    """The PI, who watches, gets every one of the words about votes somewhere."""
    client = Client()
    client.force_login(world.people["pi"])
    found = {
        word for name, text in fetched(world, blind, client) if name not in INNOCENT for word in TELLING if word in text
    }
    assert {COMMENT, FLAG, REASON, *VOTERS, "votes-bar"} <= found


def test_a_curator_who_may_vote_decides_nothing_and_is_told_nothing(world, blind):
    client = Client()
    client.force_login(world.people["curator"])
    source = Decision.objects.filter(campaign=blind.campaign).first().source
    sent = body("decide", world) | {"source": str(source.uuid)}
    refused = client.post(reverse("decide", args=[world.galaxy.slug, blind.campaign.uuid]), sent)
    assert refused.status_code == 403
    assert [word for word in TELLING if word in payload(refused)] == []
