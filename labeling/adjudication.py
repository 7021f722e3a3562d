"""The queue of sources that votes left open, as a curator sees it: what to look at, and all that was said of it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from catalogs.models import Source
from galaxycat.accounts.models import User
from labeling.access import rounds_with_results, waiting_blind
from labeling.countedvotes import counted_votes
from labeling.models import Campaign, Consensus, Decision, Label, Level, Remark, Round, RoundSource, Vote

BoolArray = np.ndarray


@dataclass(frozen=True)
class Queue:
    """All sources of the campaign that this person may see, by number, and where each stands, (n_sources,) each.

    `n_veiled` more wait for the person in a round that is blind and open.
    """

    rounds: Sequence[Round]
    sources: Sequence[int]
    counts: np.ndarray
    modes: Sequence[str]
    is_tie: BoolArray
    is_group_tie: BoolArray
    is_flagged: BoolArray
    is_decided: BoolArray
    n_veiled: int


# What the queue may be narrowed to; the first is what waits for a decision.
FILTERS: dict[str, tuple[str, Callable[[Queue], BoolArray]]] = {
    "waiting": ("Waiting", lambda queue: (queue.is_tie | queue.is_flagged) & ~queue.is_decided),
    "ties": ("Ties of labels", lambda queue: queue.is_tie & ~queue.is_decided),
    "binary": ("Ties of groups", lambda queue: queue.is_group_tie & ~queue.is_decided),
    "flagged": ("Flagged", lambda queue: queue.is_flagged & ~queue.is_decided),
    "decided": ("Decided", lambda queue: queue.is_decided),
    "all": ("All", lambda queue: np.ones(len(queue.sources), dtype=bool)),
}


@dataclass(frozen=True)
class Case:
    """One source and all that was said of it. `last` is the end of the chain of decisions, standing or withdrawn."""

    source: Source
    counts: dict[str, int]
    mode: Label | None
    is_tie: bool
    is_group_tie: bool
    votes: Sequence[Vote]
    remarks: Sequence[Remark]
    rounds: Sequence[dict[str, Any]]
    history: Sequence[Decision]

    @property
    def last(self) -> Decision | None:
        return self.history[-1] if self.history else None

    @property
    def standing(self) -> Decision | None:
        return None if self.last is None or self.last.is_withdrawal else self.last

    @property
    def flags(self) -> list[Remark]:
        return [remark for remark in self.remarks if remark.kind == Remark.Kind.FLAG]


def queue_of(campaign: Campaign, user: User) -> Queue:
    """The campaign's queue for a curator; the number of queries is fixed."""
    rounds = rounds_with_results(campaign, user)
    drawn = RoundSource.objects.filter(round__in=rounds).order_by("source__number", "source")
    everything = list(dict.fromkeys(drawn.values_list("source", flat=True)))
    veiled = set(waiting_blind(user).values_list("source", flat=True))
    sources = [pk for pk in everything if pk not in veiled]
    votes = counted_votes(campaign, rounds, sources)
    by_label, by_group = votes.by_label(), votes.by_group()
    flags = Remark.objects.standing().flags().filter(draw__round__in=rounds)
    return Queue(
        rounds=rounds,
        sources=sources,
        counts=by_label.counts,
        modes=["" if column < 0 else votes.labels[column].value for column in by_label.mode],
        is_tie=by_label.is_tie,
        is_group_tie=by_group.is_tie,
        is_flagged=np.isin(sources, list(flags.values_list("draw__source", flat=True))),
        is_decided=np.isin(sources, list(campaign.decisions.standing().values_list("source", flat=True))),
        n_veiled=len(everything) - len(sources),
    )


def rows_of(queue: Queue, show: str) -> np.ndarray:
    """Rows of the queue that a filter keeps, in order."""
    return np.flatnonzero(FILTERS[show][1](queue))


def cases_of(campaign: Campaign, queue: Queue, rows: Sequence[int], labels: Sequence[Label]) -> list[Case]:
    """The cases of some rows of the queue; the number of queries is fixed."""
    keys = [queue.sources[row] for row in rows]
    sources = Source.objects.select_related("catalog").in_bulk(keys)
    votes, remarks = _votes_by_source(queue, keys), _remarks_by_source(queue, keys)
    rounds, history = _rounds_by_source(queue, keys), _history_by_source(campaign, keys)
    known = {label.value: label for label in labels}
    return [
        Case(
            source=sources[pk],
            counts={label.value: int(n) for label, n in zip(labels, queue.counts[row], strict=True) if n},
            mode=known.get(queue.modes[row]),
            is_tie=bool(queue.is_tie[row]),
            is_group_tie=bool(queue.is_group_tie[row]),
            votes=votes[pk],
            remarks=remarks[pk],
            rounds=rounds[pk],
            history=history[pk],
        )
        for row, pk in zip(rows, keys, strict=True)
    ]


def _votes_by_source(queue: Queue, keys: Sequence[int]) -> dict[int, list[Vote]]:
    """Live votes, skips too: who passed a source over says something of it."""
    votes = Vote.objects.live().filter(assignment__round__in=queue.rounds, assignment__draw__source__in=keys)
    found: dict[int, list[Vote]] = defaultdict(list)
    for vote in votes.select_related("label", "assignment__annotator", "assignment__draw", "assignment__round"):
        found[vote.assignment.draw.source_id].append(vote)
    return found


def _remarks_by_source(queue: Queue, keys: Sequence[int]) -> dict[int, list[Remark]]:
    remarks = Remark.objects.standing().filter(draw__round__in=queue.rounds, draw__source__in=keys)
    found: dict[int, list[Remark]] = defaultdict(list)
    for remark in remarks.select_related("author", "draw__round"):
        found[remark.draw.source_id].append(remark)
    return found


def _rounds_by_source(queue: Queue, keys: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Each round's own consensus on the source, on labels and on groups, oldest round first."""
    rows = Consensus.objects.filter(draw__round__in=queue.rounds, draw__source__in=keys, n_votes__gt=0)
    found: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
    for row in rows.select_related("draw__round").order_by("draw__round__number"):
        entry = found[row.draw.source_id].setdefault(row.draw.round_id, {"round": row.draw.round})
        entry["label" if row.level == Level.LABEL else "group"] = row
    return defaultdict(list, {pk: list(entries.values()) for pk, entries in found.items()})


def _history_by_source(campaign: Campaign, keys: Sequence[int]) -> dict[int, list[Decision]]:
    found: dict[int, list[Decision]] = defaultdict(list)
    for decision in campaign.decisions.filter(source__in=keys).select_related("label", "decided_by").order_by("pk"):
        found[decision.source_id].append(decision)
    return found
