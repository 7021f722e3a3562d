"""Teams, roles and invitation links."""

from datetime import timedelta

import pytest
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from galaxycat.accounts.models import Invitation, Membership, Role, Team, User, token_digest
from galaxycat.accounts.teams import (
    accept_invitation,
    add_member,
    create_team,
    end_membership,
    invite,
    keep_team,
    operators_team,
    withdraw_invitation,
)
from galaxycat.errors import BadInput, Conflict, Forbidden, NotFound
from tests.commands import run
from tests.factories import make_member, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def pi(team):
    return make_member(team, Role.PI)


def test_roles_are_cumulative(team, pi):
    annotator = make_member(team, Role.ANNOTATOR)
    assert [team.has_role(annotator, role) for role in Role] == [True, True, False, False]
    assert [team.has_role(pi, role) for role in Role] == [True, True, True, True]
    assert not team.has_role(make_user(), Role.VIEWER)


def test_an_invitation_works_once_and_its_secret_is_not_stored(team, pi):
    invitation, token = invite(team=team, role=Role.ANNOTATOR, invited_by=pi)
    assert token not in str(Invitation.objects.values().get(pk=invitation.pk))
    assert invitation.token_sha256 == token_digest(token)
    membership = accept_invitation(token=token, user=make_user())
    assert (membership.team, membership.role) == (team, Role.ANNOTATOR)
    with pytest.raises(NotFound, match="ask the PI for a new one"):
        accept_invitation(token=token, user=make_user())


def test_an_expired_or_withdrawn_invitation_is_useless(team, pi):
    expired, token = invite(team=team, role=Role.VIEWER, invited_by=pi)
    Invitation.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotFound):
        accept_invitation(token=token, user=make_user())
    withdrawn, token = invite(team=team, role=Role.VIEWER, invited_by=pi)
    withdraw_invitation(invitation=withdrawn, by=pi)
    with pytest.raises(NotFound):
        accept_invitation(token=token, user=make_user())


def test_a_member_does_not_use_up_an_invitation(team, pi):
    _, token = invite(team=team, role=Role.VIEWER, invited_by=pi)
    with pytest.raises(Conflict, match="already"):
        accept_invitation(token=token, user=pi)
    assert accept_invitation(token=token, user=make_user()).role == Role.VIEWER


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANNOTATOR, Role.CURATOR])
def test_only_a_pi_invites(team, role):
    with pytest.raises(Forbidden):
        invite(team=team, role=Role.VIEWER, invited_by=make_member(team, role))


def test_a_team_keeps_a_pi_and_memberships_end_without_being_deleted(team, pi):
    annotator = make_member(team)
    membership = annotator.memberships.get()
    end_membership(membership=membership, by=pi)
    membership.refresh_from_db()
    assert membership.ended_at is not None
    assert not team.has_role(annotator, Role.VIEWER)
    with pytest.raises(Conflict, match="at least one PI"):
        end_membership(membership=pi.memberships.get(), by=pi)


def test_one_current_membership_a_person_and_team(team, pi):
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(team=team, user=pi, role=Role.VIEWER)


def test_the_command_line_makes_the_first_people():
    team = operators_team(None)
    user, password = add_member(team=team, username="ada", role=Role.PI)
    assert User.objects.get(username="ada").check_password(password)
    assert add_member(team=team, username="ada", role=Role.CURATOR) == (user, None)
    assert user.memberships.current().get().role == Role.CURATOR
    assert operators_team(None) == team
    create_team(name="Another")
    with pytest.raises(BadInput, match="--team"):
        operators_team(None)


def test_a_refused_command_line_makes_no_team():
    with pytest.raises(CommandError, match="role: 'chief' is not one of"):
        run("add_member", "ada", "chief", "--team", "LEGUS clusters")
    assert (Team.objects.count(), User.objects.count()) == (0, 0)


def test_two_commands_at_once_make_one_team():
    first, second = operators_team("LEGUS clusters"), operators_team("LEGUS clusters")
    keep_team(first)
    keep_team(second)
    assert first == second == Team.objects.get()


def test_a_simulated_voter_cannot_log_in(team):
    user, password = add_member(team=team, username="robot", role=Role.ANNOTATOR, is_simulated=True)
    assert password is None
    assert not user.has_usable_password()
    assert user.label == "robot (simulated)"


@pytest.mark.parametrize("name", ["", "  ", "!!!"])
def test_a_team_needs_a_name(name):
    with pytest.raises(BadInput, match="name"):
        create_team(name=name)
    assert not Team.objects.exists()


def test_a_newcomer_signs_up_through_an_invitation_link_and_nobody_else_can(team, pi):
    client = Client()
    assert b"password1" not in client.get(reverse("account_signup")).content
    _, token = invite(team=team, role=Role.ANNOTATOR, invited_by=pi)
    link = reverse("invitation", args=[token])
    assert client.get(link).status_code == 200
    person = {
        "username": "vera",
        "email": "vera@example.org",
        "password1": "rotation-curves",
        "password2": "rotation-curves",
    }
    answer = client.post(reverse("account_signup"), person)
    assert (answer.status_code, answer["Location"]) == (302, link)
    client.post(link)
    assert team.has_role(User.objects.get(username="vera"), Role.ANNOTATOR)
