"""The consensus of one source, from the counts of its labels. Pure: no database, no order, no chance.

A tie is a tie: it has no label and goes to adjudication. Labels are nominal. Unsure and skip are no labels,
so they never reach this module.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from galaxycat.errors import BadInput


@dataclass(frozen=True)
class SourceConsensus:
    """What the votes on one source say together.

    `mode` is None without votes and in a tie; `top` is the largest count, tied or not. `leave_one_out` is the sum over
    the votes of each one's score against the mode of the others (1/t where it is one of t tied modes, else 0), and
    0.0 below two votes.
    """

    n_votes: int
    mode: str | None
    is_tie: bool
    top: int
    leave_one_out: float


def consensus_of(counts: Mapping[str, int]) -> SourceConsensus:
    """The consensus of a source whose labels were voted `counts` times; zero counts are as good as absent.

    Raises ValueError on a negative count.
    """
    if any(count < 0 for count in counts.values()):
        raise ValueError(f"negative count of votes: {dict(counts)}")
    n_votes = int(sum(counts.values()))
    top = int(max(counts.values(), default=0))
    leaders = [label for label, count in counts.items() if count == top and top > 0]
    runners_up = sum(count == top - 1 for count in counts.values())
    return SourceConsensus(
        n_votes=n_votes,
        mode=leaders[0] if len(leaders) == 1 else None,
        is_tie=len(leaders) > 1,
        top=top,
        # Without its own vote only a lone leader can still lead, together with those that were one vote behind it;
        # a vote for a tied leader or for any other label finds a mode that is not its own.
        leave_one_out=top / (1 + runners_up) if len(leaders) == 1 and n_votes >= 2 else 0.0,
    )


def grouped(counts: Mapping[str, int], groups: Mapping[str, str]) -> dict[str, int]:
    """Votes per group: each vote mapped from its label to `groups[label]`, before any mode is taken.

    Raises BadInput, naming them, where labels have no group.
    """
    if strangers := [label for label in counts if label not in groups]:
        known = ", ".join(groups) or "none"
        raise BadInput(f"no group for label {', '.join(strangers)}: give every label a group (grouped are: {known})")
    totals: dict[str, int] = {}
    for label, count in counts.items():
        totals[groups[label]] = totals.get(groups[label], 0) + count
    return totals
