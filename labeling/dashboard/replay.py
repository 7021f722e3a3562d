"""What a retirement rule would have done to a campaign's votes, and how that changes with its first parameter."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from galaxycat.accounts.models import User
from labeling.agreement.counts import IntArray
from labeling.dashboard.figures import Json
from labeling.dashboard.page import require_round, under_rules
from labeling.dashboard.votes import CampaignVotes, read_votes_of
from labeling.models import Campaign, Level, RoundSource
from labeling.retirement import Agreeing, FixedOverlap, OneCoin, Replay, replays
from labeling.rounds import require_telling

INFLATED = (
    "A rule stops where people agree, so agreement of votes under a rule is inflated: report it from sources whose "
    "overlap was fixed in advance."
)
ProductRule = FixedOverlap | Agreeing | OneCoin
# The parameter that makes a family of a rule: what the plot's axis is.
VARIED: Mapping[type[ProductRule], str] = {FixedOverlap: "overlap", Agreeing: "agreeing", OneCoin: "above"}
POSTERIORS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
MOST_MEMBERS = 12


def replay_of(
    campaign: Campaign, user: User, rule: ProductRule, *, level: Level = Level.LABEL, round_number: int | None = None
) -> Json:
    """What the rule would have done to the votes that `user` sees, in the order cast; the number of queries is fixed.

    A source of several rounds is one in each. Of rounds in which a rule was at work only the sources with the full
    overlap are taken: the others have no votes to save. `family` is the same of the rule with other values of its
    first parameter. Raises NotFound for a number that is no round, BadInput for an accuracy that is no better than
    chance.
    """
    votes = read_votes_of(campaign, user, round_number)
    require_round(votes, round_number)
    names = votes.names(level)
    require_telling(rule, len(names))
    places = _in_order(votes)
    code = np.full(len(votes.label), -1, dtype=np.int64)
    code[votes.counted] = votes.codes(level)
    draws, source = np.unique(votes.draw[places], return_inverse=True)
    family = _family(rule, int(np.bincount(source).max(initial=0)))
    found, *members = replays(source, code[places], [rule, *family], n_sources=len(draws), n_labels=len(names))
    return summary_of(found) | {
        "words": rule.words,
        "level": level.value,
        "scope": round_number,
        "under_rules": under_rules(votes),
        "n_same_moment": _n_same_moment(source, votes.at_s[places]),
        "changed": _changed(found, votes, draws, names),
        "family": {
            "parameter": VARIED[type(rule)],
            "members": [_member(each, one) for each, one in zip(family, members, strict=True)],
        },
    }


def summary_of(found: Replay) -> Json:
    """A replay in numbers, for JSON."""
    n_votes = len(found.kept)
    return {
        "rule": found.rule,
        "n_sources": len(found.retired_at),
        "n_votes": n_votes,
        "n_retired": int((found.retired_at > 0).sum()),
        "n_shortened": int(found.is_shortened.sum()),
        "votes_saved": found.votes_saved,
        "share_saved": found.votes_saved / n_votes if n_votes else 0.0,
        "n_changed": int(found.is_changed.sum()),
        "n_ties_hidden": int(found.hides_a_tie.sum()),
        "n_ties_left": int(found.leaves_a_tie.sum()),
        "ties": int(found.before.is_tie.sum()),
        "full_ties": int(found.full.is_tie.sum()),
        "caution": INFLATED,
    }


def changed_at(found: Replay, row: int, labels: Sequence[str]) -> Json:
    """Of a source whose label is another one: what it would have been, and what it is."""
    return {
        "votes": int(found.before.n_votes[row]),
        "label": labels[found.before.mode[row]],
        "full_votes": int(found.full.n_votes[row]),
        "full_label": labels[found.full.mode[row]],
    }


def _in_order(votes: CampaignVotes) -> IntArray:
    """Places of the votes that are replayed, as they were cast; those of one moment as they were stored."""
    places = votes.counted[votes.counted_of_full]
    return np.asarray(places[np.lexsort([votes.vote_pk[places], votes.at_s[places]])])


def _n_same_moment(source: IntArray, at_s: np.ndarray) -> int:
    """Votes whose order is not known, since another on their source has the same moment."""
    _, same, n = np.unique(np.stack([source, at_s], axis=1), axis=0, return_inverse=True, return_counts=True)
    return int((n[same.reshape(-1)] > 1).sum())


def _family(rule: ProductRule, n_votes: int) -> list[ProductRule]:
    """The rule with other values of its first parameter, among them its own; `n_votes` are the most on any source."""
    if isinstance(rule, OneCoin):
        values = sorted({*POSTERIORS, rule.above})
        return [dataclasses.replace(rule, above=above) for above in values]
    if isinstance(rule, Agreeing):
        numbers = _numbers(min(rule.most, n_votes), rule.agreeing)
        return [Agreeing(agreeing, rule.most) for agreeing in numbers]
    return [FixedOverlap(overlap) for overlap in _numbers(n_votes, rule.overlap)]


def _numbers(last: int, own: int) -> list[int]:
    """From 1 to `last`, at most MOST_MEMBERS of them, and `own`: beyond what any source has no vote is saved."""
    even = np.linspace(1, max(1, last), min(max(1, last), MOST_MEMBERS)).round()
    return sorted({int(each) for each in even} | {own})


def _member(rule: ProductRule, found: Replay) -> Json:
    summary = summary_of(found)
    named = {"value": getattr(rule, VARIED[type(rule)])}
    kept = ("rule", "votes_saved", "share_saved", "n_changed", "n_ties_hidden", "n_ties_left")
    return named | {name: summary[name] for name in kept}


def _changed(found: Replay, votes: CampaignVotes, draws: IntArray, names: Sequence[str]) -> list[Json]:
    """The sources whose label is another one, by round and number."""
    rows = {int(votes.draw_pk[draws[row]]): int(row) for row in np.flatnonzero(found.is_changed)}
    drawn = RoundSource.objects.filter(round__in=votes.rounds).order_by("round__number", "source__number")
    # By the rounds and not by keys: a database takes no list of any length.
    named = drawn.values_list("pk", "round__number", "source__number", "source__uuid")
    return [
        {"round": number, "source": str(source), "uuid": str(uuid)} | changed_at(found, rows[pk], names)
        for pk, number, source, uuid in named
        if pk in rows
    ]
