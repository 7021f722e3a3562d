"""All statistics of one table of votes, ready for JSON: what the `agreement` command and a round's report say. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from galaxycat.errors import BadInput
from labeling.agreement.bootstrap import estimates
from labeling.agreement.classes import class_agreement
from labeling.agreement.coefficients import (
    coefficient_figures,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha_interval,
    krippendorff_alpha_nominal,
    krippendorff_alpha_ordinal,
    majority_accuracy,
    numbers_of,
)
from labeling.agreement.consensus import grouped
from labeling.agreement.counts import FloatArray
from labeling.agreement.dawid_skene import dawid_skene, thin_data
from labeling.agreement.figures import HUMAN_TO_MODE, LEAVE_ONE_OUT
from labeling.agreement.human_to_mode import agreement_of_counts
from labeling.agreement.pairwise import cohen_kappa
from labeling.agreement.strata import agreement_by, by_values, stratum_json
from labeling.agreement.votetable import MAX_CELLS, IntArray, VoteTable, natural_order

Statistics = dict[str, Any]
# The same votes give the same intervals each time.
SEED = 20_260_101
SHARES = {"human_to_mode": HUMAN_TO_MODE, "human_to_mode_leave_one_out": LEAVE_ONE_OUT}


@dataclass(frozen=True)
class Wanted:
    """What is wanted beyond the plain figures.

    `ordinal`, `interval`: Krippendorff's alpha on labels that are ordered numbers. `intervals`: 95 % of the figures,
    which cost time. `pairs`: Cohen's kappa of each two annotators.
    """

    ordinal: bool = False
    interval: bool = False
    intervals: bool = False
    pairs: bool = False


PLAIN = Wanted()


def check_wanted(table: VoteTable, wanted: Wanted) -> None:
    """Raises BadInput, naming the option, where the votes are not what it takes."""
    option = "--ordinal" if wanted.ordinal else "--interval"
    if (wanted.ordinal or wanted.interval) and numbers_of(table.labels) is None:
        raise BadInput(f"{option} takes labels that are different numbers, not {', '.join(table.labels[:10])}")
    if wanted.ordinal and wanted.intervals and len(table.sources) * len(table.labels) ** 2 > MAX_CELLS:
        raise BadInput(f"--ordinal with --intervals is not for {len(table.labels)} labels: leave one of the two out")
    if wanted.pairs and table.annotators is None:
        raise BadInput("--pairs takes votes with annotators: those of --multisets have none")
    if wanted.pairs and len(table.sources) * len(table.annotators or ()) > MAX_CELLS:
        raise BadInput(f"--pairs is not for {len(table.annotators or ())} annotators of {len(table.sources)} sources")


def statistics_with_groups(
    table: VoteTable, truth: Mapping[str, str] | None, groups: Mapping[str, str] | None, wanted: Wanted = PLAIN
) -> Statistics:
    """The statistics of a table of votes and, where there are `groups`, under that key those of the grouped labels.

    Raises BadInput for a voted or true label without a group.
    """
    result = statistics(table, truth, wanted)
    if groups is not None:
        try:
            grouped_table = table.grouped(groups)
            grouped(dict.fromkeys((truth or {}).values(), 1), groups)
        except BadInput as error:
            raise BadInput(f"--groups: {error}") from error
        grouped_truth = None if truth is None else {source: groups[label] for source, label in truth.items()}
        result["groups"] = statistics(grouped_table, grouped_truth, wanted)
    return result


def statistics_by(table: VoteTable, values: Mapping[str, str], n_ranges: int) -> list[Statistics]:
    """Agreement by a column of the sources: `values` is source -> value as written; numbers are parted into `n_ranges`."""
    codes, names = by_values([values.get(source) for source in table.sources], n_ranges)
    return [stratum_json(each) for each in agreement_by(table.counts(), codes, names, np.random.default_rng(SEED))]


def statistics(table: VoteTable, truth: Mapping[str, str] | None, wanted: Wanted = PLAIN) -> Statistics:
    """All statistics of one table of votes, ready for JSON; with `truth` (source -> label) the accuracies too."""
    counts = table.counts()
    agreement = agreement_of_counts(counts)
    result = {
        "n_sources": agreement.n_sources,
        "n_annotators": None if table.annotators is None else len(table.annotators),
        "n_votes": agreement.n_votes,
        "n_compared": agreement.n_compared,
        "n_compared_votes": agreement.n_compared_votes,
        "ties": agreement.ties,
        "human_to_mode": agreement.human_to_mode,
        "human_to_mode_leave_one_out": agreement.human_to_mode_leave_one_out,
        "human_to_mode_chance": agreement.human_to_mode_chance,
        "fleiss_kappa": fleiss_kappa(counts),
        "krippendorff_alpha": krippendorff_alpha_nominal(counts),
        "gwet_ac1": gwet_ac1(counts),
        **_numeric_alphas(table, counts, wanted),
        "per_class": _per_class(table.labels, counts),
    }
    if wanted.intervals:
        result["intervals"] = _intervals(table, counts, result)
    if wanted.pairs and table.annotators is not None and table.annotator is not None:
        result["cohen_kappa"] = _pairs(table, table.annotators, table.annotator)
    return result if truth is None else result | _accuracies(table, counts, truth)


def _numeric_alphas(table: VoteTable, counts: IntArray, wanted: Wanted) -> Statistics:
    """Null where the labels are no numbers, as those of groups."""
    values = numbers_of(table.labels)
    result: Statistics = {}
    if wanted.ordinal:
        result["krippendorff_alpha_ordinal"] = None if values is None else krippendorff_alpha_ordinal(counts)
    if wanted.interval:
        result["krippendorff_alpha_interval"] = None if values is None else krippendorff_alpha_interval(counts, values)
    return result


def _per_class(labels: tuple[str, ...], counts: IntArray) -> Statistics:
    found = class_agreement(counts)
    columns = {
        "n_votes": found.n_votes.tolist(),
        "specific_agreement": _listed(found.specific_agreement),
        "n_sources": found.n_sources.tolist(),
        "human_to_mode": _listed(found.human_to_mode),
    }
    return {label: {name: column[code] for name, column in columns.items()} for code, label in enumerate(labels)}


def _intervals(table: VoteTable, counts: IntArray, result: Statistics) -> Statistics:
    """The 95 % interval, [low, high], of each figure that `result` gives a value."""
    figures = SHARES | coefficient_figures(counts, is_ordinal=True, values=numbers_of(table.labels))
    defined = {name: figure for name, figure in figures.items() if result.get(name) is not None}
    found = estimates(defined, counts, np.arange(len(counts)), np.random.default_rng(SEED))
    intervals = {name: found[name].interval for name in defined}
    return {name: None if interval is None else list(interval) for name, interval in intervals.items()}


def _pairs(table: VoteTable, annotators: tuple[str, ...], annotator: IntArray) -> Statistics:
    """Cohen's kappa of each two annotators, row by column, null where undefined, and on how many shared sources."""
    shape = (len(table.sources), len(annotators), len(table.labels))
    kappa, shared = cohen_kappa(table.source, annotator, table.label, shape)
    return {"annotators": list(annotators), "kappa": [_listed(row) for row in kappa], "shared": shared.tolist()}


def _listed(values: FloatArray) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values.tolist()]


def _accuracies(table: VoteTable, counts: IntArray, truth: Mapping[str, str]) -> Statistics:
    """How often the majority and Dawid and Skene's model name the true label, over the sources that have one."""
    code_of = {label: code for code, label in enumerate(table.labels)}
    known = np.array([source in truth for source in table.sources])
    true_codes = np.array([code_of.get(truth[source], -1) for source in table.sources if source in truth], dtype=int)
    return {
        "n_truth": len(true_codes),
        "majority_accuracy": majority_accuracy(counts[known], true_codes),
        "dawid_skene_accuracy": _dawid_skene_accuracy(table, known, true_codes),
    }


def _dawid_skene_accuracy(table: VoteTable, known: npt.NDArray[np.bool_], true_codes: IntArray) -> float | None:
    """None for nameless voters, and where the confusion matrices of so many labels would not fit in memory."""
    if table.annotators is None or table.annotator is None:
        return None
    if len(table.annotators) * len(table.labels) ** 2 > MAX_CELLS:
        return None
    model = dawid_skene(table.source, table.annotator, table.label, len(table.labels))
    return majority_accuracy(model.posterior[known], true_codes)


def warnings_about(table: VoteTable, truth: Mapping[str, str] | None, groups: Mapping[str, str] | None) -> list[str]:
    """Labels that nobody voted, no error and often a slip of the pen (1.0 for 1); and votes too few for the model of people."""
    named = {"truth": set((truth or {}).values()), "--groups": set(groups or {})}
    warnings = [
        f"{where}: label {label} occurs in no vote"
        for where, labels in named.items()
        for label in sorted(labels.difference(table.labels), key=natural_order)
    ]
    thin = thin_data(table.annotator) if truth and table.annotator is not None else None
    return [*warnings, thin] if thin else warnings
