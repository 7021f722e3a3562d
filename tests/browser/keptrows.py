"""Rows that take seconds to make: made once, put back for each test whose database was emptied."""

from collections.abc import Callable, Sequence

from django.core.management.color import no_style
from django.db import connection, models


class KeptRows:
    """`again(make)` calls `make` once; later it puts all rows of `kinds`, in this order, back as they were after that."""

    def __init__(self, *kinds: type[models.Model]) -> None:
        self._kinds = kinds
        self._rows: list[Sequence[models.Model]] = []

    def again(self, make: Callable[[], object], **changes: object) -> None:
        """`changes` are given to the rows of the first kind, such as the team of this test."""
        if not self._rows:
            make()
            self._rows = [list(kind._default_manager.all()) for kind in self._kinds]
            return
        for row in self._rows[0]:
            for field, value in changes.items():
                setattr(row, field, value)
        for kind, rows in zip(self._kinds, self._rows, strict=True):
            kind._default_manager.bulk_create(rows)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), self._kinds):
                cursor.execute(statement)
