"""The live topic of a round's votes, and who may follow it."""

from uuid import UUID

from galaxycat.accounts.models import Person
from galaxycat.events.guards import FORBIDDEN, NOT_FOUND
from labeling.access import why_results_are_hidden
from labeling.models import Round

ROUND = "round"
# Tells that a vote came. It carries no vote: watchers fetch what they may see.
VOTE = "vote"


def round_topic(uuid: UUID) -> str:
    """The topic of those who watch a round's votes."""
    return f"{ROUND}.{uuid}"


def guard_round(user: Person, rest: str) -> int | None:
    """Whoever may see the round's results now may follow them."""
    try:
        uuid = UUID(rest)
    except ValueError:
        return NOT_FOUND
    round_ = Round.objects.visible_to(user).select_related("campaign__galaxy__team").filter(uuid=uuid).first()
    if round_ is None or user.is_anonymous or str(uuid) != rest:
        return NOT_FOUND
    return FORBIDDEN if why_results_are_hidden(round_, user) else None
