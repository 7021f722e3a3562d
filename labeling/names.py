"""Campaigns that commands work on, by their names."""

from catalogs.models import Galaxy
from galaxycat.errors import BadInput
from labeling.models import Campaign


def campaign_named(galaxy: Galaxy, name: str | None) -> Campaign:
    """The campaign of this name; the galaxy's newest where there is none given. Raises BadInput that names those there are."""
    campaigns = galaxy.campaigns.select_related("scheme").order_by("pk")
    found = campaigns.filter(name=name).first() if name else campaigns.last()
    if found is None:
        known = ", ".join(campaigns.values_list("name", flat=True)[:20]) or "none yet: open a round"
        raise BadInput(f"--campaign: {galaxy.slug} has no campaign {name or ''} (known: {known})".replace("  ", " "))
    return found
