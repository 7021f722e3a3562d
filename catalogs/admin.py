"""Galaxies with their images, catalogues and sources, for curators."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin, SimpleListFilter, TabularInline
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalogs.models import Band, Catalog, Galaxy, Mosaic, Source
from catalogs.templatetags.tiles import galaxy_picture
from catalogs.withdrawing import withdraw_catalog, withdraw_galaxy
from galaxycat.accounts.adminsite import HappenedFilter, ReadOnlyInline, TeamAdmin, fields_of, site
from galaxycat.errors import DomainError

CUTOUT_PX = 32


def withdraw_selected(
    modeladmin: ModelAdmin, request: HttpRequest, queryset: QuerySet[Any], withdraw: Callable[[Any], Any]
) -> HttpResponse | None:
    """Ask once, then withdraw each; what cannot be withdrawn says why, and the others are."""
    opts = modeladmin.model._meta
    if request.POST.get("confirmed") != "yes":
        context = modeladmin.admin_site.each_context(request) | {
            "title": f"Withdraw {opts.verbose_name_plural}?",
            "opts": opts,
            "rows": queryset,
            "checkbox": ACTION_CHECKBOX_NAME,
            "action": "withdraw",
        }
        return TemplateResponse(request, "admin/withdraw_confirmation.html", context)
    n_done = 0
    for row in queryset:
        try:
            withdraw(row)
            n_done += 1
        except DomainError as error:
            messages.error(request, str(error))
    if n_done:
        messages.success(request, f"{n_done} withdrawn.")
    return None


class BandInline(ReadOnlyInline, TabularInline):
    """Bands of the galaxy's images, newest version first."""

    model = Band
    fields = ("position", "name", "filter_name", "unit", "pivot_wavelength_nm", "zero_point_mag", "noise")
    readonly_fields = fields


class MosaicInline(ReadOnlyInline, TabularInline):
    model = Mosaic
    fields = ("version", "reference_band", "max_zoom", "created_at", "content_sha256")
    readonly_fields = fields
    show_change_link = True
    ordering = ("-version",)


@admin.register(Galaxy, site=site)
class GalaxyAdmin(TeamAdmin):
    list_display = ("picture", "name", "team", "width_px", "height_px", "is_simulated", "published_at", "withdrawn_at")
    list_display_links = ("picture", "name")
    list_filter = (
        "is_simulated",
        ("published_at", HappenedFilter),
        ("withdrawn_at", HappenedFilter),
    )
    list_select_related = ("team",)
    search_fields = ("name", "slug")
    fields = (
        "picture", "new_version", "name", "slug", "team", "distance_mpc", "foreground_ebv_mag", "width_px", "height_px",
        "pixel_scale_arcsec", "is_simulated", "created_by", "created_at", "published_at", "withdrawn_at",
    )  # fmt: skip
    editable = ("name", "distance_mpc", "foreground_ebv_mag")
    addable = ("team",)
    readonly_fields = ("picture", "new_version")
    inlines = (MosaicInline,)
    actions = ("withdraw",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Galaxy]:
        mosaics = Mosaic.objects.order_by("-version").prefetch_related("renditions")
        return super().get_queryset(request).prefetch_related(Prefetch("mosaics", mosaics))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A galaxy comes with its image: by the form of the site."""
        return redirect("ingest")

    @admin.display(description="Image")
    def picture(self, galaxy: Galaxy) -> SafeString:
        return render_to_string("catalogs/_thumbnail.html", galaxy_picture(galaxy))

    @admin.display(description="Another image")
    def new_version(self, galaxy: Galaxy) -> SafeString:
        return format_html('<a href="{}?galaxy={}">Bring in a new version</a>', reverse("ingest"), galaxy.slug)

    @admin.action(description="Withdraw selected galaxies")
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Galaxy]) -> HttpResponse | None:
        return withdraw_selected(self, request, queryset, lambda galaxy: withdraw_galaxy(galaxy=galaxy))


@admin.register(Mosaic, site=site)
class MosaicAdmin(TeamAdmin):
    """A version of a galaxy's image and its bands: immutable."""

    team_lookup = "galaxy__team"
    list_display = ("galaxy", "version", "reference_band", "created_at")
    list_select_related = ("galaxy",)
    search_fields = ("galaxy__name", "galaxy__slug")
    fields = fields_of(Mosaic)
    inlines = (BandInline,)


@admin.register(Catalog, site=site)
class CatalogAdmin(TeamAdmin):
    team_lookup = "galaxy__team"
    list_display = ("name", "galaxy", "kind", "method", "created_at", "withdrawn_at", "sources")
    list_filter = ("kind", ("withdrawn_at", HappenedFilter))
    list_select_related = ("galaxy",)
    search_fields = ("name", "galaxy__name", "galaxy__slug")
    fields = (*fields_of(Catalog), "sources")
    readonly_fields = ("sources",)
    actions = ("withdraw",)

    @admin.display(description="Sources")
    def sources(self, catalog: Catalog) -> SafeString:
        return format_html(
            '<a href="{}?catalog={}">sources</a>', reverse("admin:catalogs_source_changelist"), catalog.pk
        )

    @admin.action(description="Withdraw selected catalogues")
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Catalog]) -> HttpResponse | None:
        return withdraw_selected(self, request, queryset, lambda catalog: withdraw_catalog(catalog=catalog))


class CatalogFilter(SimpleListFilter):
    """The catalogues of the person's own teams."""

    title = "catalogue"
    parameter_name = "catalog"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        own = site._registry[Catalog].get_queryset(request).select_related("galaxy").order_by("-created_at")[:50]
        return [(str(catalog.pk), f"{catalog.galaxy}: {catalog}") for catalog in own]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Source]) -> QuerySet[Source]:
        value = self.value() or ""
        return (
            queryset.filter(catalog=int(value)) if value.isascii() and value.isdigit() and len(value) < 19 else queryset
        )


@admin.register(Source, site=site)
class SourceAdmin(TeamAdmin):
    """Sources, to look at. Searched by number or UUID, which have indexes."""

    team_lookup = "catalog__galaxy__team"
    list_display = ("picture", "number", "catalog", "place", "sky", "published_label", "is_on_image")
    list_display_links = ("picture", "number")
    list_filter = (CatalogFilter, "is_outside")
    list_select_related = ("catalog__galaxy",)
    search_fields = ("number",)
    search_help_text = "A source’s number, or its UUID."
    # By the index on (catalogue, number): the models' own order would sort all of them by their galaxies' names.
    ordering = ("catalog_id", "number")
    fields = ("picture", *fields_of(Source))
    readonly_fields = ("picture",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        mosaics = Mosaic.objects.order_by("-version").prefetch_related("renditions")
        return super().get_queryset(request).prefetch_related(Prefetch("catalog__galaxy__mosaics", mosaics))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Source], search_term: str
    ) -> tuple[QuerySet[Source], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        if term.isascii() and term.isdigit() and len(term) < 19:
            return queryset.filter(number=int(term)), False
        try:
            return queryset.filter(uuid=UUID(term)), False
        except ValueError:
            return queryset.none(), False

    @admin.display(description="Cut-out")
    def picture(self, source: Source) -> SafeString | str:
        mosaics = list(source.catalog.galaxy.mosaics.all())
        renditions = list(mosaics[0].renditions.all()) if mosaics else []
        if not renditions or source.is_outside:
            return "–"
        address = reverse("cutout", args=[renditions[0].style_hash, source.uuid])
        return format_html(
            '<img class="cutout" src="{}?size={}&amp;zoom=2" width="64" height="64" alt="" loading="lazy">',
            address, CUTOUT_PX,
        )  # fmt: skip

    @admin.display(description="x, y (px)")
    def place(self, source: Source) -> str:
        return f"{source.x_px:.2f}, {source.y_px:.2f}"

    @admin.display(description="On the image")
    def is_on_image(self, source: Source) -> str:
        return "outside" if source.is_outside else "yes"

    @admin.display(description="ICRS (deg)")
    def sky(self, source: Source) -> str:
        return "–" if source.ra_deg is None or source.dec_deg is None else f"{source.ra_deg:.6f}, {source.dec_deg:+.6f}"
