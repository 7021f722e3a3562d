"""Handing sources to annotators, so that a source is never handed to more people than its round asks for."""

import hashlib
from datetime import timedelta

from django.db import transaction
from django.db.models import BigIntegerField, Count, Q, QuerySet, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast
from django.utils import timezone

from galaxycat.accounts.models import User
from labeling.errors import NotBlind, RoundClosed
from labeling.models import Assignment, Round, RoundSource
from labeling.rounds import lock_round

HOLD = timedelta(minutes=30)
MAX_HELD = 10
PRIME = 2**31 - 1


@transaction.atomic
def claim(*, round_: Round, annotator: User, count: int = 3) -> list[Assignment]:
    """The annotator's next `count` assignments in the round: those still held, then fresh ones.

    Asking again gives the same ones, so a lost answer costs nothing. Raises RoundClosed, and NotBlind for
    somebody who has seen votes of this blind round.
    """
    round_ = lock_round(round_)
    if not round_.is_open:
        raise RoundClosed(f"{round_} is closed: it takes no more votes")
    if round_.mode == Round.Mode.BLIND and round_.observers.filter(user=annotator).exists():
        raise NotBlind("You have seen votes of this blind round on its page, so you cannot vote in it any more")
    held = round_.assignments.for_annotator(annotator).open()
    held.update(held_until=timezone.now() + HOLD)
    missing = min(count, MAX_HELD) - held.count()
    if missing > 0:
        _hand_out(round_, annotator, missing)
    in_turn = held.select_related("draw__source").order_by(_turn(round_, annotator, "draw__position"), "draw__position")
    return list(in_turn[:count])


def remaining_for(round_: Round, annotator: User) -> QuerySet[RoundSource]:
    """Sources of the round that could still be handed to this annotator; what they hold already stays theirs."""
    # A source whose hold lapsed may come back to the same person: nobody's coffee break ends a round.
    taken_up = round_.assignments.for_annotator(annotator).exclude(state=Assignment.State.LAPSED)
    fresh = round_.draw.wanting_votes().exclude(pk__in=taken_up.values("draw"))
    if round_.overlap is None:
        return fresh
    counting = Q(assignments__slot__isnull=False) & ~Q(
        assignments__state=Assignment.State.HELD, assignments__held_until__lte=timezone.now()
    )
    return fresh.annotate(taken=Count("assignments", filter=counting)).filter(taken__lt=round_.overlap)


def take_slot(assignment: Assignment, overlap: int | None) -> bool:
    """Give the assignment a free slot of its source; False when its source has all it needs."""
    if overlap is None or assignment.slot is not None:
        return True
    free = set(range(1, overlap + 1)) - set(
        assignment.draw.assignments.filter(slot__isnull=False).values_list("slot", flat=True)
    )
    if free:
        assignment.slot = min(free)
    return bool(free)


def pass_slot_on(draw: RoundSource, overlap: int | None) -> None:
    """A slot became free: it goes to a vote that came after its hold had lapsed, so that no more people are asked than needed."""
    waiting = draw.assignments.answered().filter(slot=None).first() if overlap is not None else None
    if waiting is not None and take_slot(waiting, overlap):
        waiting.save(update_fields=["slot"])


def _turn(round_: Round, annotator: User, position: str) -> CombinedExpression:
    """The sort key of everybody's own shuffle of the draw: the square of a linear step of the position, modulo a prime.

    The step's two numbers come from a digest of round and person, so an order is the same in each process and on each
    database, and two persons' orders have nothing to do with each other. Ties, which are rare, go by position.
    """
    digest = hashlib.sha256(f"{round_.uuid}:{annotator.uuid}".encode()).digest()
    factor, offset = (int.from_bytes(part, "big") % (PRIME - 1) + 1 for part in (digest[:8], digest[8:16]))
    # Below 2**62 throughout. PostgreSQL would multiply in 32 bits what is not said to have 64.
    big = BigIntegerField()
    step = (Cast(position, big) * Cast(Value(factor), big) + Cast(Value(offset), big)) % Cast(Value(PRIME), big)
    return step * step % Cast(Value(PRIME), big)


def _hand_out(round_: Round, annotator: User, count: int) -> None:
    chosen = remaining_for(round_, annotator).order_by(_turn(round_, annotator, "position"), "position")[:count]
    held_until = timezone.now() + HOLD
    for draw in chosen:
        draw.assignments.lapsed().update(state=Assignment.State.LAPSED, slot=None)
        lapsed = draw.assignments.for_annotator(annotator).first()
        assignment = lapsed or Assignment(round=round_, draw=draw, annotator=annotator)
        assignment.state, assignment.held_until = Assignment.State.HELD, held_until
        take_slot(assignment, round_.overlap)
        assignment.save()


def progress_of(round_: Round, annotator: User) -> dict[str, int]:
    """How far the annotator is: answered, skipped, and remaining (held or still to be handed out)."""
    counts = round_.assignments.for_annotator(annotator).aggregate(
        answered=Count("pk", filter=Q(state=Assignment.State.ANSWERED)),
        skipped=Count("pk", filter=Q(state=Assignment.State.SKIPPED)),
        held=Count("pk", filter=Q(state=Assignment.State.HELD)),
    )
    return {
        "answered": counts["answered"],
        "skipped": counts["skipped"],
        "remaining": counts["held"] + remaining_for(round_, annotator).count(),
    }
