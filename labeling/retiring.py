"""Retirement at work in a round: what its rule says of a source's votes, after each of them.

The rule is asked of the votes that stand and of nothing else, so a vote that is taken back, changed or late may bring a
source back, and what is retired can be made again from the votes.
"""

from collections.abc import Mapping, Sequence

from django.utils import timezone

from labeling.models import Consensus, Label, Level, Round, RoundSource
from labeling.retirement import Rule, stops_at


def settle(draw: RoundSource, round_: Round) -> None:
    """Retire the source or bring it back, as its votes have it now. The caller holds the round's lock.

    The cost does not grow with the round, and a round without a rule costs nothing.
    """
    rule = round_.rule
    if rule is None or draw.has_full_overlap:
        return
    counts = draw.consensus.get(level=Level.LABEL).counts
    if _move(draw, rule, counts, labels_of(round_)):
        draw.save(update_fields=["retired_at"])


def rebuild_retirement(round_: Round) -> int:
    """Settle every source of a round from its consensus rows; returns how many differed. The caller holds the lock."""
    rule, labels = round_.rule, labels_of(round_)
    if rule is None:
        return 0
    rows = Consensus.objects.of_round(round_, Level.LABEL).filter(draw__has_full_overlap=False).select_related("draw")
    moved = [row.draw for row in rows if _move(row.draw, rule, row.counts, labels)]
    RoundSource.objects.bulk_update(moved, ["retired_at"], batch_size=500)
    return len(moved)


def labels_of(round_: Round) -> list[str]:
    """All that a source may be called, in the scheme's order: a posterior depends on how many there are."""
    return list(Label.objects.filter(scheme__campaigns=round_.campaign_id).values_list("value", flat=True))


def _move(draw: RoundSource, rule: Rule, counts: Mapping[str, int], labels: Sequence[str]) -> bool:
    """Set or clear the moment; whether that is a change."""
    stops = stops_at(rule, [counts.get(label, 0) for label in labels])
    if stops == (draw.retired_at is not None):
        return False
    draw.retired_at = timezone.now() if stops else None
    return True
