"""What there is to say of models: for the model page, for commands, for the demo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from catalogs.models import Catalog, Galaxy
from labeling.models import Consensus, Label, Level
from mlops.evaluating import metrics_of
from mlops.featuring import source_order
from mlops.fitting import training_votes
from mlops.models import Encoder, Evaluation, ModelVersion, Predictor
from mlops.predicting import class_counts, predictions_of

N_HISTORY = 20
PUBLISHED = "classes published with the catalogue"
CONSENSUS = "consensus of closed rounds"


@dataclass(frozen=True)
class Comparison:
    """Predictions against what somebody else says of the same sources."""

    against: str
    metrics: dict[str, Any]


@dataclass(frozen=True)
class PredictorReport:
    """One predictor as the model page shows it; `evaluated` is the newest version that was measured."""

    predictor: Predictor
    version: ModelVersion
    classes: dict[str, int]
    evaluated: ModelVersion | None
    comparisons: list[Comparison]
    history: list[ModelVersion]

    @property
    def n_predicted(self) -> int:
        return sum(self.classes.values())

    @property
    def labels(self) -> Sequence[Label]:
        return list(self.predictor.scheme.labels.all())


def reports_of(galaxy: Galaxy) -> list[PredictorReport]:
    """Each predictor of the galaxy that has a version, newest predictor first."""
    predictors = (
        Predictor.objects.filter(catalog__galaxy=galaxy, catalog__withdrawn_at=None)
        .select_related("catalog", "campaign", "scheme")
        .prefetch_related("scheme__labels")
        .order_by("-pk")
    )
    return [report for predictor in predictors if (report := report_of(predictor))]


def report_of(predictor: Predictor) -> PredictorReport | None:
    versions = predictor.versions.select_related("predictor", "encoder", "evaluation").defer("content")
    history = list(versions.order_by("-number")[:N_HISTORY])
    if not history:
        return None
    evaluated = versions.filter(evaluation__isnull=False).order_by("-number").first()
    probabilities = predictions_of(history[0])
    return PredictorReport(
        predictor=predictor,
        version=history[0],
        classes=class_counts(history[0], probabilities),
        evaluated=evaluated,
        comparisons=comparisons_of(history[0], probabilities) if predictor.kind == Predictor.Kind.IMPORTED else [],
        history=history,
    )


def comparisons_of(version: ModelVersion, probabilities: np.ndarray) -> list[Comparison]:
    """An imported model against the catalogue's published classes and against the consensus of closed rounds.

    Not for a model that learnt from the votes: it would be measured on what it has seen.
    """
    catalog = version.predictor.catalog
    published = dict(catalog.sources.exclude(published_label="").values_list("pk", "published_label"))
    rows = Consensus.objects.filter(
        level=Level.LABEL, draw__source__catalog=catalog, draw__round__closed_at__isnull=False
    )
    agreed = dict(rows.exclude(mode="").order_by("draw__round").values_list("draw__source", "mode"))
    found = [(PUBLISHED, published), (CONSENSUS, agreed)]
    return [
        Comparison(name, metrics)
        for name, truth in found
        if (metrics := metrics_against(truth, version, probabilities)) is not None
    ]


def metrics_against(
    truth: Mapping[int, str], version: ModelVersion, probabilities: np.ndarray, leave_out: np.ndarray | None = None
) -> dict[str, Any] | None:
    """Metrics of predictions against `truth`, source key -> label, over the sources that have both; None where none has.

    `leave_out` are rows not to be measured. A label that the scheme does not have is no truth.
    """
    groups = dict(version.predictor.scheme.labels.values_list("value", "group"))
    code_of, row_of = (
        {label: code for code, label in enumerate(version.labels)},
        source_order(version.predictor.catalog).row_of,
    )
    pairs = [(row_of[pk], code_of[label]) for pk, label in truth.items() if pk in row_of and label in code_of]
    rows, codes = np.array(pairs, dtype=int).reshape(-1, 2).T
    usable = np.isfinite(probabilities[rows]).all(axis=1)
    if leave_out is not None:
        usable &= ~np.isin(rows, leave_out)
    if not usable.any():
        return None
    return metrics_of(codes[usable], probabilities[rows[usable]], [groups[label] for label in version.labels])


def facts_of(version: ModelVersion) -> dict[str, Any]:
    """A version in JSON: what it learnt from and how good it is, with how that was measured."""
    evaluation = Evaluation.objects.filter(version=version).first()
    return {
        "model": str(version),
        "encoder": str(version.encoder) if version.encoder else None,
        "n_votes": version.n_votes,
        "n_simulated_votes": version.n_simulated_votes,
        "n_labels": version.n_labelled,
        "accuracy": evaluation and evaluation.metrics["accuracy"],
        "metrics": evaluation and evaluation.metrics,
        "evaluated_by": evaluation and evaluation.method,
    }


def model_report(*, version: ModelVersion, truth: Mapping[int, str] | None = None) -> dict[str, Any]:
    """`name`, `accuracy`, `n_labels`, `n_evaluated`, `evaluated_by`, `predictions` for the demo.

    With `truth` (source key -> label, of a simulated galaxy) the accuracy is over the sources nobody has voted on;
    without it, it is cross-validated over sky blocks. `accuracy` is None while there is too little to measure.
    """
    probabilities = predictions_of(version)
    report = {
        "name": str(version),
        "n_labels": version.n_labelled,
        "predictions": int(np.isfinite(probabilities).all(axis=1).sum()),
    }
    if truth:
        metrics = metrics_against(truth, version, probabilities, leave_out=_voted_rows(version))
        how = "simulated truth of the sources without a vote"
    else:
        evaluation = Evaluation.objects.filter(version=version).first()
        metrics, how = (evaluation.metrics, evaluation.method) if evaluation else (None, "too few votes to measure")
    return report | {
        "accuracy": metrics and metrics["accuracy"],
        "binary_accuracy": metrics and metrics["binary_accuracy"],
        "n_evaluated": metrics["n"] if metrics else 0,
        "evaluated_by": how,
    }


def _voted_rows(version: ModelVersion) -> np.ndarray:
    predictor = version.predictor
    if predictor.campaign is None:
        return np.zeros(0, dtype=int)
    row_of = source_order(predictor.catalog).row_of
    voted = training_votes(predictor.campaign, predictor.catalog).values_list("assignment__draw__source", flat=True)
    return np.array([row_of[pk] for pk in set(voted)], dtype=int)


def encoders_of(galaxy: Galaxy) -> list[Encoder]:
    """The galaxy's encoders, newest first."""
    return list(
        Encoder.objects.filter(catalog__galaxy=galaxy).select_related("catalog", "mosaic", "created_by").order_by("-pk")
    )


def trainable_catalogs(galaxy: Galaxy) -> list[Catalog]:
    return list(galaxy.catalogs.filter(withdrawn_at=None).order_by("-pk"))
