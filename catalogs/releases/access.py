"""Who may open a release that is not published: the team, unless a layer above veils it."""

from collections.abc import Callable

from catalogs.models import Release
from galaxycat.accounts.models import Person, Role, User
from galaxycat.errors import Forbidden, NotFound

# Higher layers say why this person may not open this unpublished release now: a sentence, or None.
VEILS: list[Callable[[Release, User], str | None]] = []


def require_open(release: Release, user: Person) -> None:
    """Raises Forbidden with the reason where what is in the release is veiled from a member of its team."""
    if release.published_at is not None or not isinstance(user, User):
        return
    for veil in VEILS:
        if reason := veil(release, user):
            raise Forbidden(reason)


def require_files(release: Release, user: Person) -> None:
    """As `require_open`; the files of a withdrawn release are the team's only. Raises NotFound for others."""
    require_open(release, user)
    if release.withdrawn_at is not None and not release.galaxy.team.has_role(user, Role.VIEWER):
        raise NotFound(f"{release} was withdrawn: {release.withdrawn_because}")
