"""`replay_retirement`: what a retirement rule would have done to the votes of a round or of any table."""

import dataclasses
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from catalogs.names import galaxy_named
from galaxycat.commands import GalaxyCatCommand
from galaxycat.errors import BadInput
from labeling.agreement.counts import IntArray
from labeling.agreement.dawid_skene import dawid_skene
from labeling.agreement.votetable import VoteTable, natural_order, read_votes, table_of_votes
from labeling.dashboard.replay import changed_at, summary_of
from labeling.models import Round, Vote
from labeling.retirement import Agreeing, Confused, FixedOverlap, OneCoin, Replay, Rule, replay
from labeling.retiring import labels_of

CAST_AT = "cast_at"
SHOWN = 20
ONLY_FULL = "; only its sources with the full overlap, since a rule was at work in it"
LEARNT_FROM_THESE = (
    "the annotators' matrices were learnt from these same votes, the saved ones too: a real run saves less"
)


class Command(GalaxyCatCommand):
    help = (
        "Which sources a retirement rule would have retired, how many votes it would have saved, and how many labels it "
        "would have changed: on a table of votes as `agreement` takes it, or on a round."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("votes", metavar="VOTES.csv", nargs="?", help="the table of votes, in the order cast")
        parser.add_argument(
            "--order", metavar="COLUMN", help="sort by this column; default cast_at, else as the rows come"
        )
        parser.add_argument("--galaxy", metavar="SLUG", help="a round's votes in place of a table's")
        parser.add_argument("--campaign", metavar="NAME", help="with --galaxy; default: the newest")
        parser.add_argument("--round", type=int, metavar="N", help="with --galaxy")
        rule = parser.add_mutually_exclusive_group(required=True)
        rule.add_argument("--overlap", type=int, metavar="K", help="K votes a source")
        rule.add_argument("--agreeing", type=int, metavar="K", help="K votes for one label, at most --most")
        rule.add_argument(
            "--posterior", type=float, metavar="P", help="a label's probability at least P, at most --most votes"
        )
        parser.add_argument("--most", type=int, metavar="M", help="votes after which a source is retired in any case")
        parser.add_argument(
            "--accuracy",
            type=float,
            metavar="A",
            help="--posterior with everybody right with probability A; default: Dawid and Skene's matrices",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.requires_database = options["galaxy"] is not None
        super().handle(*args, **options)

    def run(self, **options: Any) -> dict[str, Any]:
        table, order = _votes(options)
        rule, warnings = _rule(table, options)
        found = replay(
            table.source, table.label, rule,
            n_sources=len(table.sources), n_labels=len(table.labels), annotator=table.annotator,
        )  # fmt: skip
        warnings += [str(row) for row in table.skipped[:SHOWN]]
        return result_of(found, table) | {"order": order, "skipped": len(table.skipped), "warnings": warnings}

    def summary(self, result: dict[str, Any]) -> str:
        lines = [
            f"{result['rule']}: would have retired {result['n_retired']:,} of {result['n_sources']:,} sources and saved "
            f"{result['votes_saved']:,} of {result['n_votes']:,} votes ({100 * result['share_saved']:.1f} %),",
            f"with {result['n_changed']:,} labels changed, {result['n_ties_hidden']:,} ties hidden and "
            f"{result['n_ties_left']:,} ties left that more votes would have settled.",
        ]
        lines += [
            f"  {each['source']}: {each['label']} after {each['votes']} votes, {each['full_label']} after all"
            for each in result["changed"][:SHOWN]
        ]
        return "\n".join([*lines, f"Order: {result['order']}.", *result["warnings"], result["caution"]])


def result_of(found: Replay, table: VoteTable) -> dict[str, Any]:
    """A replay in JSON; `retired` are the sources on which votes would have been saved."""
    retired = [
        {"source": table.sources[row], "votes": int(found.retired_at[row])}
        for row in np.flatnonzero(found.is_shortened)
    ]
    changed = [
        {"source": table.sources[row]} | changed_at(found, int(row), table.labels)
        for row in np.flatnonzero(found.is_changed)
    ]
    return summary_of(found) | {"changed": changed, "retired": retired}


def _votes(options: Mapping[str, Any]) -> tuple[VoteTable, str]:
    """The votes in the order cast, and in words what that order is."""
    path, slug = options["votes"], options["galaxy"]
    if (path is None) == (slug is None):
        raise BadInput("give a table of votes, or a round by --galaxy SLUG --round N, not both")
    if slug is not None:
        round_ = _round_named(slug, options["campaign"], options["round"])
        which = f"as cast in {round_}, each person's last word on a source"
        return _votes_of(round_), which + (ONLY_FULL if round_.retirement else "")
    column = options["order"] or (CAST_AT if _has_column(Path(path), CAST_AT) else None)
    table = read_votes(path, column)
    if table.by is None or table.by_values is None or column is None:
        return table, "the rows of the table"
    order = np.argsort(_ranks(table.by_values, column)[table.by], kind="stable")
    annotator = None if table.annotator is None else table.annotator[order]
    ordered = dataclasses.replace(
        table, source=table.source[order], annotator=annotator, label=table.label[order], by=None, by_values=None
    )
    return ordered, f"by {column}"


def _ranks(values: Sequence[str], column: str) -> IntArray:
    """The place of each value in time where the column holds moments, else as the table has them. Raises BadInput.

    Values of the column cast_at must be moments or numbers; those of another are moments where all are.
    """
    if not any(is_word for is_word, _, _ in map(natural_order, values)):
        return np.arange(len(values), dtype=np.int64)
    try:
        moments = [datetime.fromisoformat(value) for value in values]
    except ValueError as error:
        if column.lower() == CAST_AT:
            raise BadInput(f"{column}: {error}; write moments as 2026-01-09T14:05:00+00:00") from error
        return np.arange(len(values), dtype=np.int64)
    if len({moment.tzinfo is None for moment in moments}) > 1:
        raise BadInput(f"{column}: some moments have an offset from UTC and others have none; give all of them one")
    place = {moment: rank for rank, moment in enumerate(sorted(set(moments)))}
    return np.array([place[moment] for moment in moments], dtype=np.int64)


def _has_column(path: Path, name: str) -> bool:
    """Whether a table's header names it; a file that cannot be read has none, and `read_votes` says why."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            header = next((line for line in file if line.strip()), "")
    except OSError:
        return False
    for delimiter in ";,":
        header = header.replace(delimiter, "\t")
    return name in [field.strip().strip('"').lower() for field in header.split("\t")]


def _round_named(slug: str, campaign: str | None, number: int | None) -> Round:
    rounds = (
        Round.objects.filter(campaign__galaxy=galaxy_named(slug))
        .select_related("campaign")
        .order_by("-campaign", "number")
    )
    if campaign is not None:
        rounds = rounds.filter(campaign__name=campaign)
    newest = rounds.first()
    known = [] if newest is None else [each for each in rounds if each.campaign_id == newest.campaign_id]
    found = next((each for each in known if each.number == number), None)
    if found is None:
        there = ", ".join(str(each.number) for each in known) or "none yet"
        raise BadInput(
            f"--round {number}: {slug} has no such round{f' of {campaign}' if campaign else ''} (there are: {there})"
        )
    return found


def _votes_of(round_: Round) -> VoteTable:
    votes = Vote.objects.of_round(round_).counted().filter(assignment__draw__has_full_overlap=True)
    rows = votes.order_by("cast_at", "pk").values_list(
        "assignment__draw__source__number", "assignment__annotator__username", "label__value"
    )
    if not rows:
        raise BadInput(f"--round {round_.number}: {round_} has no vote with a label yet")
    table = table_of_votes([(str(number), annotator, label or "") for number, annotator, label in rows])
    return _over(table, labels_of(round_))


def _over(table: VoteTable, labels: Sequence[str]) -> VoteTable:
    """The same votes as codes into these labels, those too that nobody gave: a posterior depends on how many there are."""
    code = np.array([labels.index(label) for label in table.labels], dtype=np.int64)
    return dataclasses.replace(table, labels=tuple(labels), label=code[table.label])


def _rule(table: VoteTable, options: Mapping[str, Any]) -> tuple[Rule, list[str]]:
    """The rule that was asked for, and what is to be said of it. Raises BadInput."""
    makes: dict[str, Callable[[], Rule]] = {
        "overlap": lambda: FixedOverlap(options["overlap"]),
        "agreeing": lambda: Agreeing(options["agreeing"], options["most"]),
        "posterior": lambda: _posterior(table, options),
    }
    name = next(name for name in makes if options[name] is not None)
    if name == "overlap" and options["most"] is not None:
        raise BadInput("--most: --overlap is its own limit; leave it out")
    if name != "overlap" and options["most"] is None:
        raise BadInput(f"--most: --{name} needs the number of votes after which a source is retired in any case")
    if options["accuracy"] is not None and name != "posterior":
        raise BadInput("--accuracy: goes with --posterior alone")
    try:
        rule = makes[name]()
    except ValueError as error:
        raise BadInput(f"--{name}: {error}") from error
    return rule, [LEARNT_FROM_THESE] if isinstance(rule, Confused) else []


def _posterior(table: VoteTable, options: Mapping[str, Any]) -> Rule:
    if options["accuracy"] is not None:
        return OneCoin(options["posterior"], options["most"], options["accuracy"])
    if table.annotator is None:
        raise BadInput("--posterior: nameless voters have no matrices; give --accuracy")
    fitted = dawid_skene(table.source, table.annotator, table.label, len(table.labels), n_sources=len(table.sources))
    return Confused(options["posterior"], options["most"], fitted.confusion, fitted.priors)
