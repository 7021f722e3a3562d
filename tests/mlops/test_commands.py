"""`train` and `predict`, and what the demo asks of models."""

from uuid import UUID

import pytest
from django.core.management.base import CommandError

from labeling.rounds import close_round
from mlops.fitting import train_campaign
from mlops.reports import model_report
from tests.commands import run_json
from tests.factories import make_galaxy, make_round, make_team
from tests.mlops.factories import make_learning_round, make_measured_catalog, make_voter, true_label, vote_for_truth

pytestmark = pytest.mark.django_db


def test_predict_says_model_number_and_classes_and_makes_no_second_version():
    round_, _, _ = make_learning_round(n_sources=60, n_votes=40)
    trained = run_json("train", round_.galaxy.slug)
    assert (trained["model"], trained["n_votes"], trained["n_labels"]) == ("clusters@1", 40, 40)
    assert trained["metrics"]["n"] == 40
    assert trained["evaluated_by"].startswith("5-fold cross-validation by sky blocks")
    predicted = run_json("predict", round_.galaxy.slug)
    assert set(predicted) == {"model", "predictions", "classes"}
    assert (predicted["model"], predicted["predictions"]) == ("clusters@1", 60)
    assert list(predicted["classes"]) == ["1", "2", "3", "4"]
    assert sum(predicted["classes"].values()) == 60


@pytest.mark.parametrize("command", ["train", "predict"])
def test_a_galaxy_without_votes_is_refused_in_one_line(command):
    galaxy = make_galaxy(make_team(), "ngc-9")
    with pytest.raises(CommandError, match=r"^--campaign: ngc-9 has no campaign \(known: none yet: open a round\)$"):
        run_json(command, galaxy.slug)


def test_votes_for_one_class_are_refused_with_the_reason():
    round_, _, _ = make_learning_round(n_votes=1)
    with pytest.raises(CommandError, match="name fewer than two classes; a model takes votes for two"):
        run_json("train", round_.galaxy.slug)


def test_the_report_is_measured_on_the_truth_of_unvoted_sources_or_says_it_is_cross_validated():
    round_ = make_round(catalog=make_measured_catalog(100), n_sources=100)
    # The order in which a person is handed sources comes from these two: the same 40 are voted on in every run.
    round_.uuid = UUID(int=1)
    round_.save(update_fields=["uuid"])
    vote_for_truth(round_, make_voter(round_, uuid=UUID(int=2)), 40)
    version = train_campaign(campaign=round_.campaign)
    close_round(round_=round_)
    truth = {source.pk: true_label(source) for source in round_.catalog.sources.all()}
    report = model_report(version=version, truth=truth)
    assert (report["name"], report["n_labels"], report["predictions"]) == ("clusters@1", 40, 100)
    assert (report["n_evaluated"], report["evaluated_by"]) == (60, "simulated truth of the sources without a vote")
    assert report["accuracy"] > 0.6
    without = model_report(version=version)
    assert without["evaluated_by"].startswith("5-fold cross-validation")
    assert without["n_evaluated"] == 40
