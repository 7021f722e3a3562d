"""Labeling's two verbs for a release of a catalogue: what it fixes for good, and the columns of what was fixed."""

from collections.abc import Mapping
from typing import Any

from catalogs.models import Catalog, Galaxy, Release
from catalogs.releases.columns import Column
from galaxycat.accounts.models import User
from galaxycat.errors import Conflict
from labeling.access import waiting_blind
from labeling.models import Round, RoundSource
from labeling.provenance import provenance_of
from labeling.releasing import Cut, columns_of, cut_of


def fix_labels(catalog: Catalog, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options "campaign", "rounds", "last_vote" and "last_decision" that a release keeps for good.

    Of the campaign that `options` name, as it is now; nothing where they name none. Raises Conflict while sources of
    its closed rounds wait in an open blind round, whose voters could open the release, and BadInput as `cut_of` does.
    """
    if options.get("campaign") is None:
        return {}
    cut = cut_of(catalog, {"campaign": options["campaign"]})
    _require_nobody_blind(cut)
    return cut.as_options()


def label_columns(catalog: Catalog, options: Mapping[str, Any]) -> tuple[list[Column], dict[str, Any]]:
    """The columns and the provenance of the options that `fix_labels` gave; none without a campaign.

    The same options give the same values, whatever was voted and decided since.
    """
    if options.get("campaign") is None:
        return [], {}
    cut = cut_of(catalog, options)
    return columns_of(catalog, cut), provenance_of(catalog, cut)


def released_campaigns(galaxy: Galaxy) -> dict[str, list[tuple[str, str]]]:
    """The campaigns that have a closed round, newest first, for a curator to choose from."""
    closed = galaxy.campaigns.filter(rounds__closed_at__isnull=False).distinct().order_by("-pk")
    return {"campaign": [(str(campaign.uuid), campaign.name) for campaign in closed]}


def veil(release: Release, user: User) -> str | None:
    """Why this person may not open the unpublished release now: it tells of votes on sources that they may still
    classify blind."""
    if not _tells(release):
        return None
    if not waiting_blind(user).filter(source__catalog=release.catalog_id).exists():
        return None
    return (
        "You may still classify sources of this catalogue in an open blind round, so its releases are hidden from you: "
        "choose on the round's page to watch it without voting, or wait until it is closed"
    )


def blind_round_open(release: Release) -> str | None:
    """Why the release may not be published now: voters of an open blind round would read what others said."""
    if not _tells(release):
        return None
    waiting = RoundSource.objects.filter(
        source__catalog=release.catalog_id, round__mode=Round.Mode.BLIND, round__closed_at=None
    ).select_related("round__campaign")
    blind = waiting.first()
    return f"{blind.round} is blind and open on the same catalogue; close it first" if blind else None


def _tells(release: Release) -> bool:
    """Whether it holds votes or predictions."""
    return bool(release.options.get("campaign") or release.options.get("model"))


def _require_nobody_blind(cut: Cut) -> None:
    released = RoundSource.objects.filter(round__in=cut.rounds, consensus__n_votes__gt=0).values("source")
    waiting = RoundSource.objects.filter(
        source__in=released, round__mode=Round.Mode.BLIND, round__closed_at=None
    ).select_related("round__campaign")
    if blind := waiting.first():
        raise Conflict(
            f"{blind.round} is blind and open on the same sources, and a release would show their votes; close it first"
        )
