"""Drawing by a model's uncertainty: known probabilities, and what is stored suffices to draw again."""

import numpy as np
import pytest

from galaxycat.errors import BadInput
from labeling.pps import inclusion_probabilities
from labeling.rounds import close_round
from labeling.samplers import SAMPLERS
from mlops.fitting import train_campaign
from mlops.learning.acquisition import entropy
from mlops.predicting import predictions_of
from tests.factories import make_round
from tests.mlops.factories import make_learning_round, make_measured_catalog, vote_for_truth

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    round_, voter, _ = make_learning_round(n_sources=100, n_votes=60)
    version = train_campaign(campaign=round_.campaign)
    close_round(round_=round_)
    return round_, voter, version


def test_the_uncertain_are_drawn_more_often_with_the_probability_that_is_stored(case):
    first, _, version = case
    second = make_round(catalog=first.catalog, n_sources=30, sampler="uncertainty")
    expected = inclusion_probabilities(entropy(predictions_of(version)), 30, 0.2)
    numbers = list(first.catalog.sources.order_by("number").values_list("pk", flat=True))
    stored = dict(second.draw.values_list("source", "probability"))
    assert len(stored) == 30
    assert all(stored[pk] == pytest.approx(expected[numbers.index(pk)]) for pk in stored)
    assert min(expected) > 0.05
    assert max(expected) > 2 * min(expected)


def test_the_models_version_is_stored_and_the_same_seed_draws_the_same_whatever_is_learnt_since(case):
    first, voter, version = case
    second = make_round(catalog=first.catalog, n_sources=30, sampler="uncertainty", seed=7)
    assert second.parameters["sampler"] == {"model": str(version.uuid), "model_name": "clusters@1", "floor": 0.2}
    candidates = np.array(first.catalog.sources.order_by("number").values_list("pk", flat=True))

    def drawn():
        rng = np.random.default_rng(7)
        return SAMPLERS["uncertainty"].draw(first.catalog, candidates, 30, rng, second.parameters["sampler"])

    before = drawn()
    vote_for_truth(second, voter, 10)
    assert str(train_campaign(campaign=first.campaign)) == "clusters@2"
    after = drawn()
    assert np.array_equal(before.indices, after.indices)
    assert before.probabilities == pytest.approx(after.probabilities, abs=1e-6)


def test_the_order_of_the_draw_says_nothing_of_the_uncertainty(case):
    first, _, version = case
    weights = entropy(predictions_of(version))
    candidates = np.array(first.catalog.sources.order_by("number").values_list("pk", flat=True))
    parameters = {"model": str(version.uuid), "floor": 0.2}
    correlations = [
        np.corrcoef(np.arange(60), weights[SAMPLERS["uncertainty"].draw(
            first.catalog, candidates, 60, np.random.default_rng(seed), parameters
        ).indices])[0, 1]
        for seed in range(40)
    ]  # fmt: skip
    assert abs(np.mean(correlations)) < 0.08
    assert len(correlations) == 40


def test_without_a_model_it_is_refused_with_the_mend():
    catalog = make_measured_catalog()
    with pytest.raises(BadInput, match="No model has learnt from this galaxy's votes yet"):
        make_round(catalog=catalog, n_sources=5, sampler="uncertainty")


def test_another_campaigns_model_does_not_decide(case):
    with pytest.raises(BadInput, match="no model has learnt from this campaign's votes on the catalogue yet"):
        make_round(catalog=case[0].catalog, n_sources=5, sampler="uncertainty", campaign_name="Others")


def test_it_takes_no_parameter(case):
    with pytest.raises(BadInput, match="model: is no parameter of this sampler"):
        make_round(catalog=case[0].catalog, n_sources=5, sampler="uncertainty", sampler_parameters={"model": "x"})
