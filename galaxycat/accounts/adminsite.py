"""The administration for curators: an admin site that asks for a team role, and a base class that knows teams.

Curators are neither superusers nor marked as staff by hand: whoever is curator or PI of some team may come in, and sees
and changes what belongs to those teams, nothing else.
"""

from collections.abc import Iterator
from functools import wraps
from typing import Any
from weakref import WeakKeyDictionary

from django.contrib.admin import AdminSite, EmptyFieldListFilter, ModelAdmin, ShowFacets
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver
from django.utils.functional import cached_property

from galaxycat.accounts.models import Role, Team
from galaxycat.errors import Forbidden

# Log-in, log-out and passwords are django-allauth's, which limits tries; a shortcut to any object would know no team.
NOT_OURS = {"login", "logout", "password_change", "password_change_done", "view_on_site"}
ONLY_READ = {"index", "app_list", "autocomplete", "jsi18n"}
MOST_COUNTED = 10_000

# What was asked in a request, for as long as it lasts.
_CURATED: WeakKeyDictionary[HttpRequest, frozenset[int]] = WeakKeyDictionary()


def curated_teams(request: HttpRequest) -> frozenset[int]:
    """Keys of the teams in which the person is at least a curator; asked once a request, as a page asks dozens of times."""
    if request not in _CURATED:
        own = Team.objects.with_role(request.user, Role.CURATOR).values_list("pk", flat=True)
        _CURATED[request] = frozenset(own)
    return _CURATED[request]


class CuratorSite(AdminSite):
    site_header = site_title = "GalaxyCat administration"
    index_title = "What your teams have"
    enable_nav_sidebar = False
    # An address that is none is 404 to everybody: nothing to probe.
    final_catch_all_view = False

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.is_active and bool(curated_teams(request))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        inner = super().admin_view(view, cacheable)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not self.has_permission(request):
                raise Forbidden("The administration is for curators and PIs of a team")
            methods = ["GET", "HEAD"] if self._is_only_read(request) else ["GET", "HEAD", "POST"]
            return inner(request, *args, **kwargs) if request.method in methods else HttpResponseNotAllowed(methods)

        return guarded

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [entry for entry in super().get_urls() if getattr(entry, "name", "") not in NOT_OURS]

    @staticmethod
    def _is_only_read(request: HttpRequest) -> bool:
        name = request.resolver_match.url_name if request.resolver_match else ""
        return name in ONLY_READ or str(name).endswith("_history")


site = CuratorSite(name="admin")


class BoundedPaginator(Paginator):
    """Counts to MOST_COUNTED and no further: a list of 100,000 is searched and filtered, not paged through."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows[:MOST_COUNTED].count())


class TeamAdmin(ModelAdmin):
    """Rows of the teams a curator has; read-only where a subclass does not say otherwise, and nothing is ever deleted."""

    # The lookup from the model to its team; None for what all teams share.
    team_lookup: str | None = "team"
    editable: tuple[str, ...] = ()
    addable: tuple[str, ...] = ()
    show_full_result_count = False
    # Counts beside each filter are a count of the table each.
    show_facets = ShowFacets.NEVER
    paginator = BoundedPaginator
    list_per_page = 50
    list_max_show_all = 50
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.filter(**{f"{self.team_lookup}__in": curated_teams(request)}) if self.team_lookup else rows

    def _may(self, request: HttpRequest, obj: Model | None) -> bool:
        if obj is None or self.team_lookup is None:
            return self.admin_site.has_permission(request)
        return self.get_queryset(request).filter(pk=obj.pk).exists()

    # Django's own permissions, which know no teams, are not asked.
    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, None)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(self.editable) and self._may(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(self.addable) and self._may(request, None)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        kept = [entry for entry in super().get_urls() if entry.name and not entry.name.endswith("_delete")]
        return kept if self.addable else [entry for entry in kept if not str(entry.name).endswith("_add")]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.addable if obj is None else super().get_fields(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        if obj is None:
            return []
        names = [field.name for field in self.opts.fields if field.name != "id"]
        shown: list[Any] = [*self.readonly_fields, *(self.fields or names)]
        return [name for name in dict.fromkeys(shown) if name not in self.editable]

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        """Choose among what the person's teams have, whatever number a client sends."""
        remote = self.admin_site._registry.get(db_field.remote_field.model)
        if remote is not None:
            kwargs["queryset"] = remote.get_queryset(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404(f"There is no {opts.verbose_name} {object_id!r}, or none of your teams'")


class HappenedFilter(EmptyFieldListFilter):
    """Whether what a field `…_at` is the moment of has happened."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.title = str(self.field_path).removesuffix("_at")

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice, words in zip(super().choices(changelist), ("All", "No", "Yes"), strict=True):
            yield {**choice, "display": words}


class ReadOnlyInline:
    """Mixed into an inline: rows are looked at, never added, changed or deleted."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        # The parent's page has decided.
        return True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def fields_of(model: type[Model], *without: str) -> tuple[str, ...]:
    """Names of the model's own fields, for a page that shows them all."""
    own: list[Field[Any, Any]] = [field for field in model._meta.fields if not field.primary_key]
    return tuple(field.name for field in own if field.name not in without)
