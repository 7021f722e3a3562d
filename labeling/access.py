"""Who may see a round's votes, and what seeing them costs: blind means blind."""

from django.db import transaction
from django.db.models import QuerySet

from galaxycat.accounts.models import Role, User
from galaxycat.errors import Forbidden
from labeling.models import Assignment, Observer, Round, RoundSource
from labeling.rounds import lock_round

ONLY_WHEN_CLOSED = "Votes and agreement show here when the round is closed."
VOTES_IN_IT = "You are voting in this blind round, so its votes stay hidden from you until it is closed."
MUST_CHOOSE = "This round is blind and open: choose to watch it first. Who watches does not vote in it."


def why_results_are_hidden(round_: Round, user: User) -> str | None:
    """One sentence saying why this person does not see the round's votes now; None when they do.

    Everybody on the team sees a closed round. An open one is seen by curators and PIs, and a blind one only by those
    of them who chose to watch it instead of voting.
    """
    if not round_.is_open:
        return None
    if not round_.galaxy.team.has_role(user, Role.CURATOR):
        return ONLY_WHEN_CLOSED
    if round_.mode != Round.Mode.BLIND or round_.observers.filter(user=user).exists():
        return None
    return VOTES_IN_IT if round_.assignments.for_annotator(user).exists() else MUST_CHOOSE


def veiled_sources(round_: Round, user: User) -> QuerySet[RoundSource]:
    """The round's sources that this person may still classify blind in another open round, by their draw there.

    Until then they see no vote on them here either. Nothing is veiled from those who cannot vote or chose to watch.
    """
    others = Round.objects.with_role(user, Role.ANNOTATOR).open().filter(mode=Round.Mode.BLIND).exclude(pk=round_.pk)
    waiting = RoundSource.objects.filter(round__in=others.exclude(observers__user=user))
    done = Assignment.objects.for_annotator(user).answered()
    return waiting.filter(source__in=round_.draw.values("source")).exclude(assignments__in=done)


def require_results(round_: Round, user: User) -> None:
    """Raises Forbidden, with the reason, for whom the round's votes are hidden from."""
    if reason := why_results_are_hidden(round_, user):
        raise Forbidden(reason)


@transaction.atomic
def watch(*, round_: Round, user: User) -> None:
    """Choose to watch a blind round's votes, and so not to vote in it. Raises Forbidden for whom that is not open to."""
    # Under the round's lock: nobody starts to vote and to watch at the same moment.
    reason = why_results_are_hidden(lock_round(round_), user)
    if reason == MUST_CHOOSE:
        Observer.objects.create(round=round_, user=user)
    elif reason:
        raise Forbidden(reason)
