"""How the first people get in: a member of a team, from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError

from galaxycat.accounts.models import Role
from galaxycat.accounts.teams import add_member, operators_team
from galaxycat.commands import GalaxyCatCommand
from galaxycat.errors import BadInput


class Command(GalaxyCatCommand):
    help = "Give a person a role in a team; a new person gets a random password, shown once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("username")
        parser.add_argument("role", help=f"one of {', '.join(Role.values)}")
        parser.add_argument("--team", help="the team's name; made when it does not exist")

    def run(self, *, username: str, role: str, team: str | None, **options: Any) -> dict[str, Any]:
        try:
            UnicodeUsernameValidator()(username)
        except ValidationError:
            raise BadInput(f"username: {username!r} may have letters, digits and @ . + - _ only") from None
        user, password = add_member(team=operators_team(team), username=username, role=role)
        return {"username": user.username, "role": role, "password": password}

    def summary(self, result: dict[str, Any]) -> str:
        shown = result["password"] or "(unchanged)"
        return f"{result['username']} is {result['role']}; password: {shown}"
