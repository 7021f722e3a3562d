"""A catalogue is one list of sources on a galaxy's grid: detected here, or a reference brought in."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from catalogs.models.galaxy import Galaxy
from catalogs.models.mosaic import Mosaic
from galaxycat.accounts.models import Person, User


class CatalogQuerySet(models.QuerySet["Catalog"]):
    def visible_to(self, user: Person) -> Self:
        return self.filter(galaxy__in=Galaxy.objects.visible_to(user), withdrawn_at=None)

    def with_source_counts(self) -> Self:
        return self.annotate(n_sources=models.Count("sources"))


class Catalog(models.Model):
    """An immutable list of sources; a new detection or import makes a new one."""

    class Kind(models.TextChoices):
        DETECTED = "detected", "Detected"
        REFERENCE = "reference", "Reference"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    galaxy = models.ForeignKey(Galaxy, on_delete=models.PROTECT, related_name="catalogs")
    mosaic = models.ForeignKey(Mosaic, on_delete=models.PROTECT, related_name="catalogs", null=True, blank=True)
    name = models.SlugField(max_length=60)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    method = models.CharField(max_length=200, help_text="How it was made: the detector and band, or the file's layout.")
    parameters = models.JSONField(default=dict, blank=True)
    units = models.JSONField(default=dict, blank=True, help_text="Unit of each measurement.")
    descriptions = models.JSONField(default=dict, blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = CatalogQuerySet.as_manager()

    class Meta:
        ordering = ["galaxy", "created_at"]
        verbose_name = "catalogue"
        constraints = [
            models.UniqueConstraint(fields=["galaxy", "name"], name="catalog_name_unique"),
            models.CheckConstraint(condition=Q(kind__in=["detected", "reference"]), name="catalog_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name


class SourceQuerySet(models.QuerySet["Source"]):
    def visible_to(self, user: Person) -> Self:
        return self.filter(catalog__in=Catalog.objects.visible_to(user))

    def on_image(self) -> Self:
        return self.filter(is_outside=False)


class Source(models.Model):
    """One source of one catalogue. Pixels are 0-based, centres on integers, origin bottom-left; sky is ICRS."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    catalog = models.ForeignKey(Catalog, on_delete=models.PROTECT, related_name="sources", verbose_name="catalogue")
    number = models.PositiveBigIntegerField()
    x_px = models.FloatField()
    y_px = models.FloatField()
    ra_deg = models.FloatField(null=True, blank=True)
    dec_deg = models.FloatField(null=True, blank=True)
    is_outside = models.BooleanField(
        "off the image", default=False, help_text="Off the image: kept, shown in tables, never drawn for a round."
    )
    published_label = models.CharField(max_length=16, blank=True, help_text="Class as published with the catalogue.")
    measurements = models.JSONField(default=dict, blank=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["catalog", "number"]
        constraints = [
            models.UniqueConstraint(fields=["catalog", "number"], name="source_number_unique"),
            models.CheckConstraint(
                condition=Q(ra_deg=None, dec_deg=None)
                | Q(ra_deg__gte=0, ra_deg__lt=360, dec_deg__gte=-90, dec_deg__lte=90),
                name="source_sky_in_range",
            ),
        ]
        indexes = [models.Index(fields=["catalog", "x_px", "y_px"], name="source_place")]

    def __str__(self) -> str:
        return f"{self.catalog} #{self.number}"
