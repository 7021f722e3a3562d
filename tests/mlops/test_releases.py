"""A release's columns of a model: fixed when it is made, refused where a blind voter could read them."""

import numpy as np
import pytest

from galaxycat.errors import BadInput, Forbidden
from labeling.rounds import close_round
from mlops.fitting import train_campaign
from mlops.predicting import predictions_of
from mlops.releases import fix_model, model_columns
from tests.factories import make_round
from tests.mlops.factories import make_learning_round, make_measured_catalog, make_model, make_voter, vote_for_truth

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    round_, _, _ = make_learning_round(n_sources=60, n_votes=40)
    version = train_campaign(campaign=round_.campaign)
    close_round(round_=round_)
    return round_, version, {"campaign": str(round_.campaign.uuid)}


def test_columns_are_the_version_its_class_and_its_scores(case):
    round_, version, options = case
    fixed = fix_model(round_.catalog, options)
    assert fixed == {"model": str(version.uuid)}
    columns, provenance = model_columns(round_.catalog, options | fixed)
    by_name = {column.name: column.values for column in columns}
    assert list(by_name) == ["model", "predicted_class", "score_1", "score_2", "score_3", "score_4"]
    probabilities = predictions_of(version)
    assert by_name["predicted_class"].tolist() == [str(code + 1) for code in probabilities.argmax(axis=1)]
    assert np.array_equal(by_name["score_3"], probabilities[:, 2])
    assert set(by_name["model"]) == {"clusters@1"}
    assert (provenance["model"], provenance["n_votes"], provenance["vote_cut"]) == ("clusters@1", 40, version.vote_cut)


def test_the_same_options_give_the_same_bytes_whatever_is_learnt_since(case):
    round_, _, options = case
    options = options | fix_model(round_.catalog, options)
    before, _ = model_columns(round_.catalog, options)
    again = make_round(catalog=round_.catalog, n_sources=60)
    vote_for_truth(again, make_voter(again), 20)
    assert str(train_campaign(campaign=round_.campaign)) == "clusters@2"
    after, _ = model_columns(round_.catalog, options)  # a blind round is open: what is released is released
    assert [column.values.tobytes() for column in before] == [column.values.tobytes() for column in after]


def test_while_a_blind_round_is_open_no_release_takes_predictions(case):
    round_, _, options = case
    make_round(catalog=round_.catalog, n_sources=5)
    with pytest.raises(Forbidden, match="would carry predictions to the voters of an open blind round"):
        fix_model(round_.catalog, options)


def test_sources_without_a_prediction_have_no_class_and_no_score(case):
    round_, _, _ = case
    source = round_.catalog.sources.order_by("number").first()
    version = make_model(round_.catalog)
    columns, _ = model_columns(round_.catalog, {"model": str(version.uuid)})
    assert columns[1].values[0] == "1"
    stored = version.predictions
    array = stored.array(4).copy()
    array[0] = np.nan
    stored.probabilities = array.tobytes()
    stored.save()
    columns, _ = model_columns(round_.catalog, {"model": str(version.uuid)})
    assert (source.number, columns[0].values[0], columns[1].values[0]) == (1, "", "")
    assert np.isnan(columns[2].values[0])


def test_without_a_campaign_or_a_model_there_are_no_columns(case):
    assert fix_model(case[0].catalog, {}) == {}
    assert model_columns(case[0].catalog, {}) == ([], {})


def test_a_model_of_another_catalogue_is_refused(case):
    other = make_model(make_measured_catalog())
    with pytest.raises(BadInput, match="is no model of"):
        fix_model(case[0].catalog, {"model": str(other.uuid)})
