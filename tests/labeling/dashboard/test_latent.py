"""Dawid and Skene's model of a campaign's votes, against the model itself on the same columns."""

from uuid import uuid4

import numpy as np
import pytest
from django.test import Client

from galaxycat.accounts.models import Role
from labeling.agreement.dawid_skene import dawid_skene
from labeling.assignments import MAX_HELD, claim
from labeling.dashboard.latent import SHOWN, latent_of
from labeling.models import Level, Vote
from labeling.voting import cast_vote
from tests.factories import make_catalog, make_galaxy, make_member, make_round, make_team, make_user
from tests.labeling.dashboard.test_page import voted

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def pi(module_db):
    return make_member(make_team(), Role.PI)


@pytest.fixture(scope="module")
def round_(pi):
    """Of every source three programs that look, and two that call all of them 4, which a majority follows and the model does not."""
    catalog = make_catalog(make_galaxy(pi.memberships.get().team), 200)
    round_ = make_round(catalog=catalog, n_sources=200, overlap=5)
    for number in range(2):
        parrot = make_user(f"parrot{number}", is_simulated=True)
        while held := claim(round_=round_, annotator=parrot, count=MAX_HELD):
            for assignment in held:
                cast_vote(client_id=uuid4(), assignment=assignment, annotator=parrot, outcome=Vote.Outcome.LABELED, label="4", seconds_spent=1.0, shown={})  # fmt: skip
    return voted(round_, n_voters=3)


def columns_of(round_):
    rows = Vote.objects.of_round(round_).counted().order_by("pk")
    found = rows.values_list("assignment__draw__source", "assignment__annotator__username", "label__value")
    return [np.unique(column, return_inverse=True) for column in zip(*found, strict=True)]


def test_it_is_the_model_of_these_votes(pi, round_):
    (sources, source), (names, person), (labels, label) = columns_of(round_)
    model = dawid_skene(source, person, label, 4)
    found = latent_of(round_.campaign, pi)
    assert found["labels"] == labels.tolist() == ["1", "2", "3", "4"]
    assert found["model"]["n_sources"] == len(sources)
    assert list(found["model"]["priors"].values()) == pytest.approx(model.priors.tolist(), abs=1e-5)
    assert [row["name"] for row in found["people"]] == names.tolist()
    for row, confusion in zip(found["people"], model.confusion, strict=True):
        assert row["is_simulated"]
        np.testing.assert_allclose(row["confusion"], confusion, atol=1e-4)
        assert (np.array(row["low"]) <= row["confusion"]).all()
        assert (np.array(row["high"]) >= row["confusion"]).all()
        assert row["accuracy"] == pytest.approx(float(model.priors @ np.diagonal(confusion)), abs=1e-4)
    counts = np.zeros((len(sources), 4), dtype=int)
    np.add.at(counts, (source, label), 1)
    leads = counts == counts.max(axis=1, keepdims=True)
    decided = leads.sum(axis=1) == 1
    other = decided & (counts.argmax(axis=1) != model.posterior.argmax(axis=1))
    assert found["n_other"] == int(other.sum()) > 0
    assert len(found["sources"]) == min(found["n_other"], SHOWN)
    assert found["n_ties"] == int((~decided).sum())
    chances = [row["probability"] for row in found["sources"]]
    assert chances == sorted(chances, reverse=True)
    assert all(row["label"] != row["majority"] for row in found["sources"])


def test_thin_votes_are_warned_of_and_no_votes_are_no_model(pi, round_):
    assert latent_of(round_.campaign, pi)["warning"] is None
    team = pi.memberships.get().team
    few = voted(make_round(team, n_sources=10, overlap=2, campaign_name="Few"), n_voters=2)
    assert "trust the majority" in latent_of(few.campaign, pi)["warning"]
    empty = make_round(team, n_sources=4, campaign_name="Empty")
    found = latent_of(empty.campaign, pi)
    assert (found["model"], found["warning"]) == (None, None)


def test_the_api_gives_it_in_a_fixed_number_of_queries(pi, round_, django_assert_max_num_queries):
    client = Client()
    client.force_login(pi)
    address = f"/api/v1/campaigns/{round_.campaign.uuid}/latent/"
    with django_assert_max_num_queries(16):
        answer = client.get(address, {"level": "group"})
    assert answer.json() == latent_of(round_.campaign, pi, Level.GROUP)
    assert client.get(address, {"level": "moon"}).status_code == 400
