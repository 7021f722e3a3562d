"""The galaxy page: its image, its catalogues, and what a curator can add to it."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from catalogs.exporting import export_bytes
from catalogs.grants import give_grant
from catalogs.importing import import_catalog
from catalogs.jobs import DETECT
from catalogs.models import Catalog, Galaxy
from catalogs.selecting import parse_polygon
from catalogs.tables.registry import TABLE_READERS, TABLE_WRITERS
from catalogs.uploads import kept_upload
from catalogs.viewer import stretching_config, viewer_config
from galaxycat.accounts.http import UserRequest
from galaxycat.accounts.models import Person, Role
from galaxycat.errors import BadInput, Forbidden
from galaxycat.jobs.live import jobs_topic
from galaxycat.jobs.models import Job

FAILURES_SHOWN = timedelta(hours=1)


def curated_galaxy(request: HttpRequest, slug: str) -> Galaxy:
    """The galaxy, when the person may see it and curate it: 404 for the one, Forbidden for the other."""
    galaxy = get_object_or_404(Galaxy.objects.visible_to(request.user), slug=slug)
    if not galaxy.team.has_role(request.user, Role.CURATOR):
        raise Forbidden(f"Only curators and PIs of {galaxy.team} change {galaxy}")
    return galaxy


@require_safe
def galaxy_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The viewer. A published galaxy opens without log-in."""
    galaxy = get_object_or_404(Galaxy.objects.visible_to(request.user).select_related("team"), slug=slug)
    mosaic = galaxy.latest_mosaic
    context = {
        "galaxy": galaxy,
        "mosaic": mosaic,
        "bands": mosaic.bands.all(),
        "viewer": viewer_config(mosaic) | {"stretching": stretching_config(mosaic, request.user)},
        "leaflet_overrides": leaflet_overrides(galaxy),
        "can_curate": galaxy.team.has_role(request.user, Role.CURATOR),
        "can_open_round": galaxy.team.has_role(request.user, Role.PI),
        "is_member": galaxy.team.has_role(request.user, Role.VIEWER),
        "can_draw": galaxy.team.has_role(request.user, Role.ANNOTATOR),
        "import_formats": list(TABLE_READERS),
        "export_formats": list(TABLE_WRITERS),
        "jobs_topic": jobs_topic(galaxy.team),
    }
    response = render(request, "catalogs/galaxy.html", context)
    if session_key := request.COOKIES.get(settings.SESSION_COOKIE_NAME):
        # The page asks for many tiles at once: not even the first need Django's way.
        give_grant(response, mosaic.display_sha256, session_key)
    return response


def leaflet_overrides(galaxy: Galaxy) -> dict[str, Any]:
    """django-leaflet's settings for this galaxy's pixel grid: map units are pixels, rows count down from 0."""
    return {"SPATIAL_EXTENT": (0, -galaxy.height_px, galaxy.width_px, 0), "MIN_ZOOM": -8, "MAX_ZOOM": 5}


def detections_shown(galaxy: Galaxy, user: Person) -> QuerySet[Job]:
    """Detections of the galaxy that wait or run, and those that failed within the hour, for its team."""
    jobs = Job.objects.visible_to(user).filter(kind=DETECT, subject=galaxy.slug, team=galaxy.team)
    recent = Q(state=Job.State.FAILED, finished_at__gt=timezone.now() - FAILURES_SHOWN)
    return jobs.filter(Q(state__in=Job.UNFINISHED) | recent).select_related("team")


@require_safe
def catalog_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The galaxy's catalogues, and for its team the detections under way, as a fragment."""
    galaxy = get_object_or_404(Galaxy.objects.visible_to(request.user), slug=slug)
    context = {
        "galaxy": galaxy,
        "catalogs": galaxy.catalogs.filter(withdrawn_at=None).with_source_counts(),
        "export_formats": list(TABLE_WRITERS),
        "jobs": detections_shown(galaxy, request.user),
    }
    return render(request, "catalogs/_catalogs.html", context)


@login_required
@require_POST
def import_file(request: UserRequest, slug: str) -> HttpResponse:
    """Bring in a catalogue file as a reference."""
    galaxy = curated_galaxy(request, slug)
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise BadInput("file: choose a catalogue file to import")
    if upload.size > settings.UPLOAD_MAX_BYTES:
        raise BadInput(
            f"file: {upload.name} has {upload.size:,} bytes; at most {settings.UPLOAD_MAX_BYTES:,} are taken here"
        )
    with kept_upload(upload) as path:
        result = import_catalog(
            galaxy=galaxy, path=path, format_=request.POST.get("format") or None,
            name=request.POST.get("name") or None, created_by=request.user,
        )  # fmt: skip
    messages.success(request, result.sentence)
    return redirect("galaxy", slug=slug)


@require_safe
def export(request: HttpRequest, uuid: str, format_: str) -> HttpResponse:
    """Download a catalogue, or of it what is `?inside=x0,y0,x1,y1,...`, a polygon in pixels."""
    catalog = get_object_or_404(Catalog.objects.visible_to(request.user).select_related("galaxy"), uuid=uuid)
    if format_ not in TABLE_WRITERS:
        raise BadInput(f"format: {format_!r} is not one of {', '.join(TABLE_WRITERS)}")
    inside = request.GET.get("inside")
    body = export_bytes(catalog, format_, parse_polygon(inside) if inside else None)
    name = f"{catalog.galaxy.slug}_{catalog.name}{'_selection' if inside else ''}.{format_}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(body, content_type="application/octet-stream", headers=headers)
