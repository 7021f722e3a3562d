"""The model page: what it says, to whom, and at what cost."""

import pytest
from django.test import Client
from django.urls import reverse

from galaxycat.accounts.models import Role
from galaxycat.jobs.models import Job
from labeling.access import watch
from labeling.rounds import close_round
from mlops.fitting import Desk, evaluate, refit, train_campaign
from tests.factories import make_catalog, make_galaxy, make_member, make_round, make_team
from tests.mlops.factories import make_learning_round, make_model, make_voter, vote_for_truth

pytestmark = pytest.mark.django_db


def get(user, galaxy, name="model"):
    client = Client()
    client.force_login(user)
    return client.get(reverse(name, args=[galaxy.slug]))


def test_a_galaxy_without_models_says_how_one_comes_to_be():
    galaxy = make_galaxy(make_team())
    page = get(make_member(galaxy.team, Role.VIEWER), galaxy)
    assert page.status_code == 200
    assert "No model yet." in page.text
    assert "models learn from photometry alone until a curator pre-trains one" in page.text
    assert "Pre-train an encoder" not in page.text


def test_who_may_still_vote_blind_gets_the_reason_and_no_more():
    round_, _, _ = make_learning_round()
    train_campaign(campaign=round_.campaign)
    curator = make_member(round_.galaxy.team, Role.CURATOR)
    page = get(curator, round_.galaxy)
    assert page.status_code == 403
    assert "choose on its page to watch" in page.text
    assert "clusters@1" not in page.text
    assert get(curator, round_.galaxy, "model_state").status_code == 403
    watch(round_=round_, user=curator)
    assert "clusters@1" in get(curator, round_.galaxy).text


def test_the_page_states_metrics_with_their_number_and_method():
    round_, _, _ = make_learning_round(n_votes=40)
    version = train_campaign(campaign=round_.campaign)
    close_round(round_=round_)
    text = get(make_member(round_.galaxy.team, Role.VIEWER), round_.galaxy).text
    assert f"{100 * version.evaluation.metrics['accuracy']:.1f} %" in text
    assert "N = 40 sources" in text
    assert "5-fold cross-validation by sky blocks, on votes that had seen no prediction" in text
    assert "40 votes on 40 sources of Clusters" in text


@pytest.mark.parametrize(("steps", "asked"), [("40", 40), ("", 1200), (None, 1200)])
def test_pre_training_is_as_long_as_a_curator_says(steps, asked):
    catalog = make_catalog(make_galaxy(make_team()))
    assert pretrain(catalog, steps).status_code == 302
    assert Job.objects.get().arguments == {"catalog": str(catalog.uuid), "steps": asked}


@pytest.mark.parametrize("steps", ["0", "-1", "1.5", "20001", "9" * 30, "\u0664", "soon"])
def test_pre_training_of_no_length_is_refused(steps):
    answer = pretrain(make_catalog(make_galaxy(make_team())), steps)
    assert answer.status_code == 422
    assert "is no whole number from 1 to 20,000" in answer.text
    assert not Job.objects.exists()


def pretrain(catalog, steps):
    client = Client()
    client.force_login(make_member(catalog.galaxy.team, Role.CURATOR))
    said = {"catalog": str(catalog.uuid)} | ({} if steps is None else {"steps": steps})
    return client.post(reverse("pretrain", args=[catalog.galaxy.slug]), said)


def test_a_version_that_was_newest_too_shortly_to_be_measured_has_dashes():
    round_, voter, _ = make_learning_round(n_votes=20)
    desk = Desk(round_.campaign, round_.catalog)
    refit(desk)
    vote_for_truth(round_, voter, 5)
    evaluate(refit(desk), desk)
    close_round(round_=round_)
    page = get(make_member(round_.galaxy.team, Role.VIEWER), round_.galaxy)
    assert page.status_code == 200
    measured, unmeasured = page.text.split("<tbody>")[-1].split("</tr>")[:2]
    assert "clusters@2" in measured
    assert measured.count("–") == 0
    assert "clusters@1" in unmeasured
    assert unmeasured.count("–") == 3


def test_simulated_votes_are_named():
    round_ = make_learning_round(n_votes=10)[0]
    vote_for_truth(round_, make_voter(round_, is_simulated=True), 5)
    train_campaign(campaign=round_.campaign)
    close_round(round_=round_)
    assert "5 of 15 votes simulated" in get(make_member(round_.galaxy.team, Role.VIEWER), round_.galaxy).text


def test_the_number_of_queries_does_not_grow(django_assert_max_num_queries):
    round_, _, _ = make_learning_round(n_votes=12)
    train_campaign(campaign=round_.campaign)
    close_round(round_=round_)
    viewer = make_member(round_.galaxy.team, Role.VIEWER)
    client = Client()
    client.force_login(viewer)
    address = reverse("model", args=[round_.galaxy.slug])
    client.get(address)
    with django_assert_max_num_queries(100) as few:
        client.get(address)
    for name in ("B", "C", "D"):
        other = make_round(catalog=round_.catalog, n_sources=60, campaign_name=name)
        vote_for_truth(other, make_voter(other), 12)
        train_campaign(campaign=other.campaign)
        close_round(round_=other)
    make_model(round_.catalog)
    with django_assert_max_num_queries(len(few)) as many:
        text = client.get(address).text
    assert text.count("@1") >= 5
    assert len(many) == len(few)
