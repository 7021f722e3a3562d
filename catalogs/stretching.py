"""Keeping how a person shows a galaxy's renditions, and forgetting it."""

from typing import Any

from django.utils import timezone

from catalogs.imagery.styles import checked_style
from catalogs.models import Galaxy, Stretch
from galaxycat.accounts.models import Person, User
from galaxycat.errors import NotFound


def own_styles(galaxy: Galaxy, user: Person) -> dict[str, Any]:
    """The person's own style by rendition, of those that are there."""
    made = Stretch.objects.of(user).filter(galaxy=galaxy, style__isnull=False)
    return dict(made.values_list("rendition", "style"))


def keep_stretch(*, galaxy: Galaxy, rendition: str, style: Any, user: User) -> Stretch:
    """Keep a style for a rendition in place of the one before. Raises NotFound for an unknown rendition, BadInput for a style
    that cannot be drawn with the galaxy's bands."""
    mosaic = galaxy.latest_mosaic
    if not mosaic.renditions.filter(slug=rendition).exists():
        raise NotFound(f"{galaxy} has no rendition {rendition!r}")
    checked = checked_style(style, list(mosaic.display_planes))
    stretch, _ = Stretch.objects.update_or_create(
        user=user, galaxy=galaxy, rendition=rendition, defaults={"style": checked, "changed_at": timezone.now()}
    )
    return stretch


def forget_stretch(*, galaxy: Galaxy, rendition: str, user: User) -> None:
    """Back to the rendition's own; forgetting twice changes nothing."""
    own = Stretch.objects.of(user).filter(galaxy=galaxy, rendition=rendition)
    own.update(style=None, changed_at=timezone.now())
