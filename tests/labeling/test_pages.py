"""The round pages: the form that opens a round, what the results list, the votes as CSV."""

import json

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from labeling.agreement.statistics import statistics_with_groups
from labeling.agreement.votetable import read_votes
from labeling.models import Round
from labeling.rounds import close_round, open_round
from labeling.schemes import legus_scheme
from labeling.simulated import vote_in_simulation
from labeling.tally import round_agreement
from tests.factories import make_catalog, make_galaxy, make_member, make_round, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def pi(team):
    client = Client()
    client.force_login(make_member(team, "pi"))
    return client


def square(side):
    ring = [[0, 0], [side, 0], [side, side], [0, side], [0, 0]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.mark.parametrize(
    ("regions", "status", "kept"),
    [
        ("", 302, None),
        ({"type": "FeatureCollection", "features": []}, 302, None),
        (square(250), 302, square(250)),
        ({"type": "Point", "coordinates": [1, 2]}, 422, None),
        ([1], 422, None),
        ("nonsense", 422, None),
    ],
)
def test_a_region_is_used_or_refused_and_never_dropped(team, pi, regions, status, kept):
    catalog = make_catalog(make_galaxy(team), n_sources=80)
    text = regions if isinstance(regions, str) else json.dumps(regions)
    form = {"campaign_name": "Clusters", "catalog": str(catalog.uuid), "n_sources": 3, "mode": "blind", "regions": text}
    answer = pi.post(reverse("new_round", args=[catalog.galaxy.slug]), form)
    assert answer.status_code == status
    assert [round_.regions for round_ in Round.objects.all()] == ([kept] if status == 302 else [])


def simulated_round(team, n_sources=12) -> Round:
    round_ = make_round(team, n_sources=n_sources, is_simulated=True)
    voters = [make_user(f"robot{n}-{team.pk}", is_simulated=True) for n in range(3)]
    vote_in_simulation(round_=round_, voters=voters, truth={}, rng=np.random.default_rng(4))
    return close_round(round_=round_)


def test_the_csv_gives_the_page_s_agreement_back(team, pi, tmp_path):
    round_ = simulated_round(team)
    path = tmp_path / "votes.csv"
    path.write_bytes(pi.get(reverse("votes_csv", args=[round_.uuid])).content)
    again = statistics_with_groups(read_votes(path), None, round_.campaign.scheme.groups)
    for level, figures in (("label", again), ("group", again["groups"])):
        here = round_agreement(round_, level)
        assert here.human_to_mode == figures["human_to_mode"]
        assert here.human_to_mode_leave_one_out == figures["human_to_mode_leave_one_out"]
        assert here.human_to_mode_chance == figures["human_to_mode_chance"]


def test_simulated_voters_are_labelled_and_a_person_is_no_simulated_voter(team, pi):
    round_ = simulated_round(team)
    page = pi.get(reverse("round", args=[round_.uuid])).content.decode()
    assert page.count("(simulated)") >= 3
    assert "simulated voters" in page
    with pytest.raises(ValueError, match="is a person"):
        vote_in_simulation(round_=round_, voters=[make_user()], truth={}, rng=None)


def test_sources_that_wait_in_a_blind_round_are_not_listed(team, pi):
    round_ = simulated_round(team, n_sources=4)
    everything = pi.get(reverse("round", args=[round_.uuid])).content.decode()
    open_round(
        catalog=round_.catalog, scheme=legus_scheme(), campaign_name="Clusters", n_sources=4, opened_by=None, among_previous=True
    )  # fmt: skip
    veiled = pi.get(reverse("round", args=[round_.uuid])).content.decode()
    assert (everything.count("/cutouts/"), veiled.count("/cutouts/")) == (4, 0)
    assert "4 sources of this round are not listed" in veiled
    assert pi.get(reverse("votes_csv", args=[round_.uuid])).status_code == 403


@pytest.mark.parametrize("n_sources", [10, 60])
def test_the_round_page_costs_the_same_for_any_round(team, pi, n_sources, django_assert_max_num_queries):
    round_ = simulated_round(team, n_sources=n_sources)
    pi.get(reverse("round", args=[round_.uuid]))
    with django_assert_max_num_queries(34):
        assert pi.get(reverse("round", args=[round_.uuid])).status_code == 200


@pytest.mark.parametrize("n_galaxies", [1, 8])
def test_the_home_page_costs_the_same_for_any_number_of_galaxies(team, pi, n_galaxies, django_assert_max_num_queries):
    for _ in range(n_galaxies):
        make_round(team)
    with django_assert_max_num_queries(9):
        assert pi.get(reverse("home")).status_code == 200


def opening(catalog, **fields):
    form = {"campaign_name": "Clusters", "catalog": str(catalog.uuid), "n_sources": 3, "mode": "blind", "regions": ""}
    return form | fields


def test_the_form_opens_a_round_by_disagreement_with_anchors(team, pi):
    first = simulated_round(team, n_sources=10)
    form = opening(
        first.catalog, sampler="disagreement", disagreement_round=str(first.uuid), n_anchors=2, mode="informed",
        shows_predictions="on", batch_size=25,
    )  # fmt: skip
    address = reverse("new_round", args=[first.galaxy.slug])
    assert pi.post(address, form).status_code == 302
    round_ = first.campaign.rounds.get(number=2)
    assert (round_.sampler, round_.parameters["sampler"]["round"]) == ("disagreement", str(first.uuid))
    assert (round_.draw.count(), round_.shows_predictions, round_.batch_size) == (5, True, 25)
    page = pi.get(address).content.decode()
    assert '"Clusters": {"rounds": 2, "anchors": 2}' in page


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"n_sources": 90}, "n_sources", "Choose 1 to 80"),
        ({"mode": "informed"}, "mode", "An informed round shows"),
        ({"shows_predictions": "on"}, "shows_predictions", "A blind round shows none"),
        ({"n_anchors": 80}, "n_anchors", "Choose 0 to 79"),
        ({"batch_size": 0}, "batch_size", "greater than or equal to 1"),
        ({"sampler": "psychic"}, "sampler", "not one of the available choices"),
        ({"sampler": "disagreement"}, "sampler", "No round of this galaxy is closed yet"),
        ({"campaign_name": " "}, "campaign_name", "required"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(team, pi, fields, field, message):
    catalog = make_catalog(make_galaxy(team), n_sources=80)
    answer = pi.post(reverse("new_round", args=[catalog.galaxy.slug]), opening(catalog, **fields))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert message in answer.context["form"].errors[field][0]
    assert message in answer.content.decode()
    assert not Round.objects.exists()


def test_a_sampler_s_wrong_parameter_stands_beside_it(team, pi):
    first = simulated_round(team)
    form = opening(first.catalog, campaign_name="Another", sampler="disagreement", disagreement_round=str(first.uuid))
    answer = pi.post(reverse("new_round", args=[first.galaxy.slug]), form)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["disagreement_round"])
    assert "Is no closed round of the campaign Another" in answer.content.decode()
