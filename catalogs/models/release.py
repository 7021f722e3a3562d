"""A release is an immutable snapshot of a catalogue, with what people and machines said of it, as files."""

import json
import uuid
from collections.abc import Iterable
from typing import Any, Never, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property

from catalogs.models.catalog import Catalog
from catalogs.models.galaxy import Galaxy
from galaxycat.accounts.models import Person, Role, Team, User

# All that may ever change: publishing once and withdrawing once.
CHANGEABLE = frozenset({"published_at", "withdrawn_at", "withdrawn_because"})


class ReleaseQuerySet(models.QuerySet["Release"]):
    def visible_to(self, user: Person) -> Self:
        """Releases of the user's teams, and published ones, also where the galaxy's image is not."""
        own = Q(galaxy__team__in=Team.objects.visible_to(user))
        return self.filter(Q(published_at__isnull=False) | own, galaxy__withdrawn_at=None)

    def with_role(self, user: Person, role: Role) -> Self:
        return self.filter(galaxy__in=Galaxy.objects.with_role(user, role))

    def published(self) -> Self:
        return self.filter(published_at__isnull=False, withdrawn_at=None)

    def delete(self) -> Never:
        raise TypeError("releases are for good: withdraw instead of deleting")

    def update(self, **kwargs: Any) -> Never:
        raise TypeError("releases are for good: make a new one instead of updating")


class Release(models.Model):
    """One version of a galaxy's published list. `options` fix what went in, the manifest says what came out."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    galaxy = models.ForeignKey(Galaxy, on_delete=models.PROTECT, related_name="releases")
    catalog = models.ForeignKey(Catalog, on_delete=models.PROTECT, related_name="releases")
    version = models.PositiveIntegerField()
    options = models.JSONField(default=dict, blank=True, help_text="With these the same files come out again.")
    # As text, for JSON columns change the way numbers are written, and with it the checksum.
    manifest_text = models.TextField(editable=False, help_text="The manifest as canonical JSON.")
    content_sha256 = models.CharField(max_length=64, editable=False, help_text="Of the manifest's text.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["galaxy", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["galaxy", "version"], name="release_version_unique"),
            models.CheckConstraint(condition=Q(version__gt=0), name="release_version_positive"),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(published_at__gte=F("created_at")), name="release_published_after"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("created_at")), name="release_withdrawn_after"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.galaxy} release {self.version}"

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if self.pk is not None and not (update_fields is not None and set(update_fields) <= CHANGEABLE):
            raise TypeError("releases are for good: only publishing and withdrawing change one")
        super().save(*args, update_fields=update_fields, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Never:
        raise TypeError("releases are for good: withdraw instead of deleting")

    @cached_property
    def manifest(self) -> dict[str, Any]:
        return dict(json.loads(self.manifest_text))

    @property
    def file_stem(self) -> str:
        """How its files are called when they are downloaded, without the ending."""
        return f"{self.galaxy.slug}_{self.catalog.name}_v{self.version}"
