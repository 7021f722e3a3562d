"""Samplers that ask a model which sources are worth a vote."""

from typing import Any

import numpy as np

from catalogs.models import Catalog, Galaxy
from galaxycat.errors import BadInput
from labeling.models import Campaign
from labeling.pps import FLOOR, pps_sample
from labeling.samplers import Draw, Parameters, SamplerEntry, known_parameters
from mlops.featuring import source_order
from mlops.learning.acquisition import entropy
from mlops.models import ModelVersion, Predictor

NOTHING_LEARNT = "no model has learnt from this campaign's votes on the catalogue yet; close a round with votes first"


def draw_by_uncertainty(
    catalog: Catalog, candidates: np.ndarray, n: int, rng: np.random.Generator, parameters: Parameters
) -> Draw:
    """Sources in proportion to the entropy of their prediction, with a floor: each may be drawn.

    `candidates` are primary keys (m,); `parameters` name the model's version by its UUID, and the floor. The order drawn
    says nothing of the entropies.
    """
    # Here and below: only who draws needs SciPy's optimisers, and every command would wait for them.
    from mlops.predicting import predictions_of

    version = ModelVersion.objects.select_related("predictor__catalog").get(uuid=parameters["model"])
    row_of = source_order(catalog).row_of
    predictions = predictions_of(version)[[row_of[int(pk)] for pk in candidates]]
    known = np.isfinite(predictions).all(axis=1)
    # A source without a prediction is as uncertain as one can be.
    weights = np.ones(len(candidates))
    weights[known] = entropy(predictions[known])
    return Draw(*pps_sample(weights, n, rng, parameters["floor"]))


def clean_uncertainty(catalog: Catalog, campaign: Campaign, parameters: Parameters) -> dict[str, Any]:
    """The newest version of the campaign's model on this catalogue, by UUID and by name. It takes no parameter."""
    from mlops.predicting import current_version

    known_parameters(parameters)
    version = current_version(campaign, catalog)
    if version is None:
        raise BadInput(f"sampler: {NOTHING_LEARNT}, or draw at random")
    return {"model": str(version.uuid), "model_name": str(version), "floor": FLOOR}


def why_no_uncertainty(galaxy: Galaxy) -> str | None:
    learnt = Predictor.objects.filter(catalog__galaxy=galaxy, kind=Predictor.Kind.PROBE)
    return None if learnt.exists() else "No model has learnt from this galaxy's votes yet."


UNCERTAINTY = SamplerEntry(
    title="By the model's uncertainty",
    description="Sources whose prediction is undecided come more often; a fifth of the draw falls evenly on all.",
    draw=draw_by_uncertainty,
    clean=clean_uncertainty,
    why_not=why_no_uncertainty,
)
