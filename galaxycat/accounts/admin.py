"""People's roles, to look at: they are given by invitations and ended on the team's page."""

from django.contrib import admin
from django.http import HttpRequest

from galaxycat.accounts.adminsite import HappenedFilter, TeamAdmin, fields_of, site
from galaxycat.accounts.models import Membership, Team


@admin.register(Team, site=site)
class TeamsAdmin(TeamAdmin):
    team_lookup = "pk"
    list_display = ("name", "slug", "created_at")
    search_fields = ("name", "slug")
    fields = fields_of(Team)


@admin.register(Membership, site=site)
class MembershipAdmin(TeamAdmin):
    list_display = ("member", "team", "role", "started_at", "ended_at")
    list_filter = ("role", ("ended_at", HappenedFilter))
    list_select_related = ("user", "team")
    search_fields = ("user__username", "user__first_name", "user__last_name")
    fields = ("member", "team", "role", "started_at", "ended_at")
    readonly_fields = ("member",)

    @admin.display(description="Member", ordering="user__username")
    def member(self, membership: Membership) -> str:
        return membership.user.label

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> list[str]:
        return list(self.fields)
