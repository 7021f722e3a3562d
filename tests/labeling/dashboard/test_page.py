"""The dashboard's figures against plain counting, who sees what of them, and what they cost."""

import csv
import time
from collections import Counter
from itertools import combinations, product
from uuid import uuid4

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from galaxycat.accounts.models import Role
from labeling.access import watch
from labeling.agreement.coefficients import (
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha_interval,
    krippendorff_alpha_nominal,
    krippendorff_alpha_ordinal,
)
from labeling.assignments import claim
from labeling.dashboard.page import dashboard_of, table_of
from labeling.dashboard.votes import read_votes_of
from labeling.models import Assignment, Campaign, Level, RoundSource, SchemeVersion, Vote
from labeling.rounds import close_round, open_round
from labeling.schemes import legus_scheme
from labeling.simulated import vote_in_simulation
from labeling.tally import class_counts, round_agreement
from labeling.voting import cast_vote
from tests.factories import make_catalog, make_galaxy, make_member, make_round, make_team, make_user
from tests.labeling.agreement.test_consensus import modes_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def pi(team):
    return make_member(team, Role.PI)


def voted(round_, n_voters=3, seed=4, close=True, truth=()):
    """The round with simulated votes; returns it as it is then."""
    voters = [make_user(f"robot{n}-{round_.pk}", is_simulated=True) for n in range(n_voters)]
    vote_in_simulation(round_=round_, voters=voters, truth=dict(truth), rng=np.random.default_rng(seed))
    return close_round(round_=round_) if close else round_


def another(round_, **fields):
    """One more round of the same campaign."""
    fields = {"n_sources": 4, "opened_by": None} | fields
    return open_round(catalog=round_.catalog, scheme=legus_scheme(), campaign_name="Clusters", **fields)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def at(name, round_, query=""):
    return reverse(name, args=[round_.galaxy.slug, round_.campaign.uuid]) + query


def test_agreement_and_classes_are_those_of_the_round_s_page(team, pi):
    round_ = voted(make_round(team, n_sources=40, overlap=3), n_voters=4)
    found = dashboard_of(round_.campaign, pi)
    for level in Level:
        (of_mode,) = found["agreement"][level]
        expected = round_agreement(round_, level)
        assert of_mode["mode"] == "blind"
        for share in ("human_to_mode", "leave_one_out", "chance"):
            name = share if share == "human_to_mode" else f"human_to_mode_{share}"
            estimate = of_mode[share]
            assert estimate["value"] == pytest.approx(getattr(expected, name), abs=1e-12)
            assert estimate["low"] < estimate["value"] < estimate["high"]
        assert (of_mode["n_votes"], of_mode["ties"]) == (expected.n_votes, expected.ties)
        classes = dict(
            zip(found["classes"][level]["names"], found["classes"][level]["series"][0]["sources"], strict=True)
        )
        assert classes.pop("tie") == expected.ties
        assert classes == class_counts(round_, level)


def test_coefficients_are_those_of_the_command_and_hold_their_intervals(team, pi):
    round_ = voted(make_round(team, n_sources=60, overlap=3), n_voters=3)
    found = dashboard_of(round_.campaign, pi)
    counts = read_votes_of(round_.campaign, pi).counts(Level.LABEL)
    (of_mode,) = found["coefficients"]["label"]
    assert of_mode.pop("mode") == "blind"
    expected = {
        "krippendorff_alpha": krippendorff_alpha_nominal(counts),
        "gwet_ac1": gwet_ac1(counts),
        "fleiss_kappa": fleiss_kappa(counts),
    }
    assert {name: each["value"] for name, each in of_mode.items()} == pytest.approx(
        {name: value for name, value in expected.items() if value is not None}
    )
    for each in of_mode.values():
        assert each["low"] < each["value"] < each["high"]


def test_grades_and_numbers_have_their_own_alphas(team, pi):
    round_ = voted(make_round(team, n_sources=40, overlap=3), n_voters=3)
    counts = read_votes_of(round_.campaign, pi).counts(Level.LABEL)
    SchemeVersion.objects.filter(pk=round_.campaign.scheme_id).update(measure="interval")
    found = dashboard_of(Campaign.objects.get(), pi)["coefficients"]
    values = np.array([1.0, 2.0, 3.0, 4.0])
    assert found["label"][0]["krippendorff_alpha_ordinal"]["value"] == pytest.approx(krippendorff_alpha_ordinal(counts))
    assert found["label"][0]["krippendorff_alpha_interval"]["value"] == pytest.approx(
        krippendorff_alpha_interval(counts, values)
    )
    # Groups are names whatever the labels are.
    assert "krippendorff_alpha_ordinal" not in found["group"][0]


def test_kappa_of_each_two_people_is_that_of_their_shared_sources(team, pi):
    round_ = voted(make_round(team, n_sources=30), n_voters=3)
    found = dashboard_of(round_.campaign, pi)["pairs"]["label"]
    rows = Vote.objects.counted().values_list("assignment__annotator__username", "assignment__draw", "label__value")
    said = {(who, draw): label for who, draw, label in rows}
    names = sorted({who for who, _ in said})
    draws = {draw for _, draw in said}
    for (i, one), (j, other) in combinations(enumerate(names), 2):
        shared = [(said[one, d], said[other, d]) for d in draws if {(one, d), (other, d)} <= said.keys()]
        alike = sum(a == b for a, b in shared) / len(shared)
        chance = (
            sum(sum(a == label for a, _ in shared) * sum(b == label for _, b in shared) for label in "1234")
            / len(shared) ** 2
        )
        assert found["kappa"][i][j] == found["kappa"][j][i] == pytest.approx((alike - chance) / (1 - chance))
    assert found["kappa"][0][0] is None


def test_tables_of_people_are_those_of_plain_counting(team, pi):
    round_ = voted(make_round(team, n_sources=25), n_voters=4)
    found = dashboard_of(round_.campaign, pi)
    votes = list(
        Vote.objects.counted().values_list("assignment__draw", "assignment__annotator__username", "label__value")
    )
    said = {(draw, who): label for draw, who, label in votes}
    names = [person["name"] for person in found["people"]]
    assert names == sorted(names)
    assert [person["votes"] for person in found["people"]] == [
        sum(who == name for _, who, _ in votes) for name in names
    ]
    pairs = found["pairs"]["label"]
    for (i, one), (j, other) in product(enumerate(names), repeat=2):
        shared = [d for d in {d for d, _, _ in votes} if one != other and {(d, one), (d, other)} <= said.keys()]
        assert pairs["shared"][i][j] == len(shared)
        assert pairs["alike"][i][j] == sum(said[d, one] == said[d, other] for d in shared)
    expected = Counter()
    for draw, who, label in votes:
        others = Counter(value for (d, name), value in said.items() if d == draw and name != who)
        if others:
            modes = modes_of(others)
            expected[next(iter(modes)) if len(modes) == 1 else "tie", label] += 1
    confusion = found["confusion"]["label"]
    table = {
        (others, own): n
        for others, row in zip(confusion["others"], confusion["all"], strict=True)
        for own, n in zip(confusion["names"], row, strict=True)
        if n
    }
    assert table == dict(expected)
    histogram = Counter(Counter(draw for draw, _, _ in votes).values())
    assert found["votes_per_source"]["sources"] == [
        [25 - sum(histogram.values()), *(histogram[n] for n in (1, 2, 3, 4))]
    ]


def test_blind_and_informed_rounds_and_anchors_are_apart(team, pi):
    blind = voted(make_round(team, n_sources=8))
    informed = another(blind, mode="informed", n_sources=6)
    RoundSource.objects.filter(round=informed, position__lt=3).update(is_anchor=True)
    voted(informed)
    found = dashboard_of(blind.campaign, pi)
    assert [each["mode"] for each in found["agreement"]["group"]] == ["blind", "informed"]
    series = {
        each["name"]: [(point["round"], point["n_sources"]) for point in each["points"]]
        for each in found["trend"]["group"]
    }
    assert series.keys() == {"blind", "informed", "informed, anchors only"}
    assert [number for number, _ in series["blind"]] == [1]
    assert [number for number, _ in series["informed"]] == [2]
    assert series["informed, anchors only"][0][1] <= 3
    only = dashboard_of(blind.campaign, pi, 2)
    assert [each["mode"] for each in only["agreement"]["group"]] == ["informed"]
    assert only["progress"]["n_drawn"] == 6


# Who sees what


def test_an_open_blind_round_gives_nothing_to_those_who_vote_in_it(team, pi):
    closed = voted(make_round(team, n_sources=3))
    before = dashboard_of(closed.campaign, pi)
    hidden = another(closed, n_sources=7)
    ada = make_member(team)
    (first, *_) = claim(round_=hidden, annotator=ada)
    cast_vote(client_id=uuid4(), assignment=first, annotator=ada, outcome="labeled", label="1")
    for person, reason in (
        (ada, "when the round is closed"),
        (make_member(team, Role.VIEWER), "closed"),
        (pi, "choose to watch"),
    ):
        found = dashboard_of(closed.campaign, person)
        assert [left["round"] for left in found["left_out"]] == [2]
        assert reason in found["left_out"][0]["reason"]
        assert found["votes_per_source"]["rounds"] == [1]
        assert ada.username not in str(found)
        assert found["progress"]["n_votes"] <= before["progress"]["n_votes"]
        page = client_of(person).get(at("campaign", closed)).content.decode()
        assert "is left out of everything here" in page
        assert ada.username not in page.replace(person.label, "")
    assert dashboard_of(closed.campaign, ada, 2)["progress"]["n_drawn"] == 0
    watch(round_=hidden, user=pi)
    found = dashboard_of(closed.campaign, pi)
    assert found["left_out"] == []
    assert ada.username in [person["name"] for person in found["people"]]


def test_sources_that_wait_in_a_blind_round_are_left_out_everywhere(team, pi):
    closed = voted(make_round(team, n_sources=6))
    hidden = another(closed, n_sources=2, among_previous=True)
    waiting = set(hidden.draw.values_list("source__number", flat=True))
    ada = make_member(team)
    n_votes = Vote.objects.of_round(closed).counted().exclude(assignment__draw__source__number__in=waiting).count()
    found = dashboard_of(closed.campaign, ada)
    assert (found["n_veiled"], found["progress"]["n_drawn"], found["progress"]["n_votes"]) == (2, 4, n_votes)
    assert sum(map(sum, found["confusion"]["label"]["all"])) <= n_votes
    listed = set()
    for others, own in product(["1", "2", "3", "4", "tie"], "1234"):
        query = f"?level=label&others={others}&vote={own}"
        text = client_of(ada).get(at("campaign_cell", closed, query)).content.decode()
        listed |= {n for n in range(1, 11) if f'<strong class="numeric">{n}</strong>' in text}
    assert listed
    assert not listed & waiting
    # A viewer can vote in nothing, so nothing is kept from them.
    assert dashboard_of(closed.campaign, make_member(team, Role.VIEWER))["n_veiled"] == 0


def test_simulated_voters_are_marked_and_have_no_pace(team, pi):
    round_ = voted(make_round(team, n_sources=5))
    for person in dashboard_of(round_.campaign, pi)["people"]:
        assert person["is_simulated"]
        assert (person["votes_per_hour"], person["median_s"]) == (None, None)
    assert all(
        "(simulated)" in row["series"]
        for row in table_of(dashboard_of(round_.campaign, pi))
        if row["figure"] == "people"
    )


# How far it is


@pytest.mark.parametrize(("overlap", "outlook", "remaining"), [(2, "too early", 5), (None, "too early", 2)])
def test_what_is_left_of_an_open_round(team, pi, overlap, outlook, remaining):
    round_ = make_round(team, n_sources=4, overlap=overlap)
    watch(round_=round_, user=pi)
    (before,) = dashboard_of(round_.campaign, pi)["finish"]
    assert before["outlook"] == "not begun"
    ada = make_member(team)
    first, second, third = claim(round_=round_, annotator=ada)
    for assignment, outcome in ((first, "labeled"), (second, "unsure"), (third, "labeled")):
        label = "1" if outcome == "labeled" else None
        cast_vote(client_id=uuid4(), assignment=assignment, annotator=ada, outcome=outcome, label=label)
    if overlap is None:
        cast_vote(client_id=uuid4(), assignment=third, annotator=ada, outcome="withdrawn")
    (finish,) = dashboard_of(round_.campaign, pi)["finish"]
    assert (finish["outlook"], finish["remaining"]) == (outlook, remaining)
    assert finish["expected_s"] is None


# Addresses


def test_csv_holds_the_same_numbers(team, pi):
    round_ = voted(make_round(team, n_sources=9))
    found = dashboard_of(round_.campaign, pi)
    text = client_of(pi).get(at("campaign_data", round_, "?format=csv&figure=agreement&level=group")).content.decode()
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["category"] for row in rows] == ["human_to_mode", "leave_one_out", "chance"]
    expected = found["agreement"]["group"][0]
    assert [float(row["value"]) for row in rows] == [expected[row["category"]]["value"] for row in rows]
    assert [float(row["low"]) for row in rows] == [expected[row["category"]]["low"] for row in rows]
    everything = client_of(pi).get(at("campaign_data", round_, "?format=csv")).content.decode()
    figures = {row["figure"] for row in csv.DictReader(everything.splitlines())}
    assert figures == {
        "votes_per_source",
        "people",
        "agreement",
        "trend",
        "classes",
        "coefficients",
        "pairs",
        "confusion",
    }


@pytest.mark.parametrize(
    ("name", "query", "status"),
    [
        ("campaign", "?round=1", 200),
        ("campaign", "?round=2", 404),
        ("campaign", "?round=x", 422),
        ("campaign_data", "?round=99999999999999999999", 422),
        ("campaign_cell", "?level=label&others=1&vote=2", 200),
        ("campaign_cell", "?level=group&others=tie&vote=cluster", 200),
        ("campaign_cell", "?level=group&others=1&vote=2", 404),
        ("campaign_cell", "?level=hue&others=1&vote=2", 404),
        ("campaign_cell", "?level=label&others=1&vote=2&who=nobody", 404),
    ],
)
def test_addresses_refuse_what_there_is_not(team, pi, name, query, status):
    round_ = voted(make_round(team))
    assert client_of(pi).get(at(name, round_, query)).status_code == status


def test_the_api_gives_what_the_page_gives(team, pi):
    round_ = voted(make_round(team))
    client = client_of(pi)
    address = reverse("api:campaign-dashboard", args=[round_.campaign.uuid])
    api, page = client.get(address).json(), client.get(at("campaign_data", round_)).json()
    moments = ("as_of", "now_s")
    assert {k: v for k, v in api.items() if k not in moments} == {k: v for k, v in page.items() if k not in moments}
    assert client.get(address, {"round": "x"}).status_code == 400
    assert client.get(address, {"round": 5}).status_code == 404
    (campaign,) = client.get(reverse("api:campaign-list")).json()["results"]
    assert campaign["rounds"] == [str(round_.uuid)]


# What it costs


@pytest.mark.parametrize(("n_sources", "n_voters", "n_rounds"), [(15, 3, 1), (25, 4, 3)])
def test_the_cost_in_queries_is_fixed(team, pi, n_sources, n_voters, n_rounds, django_assert_num_queries):
    round_ = make_round(team, n_sources=n_sources)
    # All clusters, so that there are sources behind the cell, in whatever order people's votes come.
    round_ = voted(round_, n_voters=n_voters, truth=dict.fromkeys(round_.draw.values_list("source", flat=True), "1"))
    for _ in range(n_rounds - 1):
        voted(another(round_, n_sources=n_sources, mode="informed"), n_voters=n_voters)
    open_one = another(round_, mode="informed")
    with django_assert_num_queries(9):
        dashboard_of(open_one.campaign, pi)
    client = client_of(pi)
    query = "?level=group&others=cluster&vote=cluster"
    with django_assert_num_queries(17):
        assert client.get(at("campaign_cell", round_, query)).status_code == 200


def test_ten_thousand_sources_with_four_votes_take_a_fraction_of_a_second(team, pi):
    round_ = make_round(catalog=make_catalog(make_galaxy(team), 10_000), n_sources=10_000)
    labels, draws = list(round_.campaign.scheme.labels.all()), list(round_.draw.all())
    rng, now = np.random.default_rng(0), timezone.now()
    for _ in range(4):
        fields = {"round": round_, "annotator": make_member(team), "state": "answered", "held_until": now}
        given = Assignment.objects.bulk_create(Assignment(draw=draw, **fields) for draw in draws)
        codes = rng.integers(0, 4, len(given))
        Vote.objects.bulk_create(
            Vote(assignment=each, outcome="labeled", label=labels[code])
            for each, code in zip(given, codes, strict=True)
        )
    close_round(round_=round_)
    start = time.process_time()
    found = dashboard_of(round_.campaign, pi)
    spent_s = time.process_time() - start
    assert found["progress"]["n_votes"] == 40_000
    print(f"dashboard of 40,000 votes: {1000 * spent_s:.0f} ms")
    assert spent_s < 0.6  # 0.2 s on an idle core; room for a busy one
