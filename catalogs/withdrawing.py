"""Taking a galaxy or a catalogue out of use. Nothing is deleted: votes and releases still refer to it."""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from catalogs.models import Catalog, Galaxy
from galaxycat.errors import Conflict

# Higher layers say why a catalogue is still needed: a sentence, or None.
OBJECTIONS: list[Callable[[Catalog], str | None]] = []


@transaction.atomic
def withdraw_catalog(*, catalog: Catalog) -> Catalog:
    """Take the catalogue out of lists and choices; again changes nothing. Raises Conflict while it is needed."""
    catalog = Catalog.objects.select_for_update().get(pk=catalog.pk)
    if catalog.withdrawn_at is None:
        _require_unneeded(catalog)
        catalog.withdrawn_at = timezone.now()
        catalog.save(update_fields=["withdrawn_at"])
    return catalog


@transaction.atomic
def withdraw_galaxy(*, galaxy: Galaxy) -> Galaxy:
    """Take the galaxy out of everybody's sight. Raises Conflict while one of its catalogues is needed."""
    galaxy = Galaxy.objects.select_for_update().get(pk=galaxy.pk)
    if galaxy.withdrawn_at is None:
        for catalog in galaxy.catalogs.filter(withdrawn_at=None):
            _require_unneeded(catalog)
        galaxy.withdrawn_at = timezone.now()
        galaxy.save(update_fields=["withdrawn_at"])
    return galaxy


def _require_unneeded(catalog: Catalog) -> None:
    for objection in OBJECTIONS:
        if reason := objection(catalog):
            raise Conflict(f"{catalog}: {reason}")
