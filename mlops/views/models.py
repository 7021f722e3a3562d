"""The model page: which encoders and models a galaxy has, how good they are, and what a curator can start."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from catalogs.models import Catalog, Galaxy
from catalogs.uploads import kept_upload
from catalogs.views.galaxies import curated_galaxy
from galaxycat.accounts.http import UserRequest
from galaxycat.accounts.models import Role
from galaxycat.errors import BadInput
from galaxycat.jobs.starting import start_job
from labeling.models import Round
from mlops.access import require_predictions, why_predictions_are_hidden
from mlops.importing import import_predictions
from mlops.learning.spec import STEPS
from mlops.reports import encoders_of, reports_of
from mlops.topics import catalog_topic

MAX_STEPS = 20_000


def _galaxy_for(request: UserRequest, slug: str) -> Galaxy:
    """The galaxy of a team of the person's; else 404, published or not."""
    galaxies = Galaxy.objects.with_role(request.user, Role.VIEWER).select_related("team")
    return get_object_or_404(galaxies, slug=slug)


@login_required
@require_safe
def model_page(request: UserRequest, slug: str) -> HttpResponse:
    """Models and encoders of a galaxy; for whom predictions are hidden from, only the reason, with 403."""
    galaxy = _galaxy_for(request, slug)
    hidden_because = why_predictions_are_hidden(galaxy, request.user)
    context: dict[str, Any] = {"galaxy": galaxy, "hidden_because": hidden_because}
    if hidden_because is None:
        context |= _state(galaxy) | _choices(galaxy, request)
    else:
        context["blind_rounds"] = Round.objects.open().filter(campaign__galaxy=galaxy, mode=Round.Mode.BLIND)
    return render(request, "mlops/model.html", context, status=403 if hidden_because else 200)


@login_required
@require_safe
def model_state(request: UserRequest, slug: str) -> HttpResponse:
    """The page's tables as a fragment, fetched again when the galaxy's topics say that something came."""
    galaxy = _galaxy_for(request, slug)
    require_predictions(galaxy, request.user)
    return render(request, "mlops/_state.html", {"galaxy": galaxy} | _state(galaxy))


def _state(galaxy: Galaxy) -> dict[str, Any]:
    return {"reports": reports_of(galaxy), "encoders": encoders_of(galaxy)}


def _choices(galaxy: Galaxy, request: UserRequest) -> dict[str, Any]:
    # Detected ones first: they are what one pre-trains on.
    catalogs = list(galaxy.catalogs.filter(withdrawn_at=None).order_by("kind", "-pk"))
    is_curator = galaxy.team.has_role(request.user, Role.CURATOR)
    return {
        "catalogs": catalogs,
        "campaigns": list(galaxy.campaigns.order_by("-pk")),
        "can_curate": is_curator,
        "steps": STEPS,
        "max_steps": MAX_STEPS,
        # The topics are open to curators and PIs; other members reload.
        "topics": [catalog_topic(catalog) for catalog in catalogs] if is_curator else [],
    }


def _uuid(text: str | None) -> UUID:
    """The nil UUID, which nothing has, for what is none."""
    try:
        return UUID(text or "")
    except ValueError:
        return UUID(int=0)


def _catalog_in(galaxy: Galaxy, uuid: str | None) -> Catalog:
    catalog = galaxy.catalogs.filter(withdrawn_at=None, uuid=_uuid(uuid)).first()
    if catalog is None:
        raise BadInput(f"catalog: choose a catalogue of {galaxy}")
    return catalog


def _steps(text: str | None) -> int:
    """How long to train; the usual length where nothing is said."""
    text = text or str(STEPS)
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= MAX_STEPS:
        raise BadInput(f"steps: {text[:20]!r} is no whole number from 1 to {MAX_STEPS:,}")
    return int(text)


@login_required
@require_POST
def pretrain(request: UserRequest, slug: str) -> HttpResponse:
    """Start pre-training an encoder on a catalogue's sources, as a job."""
    galaxy = curated_galaxy(request, slug)
    catalog = _catalog_in(galaxy, request.POST.get("catalog"))
    _start(request, galaxy, "pretrain", {"catalog": str(catalog.uuid), "steps": _steps(request.POST.get("steps"))})
    messages.success(request, f"Pre-training on {catalog} has been asked for; the jobs page shows how far it is.")
    return _back(galaxy, request)


@login_required
@require_POST
def train(request: UserRequest, slug: str) -> HttpResponse:
    """Start fitting a campaign's votes, as a job: for servers where no learner runs."""
    galaxy = curated_galaxy(request, slug)
    campaign = galaxy.campaigns.filter(uuid=_uuid(request.POST.get("campaign"))).first()
    if campaign is None:
        raise BadInput(f"campaign: choose a campaign of {galaxy}")
    _start(request, galaxy, "train", {"campaign": str(campaign.uuid)})
    messages.success(request, f"Fitting the votes of {campaign} has been asked for.")
    return _back(galaxy, request)


@login_required
@require_POST
def import_file(request: UserRequest, slug: str) -> HttpResponse:
    """Bring published predictions in as those of an imported model."""
    galaxy = curated_galaxy(request, slug)
    catalog = _catalog_in(galaxy, request.POST.get("catalog"))
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise BadInput("file: choose a table of predictions to import")
    if (upload.size or 0) > settings.UPLOAD_MAX_BYTES:
        raise BadInput(f"file: {upload.name} is larger than {settings.UPLOAD_MAX_BYTES:,} bytes")
    with kept_upload(upload) as path:
        imported = import_predictions(
            catalog=catalog, path=path, name=request.POST.get("name") or None, created_by=request.user
        )
    messages.success(request, imported.sentence)
    return _back(galaxy, request)


def _start(request: UserRequest, galaxy: Galaxy, kind: str, arguments: dict[str, Any]) -> None:
    start_job(
        kind=kind, team=galaxy.team, subject=galaxy.slug, url=reverse("model", args=[galaxy.slug]),
        started_by=request.user, arguments=arguments,
    )  # fmt: skip


def _back(galaxy: Galaxy, request: UserRequest) -> HttpResponse:
    """To the model page, or to the galaxy for somebody who votes blind and so may not see it."""
    hidden = why_predictions_are_hidden(galaxy, request.user) is not None
    return redirect("galaxy" if hidden else "model", slug=galaxy.slug)
