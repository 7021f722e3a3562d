"""Who may see predictions. One decision, asked by every page, API, socket, release and sampler.

A prediction tells a blind voter what a machine thinks, so it may not reach one by any route: while a blind round of the
galaxy is open, only those curators and PIs see predictions who chose to watch each such round, and so do not vote in it.
"""

from django.db.models import Q, QuerySet

from catalogs.models import Galaxy
from galaxycat.accounts.models import Person, Role
from galaxycat.errors import Forbidden
from labeling.models import Round

BLIND_ROUND_OPEN = "Predictions show here when the open blind rounds of this galaxy are closed."
MUST_WATCH = (
    "A blind round of this galaxy is open, and who has seen predictions cannot vote in it: choose on its page to watch "
    "it, or wait until it is closed."
)


def open_blind_rounds() -> QuerySet[Round]:
    return Round.objects.open().filter(mode=Round.Mode.BLIND)


def galaxies_open_to(user: Person) -> QuerySet[Galaxy]:
    """The galaxies whose predictions this person sees now."""
    members = Galaxy.objects.with_role(user, Role.VIEWER)
    if not user.is_authenticated:
        return members
    blind, watching = open_blind_rounds(), Galaxy.objects.with_role(user, Role.CURATOR)
    unwatched = blind.exclude(observers__user=user)
    return members.filter(
        ~Q(pk__in=blind.values("campaign__galaxy"))
        | (Q(pk__in=watching.values("pk")) & ~Q(pk__in=unwatched.values("campaign__galaxy")))
    )


def why_predictions_are_hidden(galaxy: Galaxy, user: Person) -> str | None:
    """One sentence saying why a member of the galaxy's team does not see its predictions now; None when they do."""
    if galaxies_open_to(user).filter(pk=galaxy.pk).exists():
        return None
    return MUST_WATCH if galaxy.team.has_role(user, Role.CURATOR) else BLIND_ROUND_OPEN


def require_predictions(galaxy: Galaxy, user: Person) -> None:
    """Raises Forbidden, with the reason, for whom the galaxy's predictions are hidden from."""
    if reason := why_predictions_are_hidden(galaxy, user):
        raise Forbidden(reason)


def require_no_blind_round(galaxy: Galaxy, what: str) -> None:
    """Raises Forbidden while a blind round of the galaxy is open: `what` would carry predictions to its voters."""
    if open_blind_rounds().filter(campaign__galaxy=galaxy).exists():
        raise Forbidden(
            f"{what} would carry predictions to the voters of an open blind round of {galaxy}: close it first"
        )
