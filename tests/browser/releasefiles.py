"""What a release must say by plain counting over the votes' rows, and what its files say, as Python values."""

import warnings
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table
from astropy.units import UnitsWarning

from labeling.models import Campaign, Vote

LABELS = ("1", "2", "3", "4")
VOTE_ROW = (
    "pk", "supersedes", "outcome", "label__value", "saw_prediction", "assignment__annotator", "assignment__round__number",
    "assignment__draw__source__number",
)  # fmt: skip
Row = dict[str, Any]


def standing_votes(campaign: Campaign) -> list[Row]:
    """The rows that no later one supersedes and that withdraw nothing, oldest first."""
    rows = list(Vote.objects.filter(assignment__round__campaign=campaign).order_by("pk").values(*VOTE_ROW))
    superseded = {row["supersedes"] for row in rows}
    return [row for row in rows if row["pk"] not in superseded and row["outcome"] != "withdrawn"]


def labels_by_source(campaign: Campaign, round_number: int) -> dict[str, list[str]]:
    """The labels that stand on each source of one round."""
    labels = defaultdict(list)
    for row in standing_votes(campaign):
        if row["assignment__round__number"] == round_number and row["label__value"]:
            labels[str(row["assignment__draw__source__number"])].append(row["label__value"])
    return dict(labels)


def counted_rows(
    campaign: Campaign, numbers: list[int], flags: dict[int, int], decided: dict[int, tuple[str, str]]
) -> list[Row]:
    """The votes' columns of a release, a row a source; `decided` is number -> (class, reason)."""
    last: dict[int, dict[int, Row]] = defaultdict(dict)
    answered: dict[int, set[int]] = defaultdict(set)
    for row in standing_votes(campaign):
        source, person = row["assignment__draw__source__number"], row["assignment__annotator"]
        if row["outcome"] != "skipped":
            answered[source].add(person)
        if row["label__value"]:
            last[source][person] = row
    return [
        _counted(list(last[number].values()))
        | {"number": number, "n_annotators": len(answered[number]), "n_flags": flags.get(number, 0)}
        | _decided(_mode(list(last[number].values())), *decided.get(number, ("", "")))
        for number in numbers
    ]


def _counted(votes: list[Row]) -> Row:
    counts = Counter(vote["label__value"] for vote in votes)
    n, top = len(votes), max(counts.values(), default=0)
    return {
        "n_votes": n,
        **{f"votes_{label}": counts[label] for label in LABELS},
        "mode": _mode(votes),
        "is_tie": list(counts.values()).count(top) > 1,
        "human_to_mode": top / n if n > 1 else None,
        "mean_class": sum(int(vote["label__value"]) for vote in votes) / n if n else None,
        "n_saw_prediction": sum(vote["saw_prediction"] for vote in votes),
    }


def _mode(votes: list[Row]) -> str:
    ordered = Counter(vote["label__value"] for vote in votes).most_common()
    is_clear = len(ordered) == 1 or (len(ordered) > 1 and ordered[0][1] > ordered[1][1])
    return ordered[0][0] if is_clear else ""


def _decided(mode: str, label: str, reason: str) -> Row:
    return {"adjudicated": label, "decision_reason": reason, "final_class": label or mode}


def predicted_rows(name: str, labels: list[str], scores: np.ndarray) -> list[Row]:
    """A model's columns of a release, from its stored scores (n_sources, n_labels)."""
    return [
        {"model": name, "predicted_class": labels[int(row.argmax())]}
        | {f"score_{label}": float(score) for label, score in zip(labels, row, strict=True)}
        for row in scores
    ]


def read_rows(path: Path, format_: str, names: list[str]) -> list[Row]:
    """These columns of a release's file: text, numbers, and None where there is none."""
    with warnings.catch_warnings():
        # FITS knows no electron: such a unit is kept as text there.
        warnings.simplefilter("ignore", UnitsWarning)
        table = Table.read(path, format=format_)
    text = {name for name in names if table[name].dtype.kind in "SUO"}
    return [{name: _text(row[name]) if name in text else _number(row[name]) for name in names} for row in table]


def _text(cell: Any) -> str:
    if np.ma.is_masked(cell):
        return ""
    return cell.decode() if isinstance(cell, bytes) else str(cell)


def _number(cell: Any) -> Any:
    return None if np.ma.is_masked(cell) or cell != cell else cell.item()
