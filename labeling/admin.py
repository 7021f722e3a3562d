"""Schemes, campaigns and rounds, for curators. Votes are nowhere here: who may see them is decided round by round."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import TabularInline
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms import BaseInlineFormSet
from django.http import HttpRequest

from galaxycat.accounts.adminsite import HappenedFilter, TeamAdmin, fields_of, site
from labeling.agreement.coefficients import numbers_of
from labeling.models import Campaign, Label, Round, SchemeVersion


class LabelFormSet(BaseInlineFormSet):
    """The labels of a new scheme; of one whose labels are numbers, all must be."""

    def clean(self) -> None:
        super().clean()
        values = tuple(
            form.cleaned_data.get("value", "") for form in self.forms if form.has_changed() and form.is_valid()
        )
        if self.instance.measure == SchemeVersion.Measure.INTERVAL and numbers_of(values) is None:
            raise ValidationError(
                f"Labels of an interval scheme are different numbers, not {', '.join(values) or 'none'}"
            )


class LabelInline(TabularInline):
    """Labels are made with their scheme's version and never change: a change is a new version."""

    model = Label
    formset = LabelFormSet
    extra = 2
    fields = ("position", "value", "name", "group", "hot_key", "colour", "definition")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return obj is None

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(SchemeVersion, site=site)
class SchemeVersionAdmin(TeamAdmin):
    team_lookup = None
    list_display = ("name", "slug", "version", "reference", "created_at")
    search_fields = ("name", "slug")
    fields = fields_of(SchemeVersion)
    addable = ("name", "slug", "version", "reference", "measure")
    inlines = (LabelInline,)


@admin.register(Campaign, site=site)
class CampaignAdmin(TeamAdmin):
    team_lookup = "galaxy__team"
    list_display = ("name", "galaxy", "scheme", "created_at")
    list_select_related = ("galaxy", "scheme")
    search_fields = ("name", "galaxy__name", "galaxy__slug")
    fields = fields_of(Campaign)
    editable = ("name",)
    addable = ("galaxy", "scheme", "name")
    autocomplete_fields = ("galaxy", "scheme")

    def save_model(self, request: HttpRequest, obj: Campaign, form: Any, change: bool) -> None:
        if not change:
            obj.created_by_id = request.user.pk
        super().save_model(request, obj, form, change)


@admin.register(Round, site=site)
class RoundAdmin(TeamAdmin):
    """How a round was drawn and when it was open; it is opened and closed on its own pages."""

    team_lookup = "campaign__galaxy__team"
    list_display = (
        "campaign",
        "number",
        "galaxy",
        "mode",
        "sampler",
        "overlap",
        "retirement",
        "opened_at",
        "closed_at",
    )
    list_filter = ("mode", "sampler", ("closed_at", HappenedFilter))
    list_select_related = ("campaign__galaxy",)
    search_fields = ("campaign__name", "campaign__galaxy__name")
    fields = fields_of(Round)

    @admin.display(description="Galaxy")
    def galaxy(self, round_: Round) -> str:
        return str(round_.galaxy)
