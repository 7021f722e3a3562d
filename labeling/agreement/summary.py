"""The statistics of a table of votes as text for a terminal: aligned tables and notes."""

from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from labeling.agreement.statistics import Statistics
from labeling.agreement.strata import FEWEST_SOURCES

ALL = "all votes"
SKIPPED_SHOWN = 10
CLASSES_SHOWN = 20
# Kappas of fewer shared sources are noise.
FEW_SHARED = 10


def text_of(result: Statistics) -> str:
    """What the `agreement` command prints of its JSON."""
    rows = _named_rows(result)
    strata = [*_strata(result["strata"]), ""] if "strata" in result else []
    return "\n".join([*_figures(rows), "", *_classes(rows), "", *strata, *_notes(result)])


def _named_rows(result: Statistics) -> list[tuple[str, Statistics]]:
    """Every block of statistics with the name it is shown under."""
    blocks = [(ALL, result), *result.get("by", {}).items()]
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
    ("ordinal alpha", "krippendorff_alpha_ordinal", _coefficient),
    ("interval alpha", "krippendorff_alpha_interval", _coefficient),
    ("Gwet AC1", "gwet_ac1", _coefficient),
    ("majority right", "majority_accuracy", _percent),
    ("Dawid-Skene right", "dawid_skene_accuracy", _percent),
    ("of N sources", "n_truth", _count),
)


def _figures(rows: Sequence[tuple[str, Statistics]]) -> list[str]:
    """The figures of each block, a line a block."""
    columns = [column for column in COLUMNS if column[1] in rows[0][1]]
    lines = [["", *(title for title, _, _ in columns)]]
    lines += [[name, *(shown(block[key]) for _, key, shown in columns)] for name, block in rows]
    return _aligned(lines)


def _classes(rows: Sequence[tuple[str, Statistics]]) -> list[str]:
    """Agreement class by class of all votes, and of their groups."""
    blocks = [block for name, block in rows if name in (ALL, f"{ALL}, grouped")]
    lines = [["", "votes", "specific", "sources", "human-to-mode"]]
    lines += [
        [
            label,
            _count(found["n_votes"]),
            _percent(found["specific_agreement"]),
            _count(found["n_sources"]),
            _percent(found["human_to_mode"]),
        ]
        for block in blocks
        for label, found in list(block["per_class"].items())[:CLASSES_SHOWN]
    ]
    return _aligned(lines)


def _strata(found: Statistics) -> list[str]:
    """Agreement by the sources' column, with intervals."""
    lines = [
        [found["column"], "sources", "votes", "leave-one-out", "95 %", "human-to-mode", "95 %", "Krippendorff", "95 %"]
    ]
    for row in found["rows"]:
        figures = [
            (row["human_to_mode_leave_one_out"], _percent),
            (row["human_to_mode"], _percent),
            (row["krippendorff_alpha"], _coefficient),
        ]
        cells = [cell for figure, shown in figures for cell in (shown(figure["value"]), _range(figure, shown))]
        lines.append([row["name"], _count(row["n_compared"]), _count(row["n_votes"]), *cells])
    return _aligned(lines)


def _range(figure: Statistics, shown: Callable[[float | None], str]) -> str:
    return "-" if figure["low"] is None else f"{shown(figure['low'])} to {shown(figure['high'])}"


def _aligned(lines: Sequence[Sequence[str]]) -> list[str]:
    """Lines of cells, a header first: names to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join([name.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))])
        for name, *cells in lines
    ]


def _notes(result: Statistics) -> list[str]:
    notes = ["Human-to-mode, leave-one-out and chance are shares of the N votes on sources with at least two votes."]
    if result["fleiss_kappa"] is None:
        notes.append("Fleiss' kappa needs two labels and the same number of votes, at least two, on every source.")
    notes.append("Specific: of the votes beside a vote for the class, on the same source, the share that say the same.")
    notes += [
        f"95 % interval of {title}, {name}: {low:.4f} to {high:.4f}" for name, title, low, high in _intervals(result)
    ]
    notes += [_pairs_note(name, block["cohen_kappa"]) for name, block in _named_rows(result) if "cohen_kappa" in block]
    if any(row["is_thin"] for row in result.get("strata", {}).get("rows", ())):
        notes.append(f"Of strata with fewer than {FEWEST_SOURCES} sources the intervals are too narrow.")
    if result["ambiguous"]:
        notes.append(f"{result['ambiguous']:,} ambiguous rows were left out.")
    notes += result["warnings"]
    for what, rows in (("votes", result["skipped"]), ("truth", result["truth_skipped"])):
        notes += [f"{what}, line {row['line']} skipped: {row['reason']}" for row in rows[:SKIPPED_SHOWN]]
        if len(rows) > SKIPPED_SHOWN:
            notes.append(f"{what}: {len(rows) - SKIPPED_SHOWN:,} more rows skipped (--json lists all)")
    return notes


def _intervals(result: Statistics) -> list[tuple[str, str, float, float]]:
    """(block, title of the figure, low, high) of all intervals there are."""
    title_of = {key: title for title, key, _ in COLUMNS}
    return [
        (name, title_of[key], *interval)
        for name, block in _named_rows(result)
        for key, interval in block.get("intervals", {}).items()
        if interval is not None
    ]


def _pairs_note(name: str, pairs: Statistics) -> str:
    """The kappas of all pairs in one line."""
    n = len(pairs["annotators"])
    kappas = [
        pairs["kappa"][one][other]
        for one in range(n)
        for other in range(one)
        if pairs["shared"][one][other] >= FEW_SHARED and pairs["kappa"][one][other] is not None
    ]
    if not kappas:
        return f"Cohen's kappa, {name}: no two annotators share {FEW_SHARED} sources (--json lists all)."
    return (
        f"Cohen's kappa, {name}, of the {len(kappas):,} pairs that share at least {FEW_SHARED} sources: "
        f"median {median(kappas):.4f}, from {min(kappas):.4f} to {max(kappas):.4f} (--json lists all)."
    )
