"""A predictor says which class each source of a catalogue is; it lives on as ever newer immutable versions."""

import uuid
from typing import Any, Never, Self

import numpy as np
from django.db import models
from django.db.models import Q
from django.utils import timezone

from catalogs.models import Catalog
from galaxycat.accounts.models import Person, User
from labeling.models import Campaign, SchemeVersion
from mlops.access import galaxies_open_to
from mlops.models.encoder import Encoder


class PredictorQuerySet(models.QuerySet["Predictor"]):
    def visible_to(self, user: Person) -> Self:
        return self.filter(catalog__galaxy__in=galaxies_open_to(user))


class Predictor(models.Model):
    """Either the campaign's own, which learns from its votes, or one whose published predictions were imported."""

    class Kind(models.TextChoices):
        PROBE = "probe", "Learns from the votes"
        IMPORTED = "imported", "Imported predictions"

    catalog = models.ForeignKey(Catalog, on_delete=models.PROTECT, related_name="predictors")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="predictors", null=True, blank=True)
    scheme = models.ForeignKey(SchemeVersion, on_delete=models.PROTECT, related_name="predictors")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.SlugField(max_length=60)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PredictorQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["catalog", "name"], name="predictor_name_unique"),
            models.UniqueConstraint(fields=["catalog", "campaign"], name="predictor_one_a_campaign"),
            models.CheckConstraint(
                condition=Q(kind="probe", campaign__isnull=False) | Q(kind="imported", campaign=None),
                name="predictor_learns_for_a_campaign",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    def visible_to(self, user: Person) -> Self:
        return self.filter(predictor__catalog__galaxy__in=galaxies_open_to(user))

    def delete(self) -> Never:
        raise TypeError("model versions are kept: whoever was shown one must be able to ask for it")

    def update(self, **kwargs: Any) -> Never:
        raise TypeError("model versions are immutable: a refit makes a new one")


class ModelVersion(models.Model):
    """One fit, immutable. `content` is all that its predictions are made of, beside the features.

    For a probe its weights; for imported predictions they themselves. `vote_cut` and `n_vote_rows` say which votes of
    the campaign on the catalogue it has seen: all up to that key, and how many these were.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    predictor = models.ForeignKey(Predictor, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    encoder = models.ForeignKey(Encoder, on_delete=models.PROTECT, related_name="versions", null=True, blank=True)
    labels = models.JSONField(help_text="The scheme's label values in the order of the scores.")
    content = models.BinaryField()
    content_sha256 = models.CharField(max_length=64, editable=False)
    vote_cut = models.BigIntegerField(default=0, help_text="Highest key among the votes it has seen.")
    n_vote_rows = models.PositiveIntegerField(default=0, help_text="All links of the votes' chains that it has seen.")
    n_votes = models.PositiveIntegerField(default=0, help_text="Live votes with a label, which it learnt from.")
    n_simulated_votes = models.PositiveIntegerField(default=0)
    n_labelled = models.PositiveIntegerField(default=0, help_text="Sources with such a vote.")
    facts = models.JSONField(default=dict, blank=True, help_text="Features, file, seconds: what else is known of it.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        ordering = ["predictor", "number"]
        get_latest_by = "number"
        constraints = [
            models.UniqueConstraint(fields=["predictor", "number"], name="model_version_unique"),
            models.CheckConstraint(condition=Q(number__gt=0), name="model_version_positive"),
            models.CheckConstraint(condition=Q(n_simulated_votes__lte=models.F("n_votes")), name="model_votes_add_up"),
            models.CheckConstraint(condition=Q(n_votes__lte=models.F("n_vote_rows")), name="model_votes_within_rows"),
        ]

    def __str__(self) -> str:
        return f"{self.predictor.name}@{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("model versions are immutable: a refit makes a new one")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Never:
        raise TypeError("model versions are kept: whoever was shown one must be able to ask for it")


class Evaluation(models.Model):
    """How good a version is, measured after it was fitted, on votes of people who had not seen a prediction."""

    version = models.OneToOneField(ModelVersion, on_delete=models.PROTECT, related_name="evaluation")
    method = models.CharField(max_length=100)
    n_sources = models.PositiveIntegerField(help_text="Sources that it was measured on.")
    metrics = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.version}: {self.method}"


class Predictions(models.Model):
    """A version's scores for all sources of its catalogue, as one array.

    A cache: a version's scores follow from its content. Those of a superseded version are dropped, unless a release
    holds them (`is_kept`).
    """

    version = models.OneToOneField(ModelVersion, on_delete=models.PROTECT, related_name="predictions")
    probabilities = models.BinaryField(
        help_text="float32, little-endian, (n_sources, n_labels), in order of the sources' number; NaN where none."
    )
    is_kept = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "predictions"

    def __str__(self) -> str:
        return f"predictions of {self.version}"

    def array(self, n_labels: int) -> np.ndarray:
        """(n_sources, n_labels) float32, read-only."""
        return np.frombuffer(self.probabilities, dtype="<f4").reshape(-1, n_labels)
