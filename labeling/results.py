"""A round's consensus and agreement, as pages and API show them."""

from dataclasses import asdict
from typing import Any

from labeling.models import Level, Round, Vote
from labeling.statistics import Statistics, statistics_with_groups
from labeling.tally import class_counts, round_agreement
from labeling.votetable import table_of_votes


def results_of(round_: Round) -> dict[str, Any]:
    """`label` and `group`: each with `agreement` (labeling.agreement.Agreement) and `classes` (mode -> sources)."""
    return {
        level.value: {"agreement": asdict(round_agreement(round_, level)), "classes": class_counts(round_, level)}
        for level in Level
    }


def vote_rows(round_: Round) -> list[tuple[str, str, str]]:
    """The round's counted votes as (source number, annotator, label)."""
    votes = (
        Vote.objects.of_round(round_)
        .counted()
        .order_by("assignment__draw__source__number", "assignment__annotator__username")
    )
    names = ("assignment__draw__source__number", "assignment__annotator__username", "label__value")
    return [(str(source), annotator, label) for source, annotator, label in votes.values_list(*names)]


def round_statistics(round_: Round) -> Statistics:
    """All statistics of a round's votes, those of the `agreement` command, with the grouped ones under `groups`."""
    return statistics_with_groups(table_of_votes(vote_rows(round_)), None, round_.campaign.scheme.groups)
