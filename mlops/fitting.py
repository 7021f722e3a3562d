"""From votes to predictions: what a predictor has seen, fitting it, and keeping the fit as a new version."""

import hashlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Count, Max
from django.utils.text import slugify

from catalogs.models import Catalog
from galaxycat.errors import BadInput
from labeling.models import Campaign, Vote
from labeling.models.vote import VoteQuerySet
from mlops.evaluating import MIN_SOURCES, cross_validate, folds_of, metrics_of, sky_blocks
from mlops.featuring import Features, features_of, latest_features, source_order
from mlops.learning.probe import Probe, feature_scaling, fit_probe
from mlops.ledger import Ledger, VoteRow
from mlops.models import Evaluation, ModelVersion, Predictions, Predictor
from mlops.topics import tell_of

BY_BLOCKS = "5-fold cross-validation by sky blocks, on votes that had seen no prediction"
VOTE_ROW = (
    "pk", "supersedes", "assignment__draw__source", "label__value", "saw_prediction", "assignment__annotator__is_simulated",
)  # fmt: skip


def training_votes(campaign: Campaign, catalog: Catalog) -> VoteQuerySet:
    """All links of the chains of votes that this campaign's rounds on the catalogue gathered."""
    return Vote.objects.filter(assignment__round__campaign=campaign, assignment__round__catalog=catalog)


@transaction.atomic
def predictor_of(campaign: Campaign, catalog: Catalog) -> Predictor:
    """The campaign's predictor on this catalogue, made when it is first asked for."""
    predictor = Predictor.objects.filter(campaign=campaign, catalog=catalog).first()
    if predictor is not None:
        return predictor
    # Locked, so that two processes do not make it twice.
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    predictor, _ = Predictor.objects.get_or_create(
        campaign=campaign, catalog=catalog,
        defaults={"kind": Predictor.Kind.PROBE, "scheme": campaign.scheme, "name": free_predictor_name(catalog, campaign.name)},
    )  # fmt: skip
    return predictor


def free_predictor_name(catalog: Catalog, wanted: str) -> str:
    """`wanted` as a slug, numbered where another predictor of the catalogue is called so."""
    stem = slugify(wanted)[:54] or "model"
    taken = set(catalog.predictors.values_list("name", flat=True))
    return next(name for name in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)


class Desk:
    """One predictor at work: its features and counted votes in memory, moved on by what came since.

    All of it follows from the database, so a process that starts afresh gets to the same place.
    """

    def __init__(self, campaign: Campaign, catalog: Catalog) -> None:
        self.campaign, self.catalog = campaign, catalog
        self.labels = list(campaign.scheme.labels.values_list("value", flat=True))
        self.groups = list(campaign.scheme.labels.values_list("group", flat=True))
        self.features: Features | None = None
        self.ledger = self._empty_ledger()
        self.probe: Probe | None = None
        # Of the whole catalogue, so that it does not move with each vote.
        self.scaling: tuple[np.ndarray, np.ndarray] | None = None

    def _empty_ledger(self) -> Ledger:
        return Ledger(source_order(self.catalog).row_of, self.labels)

    def take_in_votes(self) -> None:
        """Count the votes that came since; all of them anew where one was missed."""
        votes = training_votes(self.campaign, self.catalog)
        self.ledger.add(vote_rows(votes.filter(pk__gt=self.ledger.cut)))
        if votes.count() != self.ledger.n_rows:
            # On PostgreSQL a vote with a lower key may commit after one with a higher.
            self.ledger = self._empty_ledger()
            self.ledger.add(vote_rows(votes))

    def take_in_features(self) -> None:
        """Load the features, and anew when an encoder was trained since."""
        latest = latest_features(self.catalog)
        known = self.features.encoder if self.features else None
        if self.features is None or (latest and latest.encoder) != known:
            self.features, self.probe = features_of(self.catalog, latest.encoder if latest else None), None
            self.scaling = feature_scaling(self.features.matrix[self.features.order.on_image])

    @property
    def can_fit(self) -> bool:
        """A fit takes votes for two classes."""
        return self.ledger.n_classes >= 2

    def fit(self) -> np.ndarray:
        """Fit the counted votes; returns the scores of all sources (n, k) float32, NaN for those off the image."""
        features, rows = self._features(), self.ledger.labelled
        self.probe = fit_probe(features.matrix[rows], self.ledger.counts[rows], warm=self.probe, scaling=self.scaling)
        return scores(self.probe, features)

    def evaluate(self) -> dict[str, Any] | None:
        """Cross-validated metrics of a fit on these votes; None while too few sources have an unaided mode."""
        features, rows = self._features(), self.ledger.labelled
        folds = folds_of(sky_blocks(features.order.x_px[rows], features.order.y_px[rows]))
        truth, probabilities = cross_validate(
            features.matrix[rows], self.ledger.counts[rows], self.ledger.unaided[rows], folds, self._fit_apart
        )
        return metrics_of(truth, probabilities, self.groups) if len(truth) >= MIN_SOURCES else None

    def _fit_apart(self, features: np.ndarray, counts: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        return fit_probe(features, counts, scaling=self.scaling).predict

    def _features(self) -> Features:
        if self.features is None:
            raise RuntimeError("take_in_features comes first")
        return self.features


def vote_rows(votes: VoteQuerySet) -> list[VoteRow]:
    return [VoteRow(*row) for row in votes.order_by("pk").values_list(*VOTE_ROW)]


def scores(probe: Probe, features: Features) -> np.ndarray:
    """(n_sources, n_labels) float32; NaN for sources off the image, of which there are no pixels."""
    probabilities = np.asarray(probe.predict(features.matrix), dtype=np.float32)
    probabilities[~features.order.on_image] = np.nan
    return probabilities


def refit(desk: Desk, confirm: Callable[[], None] = lambda: None) -> ModelVersion | None:
    """Bring a desk up to date and keep the fit as a new version; None while the votes name fewer than two classes.

    Version, predictions and events are committed together, after `confirm`, which may raise to prevent it.
    """
    started = time.perf_counter()
    desk.take_in_features()
    desk.take_in_votes()
    if not desk.can_fit:
        return None
    probabilities = desk.fit()
    predictor = predictor_of(desk.campaign, desk.catalog)
    with transaction.atomic():
        confirm()
        return keep_version(
            predictor=predictor,
            content=desk.probe.to_bytes() if desk.probe else b"",
            probabilities=probabilities,
            **_facts_of(desk),
            facts={
                "features": len(desk._features().names),
                "n_informed_votes": int(desk.ledger.counts.sum() - desk.ledger.unaided.sum()),
                "seconds": round(time.perf_counter() - started, 4),
            },
        )


def _facts_of(desk: Desk) -> dict[str, Any]:
    return {
        "encoder": desk._features().encoder,
        "labels": desk.labels,
        "vote_cut": desk.ledger.cut,
        "n_vote_rows": desk.ledger.n_rows,
        "n_votes": desk.ledger.n_votes,
        "n_simulated_votes": desk.ledger.n_simulated,
        "n_labelled": len(desk.ledger.labelled),
    }


@transaction.atomic
def keep_version(*, predictor: Predictor, content: bytes, probabilities: np.ndarray, **fields: Any) -> ModelVersion:
    """Append a version with its predictions, drop those of versions before it, and tell who follows."""
    predictor = Predictor.objects.select_for_update(no_key=True).select_related("catalog").get(pk=predictor.pk)
    version = ModelVersion.objects.create(
        predictor=predictor,
        number=(predictor.versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        content=content,
        content_sha256=hashlib.sha256(content).hexdigest(),
        **fields,
    )
    # They follow from the version's content, so nothing is lost.
    Predictions.objects.filter(version__predictor=predictor, is_kept=False).delete()
    Predictions.objects.create(version=version, probabilities=as_bytes(probabilities))
    tell_of(version)
    return version


def as_bytes(probabilities: np.ndarray) -> bytes:
    return np.ascontiguousarray(probabilities, dtype="<f4").tobytes()


@transaction.atomic
def evaluate(version: ModelVersion, desk: Desk) -> Evaluation | None:
    """Measure the version on the votes it was fitted on, which the desk holds still; None where there are too few."""
    if (desk.ledger.cut, desk.ledger.n_rows) != (version.vote_cut, version.n_vote_rows):
        raise ValueError(f"the votes have moved on since {version}")
    metrics = desk.evaluate()
    if metrics is None:
        return None
    evaluation, is_new = Evaluation.objects.get_or_create(
        version=version, defaults={"method": BY_BLOCKS, "n_sources": metrics["n"], "metrics": metrics}
    )
    if is_new:
        tell_of(version, "evaluated")
    return evaluation


def train_campaign(*, campaign: Campaign, catalog: Catalog | None = None) -> ModelVersion:
    """Fit a campaign's votes now and measure the fit. The version that has seen just these votes is returned as it is.

    Raises BadInput where there is nothing to learn from.
    """
    catalog = catalog or _catalog_of(campaign)
    desk = Desk(campaign, catalog)
    desk.take_in_features()
    desk.take_in_votes()
    latest = ModelVersion.objects.filter(predictor__campaign=campaign, predictor__catalog=catalog).last()
    version = latest if latest is not None and has_seen_all(latest, desk) else refit(desk)
    if version is None:
        raise BadInput(f"{campaign}: its votes on {catalog} name fewer than two classes; a model takes votes for two")
    if not Evaluation.objects.filter(version=version).exists():
        evaluate(version, desk)
    return version


def has_seen_all(version: ModelVersion, desk: Desk) -> bool:
    """Whether the version was fitted on just the votes and the features that the desk holds."""
    seen = (version.vote_cut, version.n_vote_rows, version.encoder)
    return seen == (desk.ledger.cut, desk.ledger.n_rows, desk._features().encoder)


def _catalog_of(campaign: Campaign) -> Catalog:
    """The catalogue that most of the campaign's votes are on."""
    rounds = (
        campaign.rounds.order_by().values("catalog").annotate(n=Count("assignments__votes")).order_by("-n", "catalog")
    )
    first = rounds.first()
    if first is None:
        raise BadInput(f"{campaign}: it has no round yet; open one and vote")
    return Catalog.objects.get(pk=first["catalog"])
