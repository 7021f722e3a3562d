"""The topics of predictions: their names, what is told in them, and who may follow."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from catalogs.models import Catalog
from galaxycat.accounts.models import Person, Role
from galaxycat.events.guards import FORBIDDEN, NOT_FOUND
from galaxycat.events.publishing import publish
from labeling.models import Round
from mlops.access import why_predictions_are_hidden
from mlops.models import ModelVersion, Predictor


def catalog_topic(catalog: Catalog) -> str:
    return f"predictions.{catalog.uuid}"


def round_topic(round_: Round) -> str:
    return f"roundpredictions.{round_.uuid}"


def tell_of(version: ModelVersion, kind: str = "predictions") -> None:
    """Publish that a version came, in the transaction that writes it: only its name, whoever may see more fetches it."""
    payload = {"model": str(version)}
    tell_catalog(version.predictor.catalog, kind, payload)
    if kind == "predictions":
        for round_ in showing_rounds(version.predictor):
            publish(round_topic(round_), kind, payload)


def tell_catalog(catalog: Catalog, kind: str, payload: Mapping[str, Any]) -> None:
    publish(catalog_topic(catalog), kind, payload)


def showing_rounds(predictor: Predictor) -> list[Round]:
    """The open rounds whose voters see what this predictor says, in a fixed order."""
    if predictor.campaign is None:
        return []
    rounds = Round.objects.open().filter(campaign=predictor.campaign, catalog=predictor.catalog)
    return list(rounds.filter(shows_predictions=True).order_by("pk"))


def _uuid(text: str) -> UUID:
    """The nil UUID, which no catalogue and no round has, for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def guard_catalog(user: Person, rest: str) -> int | None:
    """Curators and PIs of the team, outside the galaxy's open blind rounds."""
    catalog = Catalog.objects.visible_to(user).select_related("galaxy__team").filter(uuid=_uuid(rest)).first()
    if catalog is None or not catalog.galaxy.team.has_role(user, Role.VIEWER):
        return NOT_FOUND
    if not catalog.galaxy.team.has_role(user, Role.CURATOR):
        return FORBIDDEN
    return FORBIDDEN if why_predictions_are_hidden(catalog.galaxy, user) else None


def guard_round(user: Person, rest: str) -> int | None:
    """Annotators of the team, for a round that shows predictions."""
    rounds = Round.objects.visible_to(user).filter(shows_predictions=True)
    round_ = rounds.select_related("campaign__galaxy__team").filter(uuid=_uuid(rest)).first()
    if round_ is None:
        return NOT_FOUND
    return None if round_.galaxy.team.has_role(user, Role.ANNOTATOR) else FORBIDDEN
