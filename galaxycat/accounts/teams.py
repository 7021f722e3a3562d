"""Making teams, inviting people by link, changing and ending memberships."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from galaxycat.accounts.models import Invitation, Membership, Role, Team, User, token_digest
from galaxycat.errors import BadInput, Conflict, Forbidden, NotFound

INVITATION_LIFE = timedelta(days=14)


@transaction.atomic
def create_team(*, name: str, pi: User | None = None) -> Team:
    """A new team, with its first PI. Raises BadInput for a name that is empty or taken."""
    team = _unsaved(name)
    team.save()
    if pi is not None:
        Membership.objects.create(team=team, user=pi, role=Role.PI)
    return team


def _unsaved(name: str) -> Team:
    slug = slugify(name)[:60]
    if not slug or len(name) > 100 or "\0" in name:
        raise BadInput("name: give the team a name of 1 to 100 characters, with letters or digits")
    if Team.objects.filter(slug=slug).exists():
        raise BadInput(f"name: a team called {name!r} exists already; choose another name")
    return Team(name=name.strip(), slug=slug)


@transaction.atomic
def invite(*, team: Team, role: str, invited_by: User) -> tuple[Invitation, str]:
    """An invitation and its secret, which is shown once and never stored. Only a PI invites."""
    if not team.has_role(invited_by, Role.PI):
        raise Forbidden("Only a PI of the team invites people")
    if role not in Role.values:
        raise BadInput(f"role: {role!r} is not one of {', '.join(Role.values)}")
    token = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        team=team,
        role=role,
        invited_by=invited_by,
        token_sha256=token_digest(token),
        expires_at=timezone.now() + INVITATION_LIFE,
    )
    return invitation, token


@transaction.atomic
def accept_invitation(*, token: str, user: User) -> Membership:
    """Join the team with the invitation's role. Raises NotFound for a link that is used, withdrawn, expired or wrong."""
    invitation = Invitation.objects.usable().for_token(token).select_for_update(of=("self",)).first()
    if invitation is None:
        raise NotFound("This invitation link is used, withdrawn, expired or mistyped; ask the PI for a new one")
    if invitation.team.memberships.current().filter(user=user).exists():
        raise Conflict(f"You are a member of {invitation.team} already; the link stays valid for somebody else")
    membership = Membership.objects.create(team=invitation.team, user=user, role=invitation.role)
    invitation.accepted_by, invitation.accepted_at = user, timezone.now()
    invitation.save(update_fields=["accepted_by", "accepted_at"])
    return membership


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: User) -> None:
    """Make a link useless. Only a PI of the team can; an accepted invitation stays as it is."""
    if not invitation.team.has_role(by, Role.PI):
        raise Forbidden("Only a PI of the team withdraws invitations")
    Invitation.objects.usable().filter(pk=invitation.pk).update(withdrawn_at=timezone.now())


@transaction.atomic
def end_membership(*, membership: Membership, by: User) -> None:
    """End somebody's membership (or one's own). A team keeps at least one PI."""
    Team.objects.select_for_update(of=("self",)).get(pk=membership.team_id)
    if membership.user_id != by.pk and not membership.team.has_role(by, Role.PI):
        raise Forbidden("Only a PI of the team ends another's membership")
    pis = membership.team.memberships.current().filter(role=Role.PI)
    if membership.role == Role.PI and not pis.exclude(pk=membership.pk).exists():
        raise Conflict("A team keeps at least one PI: invite another PI first")
    Membership.objects.current().filter(pk=membership.pk).update(ended_at=timezone.now())


DEFAULT_TEAM = "Observers"


def operators_team(name: str | None) -> Team:
    """The team a command works for: the named one, else the only one there is, else a first one.

    One that is missing is not saved: `keep_team` does that beside what it is made for, so that a command that is refused
    leaves none behind. Raises BadInput for a name that cannot be, and where there are several and none is named.
    """
    if name is None:
        teams = list(Team.objects.all()[:2])
        if len(teams) > 1:
            raise BadInput("--team: there are several teams; name the one that owns the galaxy")
        return teams[0] if teams else _unsaved(DEFAULT_TEAM)
    return Team.objects.filter(slug=slugify(name)[:60]).first() or _unsaved(name)


def keep_team(team: Team) -> None:
    """Save a team of `operators_team` that is not there yet; it becomes the one that another command made meanwhile."""
    if team.pk is None:
        known, _ = Team.objects.get_or_create(slug=team.slug, defaults={"name": team.name})
        team.pk = known.pk
        team.refresh_from_db()


@transaction.atomic
def add_member(*, team: Team, username: str, role: str, is_simulated: bool = False) -> tuple[User, str | None]:
    """A user with the role in the team, made with a random password when new; returns (user, password or None).

    A member keeps the membership there is; another role ends it and starts a new one. A simulated voter cannot log in. A
    team of `operators_team` is saved. Raises BadInput for a role that is none.
    """
    if role not in Role.values:
        raise BadInput(f"role: {role!r} is not one of {', '.join(Role.values)}")
    keep_team(team)
    user = User.objects.filter(username=username).first()
    password = None
    if user is None:
        password = None if is_simulated else secrets.token_urlsafe(9)
        user = User.objects.create_user(username, password=password, is_simulated=is_simulated)
    current = team.memberships.current().filter(user=user)
    if not current.filter(role=role).exists():
        current.update(ended_at=timezone.now())
        Membership.objects.create(team=team, user=user, role=role)
    return user, password
