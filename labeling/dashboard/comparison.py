"""Two rounds of a campaign compared on the sources that both hold: blind against informed, before against after."""

from collections.abc import Sequence

import numpy as np

from galaxycat.accounts.models import User
from galaxycat.errors import BadInput
from labeling.agreement.comparison import Change, compare_rounds
from labeling.agreement.counts import IntArray
from labeling.dashboard.figures import SEED, Json
from labeling.dashboard.page import require_round
from labeling.dashboard.votes import CampaignVotes, read_votes_of
from labeling.models import Campaign, Level
from labeling.pooling import consensus_of_counts


def comparison_of(
    campaign: Campaign, user: User, before: int | None = None, after: int | None = None, level: Level = Level.LABEL
) -> Json:
    """The change of agreement from one round to another, on their shared sources, with intervals and p-values.

    Of the rounds that `user` sees; default: the two that share most sources. `pairs` are those that share any. The number of
    queries is fixed. Raises NotFound for a number that is no round, BadInput for one whose votes are hidden, for one
    number without the other and for a round against itself.
    """
    return comparison_of_votes(read_votes_of(campaign, user), before, after, level)


def comparison_of_votes(
    votes: CampaignVotes, before: int | None = None, after: int | None = None, level: Level = Level.LABEL
) -> Json:
    """The same of votes that are read already; without a query."""
    numbers = _wanted(votes, before, after)
    pairs = _pairs(votes)
    if numbers is None and pairs:
        best = max(pairs, key=lambda pair: (pair["n_shared"], pair["after"], pair["before"]))
        numbers = best["before"], best["after"]
    head = {"level": level.value, "pairs": pairs, "before": None, "after": None, "comparison": None}
    if numbers is None:
        return head
    places = [_code(votes, number) for number in numbers]
    first, second = ({"round": votes.rounds[code].number, "mode": votes.rounds[code].mode} for code in places)
    return head | {"before": first, "after": second, "comparison": _comparison(votes, places, level)}


def _comparison(votes: CampaignVotes, places: Sequence[int], level: Level) -> Json:
    before, after = _shared(votes, votes.counts(level), places)
    found = compare_rounds(before, after, np.random.default_rng(SEED))
    return {
        "n_shared": len(before),
        "n_sources": found.n_sources,
        "n_votes": list(found.n_votes),
        "is_even": found.is_even,
        "changes": {name: _change_json(change) for name, change in found.changes.items()},
        "sources": _fates(before, after),
    }


def _wanted(votes: CampaignVotes, before: int | None, after: int | None) -> tuple[int, int] | None:
    seen = [round_.number for round_ in votes.rounds]
    for name, number in (("before", before), ("after", after)):
        require_round(votes, number)
        if number is not None and number not in seen:
            raise BadInput(f"{name}: the votes of round {number} are hidden from you while it is open")
    if (before is None) != (after is None):
        raise BadInput("before, after: name both rounds or neither")
    if before is not None and before == after:
        raise BadInput(f"after: round {after} cannot be compared with itself; name another round")
    return None if before is None or after is None else (before, after)


def _code(votes: CampaignVotes, number: int) -> int:
    return [round_.number for round_ in votes.rounds].index(number)


def _pairs(votes: CampaignVotes) -> list[Json]:
    """Each two rounds that share sources, the earlier first, and how many."""
    rounds = range(len(votes.rounds))
    held = [np.unique(votes.draw_source[(votes.draw_round == code) & votes.draw_is_full]) for code in rounds]
    return [
        {"before": votes.rounds[one].number, "after": votes.rounds[other].number, "n_shared": len(shared)}
        for other in range(len(held))
        for one in range(other)
        if len(shared := np.intersect1d(held[one], held[other], assume_unique=True))
    ]


def _shared(votes: CampaignVotes, counts: IntArray, places: Sequence[int]) -> list[IntArray]:
    """The votes on the sources of both rounds, in each, (n_shared, n_labels), of those with the full overlap."""
    rows = [np.flatnonzero((votes.draw_round == code) & votes.draw_is_full) for code in places]
    first, second = (votes.draw_source[row] for row in rows)
    shared = np.intersect1d(first, second)
    found = []
    for row in rows:
        by_source = row[np.argsort(votes.draw_source[row])]
        found.append(counts[by_source[np.searchsorted(votes.draw_source[by_source], shared)]])
    return found


def _change_json(change: Change) -> Json:
    return {
        "before": change.before,
        "after": change.after,
        "difference": change.difference.as_json(),
        "p_value": change.p_value,
    }


def _fates(before: IntArray, after: IntArray) -> dict[str, int]:
    """How many compared sources keep their consensus, change it, win one that was a tie, lose it to a tie, or tie in both."""
    compared = (before.sum(axis=1) >= 2) & (after.sum(axis=1) >= 2)
    first, second = (consensus_of_counts(table[compared]).mode for table in (before, after))
    had, has = first >= 0, second >= 0
    return {
        "kept": int((had & has & (first == second)).sum()),
        "changed": int((had & has & (first != second)).sum()),
        "settled": int((~had & has).sum()),
        "unsettled": int((had & ~has).sum()),
        "tied": int((~had & ~has).sum()),
    }
