"""What models contribute to a catalogue's release: the version, its class and its scores of each source."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import numpy as np
from django.db import transaction

from catalogs.models import Catalog
from catalogs.releases.columns import Column
from galaxycat.errors import BadInput
from mlops.access import require_no_blind_round
from mlops.models import ModelVersion
from mlops.predicting import keep_predictions, predictions_of


@transaction.atomic
def fix_model(catalog: Catalog, options: Mapping[str, Any]) -> dict[str, str]:
    """The option "model", the UUID of the version that a release will hold for good; nothing where there is no model.

    The one asked for in `options`, else the newest of the campaign that `options` name. Its predictions are kept to the
    last bit from now on. Raises Forbidden while a blind round of the galaxy is open, whose voters could open the
    release, and BadInput for a model that is not of this catalogue.
    """
    version = _asked_for(catalog, options)
    if version is None:
        return {}
    require_no_blind_round(catalog.galaxy, "A release with predictions")
    keep_predictions(version)
    return {"model": str(version.uuid)}


def _asked_for(catalog: Catalog, options: Mapping[str, Any]) -> ModelVersion | None:
    versions = ModelVersion.objects.select_related("predictor__catalog").filter(predictor__catalog=catalog)
    if (wanted := options.get("model")) is not None:
        found = versions.filter(uuid=_uuid("model", wanted)).first()
        if found is None:
            raise BadInput(f"model: {wanted} is no model of {catalog}")
        return found
    if (campaign := options.get("campaign")) is None:
        return None
    return versions.filter(predictor__campaign__uuid=_uuid("campaign", campaign)).order_by("number").last()


def _uuid(field: str, text: Any) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise BadInput(f"{field}: {str(text)[:40]!r} is not a UUID") from None


def model_columns(catalog: Catalog, options: Mapping[str, Any]) -> tuple[list[Column], dict[str, Any]]:
    """The columns and the provenance of the version in `options["model"]`, as `fix_model` gave it; none without one.

    The same options give the same bytes, whatever was learnt since.
    """
    if "model" not in options:
        return [], {}
    version = ModelVersion.objects.select_related("predictor__catalog", "predictor__campaign", "encoder").get(
        predictor__catalog=catalog, uuid=options["model"]
    )
    probabilities = predictions_of(version)
    known = np.isfinite(probabilities).all(axis=1)
    best = np.where(known, np.nan_to_num(probabilities).argmax(axis=1), -1)
    predicted = np.array([*version.labels, ""])[best]
    columns = [
        Column("model", np.where(known, str(version), ""), "", "model and version that predicted the class", "meta.id;meta.modelled"),
        Column("predicted_class", predicted, "", "class with the model's highest score; empty where it has none", "meta.code.class;meta.modelled"),
    ]  # fmt: skip
    for code, label in enumerate(version.labels):
        said = f"calibrated probability of class {label} by the model"
        columns.append(Column(f"score_{label}", probabilities[:, code].copy(), "", said, "stat.probability"))
    return columns, provenance_of(version)


def provenance_of(version: ModelVersion) -> dict[str, Any]:
    """What a manifest says of a version: enough to name it, and the votes it has learnt from."""
    return {
        "model": str(version),
        "uuid": str(version.uuid),
        "kind": version.predictor.kind,
        "content_sha256": version.content_sha256,
        "encoder_sha256": version.encoder.sha256 if version.encoder else None,
        "vote_cut": version.vote_cut,
        "n_votes": version.n_votes,
        "n_simulated_votes": version.n_simulated_votes,
        "n_labelled": version.n_labelled,
    }
