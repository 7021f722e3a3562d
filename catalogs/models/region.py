"""A region is a shape somebody drew on a galaxy."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from catalogs.models.galaxy import Galaxy
from catalogs.regions.shapes import KINDS, Shape, from_json
from galaxycat.accounts.models import Person, Team, User


class RegionQuerySet(models.QuerySet["Region"]):
    def visible_to(self, user: Person) -> Self:
        """One's own, and those shared in one's teams. An annotator's marks would tell a blind colleague what they think."""
        own_team = self.filter(galaxy__team__in=Team.objects.visible_to(user), galaxy__withdrawn_at=None)
        return own_team.filter(Q(is_shared=True) | Q(author=user if isinstance(user, User) else None))

    def standing(self) -> Self:
        return self.filter(removed_at=None)


class Region(models.Model):
    """A point, circle, ellipse, box or polygon with a label. Removing keeps the row, so that it can be undone."""

    uuid = models.UUIDField(unique=True, editable=False, default=uuid.uuid4, help_text="Chosen by who sends it.")
    galaxy = models.ForeignKey(Galaxy, on_delete=models.PROTECT, related_name="regions")
    kind = models.CharField(max_length=8, choices=[(kind, kind) for kind in KINDS])
    geometry = models.JSONField(help_text="The shape in 0-based pixels, as catalogs.regions.shapes writes it.")
    label = models.CharField(max_length=100, blank=True)
    is_shared = models.BooleanField(help_text="Seen by the whole team: drawn by a curator or PI.")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1, help_text="Counts its changes.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        ordering = ["galaxy", "created_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(KINDS)), name="region_kind_known"),
            models.CheckConstraint(condition=Q(version__gte=1), name="region_version_counts"),
        ]

    def __str__(self) -> str:
        return self.label or f"{self.kind} on {self.galaxy}"

    @property
    def shape(self) -> Shape:
        return from_json(self.geometry)
