"""The jobs pages: what is under way for one's teams, and how it ended."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from galaxycat.accounts.http import UserRequest
from galaxycat.accounts.models import Person, Role, Team
from galaxycat.errors import Forbidden
from galaxycat.jobs.live import jobs_topic
from galaxycat.jobs.models import Job, JobQuerySet
from galaxycat.jobs.starting import cancel_job, retry_job

PER_PAGE = 50
FILTERS: dict[str, tuple[str, Callable[[JobQuerySet], JobQuerySet]]] = {
    "all": ("All", lambda jobs: jobs),
    "unfinished": ("Under way", lambda jobs: jobs.unfinished()),
    "failed": ("Failed", lambda jobs: jobs.filter(state=Job.State.FAILED)),
}


def managed_job(user: Person, uuid: str) -> Job:
    """The job, when the person may see it and manage it: 404 for the one, Forbidden for the other."""
    return require_manager(get_object_or_404(Job.objects.visible_to(user).select_related("team"), uuid=uuid), user)


def require_manager(job: Job, user: Person) -> Job:
    """The job, for whom may cancel it and try it again; Forbidden for others who see it."""
    if not job.team.has_role(user, Role.CURATOR):
        raise Forbidden(f"Only curators and PIs of {job.team} cancel jobs and try them again")
    return job


def facts(values: Mapping[str, Any]) -> dict[str, str]:
    """A job's arguments or result in words: nested ones beside the others, numbers to six figures, nobody's key."""
    found: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found |= facts(value)
        elif name != "user":
            found[name] = f"{value:.6g}" if isinstance(value, float) else str(value)
    return found


@login_required
@require_safe
def job_list(request: UserRequest) -> HttpResponse:
    """Jobs of all one's teams, newest first."""
    show = request.GET.get("show", "all")
    show = show if show in FILTERS else "all"
    jobs = FILTERS[show][1](Job.objects.visible_to(request.user)).select_related("team", "started_by")
    teams = list(Team.objects.visible_to(request.user))
    context = {
        "page": Paginator(jobs.defer("log", "arguments"), PER_PAGE).get_page(request.GET.get("page")),
        "show": show,
        "filters": [(key, name) for key, (name, _) in FILTERS.items()],
        "topics": " ".join(jobs_topic(team) for team in teams),
        "n_teams": len(teams),
        "managed": _managed_teams(request.user),
    }
    return render(request, "jobs/jobs.html", context)


@login_required
@require_safe
def job_page(request: UserRequest, uuid: str) -> HttpResponse:
    """One job: its progress, what it was asked, its log, its result or why there is none."""
    job = get_object_or_404(Job.objects.visible_to(request.user).select_related("team", "started_by"), uuid=uuid)
    context = {
        "job": job,
        "asked": facts(job.arguments),
        "result": facts(job.result or {}),
        "topics": jobs_topic(job.team),
        "managed": _managed_teams(request.user),
    }
    return render(request, "jobs/job.html", context)


@login_required
@require_POST
def cancel(request: UserRequest, uuid: str) -> HttpResponse:
    """End the job."""
    job = cancel_job(job=managed_job(request.user, uuid))
    messages.success(request, f"{job} {'ends at its next step' if job.is_being_cancelled else 'is cancelled'}.")
    return _back(request, job)


@login_required
@require_POST
def retry(request: UserRequest, uuid: str) -> HttpResponse:
    """Put the job back into the queue."""
    job = retry_job(job=managed_job(request.user, uuid))
    messages.success(request, f"{job} is in the queue again.")
    return _back(request, job)


def _managed_teams(user: Person) -> set[int]:
    return set(Team.objects.with_role(user, Role.CURATOR).values_list("pk", flat=True))


def _back(request: HttpRequest, job: Job) -> HttpResponse:
    return redirect("jobs") if request.POST.get("from") == "list" else redirect(job)
