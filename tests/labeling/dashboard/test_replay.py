"""A campaign's votes replayed under a rule, for whoever may see them: as plain counting and as the command have it."""

from datetime import timedelta

import numpy as np
import pytest
from django.test import Client

from galaxycat.accounts.models import Role
from galaxycat.errors import BadInput, NotFound
from labeling.access import watch
from labeling.assignments import claim
from labeling.dashboard.replay import replay_of
from labeling.models import Level, Vote
from labeling.retirement import Agreeing, FixedOverlap, OneCoin
from labeling.rounds import close_round
from labeling.simulated import vote_in_simulation
from tests.commands import run_json
from tests.factories import make_member, make_round, make_team
from tests.labeling.dashboard.test_page import another, voted
from tests.labeling.test_retiring import TWO_OF_FIVE, answer, robots, ruled

pytestmark = pytest.mark.django_db

NUMBERS = (
    "n_sources",
    "n_votes",
    "n_retired",
    "n_shortened",
    "votes_saved",
    "n_changed",
    "n_ties_hidden",
    "n_ties_left",
)


@pytest.fixture(scope="module")
def pi(module_db):
    return make_member(make_team(), Role.PI)


@pytest.fixture(scope="module")
def round_(pi):
    return voted(make_round(pi.memberships.get().team, n_sources=30, overlap=5), n_voters=6)


@pytest.mark.parametrize(
    ("rule", "options"),
    [
        (Agreeing(2, 5), ["--agreeing", "2", "--most", "5"]),
        (FixedOverlap(1), ["--overlap", "1"]),
        (OneCoin(0.9, 5, 0.8), ["--posterior", "0.9", "--most", "5", "--accuracy", "0.8"]),
    ],
)
def test_it_says_what_the_command_says(pi, round_, rule, options):
    found = replay_of(round_.campaign, pi, rule)
    told = run_json("replay_retirement", "--galaxy", round_.galaxy.slug, "--round", "1", *options)
    assert [found[name] for name in NUMBERS] == [told[name] for name in NUMBERS]
    assert (found["rule"], found["share_saved"], found["caution"]) == (
        told["rule"],
        told["share_saved"],
        told["caution"],
    )
    named = [{key: each[key] for key in each.keys() - {"round", "uuid"}} for each in found["changed"]]
    assert len(named) == len(told["changed"]) == found["n_changed"]
    assert {each["source"]: each for each in named} == {each["source"]: each for each in told["changed"]}
    assert found["votes_saved"] > 0


def test_a_label_that_nobody_gave_is_one_of_the_labels_all_the_same(pi, round_):
    """A posterior depends on how many labels there are, and the round's rule asks of all of the scheme's."""
    other = make_round(round_.galaxy.team, n_sources=3, overlap=2)
    for voter in (make_member(other.galaxy.team), make_member(other.galaxy.team)):
        vote_alike(other, voter)
    # Two labels: one vote 0.8, two 0.941. Four labels: 0.8 and 0.980.
    asked = ["--posterior", "0.96", "--most", "9", "--accuracy", "0.8"]
    told = run_json("replay_retirement", "--galaxy", other.galaxy.slug, "--round", "1", *asked)
    found = replay_of(close_round(round_=other).campaign, pi, OneCoin(0.96, 9, 0.8))
    assert told["n_retired"] == found["n_retired"] == 3


def vote_alike(round_, voter):
    while handed := claim(round_=round_, annotator=voter, count=10):
        for each in handed:
            answer(each, "1")


@pytest.mark.parametrize("level", list(Level))
def test_the_family_holds_the_rule_and_is_made_of_the_same_replays(pi, round_, level):
    for rule, parameter, expected in (
        (Agreeing(3, 5), "agreeing", [1, 2, 3, 4, 5]),
        (FixedOverlap(2), "overlap", [1, 2, 3, 4, 5]),
        (OneCoin(0.93, 5, 0.8), "above", [0.5, 0.6, 0.7, 0.8, 0.9, 0.93, 0.95, 0.98, 0.99, 0.995, 0.999]),
    ):
        found = replay_of(round_.campaign, pi, rule, level=level)
        family = found["family"]
        assert (family["parameter"], [each["value"] for each in family["members"]]) == (parameter, expected)
        own = next(each for each in family["members"] if each["rule"] == found["rule"])
        for name in own.keys() - {"value"}:
            assert own[name] == found[name]
        saved = [each["votes_saved"] for each in family["members"]]
        assert saved == sorted(saved, reverse=True)
        other = family["members"][1]
        alone = replay_of(round_.campaign, pi, type(rule)(**(vars(rule) | {parameter: other["value"]})), level=level)
        assert (other["votes_saved"], other["n_changed"]) == (alone["votes_saved"], alone["n_changed"])


@pytest.mark.parametrize(
    ("seconds", "n_changed", "n_same_moment"), [((0, 1, 2), 1, 0), ((9, 1, 2), 0, 0), ((1, 1, 2), 1, 2)]
)
def test_votes_are_replayed_in_the_order_of_their_moments(pi, seconds, n_changed, n_same_moment):
    """Stored 1, 3, 3, with moments that they were given elsewhere; those of one moment as they were stored."""
    round_ = make_round(pi.memberships.get().team, n_sources=1, overlap=3)
    start = round_.opened_at
    for value, at_s in zip(("1", "3", "3"), seconds, strict=True):
        (held,) = claim(round_=round_, annotator=make_member(round_.galaxy.team), count=1)
        label = round_.campaign.scheme.labels.get(value=value)
        Vote.objects.create(assignment=held, outcome="labeled", label=label, cast_at=start + timedelta(seconds=at_s))
    found = replay_of(close_round(round_=round_).campaign, pi, FixedOverlap(1))
    assert (found["n_changed"], found["votes_saved"], found["n_same_moment"]) == (n_changed, 2, n_same_moment)
    told = run_json("replay_retirement", "--galaxy", round_.galaxy.slug, "--round", "1", "--overlap", "1")
    assert told["n_changed"] == n_changed


def test_rounds_that_are_hidden_and_sources_that_wait_stay_out(pi, round_):
    second = another(round_, n_sources=6, among_previous=True)
    before = replay_of(round_.campaign, pi, Agreeing(2, 5))
    assert before["n_sources"] == 24
    voter = make_member(round_.galaxy.team)
    vote_alike(second, voter)
    assert replay_of(round_.campaign, pi, Agreeing(2, 5))["n_sources"] == 24
    watch(round_=second, user=pi)
    assert replay_of(round_.campaign, pi, Agreeing(2, 5))["n_sources"] == 36
    assert replay_of(round_.campaign, pi, Agreeing(2, 5), round_number=2)["n_sources"] == 6


def test_of_a_round_under_a_rule_the_full_overlap_is_replayed(pi):
    round_ = ruled(pi.memberships.get().team, n_sources=20, control_share=0.5)
    vote_in_simulation(round_=round_, voters=robots(6), truth={}, rng=np.random.default_rng(4))
    close_round(round_=round_)
    found = replay_of(round_.campaign, pi, Agreeing(2, 5))
    assert found["n_sources"] == 10
    assert [(each["n_full"], each["rule"]) for each in found["under_rules"]] == [(10, TWO_OF_FIVE)]
    told = run_json(
        "replay_retirement", "--galaxy", round_.galaxy.slug, "--round", "1", "--agreeing", "2", "--most", "5"
    )
    assert told["n_sources"] == 10
    assert "only its sources with the full overlap" in told["order"]


def test_without_a_vote_there_is_nothing_to_save(pi):
    round_ = close_round(round_=make_round(pi.memberships.get().team))
    found = replay_of(round_.campaign, pi, OneCoin(0.9, 5, 0.8))
    assert (found["n_sources"], found["n_votes"], found["share_saved"], found["changed"]) == (0, 0, 0.0, [])


ASKED = {"rule": "agreeing", "agreeing": 3, "most": 5}
COIN = {"rule": "posterior", "above": 0.9, "most": 5, "accuracy": 0.8}


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def test_the_api_gives_it(pi, round_):
    address = f"/api/v1/campaigns/{round_.campaign.uuid}/retirement/"
    answer = client_of(pi).get(address, ASKED | {"level": "group", "round": 1})
    assert answer.status_code == 200
    assert answer.json() == replay_of(round_.campaign, pi, Agreeing(3, 5), level=Level.GROUP, round_number=1)
    assert client_of(pi).get(address, COIN).json() == replay_of(round_.campaign, pi, OneCoin(0.9, 5, 0.8))
    fixed = client_of(pi).get(address, {"rule": "fixed", "overlap": 2})
    assert fixed.json() == replay_of(round_.campaign, pi, FixedOverlap(2))


@pytest.mark.parametrize(
    ("asked", "status", "field"),
    [
        ({}, 400, "rule"),
        ({"rule": "confused"}, 400, "rule"),
        ({"rule": "agreeing", "agreeing": 3}, 400, "most"),
        (ASKED | {"agreeing": 6}, 400, "agreeing"),
        (ASKED | {"agreeing": "x"}, 400, "agreeing"),
        (ASKED | {"most": 10**9}, 400, "most"),
        (ASKED | {"level": "x"}, 400, "level"),
        (ASKED | {"round": 0}, 400, "round"),
        (ASKED | {"round": 7}, 404, "round"),
        (COIN | {"above": 1}, 400, "above"),
        (COIN | {"above": "nan"}, 400, "above"),
        (COIN | {"accuracy": "inf"}, 400, "accuracy"),
        (COIN | {"accuracy": 0.2}, 422, "accuracy"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_field(pi, asked, status, field):
    round_ = make_round(pi.memberships.get().team)
    answer = client_of(pi).get(f"/api/v1/campaigns/{round_.campaign.uuid}/retirement/", asked)
    assert answer.status_code == status
    told = answer.json()
    assert field in told or told["detail"].startswith(f"{field}: ")


def test_who_may_not_see_the_campaign_is_told_nothing_of_the_parameters(pi):
    round_ = make_round(pi.memberships.get().team)
    stranger = client_of(make_member(make_team(), Role.PI))
    assert stranger.get(f"/api/v1/campaigns/{round_.campaign.uuid}/retirement/", {"rule": "x"}).status_code == 404
    with pytest.raises(NotFound):
        replay_of(round_.campaign, pi, Agreeing(2, 5), round_number=7)
    with pytest.raises(BadInput, match=r"^accuracy: 0\.5 is no better than chance on 2 labels"):
        replay_of(round_.campaign, pi, OneCoin(0.9, 5, 0.5), level=Level.GROUP)


def test_who_votes_blind_is_told_of_no_vote(pi):
    round_ = voted(make_round(pi.memberships.get().team, n_sources=5, overlap=3), n_voters=3, close=False)
    voter = make_member(round_.galaxy.team)
    for who in (voter, pi):
        found = client_of(who).get(f"/api/v1/campaigns/{round_.campaign.uuid}/retirement/", ASKED).json()
        assert (found["n_sources"], found["n_votes"], found["under_rules"]) == (0, 0, [])


@pytest.mark.parametrize("n_sources", [10, 60])
def test_the_cost_in_queries_is_fixed(pi, n_sources, django_assert_num_queries):
    round_ = voted(make_round(pi.memberships.get().team, n_sources=n_sources, overlap=3), n_voters=3)
    with django_assert_num_queries(9):
        replay_of(round_.campaign, pi, FixedOverlap(1))
