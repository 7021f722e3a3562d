"""Pre-training on real pixels: what is kept, and that models use it."""

import io
import json

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from galaxycat.errors import BadInput
from galaxycat.events.models import Event
from galaxycat.jobs.models import Job
from galaxycat.jobs.running import run_job
from galaxycat.jobs.starting import start_job
from mlops.fitting import Desk, refit
from mlops.learning import byol
from mlops.learning.encoder import encode, load_encoder
from mlops.models import Encoder, FeatureSet
from mlops.predicting import predictions_of
from mlops.pretraining import inputs_of, pretrain_galaxy, spec_of
from mlops.reconciling import places_behind
from tests.factories import make_catalog
from tests.mlops.factories import make_voter, vote_for_truth

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def quick(monkeypatch):
    """The world's stars are all alike and two steps teach nothing: here it is what is kept that is tested."""
    monkeypatch.setattr("mlops.learning.byol.COLLAPSED", 0.0)


def test_an_encoder_is_kept_with_the_features_it_gives(world, quick):
    encoder = pretrain_galaxy(galaxy=world.galaxy, catalog=world.catalog, steps=4)
    assert (encoder.method, encoder.n_steps, encoder.mosaic) == ("BYOL", 4, world.galaxy.latest_mosaic)
    assert encoder.summary["n_sources"] == world.catalog.sources.on_image().count()
    features = FeatureSet.objects.get(encoder=encoder, catalog=world.catalog)
    array = features.read()
    assert array.shape == (world.catalog.sources.count(), features.dim)
    again = load_encoder(encoder.weights())
    inputs = inputs_of(world.catalog, encoder.mosaic, again.spec)
    assert np.allclose(encode(again, inputs), array, atol=1e-4)
    event = Event.objects.get(topic__name=f"predictions.{world.catalog.uuid}")
    assert (event.kind, event.payload) == ("encoder", {"encoder": str(encoder)})


def test_the_same_training_again_is_the_same_encoder(world, quick):
    first = pretrain_galaxy(galaxy=world.galaxy, catalog=world.catalog, steps=2)
    assert pretrain_galaxy(galaxy=world.galaxy, catalog=world.catalog, steps=2) == first
    assert pretrain_galaxy(galaxy=world.galaxy, catalog=world.catalog, steps=2, seed=5) != first
    assert Encoder.objects.count() == FeatureSet.objects.count() == 2


def test_a_model_is_behind_when_an_encoder_came_and_uses_it_from_then_on(world, quick):
    vote_for_truth(world.round, make_voter(world.round), 8)
    desk = Desk(world.round.campaign, world.catalog)
    first = refit(desk)
    assert (first.encoder, places_behind()) == (None, [])
    before = predictions_of(first).copy()
    encoder = pretrain_galaxy(galaxy=world.galaxy, catalog=world.catalog, steps=2)
    assert places_behind() == [(world.round.campaign.pk, world.catalog.pk)]
    second = refit(desk)
    assert second.encoder == encoder
    assert places_behind() == []
    assert np.allclose(predictions_of(first), before, atol=1e-5)  # of photometry alone, made again


def test_features_that_tell_no_source_apart_are_refused_and_not_kept(world, monkeypatch):
    # After two steps the running statistics make all features alike; judged so early, that is a collapse.
    monkeypatch.setattr(byol, "SETTLED", 1)
    with pytest.raises(BadInput, match="the features of all sources are alike"):
        pretrain_galaxy(galaxy=world.galaxy, catalog=world.catalog, steps=2)
    assert not Encoder.objects.exists()


def test_too_few_sources_are_refused(world):
    few = make_catalog(world.galaxy, 5)
    with pytest.raises(BadInput, match="5 sources on the image are too few to pre-train on; 20 are needed"):
        pretrain_galaxy(galaxy=world.galaxy, catalog=few)
    assert not Encoder.objects.exists()


def test_the_scale_follows_from_the_sizes_of_the_sources(world, quick):
    stars = pretrain_galaxy(galaxy=world.galaxy, catalog=world.catalog, steps=2)
    assert (stars.scale, np.median(world.catalog.sources.values_list("measurements__n_pixels", flat=True))) == (1, 43)
    # Circles of 40 px on one in two, and no size of the others: 2 x 40 / 16 image pixels to one.
    wide = make_catalog(world.galaxy, 40)
    for source in wide.sources.filter(number__lte=20):
        source.measurements = {"n_pixels": 400 * np.pi}
        source.save()
    encoder = pretrain_galaxy(galaxy=world.galaxy, catalog=wide, steps=2)
    assert (encoder.scale, load_encoder(encoder.weights()).spec.scale) == (5, 5)


def test_a_scale_may_be_given_and_is_another_encoder_and_another_input(world, quick):
    first, second = (pretrain_galaxy(galaxy=world.galaxy, catalog=world.catalog, steps=2, scale=n) for n in (1, 3))
    assert (first.scale, second.scale, first.sha256 == second.sha256) == (1, 3, False)
    specs = [spec_of(world.catalog, first.mosaic, n) for n in (1, 3)]
    one, three = (inputs_of(world.catalog, first.mosaic, spec) for spec in specs)
    assert one.filename != three.filename
    assert not np.array_equal(one, three)


# An image of 300 px: 18 x 16 px fit.
@pytest.mark.parametrize("scale", [0, -1, 19])
def test_a_scale_that_does_not_suit_the_image_is_refused(world, scale):
    with pytest.raises(BadInput, match=rf"--scale: {scale} is outside 1 to 18; give a whole number .* 300 x 300 px"):
        pretrain_galaxy(galaxy=world.galaxy, catalog=world.catalog, scale=scale)
    assert not Encoder.objects.exists()


def test_a_scale_that_is_no_whole_number_is_refused(world):
    with pytest.raises(CommandError, match=r"--scale: invalid int value: '1\.5'"):
        call_command("pretrain", world.galaxy.slug, "--scale", "1.5")


def test_the_command_says_what_it_made(world, quick):
    out = io.StringIO()
    call_command(
        "pretrain", world.galaxy.slug, "--steps", "2", "--scale", "2", "--json", stdout=out, stderr=io.StringIO()
    )
    result = json.loads(out.getvalue())
    assert (result["steps"], result["scale"], result["catalog"]) == (2, 2, world.catalog.name)
    assert Encoder.objects.get().sha256 == result["encoder"]


@pytest.mark.parametrize("kind", ["pretrain", "train"])
def test_it_runs_as_a_job_and_the_job_tells_no_prediction(world, kind, quick):
    vote_for_truth(world.round, make_voter(world.round), 8)
    arguments = {
        "pretrain": {"catalog": str(world.catalog.uuid), "steps": 4},
        "train": {"campaign": str(world.round.campaign.uuid)},
    }
    job = start_job(kind=kind, team=world.team, subject=world.galaxy.slug, arguments=arguments[kind])
    run_job(job.pk)
    job = Job.objects.get(pk=job.pk)
    assert (job.state, job.error) == (Job.State.DONE, "")
    keys = {"pretrain": {"encoder", "sources", "seconds"}, "train": {"model", "votes"}}
    assert set(job.result) == keys[kind]
