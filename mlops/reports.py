"""What there is to say of models: for the model page, for commands, for the demo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import F, OuterRef, QuerySet, Subquery

from catalogs.models import Galaxy, Source
from labeling.models import Consensus, Label, Level
from mlops.evaluating import metrics_of
from mlops.featuring import source_order
from mlops.fitting import training_votes
from mlops.models import Encoder, Evaluation, ModelVersion, Predictions, Predictor
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
    """One predictor as the model page shows it; `evaluated` is the measurement of the newest version that has one."""

    predictor: Predictor
    version: ModelVersion
    n_sources: int
    classes: dict[str, int]
    evaluated: Evaluation | None
    comparisons: list[Comparison]
    history: list[ModelVersion]

    @property
    def n_predicted(self) -> int:
        return sum(self.classes.values())

    @property
    def labels(self) -> Sequence[Label]:
        return list(self.predictor.scheme.labels.all())


def reports_of(galaxy: Galaxy) -> list[PredictorReport]:
    """Each predictor of the galaxy that has a version, newest predictor first; in a fixed number of queries."""
    predictors = (
        Predictor.objects.filter(catalog__galaxy=galaxy, catalog__withdrawn_at=None)
        .select_related("catalog", "campaign", "scheme")
        .prefetch_related("scheme__labels")
        .order_by("-pk")
    )
    histories = _histories(galaxy)
    stored = {
        row.version_id: row for row in Predictions.objects.filter(version__in=[h[0].pk for h in histories.values()])
    }
    measured = {row.version.predictor_id: row for row in _measured(galaxy)}
    published, agreed = _published(galaxy), _agreed(galaxy)
    reports = []
    for predictor in predictors:
        if not (history := histories.get(predictor.pk)):
            continue
        version = history[0]
        version.predictor = predictor
        probabilities = stored[version.pk].array(len(version.labels))
        truths = {PUBLISHED: published, CONSENSUS: agreed} if predictor.kind == Predictor.Kind.IMPORTED else {}
        reports.append(
            PredictorReport(
                predictor=predictor,
                version=version,
                n_sources=len(probabilities),
                classes=class_counts(version, probabilities),
                evaluated=measured.get(predictor.pk),
                # Not for a model that learnt from the votes: it would be measured on what it has seen.
                comparisons=_comparisons(version, probabilities, truths),
                history=history,
            )
        )
    return reports


def _histories(galaxy: Galaxy) -> dict[int, list[ModelVersion]]:
    """Predictor's key -> its latest N_HISTORY versions, newest first."""
    newest = ModelVersion.objects.filter(predictor=OuterRef("predictor")).order_by("-number").values("number")[:1]
    versions = ModelVersion.objects.filter(predictor__catalog__galaxy=galaxy).defer("content")
    versions = versions.annotate(newest=Subquery(newest)).filter(number__gt=F("newest") - N_HISTORY)
    found: dict[int, list[ModelVersion]] = {}
    for version in versions.select_related("predictor", "encoder", "evaluation").order_by("-number"):
        found.setdefault(version.predictor_id, []).append(version)
    return found


def _measured(galaxy: Galaxy) -> QuerySet[Evaluation]:
    """The newest evaluation of each predictor."""
    of_same = Evaluation.objects.filter(version__predictor=OuterRef("version__predictor"))
    newest = of_same.order_by("-version__number").values("pk")[:1]
    rows = Evaluation.objects.filter(version__predictor__catalog__galaxy=galaxy, pk=Subquery(newest))
    return rows.select_related("version__predictor").defer("version__content")


def _published(galaxy: Galaxy) -> dict[int, str]:
    rows = Source.objects.filter(catalog__galaxy=galaxy, catalog__predictors__kind=Predictor.Kind.IMPORTED)
    return dict(rows.exclude(published_label="").values_list("pk", "published_label"))


def _agreed(galaxy: Galaxy) -> dict[int, str]:
    """Source's key -> its mode in the latest closed round that found one."""
    rows = Consensus.objects.filter(level=Level.LABEL, draw__round__campaign__galaxy=galaxy).exclude(mode="")
    closed = rows.filter(draw__round__closed_at__isnull=False).order_by("draw__round")
    return dict(closed.values_list("draw__source", "mode"))


def _comparisons(
    version: ModelVersion, probabilities: np.ndarray, truths: Mapping[str, Mapping[int, str]]
) -> list[Comparison]:
    """An imported model against what others say of its catalogue's sources."""
    found = {name: metrics_against(truth, version, probabilities) for name, truth in truths.items()}
    return [Comparison(name, metrics) for name, metrics in found.items() if metrics is not None]


def metrics_against(
    truth: Mapping[int, str], version: ModelVersion, probabilities: np.ndarray, leave_out: np.ndarray | None = None
) -> dict[str, Any] | None:
    """Metrics of predictions against `truth`, source key -> label, over the sources that have both; None where none has.

    `leave_out` are rows not to be measured. A label that the scheme does not have is no truth.
    """
    groups = version.predictor.scheme.groups
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
