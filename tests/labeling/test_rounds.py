"""Opening a round: the draw, its probability and seed, regions, informed rounds, refusals."""

import pytest

from catalogs.models import Source
from galaxycat.errors import BadInput
from labeling.models import Consensus, Round
from labeling.rounds import MAX_SEED, close_round, open_round
from labeling.schemes import legus_scheme
from tests.factories import make_catalog, make_galaxy, make_round, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalog():
    return make_catalog(make_galaxy(make_team(), width_px=100, height_px=100), n_sources=60)


def opened(catalog, **fields):
    fields = {"campaign_name": "Clusters", "n_sources": 10, "opened_by": None} | fields
    return open_round(catalog=catalog, scheme=legus_scheme(), **fields)


def square(x0, y0, x1, y1):
    ring = [[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}],
    }


def test_the_draw_has_a_probability_a_seed_and_consensus_rows(catalog):
    round_ = opened(catalog, seed=7)
    assert round_.draw.count() == 10
    assert {draw.probability for draw in round_.draw.all()} == {10 / 60}
    assert sorted(round_.draw.values_list("position", flat=True)) == list(range(10))
    assert round_.parameters == {
        "n_sources": 10, "n_anchors": 0, "n_candidates": 60, "among_previous": False, "sampler": {},
    }  # fmt: skip
    assert Consensus.objects.filter(draw__round=round_).count() == 20


def test_the_same_seed_draws_the_same_sources(catalog):
    first, second, other = (opened(catalog, seed=seed) for seed in (3, 3, 4))
    drawn = [list(round_.draw.values_list("source", flat=True)) for round_ in (first, second, other)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_without_a_seed_a_new_one_is_kept(catalog):
    assert 0 <= opened(catalog).seed <= MAX_SEED


def test_regions_hold_the_draw(catalog):
    inside = Source.objects.filter(catalog=catalog, x_px__gte=0, x_px__lte=50, y_px__gte=0, y_px__lte=50)
    round_ = opened(catalog, n_sources=inside.count(), regions=square(0, 0, 50, 50))
    assert set(round_.draw.values_list("source", flat=True)) == set(inside.values_list("pk", flat=True))
    assert {draw.probability for draw in round_.draw.all()} == {1.0}


def test_sources_off_the_image_are_never_drawn(catalog):
    Source.objects.filter(catalog=catalog, number__gt=20).update(is_outside=True)
    assert opened(catalog, n_sources=20).draw.count() == 20
    with pytest.raises(BadInput, match="choose 1 to 20"):
        opened(catalog, n_sources=21)


def test_rounds_of_a_campaign_are_numbered(catalog):
    assert [opened(catalog).number, opened(catalog).number, opened(catalog, campaign_name="Other").number] == [1, 2, 1]


def test_an_informed_round_needs_and_knows_the_one_before(catalog):
    with pytest.raises(BadInput, match="open a blind round first"):
        opened(catalog, mode=Round.Mode.INFORMED)
    first = close_round(round_=opened(catalog))
    assert opened(catalog, mode=Round.Mode.INFORMED).previous == first


def test_a_round_can_draw_the_previous_rounds_sources_again(catalog):
    first = close_round(round_=opened(catalog))
    again = opened(catalog, among_previous=True, mode=Round.Mode.INFORMED)
    assert set(again.draw.values_list("source", flat=True)) == set(first.draw.values_list("source", flat=True))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"n_sources": 0}, "n_sources: choose 1 to 60"),
        ({"n_sources": 61}, "n_sources: choose 1 to 60"),
        ({"overlap": 0}, "overlap"),
        ({"campaign_name": "  "}, "campaign"),
        ({"sampler": "psychic"}, "choose one of random, disagreement"),
        ({"sampler_parameters": {"floor": 1}}, "sampler_parameters.floor: is no parameter of this sampler"),
        ({"sampler": "disagreement"}, "sampler: By disagreement cannot be chosen now: No round .* closed yet"),
        ({"shows_predictions": True}, "shows_predictions: a blind round shows none"),
        ({"batch_size": 0}, "batch_size: a break comes after 1 to 1000"),
        ({"n_anchors": 60}, "n_anchors: choose 0 to 59"),
        ({"n_anchors": -1}, "n_anchors: choose 0 to 59"),
        ({"n_anchors": 55}, "n_sources: choose 1 to 5, .* beside the anchors"),
        ({"regions": square(500, 500, 600, 600)}, "n_sources: choose 1 to 0"),
        ({"regions": {"type": "Point", "coordinates": [1, 2]}}, "Polygon"),
        ({"among_previous": True}, "no round yet"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_leaves_nothing(catalog, fields, message):
    with pytest.raises(BadInput, match=message):
        opened(catalog, **fields)
    assert not Round.objects.exists()


def test_closing_twice_changes_nothing():
    round_ = close_round(round_=make_round())
    assert not round_.is_open
    assert close_round(round_=round_).closed_at == round_.closed_at
