"""`agreement`: consensus and agreement statistics of any table of votes, without a database."""

from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from typing import Any

from galaxycat.commands import GalaxyCatCommand
from galaxycat.errors import BadInput
from labeling.agreement.statistics import Statistics, statistics_with_groups, warnings_about
from labeling.agreement.votetable import SkippedRow, read_multisets, read_truth, read_votes

SKIPPED_SHOWN = 10


class Command(GalaxyCatCommand):
    help = (
        "Consensus and agreement statistics of a table of votes (CSV or TSV with a source, an annotator and a label "
        "column; also question/worker/answer, item/rater/rating, subject/user/class)."
    )
    requires_database = False
    requires_system_checks = []

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

    def run(self, **options: Any) -> Statistics:
        path, by, column = options["votes"], options["by"], options["multisets"]
        table = read_votes(path, by) if column is None else read_multisets(path, column, by)
        known = read_truth(options["truth"]) if options["truth"] else None
        truth = None if known is None else known.truth
        groups = groups_of(options["groups"]) if options["groups"] else None
        if truth is not None and truth.keys().isdisjoint(table.sources):
            raise BadInput(f"{options['truth']} has no source of {path}: the two must name their sources alike")
        result = statistics_with_groups(table, truth, groups)
        if by is not None:
            parts = table.split().items()
            result["by"] = {value: statistics_with_groups(part, truth, groups) for value, part in parts}
        return result | {
            "labels": list(table.labels),
            "ambiguous": table.ambiguous,
            "skipped": _listed(table.skipped),
            "truth_skipped": _listed(known.skipped if known else ()),
            "warnings": warnings_about(table, truth, groups),
        }

    def summary(self, result: Statistics) -> str:
        return "\n".join([*_table(_named_rows(result)), "", *_notes(result)])


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


def _named_rows(result: Statistics) -> list[tuple[str, Statistics]]:
    """Every block of statistics with the name it is shown under."""
    blocks = [("all votes", result), *result.get("by", {}).items()]
    return [
        row
        for name, block in blocks
        for row in ((name, block), (f"{name}, grouped", block.get("groups")))
        if row[1] is not None
    ]


def _count(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.2%}".replace("%", " %")


def _coefficient(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


COLUMNS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("sources", "n_sources", _count),
    ("annotators", "n_annotators", _count),
    ("votes", "n_votes", _count),
    ("ties", "ties", _count),
    ("human-to-mode", "human_to_mode", _percent),
    ("leave-one-out", "human_to_mode_leave_one_out", _percent),
    ("chance", "human_to_mode_chance", _percent),
    ("of N votes", "n_compared_votes", _count),
    ("Fleiss", "fleiss_kappa", _coefficient),
    ("Krippendorff", "krippendorff_alpha", _coefficient),
    ("majority right", "majority_accuracy", _percent),
    ("Dawid-Skene right", "dawid_skene_accuracy", _percent),
    ("of N sources", "n_truth", _count),
)


def _table(rows: Sequence[tuple[str, Statistics]]) -> list[str]:
    """Aligned lines, a header first: names to the left, figures to the right."""
    columns = [column for column in COLUMNS if column[1] in rows[0][1]]
    lines = [["", *(title for title, _, _ in columns)]]
    lines += [[name, *(shown(block[key]) for _, key, shown in columns)] for name, block in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join([name.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))])
        for name, *cells in lines
    ]


def _notes(result: Statistics) -> list[str]:
    notes = ["Human-to-mode, leave-one-out and chance are shares of the N votes on sources with at least two votes."]
    if result["fleiss_kappa"] is None:
        notes.append("Fleiss' kappa needs two labels and the same number of votes, at least two, on every source.")
    if result["ambiguous"]:
        notes.append(f"{result['ambiguous']:,} ambiguous rows were left out.")
    notes += result["warnings"]
    for what, rows in (("votes", result["skipped"]), ("truth", result["truth_skipped"])):
        notes += [f"{what}, line {row['line']} skipped: {row['reason']}" for row in rows[:SKIPPED_SHOWN]]
        if len(rows) > SKIPPED_SHOWN:
            notes.append(f"{what}: {len(rows) - SKIPPED_SHOWN:,} more rows skipped (--json lists all)")
    return notes
