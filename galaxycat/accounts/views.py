"""Team pages and invitation links."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from galaxycat.accounts import teams
from galaxycat.accounts.adapter import INVITATION_KEY
from galaxycat.accounts.http import UserRequest
from galaxycat.accounts.models import Invitation, Membership, Role, Team, User


@login_required
@require_POST
def create_team(request: UserRequest) -> HttpResponse:
    """Start a team and be its PI."""
    team = teams.create_team(name=request.POST.get("name", ""), pi=request.user)
    messages.success(request, f"{team} is ready. Invite the people who will classify with you.")
    return redirect("team", slug=team.slug)


@login_required
@require_safe
def team_page(request: UserRequest, slug: str) -> HttpResponse:
    """Members, roles and open invitations."""
    team = get_object_or_404(Team.objects.visible_to(request.user), slug=slug)
    is_pi = team.has_role(request.user, Role.PI)
    context = {
        "team": team,
        "is_pi": is_pi,
        "memberships": team.memberships.current().select_related("user").order_by("started_at"),
        "invitations": team.invitations.usable().select_related("invited_by") if is_pi else [],
        "roles": Role.choices,
        "galaxies": team.galaxies.filter(withdrawn_at=None),
    }
    return render(request, "accounts/team.html", context)


@login_required
@require_POST
def invite(request: UserRequest, slug: str) -> HttpResponse:
    """Make an invitation and show its link, once."""
    team = get_object_or_404(Team.objects.visible_to(request.user), slug=slug)
    invitation, token = teams.invite(team=team, role=request.POST.get("role", ""), invited_by=request.user)
    link = request.build_absolute_uri(f"/invitations/{token}/")
    return render(request, "accounts/invited.html", {"team": team, "invitation": invitation, "link": link})


@login_required
@require_POST
def withdraw_invitation(request: UserRequest, slug: str, uuid: str) -> HttpResponse:
    team = get_object_or_404(Team.objects.visible_to(request.user), slug=slug)
    invitation = get_object_or_404(Invitation, team=team, uuid=uuid)
    teams.withdraw_invitation(invitation=invitation, by=request.user)
    return redirect("team", slug=slug)


@login_required
@require_POST
def end_membership(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    team = get_object_or_404(Team.objects.visible_to(request.user), slug=slug)
    membership = get_object_or_404(Membership.objects.current(), team=team, pk=pk)
    teams.end_membership(membership=membership, by=request.user)
    messages.success(request, f"{membership.user.label} has left {team}.")
    return redirect("home") if membership.user_id == request.user.pk else redirect("team", slug=slug)


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What a link invites to; joining it is a POST by somebody logged in."""
    if request.method == "POST" and isinstance(request.user, User):
        membership = teams.accept_invitation(token=token, user=request.user)
        request.session.pop(INVITATION_KEY, None)
        messages.success(request, f"Welcome to {membership.team}: you are its {membership.get_role_display()}.")
        return redirect("team", slug=membership.team.slug)
    found = Invitation.objects.usable().for_token(token).select_related("team", "invited_by").first()
    if found:
        # Remembered through log-in or sign-up, which then lead back here.
        request.session[INVITATION_KEY] = token
    status = 200 if found else 404
    return render(request, "accounts/invitation.html", {"invitation": found, "token": token}, status=status)
