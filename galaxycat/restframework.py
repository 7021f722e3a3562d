"""Bounds on what a client of the API may ask and send."""

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

MAX_OFFSET = 100_000_000


class BoundedPagination(LimitOffsetPagination):
    """At most 1,000 rows a page, and an offset that a database can count to."""

    max_limit = 1000

    def get_offset(self, request: Request) -> int:
        return min(super().get_offset(request), MAX_OFFSET)


class ShallowJSONParser(JSONParser):
    """JSON nested deeper than Python can follow is the client's error, not the server's."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().parse(*args, **kwargs)
        except RecursionError:
            raise ParseError("JSON parse error: nested too deeply") from None
