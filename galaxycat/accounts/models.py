"""User, team, membership with a role, invitation by link."""

import hashlib
import uuid
from typing import Self

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone


class Role(models.TextChoices):
    """What a member may do; each role may do all that the ones before it may."""

    VIEWER = "viewer", "Viewer"
    ANNOTATOR = "annotator", "Annotator"
    CURATOR = "curator", "Curator"
    PI = "pi", "PI"

    @classmethod
    def at_least(cls, role: "Role") -> list[str]:
        """The roles that may do what `role` may."""
        values = list(cls.values)
        return values[values.index(role) :]


def shown_name(name: str, is_simulated: bool) -> str:
    """The name of a person or thing as everybody sees it: what is simulated says so."""
    mark = "(simulated)"
    return f"{name} {mark}" if is_simulated and not name.endswith(mark) else name


class User(AbstractUser):
    """A person, or a simulated voter of the demo, which is labelled as such wherever it shows."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField("email address", blank=True)
    is_simulated = models.BooleanField(default=False, help_text="A program that votes for the demo, not a person.")

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), condition=~Q(email=""), name="user_email_unique"),
        ]

    @property
    def label(self) -> str:
        """The name other people see."""
        return shown_name(self.get_full_name() or self.username, self.is_simulated)


# Whoever asks: visibility has an answer for people who are not logged in too.
Person = User | AnonymousUser


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user: "Person") -> Self:
        """Teams in which the user is a member now."""
        return self.with_role(user, Role.VIEWER)

    def with_role(self, user: "Person", role: Role) -> Self:
        """Teams in which the user may do at least what `role` may."""
        if isinstance(user, AnonymousUser):
            return self.none()
        current = Membership.objects.current().filter(user=user, role__in=Role.at_least(role))
        return self.filter(pk__in=current.values("team"))


class Team(models.Model):
    """A group that owns galaxies and works on them together."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=60, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def has_role(self, user: "Person", role: Role) -> bool:
        """Whether the user may do in this team what `role` may."""
        return Team.objects.with_role(user, role).filter(pk=self.pk).exists()


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> Self:
        return self.filter(ended_at=None)


class Membership(models.Model):
    """A person's role in a team, from one day to another; ended, never deleted."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    started_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], condition=Q(ended_at=None), name="membership_one_current"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} is {self.get_role_display()} of {self.team}"


def token_digest(token: str) -> str:
    """SHA-256 of an invitation's secret: the database never holds the link itself."""
    return hashlib.sha256(token.encode()).hexdigest()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def usable(self) -> Self:
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now())

    def for_token(self, token: str) -> Self:
        return self.filter(token_sha256=token_digest(token))


class Invitation(models.Model):
    """A link that lets one person join a team with a role, once, until it expires."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role.choices)
    token_sha256 = models.CharField(
        max_length=64, unique=True, editable=False, validators=[RegexValidator(r"^[0-9a-f]{64}$")]
    )
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} of {self.team}, by {self.invited_by}"
