"""All statistics of one table of votes, ready for JSON: what the `agreement` command and a round's report say. Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from galaxycat.errors import BadInput
from labeling.agreement.coefficients import fleiss_kappa, krippendorff_alpha_nominal, majority_accuracy
from labeling.agreement.consensus import grouped
from labeling.agreement.dawid_skene import dawid_skene
from labeling.agreement.human_to_mode import agreement_of_counts
from labeling.agreement.votetable import MAX_CELLS, IntArray, VoteTable, natural_order

Statistics = dict[str, Any]


def statistics_with_groups(
    table: VoteTable, truth: Mapping[str, str] | None, groups: Mapping[str, str] | None
) -> Statistics:
    """The statistics of a table of votes and, where there are `groups`, under that key those of the grouped labels.

    Raises BadInput for a voted or true label without a group.
    """
    result = statistics(table, truth)
    if groups is not None:
        try:
            grouped_table = table.grouped(groups)
            grouped(dict.fromkeys((truth or {}).values(), 1), groups)
        except BadInput as error:
            raise BadInput(f"--groups: {error}") from error
        grouped_truth = None if truth is None else {source: groups[label] for source, label in truth.items()}
        result["groups"] = statistics(grouped_table, grouped_truth)
    return result


def statistics(table: VoteTable, truth: Mapping[str, str] | None) -> Statistics:
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
    }
    return result if truth is None else result | _accuracies(table, counts, truth)


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
    """Labels that nobody voted: no error, and often a slip of the pen (1.0 for 1)."""
    named = {"truth": set((truth or {}).values()), "--groups": set(groups or {})}
    return [
        f"{where}: label {label} occurs in no vote"
        for where, labels in named.items()
        for label in sorted(labels.difference(table.labels), key=natural_order)
    ]
