"""Metrics as pages show them."""

from collections.abc import Sequence
from typing import Any

from django import template

from labeling.models import Label
from labeling.templatetags.agreement import one_decimal

register = template.Library()


@register.filter
def interval(bounds: Sequence[float]) -> str:
    """[0.751, 0.834] -> "(75.1–83.4 %)"."""
    return f"({one_decimal(100 * bounds[0])}–{one_decimal(100 * bounds[1])} %)"


@register.filter
def confusion_rows(confusion: Sequence[Sequence[int]], labels: Sequence[Label]) -> list[dict[str, Any]]:
    """A confusion matrix row by row: the true `label` and its `cells`, each n and whether it is right."""
    return [
        {"label": label, "cells": [{"n": n, "is_right": column == index} for column, n in enumerate(row)]}
        for index, (label, row) in enumerate(zip(labels, confusion, strict=True))
    ]
