"""Things by their names: galaxies that commands work on, catalogues unique in their galaxy."""

from django.utils.text import slugify

from catalogs.models import Galaxy
from galaxycat.errors import BadInput


def free_name(galaxy: Galaxy, wanted: str) -> str:
    """`wanted` as a slug, with -2, -3 ... behind it where the galaxy has such a catalogue already.

    Locks the galaxy until the transaction ends, so that two catalogues made at once get two names.
    """
    Galaxy.objects.select_for_update(no_key=True).get(pk=galaxy.pk)
    stem = slugify(wanted)[:54]
    if not stem:
        raise BadInput(f"name: {wanted!r} has no letter or digit to name a catalogue by")
    taken = set(galaxy.catalogs.filter(name__startswith=stem).values_list("name", flat=True))
    return next(name for name in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)


def galaxy_named(slug: str) -> Galaxy:
    """The galaxy a command works on. Raises BadInput that names those there are."""
    galaxy = Galaxy.objects.filter(slug=slug, withdrawn_at=None).first()
    if galaxy is None:
        known = ", ".join(Galaxy.objects.filter(withdrawn_at=None).values_list("slug", flat=True)[:20]) or "none yet"
        raise BadInput(f"{slug}: there is no such galaxy (known: {known}); ingest it first")
    return galaxy
