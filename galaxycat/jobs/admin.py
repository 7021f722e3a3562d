"""Jobs, to look at: they are cancelled and retried on the jobs page."""

from django.contrib import admin

from galaxycat.accounts.adminsite import TeamAdmin, fields_of, site
from galaxycat.jobs.models import Job


@admin.register(Job, site=site)
class JobAdmin(TeamAdmin):
    list_display = ("title", "subject", "team", "state", "attempts", "created_at", "finished_at")
    list_filter = ("state", "kind")
    list_select_related = ("team",)
    search_fields = ("subject", "error")
    date_hierarchy = None
    ordering = ("-created_at",)
    fields = fields_of(Job)
