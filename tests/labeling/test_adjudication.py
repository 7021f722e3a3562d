"""The adjudication queue: what is in it, all that was said of a source, forms that keep what was written, its cost."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from galaxycat.accounts.models import Role
from labeling.access import rounds_with_results, watch, why_results_are_hidden
from labeling.adjudication import FILTERS, queue_of, rows_of
from labeling.assignments import claim
from labeling.deciding import decide
from labeling.models import Decision, Round
from labeling.remarks import remark
from labeling.rounds import close_round
from labeling.voting import cast_vote
from tests.factories import make_catalog, make_galaxy, make_member, make_round, make_team

pytestmark = pytest.mark.django_db

# Source number -> what two people call it: 1 ties on labels only, 2 ties on groups too, 3 and 4 are agreed on.
VOTES = {1: ("1", "2"), 2: ("1", "3"), 3: ("4", "4"), 4: ("1", "1")}


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def curator(team):
    return make_member(team, Role.CURATOR, "curie")


def vote_through(round_, votes=VOTES, flagged=()):
    """Two people vote; the first flags some sources."""
    for turn in range(2):
        voter = make_member(round_.galaxy.team)
        while handed := claim(round_=round_, annotator=voter, count=10):
            for each in handed:
                number = each.draw.source.number
                if turn == 0 and number in flagged:
                    remark(client_id=uuid4(), assignment=each, author=voter, kind="flag", text=f"look at {number}")
                label = votes.get(number, ("1", "1"))[turn]
                cast_vote(client_id=uuid4(), assignment=each, annotator=voter, outcome="labeled", label=label)
    return round_


@pytest.fixture
def round_(team):
    catalog = make_catalog(make_galaxy(team), n_sources=4)
    return close_round(round_=vote_through(make_round(catalog=catalog, n_sources=4), flagged={3}))


def numbers(queue, show):
    return [row + 1 for row in rows_of(queue, show)]


def address(round_, name="adjudication"):
    return reverse(name, args=[round_.galaxy.slug, round_.campaign.uuid])


def logged_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_the_queue_holds_ties_and_flagged_sources_until_they_are_decided(round_, curator):
    queue = queue_of(round_.campaign, curator)
    assert {show: numbers(queue, show) for show in FILTERS} == {
        "waiting": [1, 2, 3], "ties": [1, 2], "binary": [2], "flagged": [3], "decided": [], "all": [1, 2, 3, 4],
    }  # fmt: skip
    source = round_.catalog.sources.get(number=2)
    decide(campaign=round_.campaign, source=source, label="1", reason="one core", decided_by=curator)
    queue = queue_of(round_.campaign, curator)
    assert (numbers(queue, "waiting"), numbers(queue, "binary"), numbers(queue, "decided")) == ([1, 3], [], [2])


def test_votes_are_pooled_over_rounds_each_person_s_last_one_counting(round_, curator):
    again = make_round(catalog=round_.catalog, n_sources=4, among_previous=True, mode=Round.Mode.INFORMED)
    for voter in {each.annotator for each in round_.assignments.select_related("annotator")}:
        for each in claim(round_=again, annotator=voter, count=4):
            if each.draw.source.number == 1:
                cast_vote(client_id=uuid4(), assignment=each, annotator=voter, outcome="labeled", label="2")
    queue = queue_of(round_.campaign, curator)
    assert queue.counts[0].tolist() == [0, 2, 0, 0]
    assert numbers(queue, "ties") == [2]


def test_an_open_blind_round_is_in_the_queue_only_for_those_who_watch_it(round_, curator, team):
    blind = vote_through(make_round(catalog=round_.catalog, n_sources=4, among_previous=True))
    watcher = make_member(team, Role.PI)
    watch(round_=blind, user=watcher)
    before, watched = queue_of(round_.campaign, curator), queue_of(round_.campaign, watcher)
    assert (before.n_veiled, list(before.sources), [each.number for each in before.rounds]) == (4, [], [1])
    assert (watched.n_veiled, len(watched.sources), [each.number for each in watched.rounds]) == (0, 4, [1, 2])
    assert watched.counts.sum() == 16


def test_which_rounds_are_seen_is_one_rule(round_, team):
    blind = make_round(catalog=round_.catalog, n_sources=2)
    informed = make_round(catalog=round_.catalog, n_sources=2, campaign_name="Other")
    people = [make_member(team, role) for role in Role]
    watch(round_=blind, user=people[-1])
    found = set()
    for campaign in (round_.campaign, informed.campaign):
        for person in people:
            seen = set(rounds_with_results(campaign, person))
            assert seen == {each for each in campaign.rounds.all() if why_results_are_hidden(each, person) is None}
            found |= seen
    assert found == {round_, blind}


def test_the_page_shows_who_said_what_and_when(round_, curator):
    page = logged_in(curator).get(address(round_))
    text = page.content.decode()
    assert [case.source.number for case in page.context["cases"]] == [1, 2, 3]
    voters = {each.annotator.label for each in round_.assignments.select_related("annotator")}
    assert len(voters) == 2
    assert all(text.count(voter) >= 3 for voter in voters)
    assert text.count("/cutouts/") == 3
    assert "look at 3" in text
    assert "Round 1 (blind): tie of 2 votes; tie of groups" in text
    assert text.count("data-decide") == 3


def test_deciding_and_taking_back_on_the_page(round_, curator):
    client = logged_in(curator)
    source = round_.catalog.sources.get(number=2)
    form = {
        "source": str(source.uuid),
        "label": "3",
        "reason": "two peaks",
        "supersedes": "",
        "show": "ties",
        "page": "1",
    }
    answer = client.post(address(round_, "decide"), form)
    assert (answer.status_code, answer["Location"]) == (302, f"{address(round_)}?show=ties&page=1")
    decision = Decision.objects.standing().get()
    page = client.get(address(round_), {"show": "decided"}).content.decode()
    assert "Decided:" in page
    assert "two peaks" in page
    undone = client.post(address(round_, "undo_decision"), {"decision": str(decision.uuid), "reason": "too faint"})
    assert (undone.status_code, Decision.objects.standing().count()) == (302, 0)
    page = client.get(address(round_)).content.decode()
    assert "History of source 2: 2 steps" in page
    assert "too faint" in page


@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        ({"reason": ""}, 422, "reason: write why"),
        ({"label": ""}, 422, "is not in the scheme"),
        ({"supersedes": str(uuid4())}, 409, "Nothing is decided on this source"),
        ({"source": "x"}, 422, "source: Enter a valid UUID"),
    ],
)
def test_a_refusal_comes_back_with_what_was_written(round_, curator, fields, status, message):
    source = round_.catalog.sources.get(number=1)
    form = {"source": str(source.uuid), "label": "2", "reason": "two arms", "supersedes": ""} | fields
    answer = logged_in(curator).post(address(round_, "decide"), form)
    text = answer.content.decode()
    assert (answer.status_code, message in text) == (status, True)
    assert text.count("two arms") == (2 if fields.keys() & {"label", "supersedes"} else 0)
    assert not Decision.objects.exists()


def test_the_second_curator_is_told_and_keeps_the_reason(round_, curator, team):
    source = round_.catalog.sources.get(number=1)
    other = make_member(team, Role.PI, "hubble")
    decide(campaign=round_.campaign, source=source, label="1", reason="round", decided_by=other)
    form = {"source": str(source.uuid), "label": "2", "reason": "two arms", "supersedes": ""}
    answer = logged_in(curator).post(address(round_, "decide"), form)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "hubble decided class 1 on source 1 meanwhile (round); look at it again" in text
    assert "You had written: <q>two arms</q>" in text


def test_a_remark_s_text_is_text(team, curator):
    round_ = make_round(team)
    (each,) = claim(round_=round_, annotator=make_member(team), count=1)
    remark(client_id=uuid4(), assignment=each, author=each.annotator, kind="flag", text="<script>alert(1)</script>")
    close_round(round_=round_)
    assert "&lt;script&gt;alert(1)" in logged_in(curator).get(address(round_)).content.decode()


@pytest.mark.parametrize("n_sources", [3, 30])
def test_the_queue_costs_the_same_for_any_campaign(team, curator, n_sources, django_assert_num_queries):
    catalog = make_catalog(make_galaxy(team), n_sources=n_sources)
    ties = dict.fromkeys(range(1, n_sources + 1), ("1", "3"))
    round_ = close_round(round_=vote_through(make_round(catalog=catalog, n_sources=n_sources), ties, flagged=ties))
    for number in (1, 2):
        source = catalog.sources.get(number=number)
        decide(campaign=round_.campaign, source=source, label="1", reason="round", decided_by=curator)
    client = logged_in(curator)
    client.get(address(round_))
    with django_assert_num_queries(19):
        assert client.get(address(round_), {"show": "all"}).status_code == 200
