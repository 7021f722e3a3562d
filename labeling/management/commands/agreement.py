"""`agreement`: consensus and agreement statistics of any table of votes, without a database."""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from galaxycat.commands import GalaxyCatCommand
from galaxycat.errors import BadInput
from labeling.agreement.statistics import (
    Statistics,
    Wanted,
    check_wanted,
    statistics_by,
    statistics_with_groups,
    warnings_about,
)
from labeling.agreement.summary import text_of
from labeling.agreement.votetable import SkippedRow, VoteTable, read_column, read_multisets, read_truth, read_votes

MOST_RANGES = 100


class Command(GalaxyCatCommand):
    help = (
        "Consensus and agreement statistics of a table of votes (CSV or TSV with a source, an annotator and a label "
        "column; also question/worker/answer, item/rater/rating, subject/user/class)."
    )
    requires_database = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("votes", metavar="VOTES.csv", help="the table of votes")
        parser.add_argument("--truth", metavar="FILE", help="a table of sources and their known labels")
        parser.add_argument(
            "--groups", nargs="+", action="extend", metavar="GROUP=LABEL,...", help="cluster=1,2 non-cluster=3,4"
        )
        parser.add_argument("--by", metavar="COLUMN", help="the same again for each value of this column")
        parser.add_argument(
            "--multisets", metavar="COLUMN", help="nameless voters: a source a line, its votes like 1/1/2 in COLUMN"
        )
        parser.add_argument(
            "--ordinal", action="store_true", help="labels are ordered numbers: Krippendorff's alpha by their ranks"
        )
        parser.add_argument(
            "--interval", action="store_true", help="labels are measures: Krippendorff's alpha by their differences"
        )
        parser.add_argument(
            "--intervals", action="store_true", help="95 %% intervals by a bootstrap over sources; they take time"
        )
        parser.add_argument(
            "--strata", nargs=2, metavar=("FILE", "COLUMN"), help="agreement by a column of a table of the sources"
        )
        parser.add_argument("--ranges", type=int, default=4, help="of --strata, where it holds numbers (4)")
        parser.add_argument("--pairs", action="store_true", help="Cohen's kappa of each two annotators")

    def run(self, **options: Any) -> Statistics:
        path, by, column = options["votes"], options["by"], options["multisets"]
        table = read_votes(path, by) if column is None else read_multisets(path, column, by)
        known = read_truth(options["truth"]) if options["truth"] else None
        truth = None if known is None else known.truth
        groups = groups_of(options["groups"]) if options["groups"] else None
        if truth is not None and truth.keys().isdisjoint(table.sources):
            raise BadInput(f"{options['truth']} has no source of {path}: the two must name their sources alike")
        wanted = Wanted(options["ordinal"], options["interval"], options["intervals"], options["pairs"])
        check_wanted(table, wanted)
        result = statistics_with_groups(table, truth, groups, wanted)
        if by is not None:
            parts = table.split().items()
            result["by"] = {value: statistics_with_groups(part, truth, groups, wanted) for value, part in parts}
        if options["strata"]:
            path_of_sources, column_of_sources = options["strata"]
            result["strata"] = _strata(table, path_of_sources, column_of_sources, options["ranges"])
        return result | {
            "labels": list(table.labels),
            "ambiguous": table.ambiguous,
            "skipped": _listed(table.skipped),
            "truth_skipped": _listed(known.skipped if known else ()),
            "warnings": warnings_about(table, truth, groups),
        }

    def summary(self, result: Statistics) -> str:
        return text_of(result)


def _strata(table: VoteTable, path: str, column: str, n_ranges: int) -> Statistics:
    if not 1 <= n_ranges <= MOST_RANGES:
        raise BadInput(f"--ranges {n_ranges}: write a number from 1 to {MOST_RANGES}")
    known = read_column(path, column)
    if known.truth.keys().isdisjoint(table.sources):
        raise BadInput(f"--strata: {path} has no source of the votes: the two must name their sources alike")
    found = statistics_by(table, known.truth, n_ranges)
    return {"column": column, "rows": found, "skipped": _listed(known.skipped)}


def groups_of(definitions: Sequence[str]) -> dict[str, str]:
    """Label -> group from definitions like `cluster=1,2`. Raises BadInput on another form and on a repetition."""
    groups: dict[str, str] = {}
    names: set[str] = set()
    for definition in definitions:
        name, _, members = definition.partition("=")
        labels = [label.strip() for label in members.split(",")]
        if not name.strip() or not all(labels):
            raise BadInput(f"--groups {definition!r} is not GROUP=LABEL,...: write cluster=1,2 non-cluster=3,4")
        if name.strip() in names:
            raise BadInput(f"--groups: group {name.strip()} is given twice: list all its labels once")
        names.add(name.strip())
        for label in labels:
            if label in groups:
                raise BadInput(f"--groups: label {label} is in {groups[label]} and again in {name.strip()}: keep one")
            groups[label] = name.strip()
    return groups


def _listed(skipped: Sequence[SkippedRow]) -> list[dict[str, Any]]:
    return [{"line": row.line, "reason": row.reason} for row in skipped]
