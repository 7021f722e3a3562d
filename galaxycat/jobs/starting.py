"""Starting, cancelling and retrying a job: each a verb in one transaction."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from galaxycat.accounts.models import Team, User
from galaxycat.jobs.errors import JobFinished, JobNotEnded
from galaxycat.jobs.live import publish_job
from galaxycat.jobs.models import Job
from galaxycat.jobs.registry import JOB_KINDS
from galaxycat.jobs.tasks import run_job_task


@transaction.atomic
def start_job(
    *,
    kind: str,
    team: Team,
    subject: str,
    url: str = "",
    started_by: User | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> Job:
    """Ask a worker to do it; the job waits in the queue once the caller's transaction has committed.

    Raises ValueError for a kind that nobody registered. `arguments` are JSON, and the keywords of the kind's `run`.
    """
    if kind not in JOB_KINDS:
        raise ValueError(f"{kind!r} is no kind of job; known are {', '.join(JOB_KINDS)}")
    job = Job(
        kind=kind, team=team, subject=subject, url=url, started_by=started_by, arguments=dict(arguments or {})
    )  # fmt: skip
    job.save()
    enqueue(job)
    return job


def enqueue(job: Job) -> None:
    """Put a queued job's task into the queue, in the caller's transaction: there is never one without the other."""
    job.task_id = run_job_task.enqueue(job.pk).id
    job.save()
    publish_job(job)


@transaction.atomic
def cancel_job(*, job: Job) -> Job:
    """End a waiting job at once, and ask a running one to end at its next step. Raises JobFinished."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.is_finished:
        raise JobFinished(f"{job} has ended already ({job.get_state_display().lower()}): there is nothing to cancel")
    job.cancel_requested_at = job.cancel_requested_at or timezone.now()
    if job.state == Job.State.QUEUED:
        job.state, job.finished_at = Job.State.CANCELLED, timezone.now()
    job.save()
    publish_job(job)
    return job


@transaction.atomic
def retry_job(*, job: Job) -> Job:
    """Put a job that failed or was cancelled back into the queue. Raises JobNotEnded."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if not job.can_retry:
        raise JobNotEnded(f"{job} is {job.get_state_display().lower()}: only a failed or cancelled job is tried again")
    job.attempts = 0
    put_back(job)
    return job


def put_back(job: Job) -> None:
    """Queue a job anew, as if it had not run; its log goes on."""
    job.state, job.run_token = Job.State.QUEUED, None
    job.fraction, job.stage, job.error, job.result = None, "", "", None
    job.started_at = job.finished_at = job.heartbeat_at = job.cancel_requested_at = None
    enqueue(job)
