"""Consensus and agreement in the database: moved by each vote, read by sums, rebuildable from the votes."""

from collections import Counter

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from labeling.agreement.consensus import consensus_of
from labeling.agreement.human_to_mode import Agreement, AgreementSums, agreement_from_sums
from labeling.models import Consensus, Label, Level, Round, RoundSource, Vote
from labeling.retiring import rebuild_retirement
from labeling.rounds import lock_round

NAME_AT: dict[Level, str] = {Level.LABEL: "value", Level.GROUP: "group"}
STATE_FIELDS = ["counts", "n_votes", "top", "mode", "is_tie", "leave_one_out", "updated_at"]


def set_counts(row: Consensus, counts: Counter[str]) -> Consensus:
    """Make a consensus row say what its label counts say."""
    row.counts = {name: number for name, number in sorted(counts.items()) if number}
    state = consensus_of(row.counts)
    row.n_votes, row.top, row.is_tie = state.n_votes, state.top, state.is_tie
    row.mode, row.leave_one_out = state.mode or "", state.leave_one_out
    row.updated_at = timezone.now()
    return row


def move_count(draw: RoundSource, *, removed: Label | None, added: Label | None) -> None:
    """One vote went away, one came; the caller holds the round's lock. The cost does not grow with the round."""
    if removed == added:
        return
    for row in draw.consensus.all():
        counts = Counter(row.counts)
        if removed:
            counts[getattr(removed, NAME_AT[Level(row.level)])] -= 1
        if added:
            counts[getattr(added, NAME_AT[Level(row.level)])] += 1
        set_counts(row, counts).save(update_fields=STATE_FIELDS)


@transaction.atomic
def rebuild_consensus(*, round_: Round) -> int:
    """Recompute every consensus row of a round, and what its rule retires, from its votes; returns how many rows differed."""
    lock_round(round_)
    draws = round_.draw.values_list("pk", flat=True)
    counts: dict[tuple[int, str], Counter[str]] = {(pk, level): Counter() for pk in draws for level in Level}
    votes = Vote.objects.of_round(round_).counted().values_list("assignment__draw", "label__value", "label__group")
    for draw, value, group in votes:
        counts[draw, Level.LABEL][value] += 1
        counts[draw, Level.GROUP][group] += 1
    changed = []
    for row in Consensus.objects.filter(draw__round=round_):
        before = [getattr(row, field) for field in STATE_FIELDS[:-1]]
        set_counts(row, counts[row.draw_id, row.level])
        if before != [getattr(row, field) for field in STATE_FIELDS[:-1]]:
            changed.append(row)
    Consensus.objects.bulk_update(changed, STATE_FIELDS, batch_size=500)
    return len(changed) + rebuild_retirement(round_)


def round_agreement(round_: Round, level: Level) -> Agreement:
    """Agreement of a round at one level, from sums the database makes; the number of queries is fixed.

    Of the sources with the full overlap only: what a rule retires early agrees more than people do.
    """
    rows = Consensus.objects.of_round(round_, level).filter(draw__has_full_overlap=True)
    compared = rows.filter(n_votes__gte=2)
    sums = rows.aggregate(
        n_sources=Count("pk", filter=Q(n_votes__gt=0)),
        n_votes=Sum("n_votes", default=0),
        ties=Count("pk", filter=Q(is_tie=True)),
    )
    of_compared = compared.aggregate(
        votes=Sum("n_votes", default=0), top=Sum("top", default=0), loo=Sum("leave_one_out", default=0.0)
    )
    return agreement_from_sums(
        AgreementSums(
            n_sources=sums["n_sources"],
            n_votes=sums["n_votes"],
            n_compared_votes=of_compared["votes"],
            top_sum=of_compared["top"],
            loo_sum=of_compared["loo"],
            ties=sums["ties"],
            votes_histogram=dict(compared.order_by().values_list("n_votes").annotate(Count("pk"))),
            label_totals=_label_totals(compared),
        )
    )


def round_totals(round_: Round, level: Level) -> dict[str, int]:
    """Sources with votes, their votes and ties, of the whole round: those that a rule may retire too."""
    return Consensus.objects.of_round(round_, level).aggregate(
        n_sources=Count("pk", filter=Q(n_votes__gt=0)),
        n_votes=Sum("n_votes", default=0),
        ties=Count("pk", filter=Q(is_tie=True)),
    )


def class_counts(round_: Round, level: Level) -> dict[str, int]:
    """Mode -> number of the round's sources, in the scheme's order; ties and unvoted sources are in no class."""
    rows = Consensus.objects.of_round(round_, level).exclude(mode="").order_by()
    found = dict(rows.values_list("mode").annotate(Count("pk")))
    return {name: found.get(name, 0) for name in _names(round_, level)}


def _names(round_: Round, level: Level) -> list[str]:
    return list(dict.fromkeys(getattr(label, NAME_AT[level]) for label in round_.campaign.scheme.labels.all()))


def _label_totals(compared: QuerySet[Consensus]) -> dict[str, int]:
    """Votes for each label over the compared sources."""
    totals: Counter[str] = Counter()
    for counts in compared.order_by().values_list("counts", flat=True):
        totals.update(counts)
    return dict(totals)
