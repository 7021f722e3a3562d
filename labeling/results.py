"""A round's consensus and agreement, as pages and API show them."""

from dataclasses import asdict
from typing import Any

from labeling.models import Level, Round
from labeling.tally import class_counts, round_agreement


def results_of(round_: Round) -> dict[str, Any]:
    """`label` and `group`: each with `agreement` (labeling.agreement.Agreement) and `classes` (mode -> sources)."""
    return {
        level.value: {"agreement": asdict(round_agreement(round_, level)), "classes": class_counts(round_, level)}
        for level in Level
    }
