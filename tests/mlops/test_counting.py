"""`estimate_counts`: from rounds and a model's predictions to the numbers of a catalogue."""

from uuid import uuid4

import numpy as np
import pytest
from django.core.management.base import CommandError

from labeling.assignments import claim
from labeling.rounds import close_round
from labeling.voting import cast_vote
from mlops.counting import count_catalog, unseen_predictions
from mlops.fitting import train_campaign
from mlops.predicting import predictions_of
from tests.commands import run, run_json
from tests.factories import make_galaxy, make_round, make_team
from tests.mlops.factories import make_measured_catalog, make_model, make_voter, true_label, vote_for_truth

pytestmark = pytest.mark.django_db
LABELS = ["1", "2", "3", "4"]


@pytest.fixture(scope="module")
def counted(module_db):
    """400 sources, 100 of each class; a round of 150 drawn at random, all voted on, and a model that learnt from it."""
    round_ = make_round(catalog=make_measured_catalog(400), n_sources=150)
    vote_for_truth(round_, make_voter(round_), 150)
    close_round(round_=round_)
    return round_, train_campaign(campaign=round_.campaign)


def test_the_command_counts_classes_and_groups_with_their_intervals(counted):
    round_, version = counted
    result = run_json("estimate_counts", round_.galaxy.slug, round_.catalog.name)
    assert (result["model"], result["n_sources"], result["n_labelled"], result["rounds"]) == (
        str(version),
        400,
        150,
        [1],
    )
    assert (list(result["classes"]), list(result["groups"])) == (LABELS, ["cluster", "non-cluster"])
    for found in result["classes"].values():
        assert found["low"] <= found["estimate"] <= found["high"]
        assert abs(found["estimate"] - 100) < 3.3 * found["standard_error"]
        assert found["contamination"]["low"] <= found["contamination"]["estimate"] <= found["contamination"]["high"]
    cluster = result["groups"]["cluster"]
    assert abs(cluster["estimate"] - 200) < 3.3 * cluster["standard_error"]
    assert sum(found["estimate"] for found in result["groups"].values()) == pytest.approx(400)
    assert sum(found["called"] for found in result["classes"].values()) == 400
    text = run("estimate_counts", round_.galaxy.slug, round_.catalog.name)
    assert "150 of 400 sources labelled, model clusters@1" in text
    assert "the model calls" in text


def test_a_model_narrows_the_intervals(counted):
    round_, _ = counted
    campaign, catalog = round_.campaign, round_.catalog
    aided, plain = (count_catalog(campaign=campaign, catalog=catalog, model=name)["classes"] for name in (None, "none"))
    for label in LABELS:
        assert aided[label]["high"] - aided[label]["low"] < 0.9 * (plain[label]["high"] - plain[label]["low"])
        assert aided[label]["effective_n"] > 150 > 0.9 * plain[label]["effective_n"]
    assert (plain["1"]["called"], plain["1"]["contamination"]) == (None, None)


def test_a_probe_is_asked_about_labelled_sources_without_their_labels(counted):
    """Votes that say nothing at all: a model that has seen them looks better than chance, without them it does not."""
    round_ = make_round(catalog=make_measured_catalog(400, seed=5), n_sources=200, campaign_name="Noise")
    rng = np.random.default_rng(0)
    voter = make_voter(round_)
    labels = dict(zip(round_.draw.values_list("source__number", flat=True), rng.choice(LABELS, 200), strict=True))
    vote_for_labels(round_, voter, labels)
    version = train_campaign(campaign=round_.campaign)
    rows = np.array(sorted(labels)) - 1
    said = np.array([LABELS.index(labels[row + 1]) for row in rows])
    seen, unseen = predictions_of(version)[rows], unseen_predictions(version)[rows]
    doubt = [-np.log(each[np.arange(len(rows)), said]).mean() for each in (seen, unseen)]
    assert doubt[0] < np.log(4) <= doubt[1] + 0.01
    np.testing.assert_allclose(unseen_predictions(version).sum(axis=1), 1, atol=1e-5)


def vote_for_labels(round_, voter, labels):
    while handed := claim(round_=round_, annotator=voter, count=10):
        for each in handed:
            label = labels[each.draw.source.number]
            cast_vote(client_id=uuid4(), assignment=each, annotator=voter, outcome="labeled", label=label)


def test_imported_predictions_are_taken_as_they_are(counted):
    round_, _ = counted
    version = make_model(round_.catalog)
    result = run_json("estimate_counts", round_.galaxy.slug, round_.catalog.name, "--model", "imported@1")
    assert (result["model"], result["classes"]["1"]["called"]) == (str(version), 400)
    # It says the same of all, so what it calls class 1 is the catalogue, and three quarters of that are not.
    share = result["classes"]["1"]["contamination"]
    assert share["low"] <= 0.75 <= share["high"]
    assert result["classes"]["2"]["contamination"] is None


def test_a_second_round_by_uncertainty_adds_to_the_first(counted):
    round_, version = counted
    second = make_round(catalog=round_.catalog, n_sources=60, sampler="uncertainty", n_anchors=20)
    voter = make_voter(second)
    vote_for_truth(second, voter, 80)
    alone, both = (
        count_catalog(campaign=round_.campaign, catalog=round_.catalog, rounds=rounds, model=str(version))
        for rounds in ((1,), ())
    )
    assert (alone["rounds"], both["rounds"]) == ([1], [1, 2])
    assert both["n_labelled"] > 150
    for label in LABELS:
        assert abs(both["classes"][label]["estimate"] - 100) < 3.3 * both["classes"][label]["standard_error"]
        assert both["classes"][label]["standard_error"] < alone["classes"][label]["standard_error"]


def test_the_truth_of_these_catalogues_is_even(counted):
    round_, _ = counted
    labels = [true_label(source) for source in round_.catalog.sources.all()]
    assert [labels.count(label) for label in LABELS] == [100] * 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--model", "nobody@3"], r"^--model nobody@3: .* has no such model \(the newest: clusters@1\); or say none$"),
        (["--model", "clusters@x"], "^--model clusters@x: .* has no such model"),
        (["--round", "4"], "^--round 4: is no round of Clusters"),
        (["--campaign", "Other"], "^--campaign: .* has no campaign Other"),
    ],
)
def test_what_is_not_there_is_named(counted, options, message):
    round_, _ = counted
    with pytest.raises(CommandError, match=message):
        run_json("estimate_counts", round_.galaxy.slug, round_.catalog.name, *options)


def test_without_a_campaign_there_is_nothing_to_count():
    galaxy = make_galaxy(make_team(), "ngc-9")
    with pytest.raises(CommandError, match="has no campaign"):
        run_json("estimate_counts", "ngc-9", "any")
    assert galaxy.catalogs.count() == 0
