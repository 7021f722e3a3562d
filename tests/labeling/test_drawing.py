"""Samplers and anchors of a next round: known probabilities, one set of anchors a campaign, an order that says nothing."""

from uuid import UUID, uuid4

import numpy as np
import pytest

from galaxycat.errors import BadInput
from labeling.assignments import claim
from labeling.models import Anchor, Round
from labeling.pps import FLOOR, inclusion_probabilities
from labeling.rounds import close_round, open_round
from labeling.schemes import legus_scheme
from labeling.voting import cast_vote
from tests.factories import make_catalog, make_galaxy, make_member, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def catalog(team):
    return make_catalog(make_galaxy(team), n_sources=40)


def opened(catalog, n_sources=10, **fields):
    fields = {"campaign_name": "Clusters", "opened_by": None} | fields
    return open_round(catalog=catalog, scheme=legus_scheme(), n_sources=n_sources, **fields)


def vote_on_all(round_, *labels_of):
    """A person for each function of (the source's number) -> label."""
    for label_of in labels_of:
        voter = make_member(round_.galaxy.team)
        while handed := claim(round_=round_, annotator=voter, count=10):
            for each in handed:
                label = label_of(each.draw.source.number)
                cast_vote(client_id=uuid4(), assignment=each, annotator=voter, outcome="labeled", label=label)
    return close_round(round_=round_)


@pytest.fixture
def divided(catalog):
    """A closed round on all sources: 1 to 4 are tied, on all others two people agree."""
    round_ = opened(catalog, n_sources=40)
    return vote_on_all(round_, lambda number: "1", lambda number: "3" if number <= 4 else "1")


def test_disagreement_draws_the_divided_sources_and_states_each_probability(catalog, divided):
    round_ = opened(catalog, sampler="disagreement", sampler_parameters={"round": str(divided.uuid)}, seed=5)
    weights = (np.arange(1, 41) <= 4).astype(float)
    expected = inclusion_probabilities(weights, 10)
    drawn = {draw.source.number: draw.probability for draw in round_.draw.select_related("source")}
    assert len(drawn) == 10
    assert {1, 2, 3, 4} <= set(drawn)
    assert drawn == pytest.approx({number: expected[number - 1] for number in drawn})
    assert min(drawn.values()) >= FLOOR * 10 / 40
    assert round_.parameters["sampler"] == {"round": str(divided.uuid), "round_number": 1, "floor": FLOOR}


def test_sources_without_votes_there_may_still_be_drawn(catalog):
    first = vote_on_all(opened(catalog, n_sources=5), lambda number: "1", lambda number: "2")
    round_ = opened(catalog, n_sources=30, sampler="disagreement", sampler_parameters={"round": str(first.uuid)})
    assert round_.draw.exclude(source__draws__round=first).count() == 25


@pytest.mark.parametrize("wanted", ["", "x", str(UUID(int=7)), "open", "foreign"])
def test_only_a_closed_round_of_the_campaign_decides(catalog, divided, wanted):
    if wanted == "open":
        wanted = str(opened(catalog).uuid)
    if wanted == "foreign":
        wanted = str(close_round(round_=opened(catalog, campaign_name="Other")).uuid)
    before = Round.objects.count()
    with pytest.raises(BadInput, match=r"sampler_parameters\.round: "):
        opened(catalog, sampler="disagreement", sampler_parameters={"round": wanted})
    assert Round.objects.count() == before


def anchors_of(round_):
    return {draw.source_id: draw.probability for draw in round_.draw.filter(is_anchor=True)}


def test_anchors_are_drawn_once_and_put_in_every_round_that_asks(catalog):
    first = opened(catalog, n_anchors=6, seed=1)
    second = opened(catalog, n_anchors=6, seed=2)
    without = opened(catalog, seed=3)
    assert first.draw.count() == second.draw.count() == 16
    assert (
        anchors_of(first)
        == anchors_of(second)
        == dict.fromkeys(Anchor.objects.values_list("source", flat=True), 6 / 40)
    )
    assert {draw.probability for draw in first.draw.filter(is_anchor=False)} == {10 / 34}
    assert (without.draw.count(), anchors_of(without)) == (10, {})
    assert (Anchor.objects.count(), first.parameters["n_anchors"]) == (6, 6)


def test_anchors_stay_though_the_round_draws_elsewhere(catalog):
    first = opened(catalog, n_anchors=6, seed=1)
    plain = close_round(round_=opened(catalog, seed=2))
    again = opened(catalog, n_sources=4, n_anchors=6, among_previous=True)
    assert anchors_of(again) == anchors_of(first)
    others = again.draw.filter(is_anchor=False)
    assert others.filter(source__draws__round=plain).count() == 4


def test_asking_for_anchors_draws_the_same_anchors_for_the_same_seed(catalog):
    first, second = (opened(catalog, campaign_name=name, n_anchors=6, seed=8) for name in ("One", "Two"))
    assert anchors_of(first) == anchors_of(second)
    assert list(first.draw.values_list("source", "is_anchor")) == list(second.draw.values_list("source", "is_anchor"))


@pytest.mark.parametrize("n_anchors", [1, 7])
def test_another_number_of_anchors_is_refused(catalog, n_anchors):
    opened(catalog, n_anchors=6)
    with pytest.raises(BadInput, match="anchors are 6 sources; choose 6, or 0"):
        opened(catalog, n_anchors=n_anchors)


def test_anchors_of_another_catalogue_are_refused(catalog):
    opened(catalog, n_anchors=6)
    other = make_catalog(catalog.galaxy, n_sources=40)
    with pytest.raises(BadInput, match="sources of another catalogue"):
        opened(other, n_anchors=6)


def test_the_order_tells_no_anchor(catalog):
    """Mean position of the anchors over many draws: that of all, 7.5 of 0 to 15, to three standard errors."""
    positions = [
        position
        for seed in range(40)
        for position in opened(catalog, campaign_name=f"C{seed}", n_anchors=6, seed=seed)
        .draw.filter(is_anchor=True)
        .values_list("position", flat=True)
    ]
    assert len(positions) == 240
    assert abs(np.mean(positions) - 7.5) < 3 * 4.6 / np.sqrt(240)


def test_an_informed_round_may_show_predictions_and_a_batch_has_a_size(catalog):
    close_round(round_=opened(catalog))
    round_ = opened(catalog, mode=Round.Mode.INFORMED, shows_predictions=True, batch_size=20)
    assert (round_.shows_predictions, round_.batch_size) == (True, 20)
    assert opened(catalog).batch_size == 50
