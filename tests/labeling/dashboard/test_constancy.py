"""Repeats and drift of a campaign's people, against plain counting."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from galaxycat.accounts.models import Role
from labeling.assignments import claim
from labeling.dashboard.constancy import constancy_of
from labeling.models import Level
from labeling.rounds import close_round
from labeling.voting import cast_vote
from tests.clock import cast_every
from tests.factories import make_catalog, make_galaxy, make_member, make_round, make_team
from tests.labeling.dashboard.test_comparison import BLIND, INFORMED, planned
from tests.labeling.dashboard.test_page import another, voted

pytestmark = pytest.mark.django_db


@pytest.fixture
def pi():
    return make_member(make_team(), Role.PI)


@pytest.fixture
def campaign(pi):
    team = pi.memberships.get().team
    voters = [make_member(team, Role.ANNOTATOR, name) for name in ("ada", "ben", "cleo")]
    catalog = make_catalog(make_galaxy(team), 5)
    blind = planned(make_round(catalog=catalog, n_sources=5), BLIND, voters)
    return planned(another(blind, n_sources=5, mode="informed"), INFORMED, voters).campaign


def test_people_are_compared_with_themselves_over_rounds(pi, campaign):
    found = constancy_of(campaign, pi)["repeats"]
    alike = [sum(BLIND[n][turn] == INFORMED[n][turn] for n in BLIND) for turn in range(3)]
    assert [row["name"] for row in found["people"]] == ["ada", "ben", "cleo"]
    assert [row["agreement"]["value"] for row in found["people"]] == [pytest.approx(n / 5) for n in alike]
    assert [(row["n_sources"], row["n_pairs"]) for row in found["people"]] == [(5, 5)] * 3
    assert found["agreement"]["value"] == pytest.approx(sum(alike) / 15)
    assert found["agreement"]["low"] < found["agreement"]["value"] < found["agreement"]["high"]
    binary = constancy_of(campaign, pi, Level.GROUP)["repeats"]
    assert binary["agreement"]["value"] > found["agreement"]["value"]
    only = constancy_of(campaign, pi, round_number=1)["repeats"]
    assert (only["n_pairs"], only["agreement"], only["people"]) == (0, None, [])


def test_drift_over_a_sitting_is_that_of_the_answers_in_it(pi):
    """Forty answers a minute apart, each a fiftieth faster than the one before; programs have no drift."""
    team = pi.memberships.get().team
    ada = make_member(team, Role.ANNOTATOR, "ada")
    round_ = make_round(catalog=make_catalog(make_galaxy(team), 40), n_sources=40)
    with cast_every(timezone.now() - timedelta(days=1), timedelta(minutes=1)):
        for position in range(40):
            (each,) = claim(round_=round_, annotator=ada, count=1)
            cast_vote(
                client_id=uuid4(), assignment=each, annotator=ada, outcome="labeled", label="1",
                seconds_spent=10 * 0.98**position,
            )  # fmt: skip
    close_round(round_=round_)
    found = constancy_of(round_.campaign, pi)["drift"]
    (row,) = found["people"]
    assert (row["name"], row["n_sittings"]) == ("ada", 1)
    assert row["slope"]["value"] == pytest.approx(0.98**100, rel=1e-3)
    assert [(each["first"], each["last"], each["n_timed"]) for each in row["stretches"]] == [
        (0, 9, 10), (10, 24, 15), (25, 49, 15),
    ]  # fmt: skip
    assert row["stretches"][0]["median_s"] == pytest.approx(10 * (0.98**4 + 0.98**5) / 2)
    assert found["all"] == row["stretches"]
    # Alone on every source: nothing to agree with.
    assert row["stretches"][0]["agreement"] == {"value": None, "low": None, "high": None}


def test_programs_have_no_drift_and_the_api_gives_the_same(pi, django_assert_max_num_queries):
    round_ = voted(make_round(pi.memberships.get().team, n_sources=12, overlap=3), n_voters=3)
    client = Client()
    client.force_login(pi)
    address = f"/api/v1/campaigns/{round_.campaign.uuid}/constancy/"
    with django_assert_max_num_queries(14):
        found = client.get(address, {"level": "group", "round": 1}).json()
    assert found["drift"] == {"people": [], "all": []}
    assert found == constancy_of(round_.campaign, pi, Level.GROUP, 1)
    assert client.get(address, {"round": 7}).status_code == 404
