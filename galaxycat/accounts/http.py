"""Requests as views see them after `login_required`."""

from django.http import HttpRequest
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from galaxycat.accounts.models import User


class UserRequest(HttpRequest):
    """A request of somebody logged in."""

    user: User


def user_of(request: Request) -> User:
    """Who asks the API. Raises NotAuthenticated for nobody."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user
