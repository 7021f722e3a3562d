"""The report's tables, from its content: each number as it is read, none computed here."""

from collections.abc import Mapping, Sequence
from typing import Any

from labeling.dashboard.figures import person_name
from labeling.dashboard.strata import CLASS
from labeling.models import Level
from labeling.reporting.blocks import Table
from labeling.reporting.content import Content
from labeling.reporting.wording import (
    NONE,
    counted,
    decimal,
    decimal_with_interval,
    percent,
    points_with_interval,
    share,
    share_with_interval,
    span,
)

LEVEL_NAMES = {Level.GROUP.value: "Binary", Level.LABEL.value: "All classes"}
# Key of a coefficient among the dashboard's figures -> its name.
COEFFICIENTS = {
    "krippendorff_alpha": "Krippendorff’s α",
    "krippendorff_alpha_ordinal": "Krippendorff’s α, ordinal",
    "krippendorff_alpha_interval": "Krippendorff’s α, interval",
    "fleiss_kappa": "Fleiss’ κ",
    "gwet_ac1": "Gwet’s AC1",
}
COMPARED = {
    "human_to_mode": "Human-to-mode",
    "human_to_mode_leave_one_out": "Leave-one-out",
    "krippendorff_alpha": "Krippendorff’s α",
}
# More people than this make no matrix that can be read.
MOST_IN_MATRIX = 12
INTERVALS = (
    "Brackets: 95 % intervals by a bootstrap over sources (2,000 resamples, each source with all its votes); the people "
    "stay as they are."
)


def rounds_table(content: Content) -> Table:
    rows = [
        [
            f"{each['number']}{' (simulated voters)' if each['is_simulated'] else ''}",
            f"{each['mode']}{', with predictions' if each['shows_predictions'] else ''}",
            span(each["opened_at"], each["closed_at"]),
            each["sampler"],
            f"{each['n_drawn']:,}",
            f"{each['n_anchors']:,}",
            "everyone" if each["overlap"] is None else str(each["overlap"]),
            f"{each['n_voters']:,}",
            f"{each['n_votes']:,}",
        ]
        for each in content.rounds
    ]
    head = ["Round", "Mode", "Dates (UTC)", "Drawn", "Sources", "Anchors", "Overlap", "Voters", "Votes"]
    return Table("rounds", "The rounds.", head, rows, n_words=4)


def agreement_table(content: Content) -> Table:
    """Plain, leave-one-out and chance, and the coefficients: levels and modes by row."""
    rows = [
        [
            LEVEL_NAMES[level],
            found["mode"],
            f"{found['n_compared']:,}",
            f"{found['n_compared_votes']:,}",
            f"{found['ties']:,}",
            *(share_with_interval(found[key]) for key in ("human_to_mode", "leave_one_out", "chance")),
        ]
        for level in LEVEL_NAMES
        for found in content.dashboard["agreement"][level]
    ]
    head = ["Classes", "Rounds", "Sources", "Votes", "Ties", "Human-to-mode (%)", "Leave-one-out (%)", "Chance (%)"]
    notes = ["Over sources with at least two votes.", INTERVALS]
    return Table("agreement", "Agreement of the votes.", head, rows, n_words=2, notes=notes)


def coefficients_table(content: Content) -> Table:
    """Those that the votes and the scheme allow."""
    found = [(level, each) for level in LEVEL_NAMES for each in content.dashboard["coefficients"][level]]
    names = {key: name for key, name in COEFFICIENTS.items() if any(key in each for _, each in found)}
    nothing = {"value": None, "low": None, "high": None}
    rows = [
        [LEVEL_NAMES[level], each["mode"], *(decimal_with_interval(each.get(key) or nothing) for key in names)]
        for level, each in found
    ]
    notes = [INTERVALS]
    if "fleiss_kappa" not in names or any(NONE in row for row in rows):
        notes.append("Fleiss’ κ is undefined where sources carry different numbers of votes.")
    caption = "Agreement corrected for chance."
    return Table("coefficients", caption, ["Classes", "Rounds", *names.values()], rows, n_words=2, notes=notes)


def classes_table(content: Content, level: str) -> Table:
    """Consensus and agreement class by class."""
    titles = {each["value"]: f"{each['value']} {each['name']}" for each in content.scheme["labels"]}
    rows = [
        [
            titles.get(each["name"], each["name"]) if level == Level.LABEL.value else each["name"],
            each["mode"],
            f"{each['n_sources']:,}",
            f"{each['n_votes']:,}",
            share(each["human_to_mode"]),
            share(each["specific_agreement"]),
        ]
        for each in content.classes[level]
    ]
    notes = [
        "Over sources with at least two votes. Human-to-mode: of the sources of which the class is the mode; a tie is in no class.",
        "Specific agreement: of all pairs of votes on one source that hold the class, the share alike.",
    ]
    head = ["Class", "Rounds", "Sources", "Votes", "Human-to-mode (%)", "Specific agreement (%)"]
    return Table(f"classes-{level}", f"Agreement class by class: {LEVEL_NAMES[level].lower()}.", head, rows, 2, notes)


def strata_table(stratum: Mapping[str, Any], key: str) -> Table:
    rows = [
        [
            row["name"],
            f"{row['n_compared']:,}{' (few)' if row['is_thin'] else ''}",
            f"{row['n_votes']:,}",
            share_with_interval(row["human_to_mode"]),
            share_with_interval(row["human_to_mode_leave_one_out"]),
            decimal_with_interval(row["krippendorff_alpha"]),
        ]
        for row in stratum["strata"]
        if row["n_compared"]
    ]
    head = [measurement(stratum), "Sources", "Votes", "Human-to-mode (%)", "Leave-one-out (%)", "Krippendorff’s α"]
    notes = (
        ["Few: below 30 sources, where intervals are too narrow."] if any(" (few)" in row[1] for row in rows) else []
    )
    if stratum["column"] == CLASS:
        notes.append("Within a class α says little: its sources are in it because their votes agree.")
    if stratum["n_unknown"]:
        notes.append(f"Left out: {counted(stratum['n_unknown'], 'source')} without a value.")
    level = LEVEL_NAMES[stratum["level"]].lower()
    return Table(key, f"Agreement by {measurement(stratum)}, {level}.", head, rows, notes=notes)


def measurement(stratum: Mapping[str, Any]) -> str:
    """A column with its unit."""
    return f"{stratum['column']} ({stratum['unit']})" if stratum["unit"] else str(stratum["column"])


def people_table(content: Content) -> Table:
    rows = [
        [
            person_name(person),
            f"{person['votes']:,}",
            f"{person['unsure']:,}",
            f"{person['skipped']:,}",
            NONE if person["is_simulated"] else f"{person['sittings']:,}",
            _rounded(person["votes_per_hour"]),
            NONE if person["median_s"] is None else f"{person['median_s']:.1f}",
        ]
        for person in content.dashboard["people"]
    ]
    head = ["Person", "Votes", "Unsure", "Skipped", "Sittings", "Votes an hour", "Median s a vote"]
    notes = ["A pause of more than 10 minutes ends a sitting. Programs have no pace."]
    return Table("people", "The people.", head, rows, notes=notes)


def _rounded(value: float | None) -> str:
    return NONE if value is None else f"{value:,.0f}"


def repeats_table(content: Content) -> Table | None:
    """How far people agree with themselves; None where nobody saw a source again."""
    group, label = (content.repeats[level.value] for level in (Level.GROUP, Level.LABEL))
    if not label["n_pairs"]:
        return None
    everybody = ("everybody", label["n_sources"], group["agreement"], label["agreement"])
    people = [
        (person_name(each), each["n_sources"], of_group["agreement"], each["agreement"])
        for each, of_group in zip(label["people"], group["people"], strict=True)
    ]
    rows = [
        [name, f"{n_sources:,}", share_with_interval(binary), share_with_interval(classes)]
        for name, n_sources, binary, classes in [everybody, *people]
    ]
    head = ["Person", "Sources seen again", "Alike, binary (%)", "Alike, all classes (%)"]
    note = "Of each two votes of one person on one source, the share alike. Brackets: Wilson’s 95 % intervals."
    return Table("repeats", "People against themselves.", head, rows, notes=[note])


def kappa_table(content: Content, level: str) -> Table | None:
    """Cohen's kappa of each two people; None where there are no two, or too many for a matrix."""
    people = content.dashboard["people"]
    if not 2 <= len(people) <= MOST_IN_MATRIX:
        return None
    found = content.dashboard["pairs"][level]
    rows = [
        [f"{row + 1} {person_name(person)}", *(_cell(found, row, column) for column in range(len(people)))]
        for row, person in enumerate(people)
    ]
    head = ["Person", *(str(number + 1) for number in range(len(people)))]
    notes = ["Below the diagonal κ, above it the number of shared sources."]
    caption = f"Cohen’s κ of each two people, {LEVEL_NAMES[level].lower()}."
    return Table(f"kappa-{level}", caption, head, rows, notes=notes)


def _cell(found: Mapping[str, Any], row: int, column: int) -> str:
    if row == column:
        return ""
    return decimal(found["kappa"][row][column]) if row > column else f"{found['shared'][row][column]:,}"


def confusion_table(content: Content, level: str) -> Table:
    """All votes against the mode of the others."""
    found = content.dashboard["confusion"][level]
    rows = [[others, *(f"{n:,}" for n in row)] for others, row in zip(found["others"], found["all"], strict=True)]
    caption = f"Votes against the mode of the other votes on their source, {LEVEL_NAMES[level].lower()}."
    return Table(f"confusion-{level}", caption, ["Others say", *(f"vote {name}" for name in found["names"])], rows)


def comparison_table(content: Content) -> Table | None:
    """The two rounds that share most sources."""
    found = content.comparison
    if found is None:
        return None
    rows = [
        [LEVEL_NAMES[level], title, f"{of['n_sources']:,}", *_change(name, of["changes"][name])]
        for level, of in found["levels"].items()
        for name, title in COMPARED.items()
    ]
    return Table(
        "comparison",
        f"Rounds {found['before']} and {found['after']} on the sources with at least two votes in both.",
        ["Classes", "Figure", "Sources", f"Round {found['before']}", f"Round {found['after']}", "Difference", "p"],
        rows,
        n_words=2,
        notes=_comparison_notes(found["levels"].values()),
    )


def _comparison_notes(levels: Sequence[Mapping[str, Any]]) -> list[str]:
    notes = [
        "Differences with BCa 95 % intervals, of shares in percentage points. p: no difference, two-sided, by 9,999 exchanges of "
        "the rounds’ votes on each source."
    ]
    if not all(of["is_even"] for of in levels):
        notes.append(
            "Sources have different numbers of votes in the two rounds, which changes the figures by itself: p does not hold."
        )
    return notes


def _change(name: str, change: Mapping[str, Any]) -> list[str]:
    difference = change["difference"]
    p = NONE if change["p_value"] is None else f"{change['p_value']:.4f}"
    if name == "krippendorff_alpha":
        return [decimal(change["before"]), decimal(change["after"]), decimal_with_interval(difference), p]
    return [percent(change["before"]), percent(change["after"]), points_with_interval(difference), p]
