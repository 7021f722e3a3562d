"""A round's consensus and agreement, as pages and API show them."""

from dataclasses import asdict
from typing import Any

from labeling.agreement.statistics import Statistics, statistics_with_groups
from labeling.agreement.votetable import table_of_votes
from labeling.models import Level, Round, Vote
from labeling.tally import class_counts, round_agreement, round_totals

TOTALS = ("n_sources", "n_votes", "ties")


def results_of(round_: Round) -> dict[str, Any]:
    """`label` and `group`: each with `agreement` (labeling.agreement.Agreement), `classes` (mode -> sources) and `totals`.

    Agreement is of the sources with the full overlap, the rest of all.
    """
    return {level.value: _results_at(round_, level) for level in Level}


def _results_at(round_: Round, level: Level) -> dict[str, Any]:
    agreement = asdict(round_agreement(round_, level))
    # Without a rule every source has the full overlap, and agreement counts them all already.
    totals = round_totals(round_, level) if round_.retirement else {name: agreement[name] for name in TOTALS}
    return {"agreement": agreement, "classes": class_counts(round_, level), "totals": totals}


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
    # With `agreement --by has_full_overlap` a table gives the page's agreement back.
    "has_full_overlap": "assignment__draw__has_full_overlap",
}


def vote_rows(round_: Round, *fields: str) -> list[tuple[Any, ...]]:
    """The round's counted votes by source and annotator, with these fields of `VOTE_COLUMNS`."""
    source, annotator = VOTE_COLUMNS["source"], VOTE_COLUMNS["annotator"]
    return list(Vote.objects.of_round(round_).counted().order_by(source, annotator).values_list(*fields))


def round_statistics(round_: Round) -> Statistics:
    """All statistics of a round's votes, those of the `agreement` command, with the grouped ones under `groups`.

    Of the sources with the full overlap only.
    """
    rows = vote_rows(round_, *list(VOTE_COLUMNS.values())[:3], VOTE_COLUMNS["has_full_overlap"])
    votes = [(str(source), annotator, label) for source, annotator, label, is_full in rows if is_full]
    return statistics_with_groups(table_of_votes(votes), None, round_.campaign.scheme.groups)
