"""A campaign's dashboard: all figures as JSON, the same as one long table, and the sources behind a cell."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.utils import timezone

from galaxycat.accounts.models import User
from galaxycat.errors import NotFound
from labeling.dashboard.figures import TIE, Figures, Json, person_name
from labeling.dashboard.votes import CampaignVotes, read_votes_of
from labeling.models import Campaign, Label, Level, Round

TABLE_COLUMNS = ("figure", "level", "round", "mode", "series", "category", "value", "low", "high", "n")
SHARES = ("human_to_mode", "leave_one_out", "chance")


def dashboard_of(campaign: Campaign, user: User, round_number: int | None = None) -> Json:
    """All that the page draws, of the rounds `user` sees; of one of them where `round_number` is given.

    The number of queries is fixed. Raises NotFound for a number that is no round of the campaign.
    """
    return dashboard_of_votes(read_votes_of(campaign, user, round_number), round_number, timezone.now())


def dashboard_of_votes(votes: CampaignVotes, round_number: int | None, now: datetime) -> Json:
    """The same of votes that are read already, of the rounds in scope; without a query."""
    require_round(votes, round_number)
    campaign = votes.campaign
    hidden = {round_.pk for round_, _ in votes.hidden}
    return {
        "campaign": {"uuid": str(campaign.uuid), "name": campaign.name, "galaxy": campaign.galaxy.slug},
        "as_of": now.isoformat(),
        "now_s": now.timestamp(),
        "scope": round_number,
        "rounds": [_round_json(round_, round_.pk not in hidden) for round_ in votes.all_rounds],
        "left_out": [{"round": round_.number, "reason": reason} for round_, reason in votes.hidden],
        "n_veiled": votes.n_veiled,
        "under_rules": under_rules(votes),
        "labels": [_label_json(label) for label in votes.labels],
        **Figures(votes, now.timestamp()).all(),
    }


def require_round(votes: CampaignVotes, round_number: int | None) -> None:
    """Raises NotFound for a number that is no round of the campaign."""
    if round_number is not None and round_number not in {round_.number for round_ in votes.all_rounds}:
        raise NotFound(f"round: {votes.campaign} has no round {round_number}")


def under_rules(votes: CampaignVotes) -> list[Json]:
    """The rounds in which a rule is at work, and how many of their draws agreement is reported from."""
    return [
        {
            "round": round_.number,
            "overlap": round_.overlap,
            "rule": rule.version,
            "words": rule.words,
            "n_drawn": int((votes.draw_round == code).sum()),
            "n_full": int((votes.draw_is_full & (votes.draw_round == code)).sum()),
            "n_retired": int((votes.draw_is_retired & (votes.draw_round == code)).sum()),
        }
        for code, round_ in enumerate(votes.rounds)
        if (rule := round_.rule)
    ]


def _round_json(round_: Round, is_seen: bool) -> Json:
    return {
        "uuid": str(round_.uuid),
        "number": round_.number,
        "mode": round_.mode,
        "is_open": round_.is_open,
        "is_simulated": round_.is_simulated,
        "overlap": round_.overlap,
        "is_seen": is_seen,
    }


def _label_json(label: Label) -> Json:
    return {"value": label.value, "name": label.name, "group": label.group, "colour": label.colour}


def table_of(dashboard: Json) -> Iterator[dict[str, Any]]:
    """The figures as rows of TABLE_COLUMNS, one number a row with its interval and what it is taken over."""
    yield from _counts_table(dashboard)
    for level in Level.values:
        for found in dashboard["agreement"][level]:
            yield from _share_rows("agreement", level, found, mode=found["mode"])
        yield from _coefficient_rows(dashboard, level)
        for series in dashboard["trend"][level]:
            for point in series["points"]:
                yield from _share_rows("trend", level, point, series=series["name"], round=point["round"])
        classes = dashboard["classes"][level]
        for series in classes["series"]:
            for name, n in zip(classes["names"], series["sources"], strict=True):
                yield {"figure": "classes", "level": level, "mode": series["mode"], "category": name, "value": n}
        yield from _pair_rows(dashboard, level)
        yield from _confusion_rows(dashboard, level)


def _counts_table(dashboard: Json) -> Iterator[dict[str, Any]]:
    histogram = dashboard["votes_per_source"]
    for number, sources in zip(histogram["rounds"], histogram["sources"], strict=True):
        for n_votes, n in zip(histogram["n_votes"], sources, strict=True):
            yield {"figure": "votes_per_source", "round": number, "category": n_votes, "value": n}
    for person in dashboard["people"]:
        for key in ("votes", "unsure", "skipped", "sittings", "votes_per_hour", "median_s"):
            yield {"figure": "people", "series": person_name(person), "category": key, "value": person[key]}
    for finish in dashboard["finish"]:
        values = {"value": finish["expected_s"], "low": finish["earliest_s"], "high": finish["latest_s"]}
        row = {"figure": "finish", "round": finish["round"], "category": f"seconds from now ({finish['outlook']})"}
        yield row | values | {"n": finish["remaining"]}


def _share_rows(figure: str, level: str, found: Json, **where: Any) -> Iterator[dict[str, Any]]:
    for share in SHARES:
        row = {"figure": figure, "level": level, "category": share, "n": found["n_compared_votes"]}
        yield row | where | found[share]


def _coefficient_rows(dashboard: Json, level: str) -> Iterator[dict[str, Any]]:
    compared = {found["mode"]: found["n_compared"] for found in dashboard["agreement"][level]}
    for found in dashboard["coefficients"][level]:
        for name in found.keys() - {"mode"}:
            row = {"figure": "coefficients", "level": level, "mode": found["mode"], "category": name}
            yield row | found[name] | {"n": compared[found["mode"]]}


def _pair_rows(dashboard: Json, level: str) -> Iterator[dict[str, Any]]:
    people, pairs = [person_name(person) for person in dashboard["people"]], dashboard["pairs"][level]
    for one in range(len(people)):
        for other in range(one):
            if shared := pairs["shared"][one][other]:
                value = pairs["alike"][one][other] / shared
                series = f"{people[other]} × {people[one]}"
                row = {"figure": "pairs", "level": level, "series": series, "n": shared}
                yield row | {"category": "alike", "value": value}
                yield row | {"category": "cohen_kappa", "value": pairs["kappa"][one][other]}


def _confusion_rows(dashboard: Json, level: str) -> Iterator[dict[str, Any]]:
    found = dashboard["confusion"][level]
    names = [person_name(person) for person in dashboard["people"]]
    for who, matrix in zip(["all votes", *names], [found["all"], *found["votes"]], strict=True):
        for others, row in zip(found["others"], matrix, strict=True):
            for own, n in zip(found["names"], row, strict=True):
                category = f"others {others}, own {own}"
                yield {"figure": "confusion", "level": level, "series": who, "category": category, "value": n}


@dataclass(frozen=True)
class Cell:
    """A cell of the confusion table: what the others say, what the vote is, and whose votes."""

    level: Level
    others: str
    own: str
    who: str


def draws_in_cell(votes: CampaignVotes, cell: Cell) -> list[int]:
    """Keys of the draws with a vote in the cell, in order. Raises NotFound for a cell that the table does not have."""
    names = votes.names(cell.level)
    if cell.own not in names or cell.others not in {*names, TIE}:
        raise NotFound(f"cell: choose others among {', '.join([*names, TIE])} and vote among {', '.join(names)}")
    codes = {str(person.uuid): code for code, person in enumerate(votes.people)}
    if cell.who != "all" and cell.who not in codes:
        raise NotFound("who: nobody of that name has a vote here")
    figures = Figures(votes, 0.0)
    chosen = figures.others(cell.level) == [*names, TIE].index(cell.others)
    chosen &= (votes.codes(cell.level) == names.index(cell.own)) & votes.counted_of_full
    if cell.who != "all":
        chosen &= votes.person[votes.counted] == codes[cell.who]
    places = np.unique(votes.draw[votes.counted][chosen])
    return [int(pk) for pk in votes.draw_pk[places]]
