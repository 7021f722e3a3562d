"""Publishing a release, for good, and withdrawing one, for good."""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from catalogs.models import Galaxy, Release
from galaxycat.errors import BadInput, Conflict

# Higher layers say why a release may not be shown to everybody now: a sentence, or None.
OBJECTIONS: list[Callable[[Release], str | None]] = []


@transaction.atomic
def publish_release(*, release: Release, with_image: bool = False) -> Release:
    """Show the release to everybody, and with `with_image` the galaxy's image and catalogues too; again changes nothing.

    There is no way back: others may have cited it. Raises Conflict for a withdrawn one and while a layer above objects.
    """
    release = _locked(release)
    if release.withdrawn_at is not None:
        raise Conflict(f"{release} was withdrawn: make a new release instead")
    if release.published_at is None:
        for objection in OBJECTIONS:
            if reason := objection(release):
                raise Conflict(f"{release}: {reason}")
        release.published_at = timezone.now()
        release.save(update_fields=["published_at"])
    if with_image:
        Galaxy.objects.filter(pk=release.galaxy_id, published_at=None).update(published_at=timezone.now())
    return release


@transaction.atomic
def withdraw_release(*, release: Release, because: str) -> Release:
    """Take the release back, with the reason that its page then gives. Again changes nothing. Raises BadInput without
    a reason."""
    reason = " ".join(because.split())
    if not 0 < len(reason) <= 300:
        raise BadInput("because: say in 1 to 300 characters why it is withdrawn; its page will show that")
    release = _locked(release)
    if release.withdrawn_at is None:
        release.withdrawn_at, release.withdrawn_because = timezone.now(), reason
        release.save(update_fields=["withdrawn_at", "withdrawn_because"])
    return release


def _locked(release: Release) -> Release:
    return Release.objects.select_for_update(of=("self",)).select_related("galaxy__team", "catalog").get(pk=release.pk)
