"""An encoder turns a cut-out into numbers; a feature set is those numbers for each source of a catalogue."""

import uuid
from typing import Self

import numpy as np
from django.db import models
from django.db.models import Q
from django.utils import timezone

from catalogs.models import Catalog, Mosaic
from galaxycat.accounts.models import Person, User
from mlops.access import galaxies_open_to
from mlops.storage import model_storage


class EncoderQuerySet(models.QuerySet["Encoder"]):
    def visible_to(self, user: Person) -> Self:
        return self.filter(catalog__galaxy__in=galaxies_open_to(user))


class Encoder(models.Model):
    """One pre-trained network: what it is, what it was trained on, and the file of its weights by content.

    `catalog` gave the places of the cut-outs and `mosaic` their pixels. `summary` is what the training reported:
    losses, the spread of the features (0 means that they collapsed), seconds.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    catalog = models.ForeignKey(Catalog, on_delete=models.PROTECT, related_name="encoders")
    mosaic = models.ForeignKey(Mosaic, on_delete=models.PROTECT, related_name="encoders")
    sha256 = models.CharField(max_length=64, editable=False, help_text="Key of the weights in the model storage.")
    spec = models.JSONField(help_text="The network's shape; with the weights all that is needed to run it.")
    method = models.CharField(max_length=40)
    n_steps = models.PositiveIntegerField()
    seed = models.BigIntegerField()
    summary = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = EncoderQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            # The same training run twice gives the same weights: it is one encoder.
            models.UniqueConstraint(fields=["catalog", "mosaic", "sha256"], name="encoder_once"),
            models.CheckConstraint(condition=~Q(sha256=""), name="encoder_has_weights"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.sha256[:8]}"

    @property
    def scale(self) -> int:
        """Image pixels to one of the cut-outs that it looks at."""
        return int(self.spec["scale"])

    def weights(self) -> bytes:
        return model_storage().path_of(self.sha256).read_bytes()


class FeatureSet(models.Model):
    """An encoder's features of a catalogue's sources, (n_sources, dim) float32 in order of their number, by content."""

    encoder = models.ForeignKey(Encoder, on_delete=models.PROTECT, related_name="feature_sets")
    catalog = models.ForeignKey(Catalog, on_delete=models.PROTECT, related_name="feature_sets")
    sha256 = models.CharField(max_length=64, editable=False, help_text="Key of the .npy file in the model storage.")
    n_sources = models.PositiveIntegerField()
    dim = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["encoder", "catalog"], name="features_once"),
            models.CheckConstraint(condition=Q(dim__gt=0), name="features_dim_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.encoder} of {self.catalog}"

    def read(self) -> np.ndarray:
        """The features, memory-mapped: reading some rows reads no others."""
        features: np.ndarray = np.load(model_storage().path_of(self.sha256), mmap_mode="r", allow_pickle=False)
        return features
