"""Samplers that ask a model which sources are worth a vote."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from catalogs.models import Catalog
from galaxycat.errors import BadInput
from labeling.pps import pps_sample
from labeling.samplers import Draw
from mlops.featuring import source_order
from mlops.learning.acquisition import entropy
from mlops.models import ModelVersion, Predictor
from mlops.predicting import predictions_of

# This share of the draw is as if at random, so that no source is out of reach and its weight in estimates is bounded.
FLOOR = 0.2


def uncertainty_model(catalog: Catalog, parameters: Mapping[str, Any]) -> ModelVersion:
    """The version named in `parameters` ("model": "name@version"), else the catalogue's newest. Raises BadInput."""
    versions = ModelVersion.objects.filter(predictor__catalog=catalog, predictor__kind=Predictor.Kind.PROBE)
    wanted = parameters.get("model")
    if wanted:
        name, _, number = str(wanted).partition("@")
        found = versions.filter(predictor__name=name, number=int(number) if number.isdecimal() else 0).first()
    else:
        found = versions.order_by("pk").last()
    if found is None:
        named = f"no model {wanted}" if wanted else "no model"
        raise BadInput(f"sampler: there is {named} of {catalog} to be uncertain; close a round with votes first")
    return found


def draw_by_uncertainty(
    catalog: Catalog, candidates: np.ndarray, n: int, rng: np.random.Generator, parameters: Mapping[str, Any]
) -> Draw:
    """Sources in proportion to the entropy of their prediction, with a floor: each may be drawn.

    `candidates` are primary keys (m,). The order drawn says nothing of the entropies.
    """
    version = uncertainty_model(catalog, parameters)
    row_of = source_order(catalog).row_of
    predictions = predictions_of(version)[[row_of[int(pk)] for pk in candidates]]
    known = np.isfinite(predictions).all(axis=1)
    # A source without a prediction is as uncertain as one can be.
    weights = np.ones(len(candidates))
    weights[known] = entropy(predictions[known])
    indices, probabilities = pps_sample(weights, n, rng, FLOOR)
    return Draw(indices, probabilities)
