"""How constant people are: with themselves on a source they see again, and over a sitting."""

from collections.abc import Iterable
from dataclasses import asdict

import numpy as np

from galaxycat.accounts.models import User
from labeling.agreement.counts import FloatArray
from labeling.agreement.pace import Stretch, drift_of, positions_of, stretches_of
from labeling.agreement.pairwise import is_alike
from labeling.agreement.repeats import repeats_of
from labeling.agreement.shares import wilson
from labeling.dashboard.figures import Figures, Json, who_json
from labeling.dashboard.page import require_round
from labeling.dashboard.votes import CampaignVotes, read_votes_of
from labeling.models import Campaign, Level


def constancy_of(campaign: Campaign, user: User, level: Level = Level.LABEL, round_number: int | None = None) -> Json:
    """Repeats and drift of each person, by name, over the rounds that `user` sees; the number of queries is fixed.

    `repeats` has those who saw a source again, in another round or the same; `drift` those who are no programs, and all of
    them together. Raises NotFound for a number that is no round.
    """
    votes = read_votes_of(campaign, user, round_number)
    require_round(votes, round_number)
    return {"level": level.value, "repeats": repeats_json(votes, level), "drift": _drift(votes, level)}


def repeats_json(votes: CampaignVotes, level: Level) -> Json:
    """How far people agree with themselves: together, and each who saw a source again."""
    draw, person = votes.draw[votes.counted], votes.person[votes.counted]
    found = repeats_of(votes.draw_source[draw], person, votes.codes(level), len(votes.people))
    shares = found.agreement.tolist()
    rows = zip(votes.people, found.n_sources.tolist(), found.n_pairs.tolist(), shares, strict=True)
    people = [
        who_json(one) | {"n_sources": n_sources, "n_pairs": n_pairs, "agreement": _share_json(share, n_sources)}
        for one, n_sources, n_pairs, share in rows
        if n_pairs
    ]
    n_sources = int(found.n_sources.sum())
    overall = None if found.overall is None else _share_json(found.overall, n_sources)
    return {"n_sources": n_sources, "n_pairs": int(found.n_pairs.sum()), "agreement": overall, "people": people}


def _share_json(share: float, n: int) -> Json:
    """With Wilson's interval of as many trials as sources: the pairs of one person's votes on one are not independent."""
    low, high = wilson(share * n, n)
    return {"value": share, "low": low, "high": high}


def _drift(votes: CampaignVotes, level: Level) -> Json:
    alike = _alike(votes, level)
    spent_s = np.where(votes.is_skip, np.nan, votes.spent_s)
    persons = [code for code, person in enumerate(votes.people) if not person.is_simulated]
    rows, positions = [], []
    for code in persons:
        own = votes.person == code
        found = drift_of(votes.at_s[own], spent_s[own], alike[own])
        positions.append((positions_of(votes.at_s[own])[1], own))
        rows.append(
            who_json(votes.people[code])
            | {
                "n_sittings": found.n_sittings,
                "slope": _slope_json(found.slope, found.slope_interval),
                "stretches": _stretches_json(found.stretches),
            }
        )
    return {"people": rows, "all": _stretches_json(_together(positions, spent_s, alike))}


def _together(
    positions: Iterable[tuple[np.ndarray, np.ndarray]], spent_s: FloatArray, alike: FloatArray
) -> Iterable[Stretch]:
    """The stretches of all these people's answers; each has own positions."""
    places = list(positions)
    if not places:
        return ()
    position = np.concatenate([place for place, _ in places])
    columns = (np.concatenate([column[own] for _, own in places]) for column in (spent_s, alike))
    return stretches_of(position, *columns)


def _alike(votes: CampaignVotes, level: Level) -> FloatArray:
    """Of each answer, 1 where it equals the mode of the others, 0 where not, nan where nothing can be said."""
    found = np.full(len(votes.label), np.nan)
    others = Figures(votes, 0.0).others(level)
    alike = is_alike(others, votes.codes(level), len(votes.names(level)))
    # Where a rule stops the votes early, the others agree by its choice.
    found[votes.counted] = np.where(votes.counted_of_full, alike, np.nan)
    return found


def _slope_json(slope: float | None, interval: tuple[float, float] | None) -> Json:
    """As a factor over 100 votes: 0.8 is a fifth less time."""
    low, high = interval or (None, None)
    return {
        name: None if value is None else float(np.exp(np.clip(100 * value, -50, 50)))
        for name, value in (("value", slope), ("low", low), ("high", high))
    }


def _stretches_json(stretches: Iterable[Stretch]) -> list[Json]:
    found = []
    for stretch in stretches:
        row = asdict(stretch)
        low, high = row.pop("agreement_interval") or (None, None)
        found.append(row | {"agreement": {"value": stretch.agreement, "low": low, "high": high}})
    return found
