"""Reading predictions: of a whole catalogue, of some sources, and as a token that says what a voter was shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.core import signing
from django.db import transaction

from catalogs.models import Catalog, Source
from labeling.models import Campaign, Round
from labeling.shown import PREDICTION_SALT
from mlops.featuring import features_of, source_order
from mlops.fitting import as_bytes, scores
from mlops.learning.probe import Probe
from mlops.models import ModelVersion, Predictions, Predictor

MAX_SOURCES = 100


@dataclass(frozen=True)
class SourcePrediction:
    """What a version says of one source; `probabilities` maps each label to its score."""

    source: UUID
    label: str
    probabilities: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        return {"source": str(self.source), "label": self.label, "probabilities": self.probabilities}


def current_version(campaign: Campaign, catalog: Catalog) -> ModelVersion | None:
    """The campaign's newest version on this catalogue."""
    versions = ModelVersion.objects.filter(predictor__campaign=campaign, predictor__catalog=catalog)
    return versions.select_related("predictor").order_by("number").last()


def predictions_of(version: ModelVersion) -> np.ndarray:
    """(n_sources, n_labels) float32 in order of the sources' number, NaN where none.

    Read where they are stored, else made again from the version's content.
    """
    stored = Predictions.objects.filter(version=version).first()
    if stored is not None:
        return stored.array(len(version.labels))
    catalog = version.predictor.catalog
    if version.predictor.kind == Predictor.Kind.IMPORTED:
        return np.frombuffer(version.content, dtype="<f4").reshape(-1, len(version.labels))
    return scores(Probe.from_bytes(bytes(version.content)), features_of(catalog, version.encoder))


@transaction.atomic
def keep_predictions(version: ModelVersion) -> None:
    """Hold the version's predictions for good: a release has them, to the last bit."""
    rows = Predictions.objects.filter(version=version)
    if not rows.update(is_kept=True):
        content = as_bytes(predictions_of(version))
        Predictions.objects.create(version=version, probabilities=content, is_kept=True)


def predictions_for(version: ModelVersion, sources: Sequence[Source]) -> list[SourcePrediction]:
    """What the version says of these sources of its catalogue; nothing of those it says nothing of."""
    rows_of, labels = source_order(version.predictor.catalog).row_of, version.labels
    known = [source for source in sources if source.pk in rows_of]
    if not known:
        return []
    found = predictions_of(version)[[rows_of[source.pk] for source in known]].astype(float)
    return [
        SourcePrediction(
            source=source.uuid,
            label=labels[int(row.argmax())],
            probabilities={label: round(float(score), 4) for label, score in zip(labels, row, strict=True)},
        )
        for source, row in zip(known, found, strict=True)
        if np.isfinite(row).all()
    ]


def shown_token(prediction: SourcePrediction, round_: Round, version: ModelVersion) -> str:
    """What labeling stores with the vote of a person who was shown this: signed, for this source and round only."""
    content = prediction.as_json() | {"round": str(round_.uuid), "model": str(version)}
    return signing.dumps(content, salt=PREDICTION_SALT)


def class_counts(version: ModelVersion, probabilities: np.ndarray) -> dict[str, int]:
    """Label -> sources whose highest score it has."""
    known = probabilities[np.isfinite(probabilities).all(axis=1)]
    counts = (
        np.bincount(known.argmax(axis=1), minlength=len(version.labels)) if len(known) else [0] * len(version.labels)
    )
    return {label: int(n) for label, n in zip(version.labels, counts, strict=True)}
