"""A label scheme: what a source may be called. A version is immutable; a change is a new version."""

import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone


class SchemeVersion(models.Model):
    """One immutable version of a label scheme, such as LEGUS' four morphological classes."""

    class Measure(models.TextChoices):
        NOMINAL = "nominal", "Names: one is not more than another"
        ORDINAL = "ordinal", "Grades: the first is the lowest"
        INTERVAL = "interval", "Numbers: their differences say how far apart"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=100)
    reference = models.CharField(max_length=200, blank=True)
    measure = models.CharField(
        max_length=10,
        choices=Measure.choices,
        default=Measure.NOMINAL,
        help_text="What the labels are: decides which of Krippendorff's alphas say something.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["slug", "version"]
        constraints = [
            models.UniqueConstraint(fields=["slug", "version"], name="scheme_version_unique"),
            models.CheckConstraint(condition=Q(version__gt=0), name="scheme_version_positive"),
            models.CheckConstraint(
                condition=Q(measure__in=["nominal", "ordinal", "interval"]), name="scheme_measure_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def groups(self) -> dict[str, str]:
        """Label value -> group, for the grouped (binary) statistics."""
        return {label.value: label.group for label in self.labels.all()}


class Label(models.Model):
    """One class of a scheme: its key on the keyboard, its colour and the group it falls into."""

    scheme = models.ForeignKey(SchemeVersion, on_delete=models.PROTECT, related_name="labels")
    value = models.CharField(max_length=16)
    name = models.CharField(max_length=60)
    definition = models.TextField(blank=True)
    group = models.CharField(max_length=40)
    hot_key = models.CharField(max_length=1)
    colour = models.CharField(max_length=7, validators=[RegexValidator(r"^#[0-9a-f]{6}$")])
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["scheme", "position"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "value"], name="label_value_unique"),
            models.UniqueConstraint(fields=["scheme", "hot_key"], name="label_hot_key_unique"),
            models.UniqueConstraint(fields=["scheme", "position"], name="label_position_unique"),
            models.CheckConstraint(condition=~Q(value="") & ~Q(group=""), name="label_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.value} {self.name}"
