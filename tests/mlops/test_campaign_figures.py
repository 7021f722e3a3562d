"""What the model adds to a campaign's figures over the API: counts, and people and model together."""

import numpy as np
import pytest
from django.test import Client

from galaxycat.accounts.models import Role
from labeling.agreement.crowdlab import crowdlab
from labeling.models import Vote
from labeling.rounds import close_round
from mlops.counting import count_catalog, unseen_predictions
from mlops.fitting import train_campaign
from tests.factories import make_member, make_round
from tests.labeling.dashboard.test_page import another
from tests.mlops.factories import make_measured_catalog, make_voter, vote_for_truth

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def round_(module_db):
    """A closed round of 150 of 300 sources, two voters who know the truth."""
    found = make_round(catalog=make_measured_catalog(300), n_sources=150, overlap=2)
    for name in ("ada", "ben"):
        vote_for_truth(found, make_voter(found, name), 150)
    return close_round(round_=found)


@pytest.fixture
def version(round_):
    return train_campaign(campaign=round_.campaign)


def asked(round_, figure, role=Role.VIEWER):
    client = Client()
    client.force_login(make_member(round_.galaxy.team, role))
    return client.get(f"/api/v1/campaigns/{round_.campaign.uuid}/{figure}/")


def test_counts_are_those_of_the_command(round_, version):
    found = asked(round_, "counts").json()["result"]
    assert found == count_catalog(campaign=round_.campaign, catalog=round_.catalog)
    assert found["model"] == str(version)


def test_together_is_crowdlab_with_predictions_that_have_not_seen_the_votes(round_, version):
    found = asked(round_, "together").json()["result"]
    rows = Vote.objects.counted().order_by("pk")
    votes = rows.values_list("assignment__draw__source__number", "assignment__annotator__username", "label__value")
    number, name, label = (np.array(column) for column in zip(*votes, strict=True))
    names, person = np.unique(name, return_inverse=True)
    codes = np.searchsorted(["1", "2", "3", "4"], label)
    expected = crowdlab(number - 1, person, codes, unseen_predictions(version).astype(float), len(names))
    assert found["model_weight"] == pytest.approx(expected.model_weight)
    assert [row["name"] for row in found["people"]] == names.tolist()
    assert [row["weight"] for row in found["people"]] == pytest.approx(expected.annotator_weight.tolist())
    voted = np.unique(number) - 1
    assert found["n_sources"] == len(voted) == sum(found["quality"]) == 150
    assert found["mean_quality"] == pytest.approx(expected.quality[voted].mean())
    worst = [row["quality"] for row in found["sources"]]
    assert worst == sorted(worst)
    assert worst[0] == pytest.approx(expected.quality[voted].min())


def test_without_a_model_it_says_what_to_do(round_):
    found = asked(round_, "together").json()
    assert (found["result"], found["model"]) == (None, None)
    assert "train one" in found["reason"]
    assert asked(round_, "counts").json()["result"]["model"] is None


def test_new_votes_and_a_new_model_are_answered_anew(round_):
    before = asked(round_, "counts").json()["result"]
    train_campaign(campaign=round_.campaign)
    second = another(round_, n_sources=40, overlap=2)
    vote_for_truth(second, make_voter(second, "cleo"), 40)
    close_round(round_=second)
    after = asked(round_, "counts").json()["result"]
    assert (before["rounds"], after["rounds"]) == ([1], [1, 2])
    assert after["model"]


def test_they_are_hidden_while_a_blind_round_is_open(round_, version):
    another(round_, n_sources=10)
    for figure in ("counts", "together"):
        answer = asked(round_, figure, Role.ANNOTATOR)
        assert answer.json()["result"] is None
        assert "blind rounds" in answer.json()["reason"]
