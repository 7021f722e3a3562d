"""Flags and comments beside a vote: made and taken back by their author while the round is open.

Once a round is closed its remarks stay as they are, so that a release can count its flags again at any time.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from galaxycat.accounts.models import Role, User
from galaxycat.errors import BadInput, Conflict, Forbidden
from labeling.access import veiled_sources, why_results_are_hidden
from labeling.errors import NotAssigned, RemarkConflict, RoundClosed
from labeling.models import Assignment, Remark, Round
from labeling.models.remark import RemarkQuerySet
from labeling.rounds import lock_round
from labeling.storable import require_storable

MAX_TEXT = 2000
REMARKABLE = (Assignment.State.HELD, Assignment.State.ANSWERED)


@transaction.atomic
def remark(*, client_id: UUID, assignment: Assignment, author: User, kind: str, text: str = "") -> tuple[Remark, bool]:
    """Flag the assignment's source for a curator, or comment on it; returns (remark, newly made).

    The same `client_id` with the same content returns the remark it made before. Raises RemarkConflict for the same id
    with another content, NotAssigned for somebody else's assignment, RoundClosed, BadInput, and Conflict for a source
    that was given back and for a second flag.
    """
    if assignment.annotator_id != author.pk:
        raise NotAssigned("This source is assigned to another annotator")
    round_ = lock_round(assignment.round)
    assignment = Assignment.objects.select_related("draw").get(pk=assignment.pk)
    made = Remark(client_id=client_id, draw=assignment.draw, author=author, kind=kind, text=_text(kind, text))
    if known := Remark.objects.filter(client_id=client_id).first():
        return _same_or_conflict(known, made), False
    if not round_.is_open:
        raise RoundClosed("The round is closed: it takes no more flags or comments")
    if assignment.state not in REMARKABLE:
        raise Conflict("You gave this source back, so it takes no flag or comment of yours; undo the skip first")
    if kind == Remark.Kind.FLAG and made.draw.remarks.flags().standing().filter(author=author).exists():
        raise Conflict("You have flagged this source already; take that flag back first")
    made.save(force_insert=True)
    return made, True


@transaction.atomic
def withdraw_remark(*, remark: Remark, author: User) -> Remark:
    """Take one's own flag or comment back. Taking it back twice changes nothing. Raises Forbidden and RoundClosed."""
    if remark.author_id != author.pk:
        raise Forbidden("Only its author takes a flag or comment back")
    round_ = lock_round(remark.draw.round)
    remark = Remark.objects.select_related("draw__source", "author").get(pk=remark.pk)
    if remark.withdrawn_at is None:
        if not round_.is_open:
            raise RoundClosed("The round is closed: its flags and comments stay as they are")
        remark.withdrawn_at = timezone.now()
        remark.save(update_fields=["withdrawn_at"])
    return remark


def remarks_seen_by(round_: Round, user: User) -> RemarkQuerySet:
    """The standing remarks of a round that this person may see: their own, and a curator those of others.

    Others' only where the curator sees the round's votes too, and never on a source that waits for them in another
    round that is blind.
    """
    seen = Q(author=user)
    if round_.galaxy.team.has_role(user, Role.CURATOR) and why_results_are_hidden(round_, user) is None:
        seen |= ~Q(draw__source__in=veiled_sources(round_, user).values("source"))
    return Remark.objects.of_round(round_).standing().filter(seen)


def _text(kind: str, text: str) -> str:
    text = text.strip()
    require_storable("text", text)
    if kind not in Remark.Kind.values:
        raise BadInput(f"kind: {kind!r} is not one of {', '.join(Remark.Kind.values)}")
    if kind == Remark.Kind.COMMENT and not text:
        raise BadInput("text: a comment says something; write it, or flag the source instead")
    if len(text) > MAX_TEXT:
        raise BadInput(f"text: at most {MAX_TEXT} characters, not {len(text)}")
    return text


def _same_or_conflict(known: Remark, sent: Remark) -> Remark:
    if any(getattr(known, field) != getattr(sent, field) for field in ("draw_id", "author_id", "kind", "text")):
        raise RemarkConflict(f"client_id: {known.client_id} was used for another remark already; make a new UUID")
    return known
