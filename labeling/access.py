"""Who may see a round's votes, and what seeing them costs: blind means blind."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from galaxycat.accounts.models import Role, User
from galaxycat.errors import Forbidden
from labeling.models import Assignment, Campaign, Observer, Round, RoundSource
from labeling.rounds import lock_round

ONLY_WHEN_CLOSED = "Votes and agreement show here when the round is closed."
VOTES_IN_IT = "You are voting in this blind round, so its votes stay hidden from you until it is closed."
MUST_CHOOSE = "This round is blind and open: choose to watch it first. Who watches does not vote in it."


def why_results_are_hidden(round_: Round, user: User) -> str | None:
    """One sentence saying why this person does not see the round's votes now; None when they do.

    Everybody on the team sees a closed round. An open one is seen by curators and PIs, and a blind one only by those
    of them who chose to watch it instead of voting.
    """
    return why_hidden([round_], user)[round_.pk]


def why_hidden(rounds: Sequence[Round], user: User) -> dict[int, str | None]:
    """Round key -> what `why_results_are_hidden` says, for rounds of one galaxy in a fixed number of queries."""
    open_rounds = [round_ for round_ in rounds if round_.is_open]
    reasons: dict[int, str | None] = dict.fromkeys(round_.pk for round_ in rounds)
    if not open_rounds:
        return reasons
    if not open_rounds[0].galaxy.team.has_role(user, Role.CURATOR):
        return reasons | dict.fromkeys((round_.pk for round_ in open_rounds), ONLY_WHEN_CLOSED)
    blind = [round_.pk for round_ in open_rounds if round_.mode == Round.Mode.BLIND]
    watched = set(Observer.objects.filter(round__in=blind, user=user).values_list("round", flat=True))
    voting = Assignment.objects.for_annotator(user).filter(round__in=blind).order_by().distinct()
    voted_in = set(voting.values_list("round", flat=True))
    hidden = {pk: VOTES_IN_IT if pk in voted_in else MUST_CHOOSE for pk in blind if pk not in watched}
    return reasons | hidden


def rounds_with_results(campaign: Campaign, user: User) -> list[Round]:
    """The campaign's rounds whose votes this person may see now, oldest first, in a fixed number of queries."""
    rounds = list(campaign.rounds.visible_to(user).select_related("campaign__galaxy__team").order_by("number"))
    reasons = why_hidden(rounds, user)
    return [round_ for round_ in rounds if reasons[round_.pk] is None]


def waiting_blind(user: User) -> QuerySet[RoundSource]:
    """The sources that this person may still classify in an open blind round, by their draw there."""
    blind = Round.objects.with_role(user, Role.ANNOTATOR).open().filter(mode=Round.Mode.BLIND)
    done = Assignment.objects.for_annotator(user).answered()
    return RoundSource.objects.filter(round__in=blind.exclude(observers__user=user)).exclude(assignments__in=done)


def veiled_sources(round_: Round, user: User) -> QuerySet[RoundSource]:
    """The round's sources that this person may still classify blind in another open round, by their draw there.

    Until then they see no vote on them here either. Nothing is veiled from those who cannot vote or chose to watch.
    """
    return waiting_blind(user).exclude(round=round_).filter(source__in=round_.draw.values("source"))


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
