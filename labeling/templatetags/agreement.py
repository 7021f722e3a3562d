"""Agreement, class counts and votes as pages show them."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template

from galaxycat.accounts.models import shown_name
from labeling.models import Label

register = template.Library()


@register.filter
def percent(share: float | str | None) -> str:
    """0.8734 -> "87.3 %"; a dash where there is nothing to take a share of."""
    # Django hands a filter "" for what a template names and is not there.
    return "–" if share is None or isinstance(share, str) else f"{one_decimal(100 * share)} %"


def one_decimal(value: float) -> str:
    """81.25 -> "81.3": halves go up, as in the browser, so that a number is the same on each page."""
    return str(Decimal(value).quantize(Decimal("0.1"), ROUND_HALF_UP))


@register.filter
def hundredths(share: float | None) -> str:
    """A share on a scale of 100, for drawing: in SVG attributes a decimal comma would be wrong."""
    return f"{100 * (share or 0):.2f}"


@register.filter
def class_bars(classes: Mapping[str, int], labels: Iterable[Label]) -> list[dict[str, Any]]:
    """Rows of a bar list: value, name, colour (none for a group), n and its share of all classified sources."""
    known = {label.value: label for label in labels}
    total = sum(classes.values())
    return [
        {
            "value": value if value in known else "",
            "name": known[value].name if value in known else value,
            "colour": known[value].colour if value in known else "",
            "n": n,
            "share": n / total if total else None,
        }
        for value, n in classes.items()
    ]


@register.filter
def votes_by_label(counts: Mapping[str, int], labels: Iterable[Label]) -> list[dict[str, Any]]:
    """The labels that were voted for, in the scheme's order, each with its votes and where its bar starts and ends."""
    rows: list[dict[str, Any]] = []
    start = 0
    total = sum(counts.values())
    for label in labels:
        if n := counts.get(label.value, 0):
            rows.append({"label": label, "n": n, "from": start / total, "share": n / total})
            start += n
    return rows


@register.filter
def named(labels: Iterable[Label], value: str) -> Label | None:
    """The label of a value."""
    return next((label for label in labels if label.value == value), None)


@register.filter
def voter(row: Mapping[str, Any]) -> str:
    """The name others see of the annotator in a row of `values()`, as `User.label` has it."""
    name = f"{row['annotator__first_name']} {row['annotator__last_name']}".strip() or row["annotator__username"]
    return shown_name(name, row["annotator__is_simulated"])


@register.filter
def minus(number: int, other: int) -> int:
    """What is left of a count."""
    return number - other


@register.filter
def total(classes: Mapping[str, int]) -> int:
    """Sources in any class."""
    return sum(classes.values())
