"""How somebody shows a rendition of a galaxy, kept for them."""

from typing import Self

from django.db import models
from django.utils import timezone

from catalogs.models.galaxy import Galaxy
from galaxycat.accounts.models import Person, User


class StretchQuerySet(models.QuerySet["Stretch"]):
    def of(self, user: Person) -> Self:
        """One's own: nobody sees another's."""
        return self.filter(user=user) if isinstance(user, User) else self.none()


class Stretch(models.Model):
    """A person's limits, curve, colours and mix of bands of one rendition. A view, not data: the last one kept stands."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    galaxy = models.ForeignKey(Galaxy, on_delete=models.PROTECT, related_name="stretches")
    rendition = models.SlugField(max_length=40, help_text="The rendition's slug: it outlives a version of the image.")
    style = models.JSONField(null=True, help_text="As catalogs.imagery.styles checks it; none: the rendition's own.")
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = StretchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "stretches"
        ordering = ["galaxy", "rendition"]
        constraints = [
            models.UniqueConstraint(fields=["user", "galaxy", "rendition"], name="stretch_one_each"),
        ]

    def __str__(self) -> str:
        return f"{self.rendition} of {self.galaxy} for {self.user}"
