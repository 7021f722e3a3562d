"""Votes at moments of a test's own: they are append-only, so a moment is set before one is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models.signals import pre_save

from labeling.models import Vote


@contextmanager
def cast_every(start: datetime, step: timedelta) -> Iterator[None]:
    """Within, the first vote is cast at `start` and each next one a `step` later."""
    moment = start

    def set_moment(instance: Vote, **kwargs: object) -> None:
        nonlocal moment
        instance.cast_at = moment
        moment += step

    pre_save.connect(set_moment, sender=Vote)
    try:
        yield
    finally:
        pre_save.disconnect(set_moment, sender=Vote)
