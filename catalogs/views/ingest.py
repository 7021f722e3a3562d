"""Asking for an ingest."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from catalogs.ingestform import BandFormSet, Bands, IngestForm
from catalogs.ingestjob import start_ingest
from catalogs.models import Galaxy
from galaxycat.accounts.http import UserRequest
from galaxycat.accounts.models import Role, Team
from galaxycat.errors import Forbidden


@login_required
@require_http_methods(["GET", "POST"])
def ingest(request: UserRequest) -> HttpResponse:
    """The form, and the job that it starts; the job's page shows its progress, then leads to the galaxy.

    Its script says in X-Upload which step it takes: `check` sends the files' names only, 204 when they may follow; `send` is
    told where to go by 201, since a redirect that it followed would use up the page's message.
    """
    step = request.headers.get("X-Upload", "")
    teams = Team.objects.with_role(request.user, Role.CURATOR)
    if not teams.exists():
        raise Forbidden("Only curators and PIs of a team bring galaxies in: ask a PI of yours")
    form = IngestForm(request.POST or None, user=request.user, teams=teams, initial=_known(request, teams))
    bands = BandFormSet(
        request.POST or None, request.FILES or None, prefix="bands", form_kwargs={"by_name": step == "check"}
    )
    if request.method == "POST" and form.is_valid() & bands.is_valid() & _has_reference(form, bands):
        if step == "check":
            return HttpResponse(status=204)
        job = start_ingest(
            team=form.cleaned_data["team"],
            slug=form.cleaned_data["slug"],
            name=form.cleaned_data["name"] or None,
            reference=form.cleaned_data["reference"] or None,
            bands=bands.orders(),
            started_by=request.user,
        )
        messages.success(request, "The files are here, and the ingest is in the queue.")
        there = redirect("job", uuid=job.uuid)
        return HttpResponse(status=201, headers={"Location": there.url}) if step == "send" else there
    shown = {"form": form, "bands": bands, "keeps_files": bool(step)} | _limits()
    return render(request, "catalogs/ingest.html", shown, status=422 if request.method == "POST" else 200)


def _limits() -> dict[str, int]:
    return {"max_file_bytes": settings.INGEST_MAX_FILE_BYTES, "max_bytes": settings.INGEST_MAX_BYTES}


def _has_reference(form: IngestForm, bands: Bands) -> bool:
    reference = form.cleaned_data.get("reference")
    names = [each.cleaned_data.get("name") for each in bands.filled()]
    if reference and reference not in names:
        form.add_error("reference", "Name one of the bands below.")
    return not form.errors


def _known(request: UserRequest, teams: QuerySet[Team]) -> dict[str, object]:
    """What is filled in for a new version of a galaxy's image."""
    slug = request.GET.get("galaxy", "")
    galaxy = Galaxy.objects.visible_to(request.user).filter(team__in=teams, slug=slug[:60]).first()
    return {"team": galaxy.team, "slug": galaxy.slug, "name": galaxy.name} if galaxy else {"team": teams.first()}
