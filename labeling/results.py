"""A round's consensus and agreement, as pages and API show them."""

from dataclasses import asdict
from typing import Any

from labeling.agreement.statistics import Statistics, statistics_with_groups
from labeling.agreement.votetable import table_of_votes
from labeling.models import Level, Round, Vote
from labeling.tally import class_counts, round_agreement


def results_of(round_: Round) -> dict[str, Any]:
    """`label` and `group`: each with `agreement` (labeling.agreement.Agreement) and `classes` (mode -> sources)."""
    return {
        level.value: {"agreement": asdict(round_agreement(round_, level)), "classes": class_counts(round_, level)}
        for level in Level
    }


# The first three are what the `agreement` command reads.
VOTE_COLUMNS = {
    "source": "assignment__draw__source__number",
    "annotator": "assignment__annotator__username",
    "label": "label__value",
    "is_unsure": "is_unsure",
    "seconds_spent": "seconds_spent",
    "cast_at": "cast_at",
    "catalogue": "assignment__round__catalog__name",
    "x_px": "assignment__draw__source__x_px",
    "y_px": "assignment__draw__source__y_px",
    "ra_deg": "assignment__draw__source__ra_deg",
    "dec_deg": "assignment__draw__source__dec_deg",
}


def vote_rows(round_: Round, *fields: str) -> list[tuple[Any, ...]]:
    """The round's counted votes by source and annotator, with these fields of `VOTE_COLUMNS`."""
    source, annotator = VOTE_COLUMNS["source"], VOTE_COLUMNS["annotator"]
    return list(Vote.objects.of_round(round_).counted().order_by(source, annotator).values_list(*fields))


def round_statistics(round_: Round) -> Statistics:
    """All statistics of a round's votes, those of the `agreement` command, with the grouped ones under `groups`."""
    rows = vote_rows(round_, *list(VOTE_COLUMNS.values())[:3])
    votes = [(str(source), annotator, label) for source, annotator, label in rows]
    return statistics_with_groups(table_of_votes(votes), None, round_.campaign.scheme.groups)
