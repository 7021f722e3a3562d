"""Catalogues that commands work on, by their names."""

from catalogs.models import Catalog, Galaxy
from galaxycat.errors import BadInput


def catalog_named(galaxy: Galaxy, name: str | None) -> Catalog:
    """The catalogue of this name; the newest detected one, else the newest, where there is none given. Raises BadInput."""
    catalogs = galaxy.catalogs.filter(withdrawn_at=None).order_by("pk")
    detected = catalogs.filter(kind=Catalog.Kind.DETECTED)
    found = catalogs.filter(name=name).first() if name else detected.last() or catalogs.last()
    if found is None:
        known = ", ".join(catalogs.values_list("name", flat=True)[:20]) or "none yet: detect sources or import a file"
        raise BadInput(f"--catalog: {galaxy.slug} has no catalogue {name or ''} (known: {known})".replace("  ", " "))
    return found
