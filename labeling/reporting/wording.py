"""Numbers, counts and lists as the report writes them, in plain text."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from labeling.templatetags.agreement import one_decimal

NONE = "–"
ALPHA, KAPPA = "α", "κ"


def counted(n: int, one: str, many: str | None = None) -> str:
    """(1, "source") -> "1 source", (0, "source") -> "no sources", (12_000, "person", "people") -> "12,000 people"."""
    words = one if n == 1 else many or f"{one}s"
    return f"{n:,} {words}" if n else f"no {words}"


def joined(parts: Iterable[str]) -> str:
    """["a", "b", "c"] -> "a, b and c"."""
    *first, last = [*parts] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def percent(value: float | None) -> str:
    return NONE if value is None else f"{share(value)} %"


def decimal(value: float | None) -> str:
    """A coefficient, to three decimals, with a minus that is one."""
    return NONE if value is None else f"{value:.3f}".replace("-", "−")


def share_with_interval(estimate: Mapping[str, Any]) -> str:
    """In percent, "87.3 [85.1, 89.2]"; without the brackets where there is no interval."""
    if estimate["value"] is None or estimate["low"] is None:
        return share(estimate["value"])
    value, low, high = (one_decimal(100 * estimate[part]) for part in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"


def share(value: float | None) -> str:
    """In percent, for a column that says so."""
    return NONE if value is None else one_decimal(100 * value)


def decimal_with_interval(estimate: Mapping[str, Any]) -> str:
    if estimate["value"] is None or estimate["low"] is None:
        return decimal(estimate["value"])
    return f"{decimal(estimate['value'])} [{decimal(estimate['low'])}, {decimal(estimate['high'])}]"


def points_with_interval(estimate: Mapping[str, Any]) -> str:
    """A difference of shares in percentage points, with its sign."""

    def points(value: float) -> str:
        return f"{'−' if value < 0 else '+'}{one_decimal(abs(100 * value))}"

    if estimate["value"] is None or estimate["low"] is None:
        return NONE if estimate["value"] is None else points(estimate["value"])
    return f"{points(estimate['value'])} [{points(estimate['low'])}, {points(estimate['high'])}]"


def day(moment: datetime) -> str:
    """In UTC, as in "2026-05-01"."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d")


def span(opened: datetime, closed: datetime | None) -> str:
    """When a round ran: "since", "on" one day or "from ... to"."""
    if closed is None:
        return f"since {day(opened)}, still open"
    return f"on {day(opened)}" if day(opened) == day(closed) else f"from {day(opened)} to {day(closed)}"


def minute(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def sentence(text: str) -> str:
    """With a capital letter and one full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
