"""How many sources of each class a catalogue has, by people's labels on a part of it and a model's word on all."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from catalogs.models import Catalog
from galaxycat.errors import BadInput
from labeling.counting import Count, contamination, estimate_counts
from labeling.labelleddraws import LabelledDraws, labelled_draws
from labeling.models import Campaign
from mlops.featuring import features_of
from mlops.fitting import training_votes, vote_rows
from mlops.learning.probe import feature_scaling, fit_probe
from mlops.ledger import Ledger
from mlops.models import ModelVersion, Predictor
from mlops.predicting import current_version, predictions_of

NO_MODEL = "none"
N_FOLDS = 10


def count_catalog(
    *, campaign: Campaign, catalog: Catalog, rounds: Collection[int] = (), model: str | None = None
) -> dict[str, Any]:
    """The estimates ready for JSON, for the labels and the groups of the campaign's scheme.

    `model` names a version as in `clusters@3`, or is "none"; default: the campaign's newest. Raises BadInput where the
    rounds or the version are not there.
    """
    labelled = labelled_draws(campaign, catalog, rounds)
    version = _version(campaign, catalog, model)
    notes = [*labelled.notes]
    if version is None:
        notes.append("without a model")
        predicted = np.full(labelled.by_label.shape, 1 / len(labelled.labels))
    else:
        predicted = filled(unseen_predictions(version)[:, columns_of(version, labelled.labels)], labelled.on_image)
    by_group = predicted @ np.eye(len(labelled.groups))[labelled.group_of]
    return {
        "galaxy": catalog.galaxy.slug,
        "catalog": catalog.name,
        "campaign": campaign.name,
        "rounds": list(labelled.rounds),
        "model": str(version) if version else None,
        "n_sources": int(labelled.on_image.sum()),
        "n_labelled": int((np.isfinite(labelled.by_label[:, 0]) & labelled.on_image).sum()),
        "classes": _estimates(labelled, labelled.labels, labelled.by_label, predicted, version),
        "groups": _estimates(labelled, labelled.groups, labelled.by_group, by_group, version),
        "notes": notes,
    }


def _estimates(
    labelled: LabelledDraws, names: Collection[str], truth: np.ndarray, predicted: np.ndarray, version: ModelVersion | None
) -> dict[str, Any]:  # fmt: skip
    """Name -> its count, the sources that the model calls so, and how many of those are something else."""
    counts = estimate_counts(truth, predicted, labelled.draws, labelled.on_image)
    wrong = contamination(truth, predicted, labelled.draws, labelled.on_image) if version else [None] * len(counts)
    called = np.bincount(predicted[labelled.on_image].argmax(axis=1), minlength=len(counts))
    return {
        name: _as_json(count)
        | {"called": int(called[k]) if version else None, "contamination": share and _as_json(share)}
        for k, (name, count, share) in enumerate(zip(names, counts, wrong, strict=True))
    }


def _as_json(count: Count) -> dict[str, Any]:
    return {
        "estimate": None if np.isnan(count.estimate) else round(count.estimate, 4),
        "standard_error": None if np.isnan(count.standard_error) else round(count.standard_error, 4),
        "low": round(count.low, 4),
        "high": round(count.high, 4),
        "n_labelled": count.n_labelled,
        "n_of_class": round(count.n_of_class, 2),
        "effective_n": round(count.effective_n, 1),
        "warnings": list(count.warnings),
    }


def _version(campaign: Campaign, catalog: Catalog, name: str | None) -> ModelVersion | None:
    if name == NO_MODEL:
        return None
    if name is None:
        return current_version(campaign, catalog)
    stem, _, number = name.partition("@")
    versions = ModelVersion.objects.filter(predictor__catalog=catalog).select_related("predictor__catalog", "encoder")
    found = versions.filter(predictor__name=stem)
    found = found.filter(number=int(number)) if number.isdecimal() else found.none() if "@" in name else found
    version = found.order_by("number").last()
    if version is None:
        known = ", ".join(str(each) for each in versions.order_by("-pk")[:10]) or NO_MODEL
        raise BadInput(f"--model {name}: {catalog.name} has no such model (the newest: {known}); or say {NO_MODEL}")
    return version


def unseen_predictions(version: ModelVersion) -> np.ndarray:
    """(n_sources, n_labels) What the version says of each source without having learnt from votes on it.

    Imported predictions have learnt from none of our votes. A probe is fitted anew, ten times, each time without the
    votes on a tenth of the sources, drawn at random, and asked about those alone: else the labelled sources, which it has
    learnt by heart, would speak too well of it. Cross-prediction: doi:10.1073/pnas.2322083121.
    """
    predictor = version.predictor
    if predictor.kind == Predictor.Kind.IMPORTED or predictor.campaign is None:
        return predictions_of(version).astype(np.float64)
    features = features_of(predictor.catalog, version.encoder)
    ledger = Ledger(features.order.row_of, version.labels)
    ledger.add(vote_rows(training_votes(predictor.campaign, predictor.catalog).filter(pk__lte=version.vote_cut)))
    scaling = feature_scaling(features.matrix[features.order.on_image])
    fold = np.random.default_rng(0).permutation(len(features.matrix)) % N_FOLDS
    predicted = np.full((len(fold), len(version.labels)), 1 / len(version.labels))
    for number in range(N_FOLDS):
        rest = ledger.labelled[fold[ledger.labelled] != number]
        # Where the rest names one class only, there is nothing to learn.
        if (ledger.counts[rest].sum(axis=0) > 0).sum() >= 2:
            probe = fit_probe(features.matrix[rest], ledger.counts[rest], scaling=scaling)
            predicted[fold == number] = probe.predict(features.matrix[fold == number])
    return predicted


def columns_of(version: ModelVersion, labels: Sequence[str]) -> list[int]:
    """Where these labels stand in the version's predictions. Raises BadInput for one that it does not know."""
    if missing := [label for label in labels if label not in version.labels]:
        raise BadInput(
            f"--model {version}: it knows no class {', '.join(missing)}; name a model of the campaign's scheme"
        )
    return [version.labels.index(label) for label in labels]


def filled(predicted: np.ndarray, on_image: np.ndarray) -> np.ndarray:
    """The mean prediction for sources that the model says nothing of."""
    known = np.isfinite(predicted).all(axis=1)
    mean = predicted[known & on_image].mean(axis=0) if (known & on_image).any() else 1 / predicted.shape[1]
    return np.where(known[:, None], predicted, mean)
