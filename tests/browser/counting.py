"""Agreement by plain counting, with nothing of the product's."""

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

GROUPS = {"1": "cluster", "2": "cluster", "3": "non-cluster", "4": "non-cluster"}


def human_to_mode(votes: dict[str, list[str]]) -> tuple[float, float, int]:
    """Plain and leave-one-out agreement over sources with two votes or more, and the ties, by plain counting."""
    agree = left_out = total = ties = 0.0
    for labels in votes.values():
        if len(labels) < 2:
            continue
        counts = Counter(labels)
        top = max(counts.values())
        agree += top
        total += len(labels)
        ties += list(counts.values()).count(top) > 1
        for label in labels:
            others = counts - Counter([label])
            best = max(others.values())
            winners = [each for each in others if others[each] == best]
            left_out += (label in winners) / len(winners)
    return agree / total, left_out / total, int(ties)


def percent(share: float) -> str:
    """With one decimal, halves up, as JavaScript writes it: 13 of 16 are 81.3 %."""
    return f"{Decimal(100 * share).quantize(Decimal('0.1'), ROUND_HALF_UP)} %"
