"""A mosaic is one immutable version of a galaxy's image: its bands, and the renditions made of them."""

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property

from catalogs.models.galaxy import Galaxy
from catalogs.storage import image_storage
from galaxycat.accounts.models import Person, User

if TYPE_CHECKING:
    from catalogs.imagery.display import DisplayPlane


class MosaicQuerySet(models.QuerySet["Mosaic"]):
    def visible_to(self, user: Person) -> Self:
        return self.filter(galaxy__in=Galaxy.objects.visible_to(user))


class Mosaic(models.Model):
    """One version of the image. The content hash names what went in; the two image keys what came out."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    galaxy = models.ForeignKey(Galaxy, on_delete=models.PROTECT, related_name="mosaics")
    version = models.PositiveIntegerField()
    content_sha256 = models.CharField(
        max_length=64, editable=False, help_text="Of the band files, their names and the reference band."
    )
    science_sha256 = models.CharField(
        max_length=64, editable=False, help_text="Key of the float32 science COG in the image storage."
    )
    display_sha256 = models.CharField(
        max_length=64, editable=False, help_text="Key of the 16-bit display pyramid in the image storage."
    )
    reference_band = models.CharField(max_length=32)
    max_zoom = models.PositiveSmallIntegerField(help_text="Tile zoom at which one image pixel is one tile pixel.")
    derived_planes = models.JSONField(
        default=list,
        blank=True,
        help_text="Images made of bands, to be shown only: they follow the bands in the pyramid.",
    )
    warnings = models.JSONField(default=list, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MosaicQuerySet.as_manager()

    class Meta:
        ordering = ["galaxy", "version"]
        constraints = [
            models.UniqueConstraint(fields=["galaxy", "version"], name="mosaic_version_unique"),
            models.UniqueConstraint(fields=["galaxy", "content_sha256"], name="mosaic_content_unique"),
            models.CheckConstraint(condition=Q(version__gt=0), name="mosaic_version_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.galaxy} v{self.version}"

    @property
    def address(self) -> str:
        """Names this version in the addresses of what is told of it: of other units or filters the pixels may be the same."""
        return self.content_sha256[:16]

    @cached_property
    def display_planes(self) -> "dict[str, DisplayPlane]":
        """Everything in the display pyramid by name, in its order: the bands, then what is derived from them."""
        # Here, since rasterio takes half a second that most processes need not spend at their start.
        from catalogs.imagery.display import DisplayPlane, DisplayScale

        shown = [(band.name, band.position, band.unit, band.display_scale) for band in self.bands.all()]
        shown += [(each["name"], each["position"], each["unit"], each["display_scale"]) for each in self.derived_planes]
        return {
            name: DisplayPlane(name, position, unit, DisplayScale.from_json(scale))
            for name, position, unit, scale in shown
        }

    @property
    def science_path(self) -> Path:
        return Path(image_storage().gdal_path(self.science_sha256))

    @property
    def display_path(self) -> Path:
        return Path(image_storage().gdal_path(self.display_sha256))


class Band(models.Model):
    """One filter of a mosaic: its calibration, each value with where it came from, and its statistics."""

    mosaic = models.ForeignKey(Mosaic, on_delete=models.PROTECT, related_name="bands")
    position = models.PositiveSmallIntegerField(help_text="1-based band number in both image files.")
    name = models.CharField(max_length=32)
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64, editable=False)
    filter_name = models.CharField(max_length=32, blank=True)
    instrument = models.CharField(max_length=64, blank=True)
    unit = models.CharField(max_length=64, blank=True)
    pivot_wavelength_nm = models.FloatField(null=True, blank=True)
    photflam = models.FloatField(
        "inverse sensitivity PHOTFLAM", null=True, blank=True, help_text="erg/s/cm2/A per e-/s"
    )
    zero_point_mag = models.FloatField(null=True, blank=True, help_text="AB")
    exposure_s = models.FloatField(null=True, blank=True)
    provenance = models.JSONField(
        default=dict, blank=True, help_text="Where each calibration value came from: header, user or default."
    )
    wcs_cards = models.JSONField(default=list, blank=True)
    native_sha256 = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text="Key of the band on its own pixel grid, where it was reprojected onto the reference band's.",
    )
    valid_fraction = models.FloatField()
    background = models.FloatField()
    noise = models.FloatField(help_text="Standard deviation of the blank sky, in the band's unit.")
    display_scale = models.JSONField(help_text="How the display pyramid's 16-bit codes map to values.")

    class Meta:
        ordering = ["mosaic", "position"]
        constraints = [
            models.UniqueConstraint(fields=["mosaic", "position"], name="band_position_unique"),
            models.UniqueConstraint(fields=["mosaic", "name"], name="band_name_unique"),
            models.CheckConstraint(condition=Q(position__gt=0), name="band_position_positive"),
            models.CheckConstraint(
                condition=Q(valid_fraction__gte=0, valid_fraction__lte=1), name="band_valid_fraction"
            ),
            models.CheckConstraint(condition=Q(photflam=None) | Q(photflam__gt=0), name="band_photflam_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def native_path(self) -> Path | None:
        """The image on the band's own grid; None where that is the mosaic's."""
        return Path(image_storage().gdal_path(self.native_sha256)) if self.native_sha256 else None


class RenditionQuerySet(models.QuerySet["Rendition"]):
    def visible_to(self, user: Person) -> Self:
        return self.filter(mosaic__galaxy__in=Galaxy.objects.visible_to(user))


class Rendition(models.Model):
    """A way to look at a mosaic: which bands, with which weights and stretch, make red, green and blue."""

    mosaic = models.ForeignKey(Mosaic, on_delete=models.PROTECT, related_name="renditions")
    position = models.PositiveSmallIntegerField()
    slug = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    recipe = models.JSONField()
    style_hash = models.CharField(max_length=16, editable=False)
    limits = models.JSONField(
        default=dict,
        blank=True,
        help_text="By zscale and percentile, measured at ingest: black and white of red, green and blue.",
    )

    objects = RenditionQuerySet.as_manager()

    class Meta:
        ordering = ["mosaic", "position"]
        constraints = [
            models.UniqueConstraint(fields=["mosaic", "slug"], name="rendition_slug_unique"),
            models.UniqueConstraint(fields=["mosaic", "style_hash"], name="rendition_style_unique"),
        ]

    def __str__(self) -> str:
        return self.name
