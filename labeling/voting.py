"""Casting a vote: one transaction that records it, moves its assignment and its source's consensus."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from galaxycat.accounts.models import User
from galaxycat.errors import BadInput
from galaxycat.events.publishing import publish
from labeling.assignments import HOLD, pass_slot_on, take_slot
from labeling.errors import NotAssigned, RoundClosed, SourceTaken, UnknownLabel, VoteConflict
from labeling.live import VOTE, round_topic
from labeling.models import Assignment, Label, Round, Vote
from labeling.retiring import settle
from labeling.rounds import lock_round
from labeling.shown import shown_digest, verified_shown
from labeling.signals import vote_cast
from labeling.tally import move_count

Outcome = Vote.Outcome
STATE_AFTER = {
    Outcome.LABELED: Assignment.State.ANSWERED,
    Outcome.UNSURE: Assignment.State.ANSWERED,
    Outcome.SKIPPED: Assignment.State.SKIPPED,
    Outcome.WITHDRAWN: Assignment.State.HELD,
}


@transaction.atomic
def cast_vote(
    *,
    client_id: UUID,
    assignment: Assignment,
    annotator: User,
    outcome: str,
    label: str | None = None,
    is_unsure: bool = False,
    seconds_spent: float | None = None,
    shown: Mapping[str, Any] | None = None,
) -> tuple[Vote, bool]:
    """Append a vote to its assignment's chain and bring consensus up to date; returns (vote, newly made).

    The same `client_id` with the same content returns the vote it made before, whatever has become of what the voter
    was shown. `shown` is kept as `labeling.shown.verified_shown` makes it. Raises VoteConflict for the same
    id with another content, NotAssigned for somebody else's assignment, RoundClosed, UnknownLabel, BadInput,
    and SourceTaken for taking back an answer whose source went to somebody else.
    """
    if assignment.annotator_id != annotator.pk:
        raise NotAssigned("This source is assigned to another annotator")
    round_ = lock_round(assignment.round)
    assignment = Assignment.objects.select_related(
        "round__campaign", "round__previous", "draw__source", "annotator"
    ).get(pk=assignment.pk)
    sent = dict(shown or {})
    vote = Vote(
        client_id=client_id,
        assignment=assignment,
        outcome=outcome,
        label=_label(assignment.round, outcome, label),
        is_unsure=is_unsure,
        seconds_spent=seconds_spent,
        shown_digest=shown_digest(sent),
    )
    if known := Vote.objects.filter(client_id=client_id).first():
        return _same_or_conflict(known, vote), False
    if not round_.is_open:
        raise RoundClosed(f"{assignment.round} is closed: it takes no more votes")
    vote.shown = verified_shown(assignment, sent)
    vote.saw_prediction = "prediction" in vote.shown
    before = assignment.votes.filter(superseded_by=None).select_related("label").first()
    if outcome == Outcome.WITHDRAWN and (before is None or before.outcome == Outcome.WITHDRAWN):
        raise BadInput("outcome: there is no vote on this source to withdraw")
    vote.supersedes = before
    vote.save(force_insert=True)
    _move_assignment(assignment, vote)
    move_count(assignment.draw, removed=before.label if before else None, added=vote.label)
    settle(assignment.draw, assignment.round)
    publish(round_topic(round_.uuid), VOTE)
    # Robust: the vote stands, whatever becomes of those who are told.
    tell = partial(vote_cast.send_robust, sender=Vote, vote_id=vote.pk, round_id=assignment.round_id)
    transaction.on_commit(tell, robust=True)
    return vote, True


def _label(round_: Round, outcome: str, value: str | None) -> Label | None:
    if outcome not in Outcome.values:
        raise BadInput(f"outcome: {outcome!r} is not one of {', '.join(Outcome.values)}")
    if outcome != Outcome.LABELED:
        if value:
            raise BadInput(f"label: a vote that is {outcome} carries no label")
        return None
    label = round_.campaign.scheme.labels.filter(value=value or "").first()
    if label is None:
        known = ", ".join(round_.campaign.scheme.labels.values_list("value", flat=True))
        raise UnknownLabel(f"label: {value!r} is not in the scheme {round_.campaign.scheme}; choose one of {known}")
    return label


def _same_or_conflict(known: Vote, sent: Vote) -> Vote:
    fields = ("assignment_id", "outcome", "label_id", "is_unsure", "seconds_spent")
    # A vote from before the digest was kept holds what was sent, untouched.
    same_shown = (known.shown_digest or shown_digest(known.shown)) == sent.shown_digest
    if not same_shown or any(getattr(known, field) != getattr(sent, field) for field in fields):
        raise VoteConflict(f"client_id: {known.client_id} was used for another vote already; make a new UUID")
    return known


def _move_assignment(assignment: Assignment, vote: Vote) -> None:
    assignment.state = STATE_AFTER[Outcome(vote.outcome)]
    overlap = assignment.round.overlap
    if assignment.state == Assignment.State.SKIPPED:
        assignment.slot = None
    elif not take_slot(assignment, overlap) and assignment.state == Assignment.State.HELD:
        raise SourceTaken("Somebody else has taken this source up meanwhile, so your answer stays as it is")
    # A vote that comes after its hold lapsed is kept even when its slot went to somebody else: no vote is lost.
    if assignment.state == Assignment.State.HELD:
        assignment.held_until = timezone.now() + HOLD
    assignment.save(update_fields=["state", "slot", "held_until"])
    if assignment.state == Assignment.State.SKIPPED:
        pass_slot_on(assignment.draw, overlap)
