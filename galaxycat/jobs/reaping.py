"""Putting back what a killed worker left behind."""

import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from galaxycat.jobs.live import publish_job
from galaxycat.jobs.models import Job
from galaxycat.jobs.starting import put_back

MAX_ATTEMPTS = 3
MISSED_BEATS = 6
logger = logging.getLogger(__name__)


def reap() -> int:
    """Put back each running job without a sign of life, or give it up after its third attempt; how many there were.

    Any number of workers may do this at once: the row's lock and its state decide.
    """
    silence = timedelta(seconds=MISSED_BEATS * settings.JOB_HEARTBEAT_S)
    n_stale = sum(_reap_one(pk, silence) for pk in Job.objects.stale(silence).values_list("pk", flat=True))
    waiting = Job.objects.filter(state=Job.State.QUEUED).values_list("task_id", flat=True)
    handed_out = DBTaskResult.objects.filter(
        pk__in=[str(each) for each in waiting], started_at__lt=timezone.now() - silence
    )
    lost = handed_out.exclude(status=TaskResultStatus.READY).values_list("pk", flat=True)
    return n_stale + sum(_queue_again(str(task_id)) for task_id in lost)


@transaction.atomic
def _queue_again(task_id: str) -> bool:
    """A job that waits though the queue has handed it out: its worker was killed before it took it up."""
    waiting = Job.objects.filter(state=Job.State.QUEUED, task_id=task_id)
    job = waiting.select_for_update(of=("self",)).select_related("team").first()
    if job is None:
        return False
    job.log = [*job.log, f"{timezone.now():%H:%M:%S} Its worker was killed before it began"]
    put_back(job)
    logger.warning("job %s: its worker was killed before it began; it is queued again", job.uuid)
    return True


@transaction.atomic
def _reap_one(pk: int, silence: timedelta) -> bool:
    job = Job.objects.stale(silence).select_for_update(of=("self",)).select_related("team").filter(pk=pk).first()
    if job is None:
        return False
    # The queue's row would say "running" for ever.
    DBTaskResult.objects.filter(pk=str(job.task_id), status=TaskResultStatus.RUNNING).update(
        status=TaskResultStatus.FAILED, finished_at=timezone.now(), traceback="The worker was killed."
    )
    job.log = [*job.log, f"{timezone.now():%H:%M:%S} The worker gave no sign of life (attempt {job.attempts})"]
    if job.cancel_requested_at:
        _end(job, Job.State.CANCELLED)
    elif job.attempts >= MAX_ATTEMPTS:
        _end(job, Job.State.FAILED, f"Its worker died {job.attempts} times: see the server's log and memory")
    else:
        put_back(job)
    logger.warning("job %s: its worker gave no sign of life; it is %s now", job.uuid, job.state)
    return True


def _end(job: Job, state: str, error: str = "") -> None:
    job.state, job.error, job.finished_at = state, error, timezone.now()
    job.save()
    publish_job(job)


class Reaper(threading.Thread):
    """Reaps once a heartbeat while its worker works."""

    def __init__(self) -> None:
        super().__init__(name="galaxycat-reaper", daemon=True)
        self._ended = threading.Event()

    def run(self) -> None:
        try:
            while not self._ended.wait(settings.JOB_HEARTBEAT_S):
                try:
                    reap()
                except DatabaseError:
                    logger.warning("Jobs could not be looked after just now", exc_info=True)
        finally:
            connection.close()

    def stop(self) -> None:
        self._ended.set()
        self.join(timeout=5)
