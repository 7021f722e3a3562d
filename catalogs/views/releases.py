"""A galaxy's releases, and the page of each: what is in it, how it was made, its files."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from catalogs.jobs import start_release, start_verification
from catalogs.models import Galaxy, Release
from catalogs.releases.access import require_files, require_open
from catalogs.releases.columns import choices_of
from catalogs.releases.files import RELEASE_FORMATS
from catalogs.releases.publishing import publish_release, withdraw_release
from catalogs.storage import release_storage
from catalogs.views.galaxies import curated_galaxy
from galaxycat.accounts.http import UserRequest
from galaxycat.accounts.models import Role
from galaxycat.errors import BadInput, Forbidden, NotFound

FORMAT_TITLES = {
    "ecsv": ("ECSV", "text with units; astropy, TOPCAT, a text editor"),
    "votable": ("VOTable", "TOPCAT, Aladin, the Virtual Observatory"),
    "fits": ("FITS", "binary table; TOPCAT, IDL, astropy"),
    "geojson": ("GeoJSON", "points with properties; web maps, DS9 scripts"),
}


@require_safe
def release_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The galaxy's releases that this person may see, and for curators the form that makes one."""
    galaxy = get_object_or_404(Galaxy.objects.visible_to(request.user).select_related("team"), slug=slug)
    releases = Release.objects.visible_to(request.user).filter(galaxy=galaxy)
    can_curate = galaxy.team.has_role(request.user, Role.CURATOR)
    context = {
        "galaxy": galaxy,
        "releases": releases.select_related("catalog", "created_by", "galaxy").order_by("-version"),
        "can_curate": can_curate,
        "is_member": galaxy.team.has_role(request.user, Role.VIEWER),
        "catalogs": galaxy.catalogs.filter(withdrawn_at=None).with_source_counts().order_by("kind", "-created_at"),
        "campaigns": choices_of(galaxy).get("campaign", []) if can_curate else [],
    }
    return render(request, "catalogs/releases.html", context)


@login_required
@require_POST
def make(request: UserRequest, slug: str) -> HttpResponse:
    """Ask a worker to make a release."""
    galaxy = curated_galaxy(request, slug)
    # PostgreSQL takes no NUL in a text, not even to look for it.
    name, campaign = (request.POST.get(field, "").replace("\0", "") for field in ("catalog", "campaign"))
    catalog = galaxy.catalogs.filter(name=name, withdrawn_at=None).first()
    if catalog is None:
        raise BadInput(f"catalog: {name[:60]!r} is no catalogue of {galaxy}; choose one of the list")
    if campaign and campaign not in [value for value, _ in choices_of(galaxy).get("campaign", [])]:
        raise BadInput(f"campaign: {campaign[:60]!r} has nothing to release; choose one of the list")
    options = {"campaign": campaign} if campaign else {}
    address = reverse("releases", args=[slug])
    job = start_release(catalog=catalog, options=options, started_by=request.user, url=address)
    messages.success(request, "The release is in the queue; it is private until you publish it.")
    return redirect("job", job.uuid)


@require_safe
def release_page(request: HttpRequest, uuid: str) -> HttpResponse:
    """Everything a reader needs to judge and use the release. A published one opens without log-in."""
    release = visible_release(request, uuid)
    require_open(release, request.user)
    manifest = release.manifest
    is_member = release.galaxy.team.has_role(request.user, Role.VIEWER)
    context = {
        "release": release,
        "galaxy": release.galaxy,
        "manifest": manifest,
        "files": _files(request, release),
        "has_files": release.withdrawn_at is None or is_member,
        "sees_galaxy": Galaxy.objects.visible_to(request.user).filter(pk=release.galaxy_id).exists(),
        "can_curate": release.galaxy.team.has_role(request.user, Role.CURATOR),
        "address": request.build_absolute_uri(reverse("release", args=[release.uuid])),
        "labels": manifest["provenance"].get("labeling") or None,
        "model": manifest["provenance"].get("mlops") or None,
        "detection": manifest["provenance"]["catalogs"],
    }
    return render(request, "catalogs/release.html", context)


@require_safe
def release_file(request: HttpRequest, uuid: str, format_: str) -> HttpResponse:
    """Download one of its files, or `manifest`: the bytes that the checksums are of."""
    release = visible_release(request, uuid)
    require_files(release, request.user)
    if format_ == "manifest":
        return _download(release.manifest_text.encode(), "application/json", f"{release.file_stem}_manifest.json")
    if format_ not in release.manifest["files"]:
        raise Http404
    content = release_storage().read(release.manifest["files"][format_]["sha256"])
    if content is None:
        raise NotFound(f"{release}: its {format_} file is gone; verify_release rebuilds what it held")
    _, ending, kind = RELEASE_FORMATS[format_]
    return _download(content, kind, f"{release.file_stem}.{ending}")


@login_required
@require_POST
def publish(request: UserRequest, uuid: str) -> HttpResponse:
    """Show it to everybody, for good."""
    release = curated_release(request, uuid)
    if request.POST.get("confirm") != "yes":
        raise BadInput("confirm: tick that you know that publishing cannot be undone")
    publish_release(release=release, with_image=request.POST.get("with_image") == "yes")
    messages.success(request, f"{release} is published.")
    return redirect("release", release.uuid)


@login_required
@require_POST
def withdraw(request: UserRequest, uuid: str) -> HttpResponse:
    """Take it back, with the reason."""
    release = withdraw_release(
        release=curated_release(request, uuid), because=request.POST.get("because", "").replace("\0", "")
    )
    messages.success(request, f"{release} is withdrawn.")
    return redirect("release", release.uuid)


@login_required
@require_POST
def verify(request: UserRequest, uuid: str) -> HttpResponse:
    """Ask a worker to rebuild it and compare."""
    release = curated_release(request, uuid)
    job = start_verification(release=release, started_by=request.user, url=reverse("release", args=[release.uuid]))
    return redirect("job", job.uuid)


def visible_release(request: HttpRequest, uuid: str) -> Release:
    releases = Release.objects.visible_to(request.user).select_related("galaxy__team", "catalog", "created_by")
    return get_object_or_404(releases, uuid=uuid)


def curated_release(request: HttpRequest, uuid: str) -> Release:
    """The release, when the person may see it and curate it: 404 for the one, Forbidden for the other."""
    release = visible_release(request, uuid)
    if not release.galaxy.team.has_role(request.user, Role.CURATOR):
        raise Forbidden(f"Only curators and PIs of {release.galaxy.team} change its releases")
    return release


def _files(request: HttpRequest, release: Release) -> list[dict[str, Any]]:
    return [
        {
            "format": format_,
            "title": FORMAT_TITLES[format_][0],
            "for": FORMAT_TITLES[format_][1],
            "name": f"{release.file_stem}.{RELEASE_FORMATS[format_][1]}",
            "url": reverse("release_file", args=[release.uuid, format_]),
            "absolute": request.build_absolute_uri(reverse("release_file", args=[release.uuid, format_])),
            **file,
        }
        for format_ in RELEASE_FORMATS
        if (file := release.manifest["files"].get(format_))
    ]


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=kind, headers=headers)
