"""A galaxy: one pixel grid, owned by a team, private until published."""

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from galaxycat.accounts.models import Person, Role, Team, User

if TYPE_CHECKING:
    from catalogs.models.mosaic import Mosaic


class GalaxyQuerySet(models.QuerySet["Galaxy"]):
    def visible_to(self, user: Person) -> Self:
        """Galaxies that are published, or belong to a team of the user's."""
        return self.filter(Q(published_at__isnull=False) | Q(team__in=Team.objects.visible_to(user)), withdrawn_at=None)

    def with_role(self, user: Person, role: Role) -> Self:
        """Galaxies of the teams in which the user may do at least what `role` may."""
        return self.filter(team__in=Team.objects.with_role(user, role), withdrawn_at=None)


class Galaxy(models.Model):
    """A galaxy and the pixel grid fixed at its first ingest, on which all its sources are counted."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="galaxies")
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()
    wcs_cards = models.JSONField(
        default=list,
        blank=True,
        help_text="FITS header cards of the reference band's world coordinates; none without WCS.",
    )
    pixel_scale_arcsec = models.FloatField(null=True, blank=True)
    sky_grid = models.JSONField(
        null=True,
        blank=True,
        help_text="Unit vectors on a pixel grid from which a browser interpolates ICRS coordinates.",
    )
    distance_mpc = models.FloatField(null=True, blank=True)
    foreground_ebv_mag = models.FloatField(null=True, blank=True)
    is_simulated = models.BooleanField(default=False, help_text="Made by `simulate`, not observed.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = GalaxyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "galaxies"
        constraints = [
            models.CheckConstraint(condition=Q(width_px__gt=0, height_px__gt=0), name="galaxy_grid_positive"),
            models.CheckConstraint(
                condition=Q(pixel_scale_arcsec=None) | Q(pixel_scale_arcsec__gt=0), name="galaxy_pixel_scale_positive"
            ),
            models.CheckConstraint(
                condition=Q(distance_mpc=None) | Q(distance_mpc__gt=0), name="galaxy_distance_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def latest_mosaic(self) -> "Mosaic":
        return self.mosaics.latest("version")
