"""One table from domain errors to HTTP status codes, for pages and API alike."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.response import Response
from rest_framework.views import exception_handler

from catalogs.imagery.blocks import TileOutside
from galaxycat.errors import BadInput, Conflict, DomainError, Forbidden, NotFound

# The first class that fits decides, so a special case stands before its base.
ERROR_STATUS: dict[type[DomainError], int] = {
    TileOutside: 404,
    NotFound: 404,
    Forbidden: 403,
    Conflict: 409,
    BadInput: 422,
    DomainError: 400,
}


def status_of(error: DomainError) -> int:
    """The HTTP status of a domain error."""
    return next(status for kind, status in ERROR_STATUS.items() if isinstance(error, kind))


def api_exception_handler(exception: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler, with domain errors as `{"detail": one line}`."""
    if isinstance(exception, DomainError):
        return Response({"detail": str(exception)}, status=status_of(exception))
    return exception_handler(exception, context)


class DomainErrorMiddleware:
    """A domain error in a page becomes a page that says what to do, never a traceback."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        return render(
            request,
            "error.html",
            {"message": str(exception), "is_forbidden": isinstance(exception, Forbidden)},
            status=status_of(exception),
        )
