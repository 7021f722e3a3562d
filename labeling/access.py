"""Who may see a round's votes, and what seeing them costs: blind means blind."""

from django.db import transaction

from galaxycat.accounts.models import Role, User
from labeling.models import Observer, Round
from labeling.rounds import lock_round


def why_results_are_hidden(round_: Round, user: User) -> str | None:
    """One sentence saying why this person may not see the round's votes now; None when they may.

    Everybody on the team sees a closed round. An open one is seen by curators and PIs only, and a blind one only
    by those who are not voting in it.
    """
    if not round_.is_open:
        return None
    if not round_.galaxy.team.has_role(user, Role.CURATOR):
        return "Votes and agreement show here when the round is closed."
    if round_.mode == Round.Mode.BLIND and round_.assignments.for_annotator(user).exists():
        return "You are voting in this blind round, so its votes stay hidden from you until it is closed."
    return None


def observe(round_: Round, user: User) -> bool:
    """Whether the person may see the votes now; seeing those of an open blind round is remembered."""
    if why_results_are_hidden(round_, user):
        return False
    if not round_.is_open or round_.mode != Round.Mode.BLIND or round_.observers.filter(user=user).exists():
        return True
    with transaction.atomic():
        # Under the round's lock: nobody starts to vote and to watch at the same moment.
        round_ = lock_round(round_)
        if why_results_are_hidden(round_, user):
            return False
        Observer.objects.get_or_create(round=round_, user=user)
    return True
