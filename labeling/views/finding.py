"""The round that an address names, for whom it may be shown to."""

from django.shortcuts import get_object_or_404

from galaxycat.accounts.http import UserRequest
from galaxycat.accounts.models import Role
from galaxycat.errors import Forbidden
from labeling.models import Round


def round_for(request: UserRequest, uuid: str, role: Role = Role.VIEWER) -> Round:
    """404 for whom may not see it, 403 for whom has a lesser role than `role`."""
    rounds = Round.objects.visible_to(request.user).select_related(
        "campaign__galaxy__team", "campaign__scheme", "catalog", "previous", "opened_by"
    )
    round_ = get_object_or_404(rounds, uuid=uuid)
    if not round_.galaxy.team.has_role(request.user, role):
        raise Forbidden(f"Only {role.label}s of {round_.galaxy.team} do that")
    return round_
