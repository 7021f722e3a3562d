"""Two rounds of a campaign against one another: numbers as counted by hand, and who sees them."""

from uuid import uuid4

import numpy as np
import pytest
from django.test import Client

from galaxycat.accounts.models import Role
from galaxycat.errors import BadInput, NotFound
from labeling.agreement.human_to_mode import agreement_of_counts
from labeling.assignments import claim
from labeling.dashboard.comparison import comparison_of
from labeling.models import Level
from labeling.rounds import close_round
from labeling.voting import cast_vote
from tests.factories import make_catalog, make_galaxy, make_member, make_round, make_team, make_user
from tests.labeling.dashboard.test_page import another

pytestmark = pytest.mark.django_db

BLIND = {1: "111", 2: "112", 3: "123", 4: "444", 5: "441"}
INFORMED = {1: "111", 2: "111", 3: "333", 4: "444", 5: "111"}


def planned(round_, plan, voters):
    """The round, closed, with each voter's label of each source: `plan` is source number -> a label a voter."""
    for turn, voter in enumerate(voters):
        while assignments := claim(round_=round_, annotator=voter, count=10):
            for each in assignments:
                label = plan[each.draw.source.number][turn]
                cast_vote(client_id=uuid4(), assignment=each, annotator=voter, outcome="labeled", label=label)
    return close_round(round_=round_)


@pytest.fixture
def pi():
    return make_member(make_team(), Role.PI)


@pytest.fixture
def voters(pi):
    team = pi.memberships.get().team
    return [make_member(team, Role.ANNOTATOR, name) for name in ("ada", "ben", "cleo")]


@pytest.fixture
def informed(pi, voters):
    catalog = make_catalog(make_galaxy(pi.memberships.get().team), 5)
    blind = planned(make_round(catalog=catalog, n_sources=5), BLIND, voters)
    return planned(another(blind, n_sources=5, mode="informed"), INFORMED, voters)


def test_blind_against_informed_is_as_counted_by_hand(pi, informed):
    found = comparison_of(informed.campaign, pi)
    assert found["pairs"] == [{"before": 1, "after": 2, "n_shared": 5}]
    assert (found["before"], found["after"]) == ({"round": 1, "mode": "blind"}, {"round": 2, "mode": "informed"})
    compared = found["comparison"]
    assert (compared["n_shared"], compared["n_sources"], compared["n_votes"]) == (5, 5, [15, 15])
    assert compared["is_even"]
    # 1: 1 and 1; 2: 1 and 1; 3: a tie, then 3; 4: 4 and 4; 5: 4, then 1.
    assert compared["sources"] == {"kept": 3, "changed": 1, "settled": 1, "unsettled": 0, "tied": 0}
    tables = [
        np.array([[votes.count(label) for label in "1234"] for votes in plan.values()]) for plan in (BLIND, INFORMED)
    ]
    before, after = (agreement_of_counts(table).human_to_mode for table in tables)
    change = compared["changes"]["human_to_mode"]
    assert (change["before"], change["after"]) == (pytest.approx(11 / 15), pytest.approx(1))
    assert (before, after) == (change["before"], change["after"])
    assert change["difference"]["value"] == pytest.approx(4 / 15)
    assert change["difference"]["low"] <= 4 / 15 <= change["difference"]["high"]
    assert 0 < change["p_value"] < 1


def test_binary_votes_are_mapped_first(pi, informed):
    compared = comparison_of(informed.campaign, pi, level=Level.GROUP)["comparison"]
    # 3: two of three for a cluster, then none; 5: the other way round.
    assert compared["sources"] == {"kept": 3, "changed": 2, "settled": 0, "unsettled": 0, "tied": 0}
    assert compared["changes"]["human_to_mode"]["before"] == pytest.approx(13 / 15)


def test_the_order_is_the_asker_s_and_rounds_that_share_nothing_say_so(pi, voters, informed):
    back = comparison_of(informed.campaign, pi, before=2, after=1)["comparison"]
    assert back["changes"]["human_to_mode"]["difference"]["value"] == pytest.approx(-4 / 15)
    assert back["sources"]["unsettled"] == 1
    alone = make_round(catalog=make_catalog(informed.galaxy, 4), n_sources=4, campaign_name="Other")
    found = comparison_of(alone.campaign, pi)
    assert (found["pairs"], found["before"], found["comparison"]) == ([], None, None)


def test_hidden_rounds_and_strange_numbers_are_refused_in_a_line(pi, voters, informed):
    open_one = another(informed, n_sources=5)
    # All its sources wait for the PI, who may still classify them blind.
    assert comparison_of(open_one.campaign, pi)["pairs"] == []
    with pytest.raises(BadInput, match="after: the votes of round 3 are hidden"):
        comparison_of(open_one.campaign, pi, before=1, after=3)
    with pytest.raises(NotFound, match="has no round 9"):
        comparison_of(open_one.campaign, pi, before=9, after=1)
    with pytest.raises(BadInput, match="cannot be compared with itself"):
        comparison_of(open_one.campaign, pi, before=1, after=1)
    with pytest.raises(BadInput, match="both rounds or neither"):
        comparison_of(open_one.campaign, pi, before=1)


def test_the_api_answers_in_a_fixed_number_of_queries(pi, voters, informed, django_assert_max_num_queries):
    client = Client()
    client.force_login(pi)
    address = f"/api/v1/campaigns/{informed.campaign.uuid}/comparison/"
    with django_assert_max_num_queries(16):
        answer = client.get(address, {"level": "group"})
    assert answer.json() == comparison_of(informed.campaign, pi, level=Level.GROUP)
    assert client.get(address, {"before": "x", "after": 1}).status_code == 400
    assert client.get(address, {"before": 1, "after": 1}).status_code == 422
    stranger = Client()
    stranger.force_login(make_user("stranger"))
    assert stranger.get(address).status_code == 404
