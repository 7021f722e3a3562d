"""The report's drawings. Each is a function of the content that draws when it is asked to; numbers are the dashboard's."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from labeling.models import Level
from labeling.reporting.blocks import Drawing
from labeling.reporting.canvas import GREY, HATCH, INK, LIGHT, MARK, sheet
from labeling.reporting.content import Content
from labeling.reporting.tables import LEVEL_NAMES, MOST_IN_MATRIX, measurement
from labeling.reporting.wording import counted, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BOOTSTRAP = "Bars: 95 % intervals by a bootstrap over sources."
MODES = "Blue circles: blind rounds; orange diamonds: informed rounds."
SHARES = {"human_to_mode": "human-to-mode", "leave_one_out": "leave-one-out", "chance": "chance"}
# Of more strata than this the names do not fit.
MOST_STRATA = 12


def agreement_drawing(content: Content) -> Drawing:
    found = content.dashboard["agreement"]
    n = max((each["n_compared"] for each in found[Level.LABEL.value]), default=0)
    return Drawing(
        key="agreement",
        title="Agreement",
        alt=f"Human-to-mode and leave-one-out agreement and the chance level, binary and for all classes, with intervals; up to {n:,} sources.",
        caption=(
            "Human-to-mode agreement: the share of votes that equal the mode of their source; leave-one-out: each vote against the "
            f"mode of the others; chance: human-to-mode of votes drawn at random. Over sources with at least two votes. {MODES} {BOOTSTRAP}"
        ),
        draw=partial(_draw_agreement, found),
    )


def _draw_agreement(found: Mapping[str, Sequence[Any]]) -> "Figure":
    n_modes = max((len(rows) for rows in found.values()), default=1)
    figure, panels = sheet(2, 1.2 + 0.5 * max(1, n_modes), sharex=True, sharey=True)
    for panel, (level, name) in zip(panels, LEVEL_NAMES.items(), strict=True):
        for place, each in enumerate(found[level]):
            for row, share in enumerate(SHARES):
                y = row + 0.22 * (place - (len(found[level]) - 1) / 2)
                _interval(panel, each[share], y, INK[each["mode"]], MARK[each["mode"]])
        panel.set_title(shortened(f"{name}, {_of(found[level])}", 60))
        panel.set_yticks(range(len(SHARES)), list(SHARES.values()))
        panel.set_xlabel("share of votes (%)")
        panel.grid(axis="x")
    panels[0].set_ylim(len(SHARES) - 0.5, -0.5)
    panels[0].set_xlim(0, 100)
    return figure


def _of(rows: Sequence[Mapping[str, Any]]) -> str:
    """ "N = 40 blind, 30 informed"."""
    return "N = " + ", ".join(f"{each['n_compared']:,} {each['mode']}" for each in rows) if rows else "N = 0"


def _interval(
    panel: "Axes", estimate: Mapping[str, Any], y: float, colour: str, marker: str, face: str | None = None
) -> None:
    """A share's mark with its interval, in percent; nothing where it is undefined."""
    if estimate["value"] is None:
        return
    if estimate["low"] is not None:
        panel.plot([100 * estimate["low"], 100 * estimate["high"]], [y, y], color=colour, linewidth=1.2)
    panel.plot(
        [100 * estimate["value"]], [y], linestyle="none", color=colour, marker=marker, markersize=5,
        markerfacecolor=face or colour,
    )  # fmt: skip


def classes_drawing(content: Content) -> Drawing:
    found = content.dashboard["classes"]
    return Drawing(
        key="classes",
        title="Consensus",
        alt="Sources by consensus class and in ties, binary and for all classes.",
        caption=(
            "Sources by the class with most votes, among those with a vote; where several share the lead the source is a tie. "
            "Blue: blind rounds; orange, hatched: informed rounds."
        ),
        draw=partial(_draw_classes, found),
    )


def _draw_classes(found: Mapping[str, Any]) -> "Figure":
    figure, panels = sheet(2, 2.3)
    for panel, (level, name) in zip(panels, LEVEL_NAMES.items(), strict=True):
        names, series = found[level]["names"], found[level]["series"]
        width = 0.8 / max(1, len(series))
        for place, each in enumerate(series):
            at = [code + width * (place - (len(series) - 1) / 2) for code in range(len(names))]
            bars = panel.bar(
                at, each["sources"], width, color=LIGHT[each["mode"]], edgecolor=INK[each["mode"]],
                hatch=HATCH[each["mode"]], label=each["mode"],
            )  # fmt: skip
            panel.bar_label(bars, fmt="{:,.0f}", fontsize=7, padding=1)
        panel.set_xticks(range(len(names)), [shortened(each, 14) for each in names])
        n = sum(sum(each["sources"]) for each in series)
        panel.set_title(f"{name}, N = {counted(n, 'source')}")
        panel.set_ylabel("sources")
        panel.margins(y=0.15)
    return figure


def votes_drawing(content: Content) -> Drawing:
    found = content.dashboard["votes_per_source"]
    return Drawing(
        key="votes",
        title="Votes on a source",
        alt="How many sources have how many votes with a class, by round.",
        caption="Sources by their number of votes with a class that stand now; skipped and unsure answers are no votes.",
        draw=partial(_draw_votes, found, {each["number"]: each["mode"] for each in content.rounds}),
    )


def _draw_votes(found: Mapping[str, Any], modes: Mapping[int, str]) -> "Figure":
    figure, (panel,) = sheet(1, 2.1)
    base = [0] * len(found["n_votes"])
    for number, sources in zip(found["rounds"], found["sources"], strict=True):
        mode = modes[number]
        panel.bar(
            found["n_votes"], sources, 0.7, bottom=base, label=f"round {number}, {mode}", color=LIGHT[mode],
            edgecolor=INK[mode], hatch=HATCH[mode],
        )  # fmt: skip
        base = [low + n for low, n in zip(base, sources, strict=True)]
    panel.set_xticks(found["n_votes"])
    panel.set_xlabel("votes on a source")
    panel.set_ylabel("sources")
    panel.set_title(f"N = {counted(sum(base), 'source')}")
    if 0 < len(found["rounds"]) <= MOST_STRATA:
        panel.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def trend_drawing(content: Content) -> Drawing | None:
    """None before a second round has figures."""
    found = content.dashboard["trend"]
    if len({point["round"] for each in found[Level.LABEL.value] for point in each["points"]}) < 2:
        return None
    return Drawing(
        key="trend",
        title="Over rounds",
        alt="Leave-one-out agreement by round, binary and for all classes, blind and informed rounds apart.",
        caption=(
            f"Leave-one-out agreement round by round, with its interval. {MODES} Hollow and dotted: the anchors alone, which rounds "
            f"share. Blind and informed rounds are apart: who sees an earlier consensus tends to follow it. {BOOTSTRAP}"
        ),
        draw=partial(_draw_trend, found),
    )


def _draw_trend(found: Mapping[str, Any]) -> "Figure":
    figure, panels = sheet(2, 2.3, sharey=True)
    for panel, (level, name) in zip(panels, LEVEL_NAMES.items(), strict=True):
        for series in found[level]:
            _trend(panel, series)
        n = sum(
            point["n_compared"] for each in found[level] if "anchors" not in each["name"] for point in each["points"]
        )
        panel.set_title(f"{name}, N = {counted(n, 'source')}")
        panel.set_xlabel("round")
        panel.set_xticks(sorted({point["round"] for each in found[level] for point in each["points"]}))
        panel.grid(axis="y")
        panel.margins(x=0.15)
    panels[0].set_ylabel("leave-one-out agreement (%)")
    return figure


def _trend(panel: "Axes", series: Mapping[str, Any]) -> None:
    mode, is_anchors = series["name"].split(",")[0], "anchors" in series["name"]
    shift = 0.12 if is_anchors else 0.0
    at = [point["round"] + shift for point in series["points"]]
    for x, point in zip(at, series["points"], strict=True):
        if point["leave_one_out"]["low"] is not None:
            ends = [100 * point["leave_one_out"][end] for end in ("low", "high")]
            panel.plot([x, x], ends, color=INK[mode], linewidth=1)
    values = [100 * point["leave_one_out"]["value"] for point in series["points"]]
    panel.plot(
        at, values, color=INK[mode], marker=MARK[mode], markersize=5, linewidth=1, linestyle=":" if is_anchors else "-",
        markerfacecolor="white" if is_anchors else INK[mode],
    )  # fmt: skip


def strata_drawings(content: Content) -> list[Drawing]:
    """One a column, both levels side by side, under keys that no column's name decides."""
    both = zip(content.strata[Level.GROUP.value], content.strata[Level.LABEL.value], strict=True)
    return [
        _strata_drawing(f"strata-{number}", binary, full)
        for number, (binary, full) in enumerate(both)
        if any(row["n_compared"] for row in full["strata"])
    ]


def _strata_drawing(key: str, binary: Mapping[str, Any], full: Mapping[str, Any]) -> Drawing:
    caution = (
        " A caution: sources are in a class because their votes agree on it, so every class looks better than the ties."
        if full["column"] == "class"
        else " Ranges are as equally filled as ties allow."
    )
    return Drawing(
        key=key,
        title=f"Agreement by {measurement(full)}",
        alt=f"Leave-one-out agreement by {measurement(full)}, binary and for all classes, with intervals.",
        caption=(
            f"Leave-one-out agreement of the sources of each stratum alone; N is its sources with at least two votes.{caution} "
            "Bars: 95 % intervals (BCa), too narrow and hollow below 30 sources."
        ),
        draw=partial(_draw_strata, {Level.GROUP.value: binary, Level.LABEL.value: full}),
    )


def _draw_strata(found: Mapping[str, Any]) -> "Figure":
    rows = {level: [row for row in each["strata"] if row["n_compared"]][:MOST_STRATA] for level, each in found.items()}
    figure, panels = sheet(2, 1.0 + 0.24 * max(2, *(len(each) for each in rows.values())), sharex=True)
    for panel, (level, name) in zip(panels, LEVEL_NAMES.items(), strict=True):
        for place, row in enumerate(rows[level]):
            face = "white" if row["is_thin"] else None
            _interval(panel, row["human_to_mode_leave_one_out"], place, GREY, "s", face)
        names = [f"{shortened(row['name'], 20)} (N = {row['n_compared']:,})" for row in rows[level]]
        panel.set_yticks(range(len(names)), names)
        panel.set_ylim(len(names) - 0.5, -0.5)
        panel.set_title(name)
        panel.set_xlabel("leave-one-out agreement (%)")
        panel.grid(axis="x")
    panels[0].set_ylabel(shortened(measurement(found[Level.LABEL.value]), 28))
    panels[0].set_xlim(0, 100)
    return figure


def confusion_drawing(content: Content) -> Drawing:
    found = content.dashboard["confusion"]
    return Drawing(
        key="confusion",
        title="Votes against the others",
        alt="How often a vote is each class, by the mode of the other votes on its source.",
        caption=(
            "Row: the mode of the other votes on the source in that round, or a tie; column: the vote. Shade and number: percent "
            "of the row’s votes, N in brackets. The vote itself is in no row. Rounds of all modes together."
        ),
        draw=partial(_draw_confusion, found),
    )


def _draw_confusion(found: Mapping[str, Any]) -> "Figure":
    most = max(len(each["others"]) for each in found.values())
    figure, panels = sheet(2, 1.0 + 0.36 * most, width_ratios=[1, 1.6])
    for panel, (level, name) in zip(panels, LEVEL_NAMES.items(), strict=True):
        each = found[level]
        totals = [sum(row) for row in each["all"]]
        shares = [[n / total if total else 0 for n in row] for row, total in zip(each["all"], totals, strict=True)]
        _heat(panel, shares, lambda share: f"{100 * share:.0f}")
        panel.set_xticks(
            [place + 0.5 for place in range(len(each["names"]))], [shortened(one, 12) for one in each["names"]]
        )
        rows = zip(each["others"], totals, strict=True)
        places = [place + 0.5 for place in range(len(totals))]
        panel.set_yticks(places, [f"{shortened(one, 12)} ({total:,})" for one, total in rows])
        panel.set_title(f"{name}, N = {counted(sum(totals), 'vote')}")
        panel.set_xlabel("vote (%)")
        panel.set_ylabel("the others say (votes)")
    return figure


def _heat(panel: "Axes", cells: Sequence[Sequence[float | None]], write: Callable[[float], str]) -> None:
    """Cells from 0 to 1 as shades of one blue, each with its number."""
    panel.pcolormesh(
        [[min(1.0, max(0.0, cell or 0)) for cell in row] for row in cells], cmap="Blues", vmin=0, vmax=1.25,
        edgecolors="white", linewidth=1,
    )  # fmt: skip
    for y, row in enumerate(cells):
        for x, cell in enumerate(row):
            if cell is not None:
                colour = "white" if cell > 0.7 else "black"
                panel.text(x + 0.5, y + 0.5, write(cell), ha="center", va="center", fontsize=7, color=colour)
    panel.set_xlim(0, max(1, len(cells[0]) if cells else 1))
    panel.set_ylim(max(1, len(cells)), 0)
    panel.tick_params(length=0)
    for side in panel.spines.values():
        side.set_visible(False)


def pairs_drawing(content: Content) -> Drawing | None:
    """None without two people, and of more than a matrix can hold."""
    people = content.dashboard["people"]
    if not 2 <= len(people) <= MOST_IN_MATRIX:
        return None
    return Drawing(
        key="pairs",
        title="Each two people",
        alt="Cohen’s kappa of each two people, binary and for all classes.",
        caption=(
            "Cohen’s κ of each two people on the sources they share within rounds; chance is each one’s class frequencies on these. "
            "People have the numbers of the table of pairs."
        ),
        draw=partial(_draw_pairs, content.dashboard["pairs"]),
    )


def _draw_pairs(found: Mapping[str, Any]) -> "Figure":
    n = len(found[Level.LABEL.value]["kappa"])
    figure, panels = sheet(2, 1.0 + 0.3 * max(3, n))
    for panel, (level, name) in zip(panels, LEVEL_NAMES.items(), strict=True):
        _heat(panel, found[level]["kappa"], lambda kappa: f"{kappa:.2f}".replace("-", "−"))
        shared = sum(map(sum, found[level]["shared"])) // 2
        panel.set_title(f"{name}, N = {counted(shared, 'shared vote pair')}")
        for ticks in (panel.set_xticks, panel.set_yticks):
            ticks([place + 0.5 for place in range(n)], [str(place + 1) for place in range(n)])
        panel.set_xlabel("person")
        panel.set_ylabel("person")
    return figure
