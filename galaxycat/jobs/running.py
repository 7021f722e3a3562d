"""Running a job in a worker: taking it up, its progress and sign of life, and how it ends."""

import logging
import threading
import time
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils import timezone

from galaxycat.errors import DomainError
from galaxycat.jobs.errors import JobCancelled, JobInterrupted, JobLost
from galaxycat.jobs.live import publish_job
from galaxycat.jobs.models import Job
from galaxycat.jobs.registry import JOB_KINDS
from galaxycat.jobs.starting import put_back

# Progress is kept at most twice a second, however often a job steps.
PAUSE_S = 0.5
LOG_LINES, LINE_LENGTH = 200, 500
# Set when the worker is asked to stop: running jobs go back to the queue at their next step.
stopping = threading.Event()
logger = logging.getLogger(__name__)


class JobRun:
    """One attempt at a job: what its `run` reports to. Writes only while the job is this attempt's."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._log: list[str] = list(job.log)
        self._written_at = 0.0

    def step(self, fraction: float | None, stage: str) -> None:
        """Say how far it is: `fraction` 0 to 1, or None where nobody can say. Cheap: call it as often as you like.

        Raises JobCancelled when somebody asked for it, JobInterrupted when the worker stops and JobLost when another
        worker has the job now: let them through.
        """
        self.job.fraction = None if fraction is None else min(1.0, max(0.0, float(fraction)))
        is_new_stage, self.job.stage = stage[:200] != self.job.stage, stage[:200]
        if stopping.is_set():
            raise JobInterrupted("The worker was stopped")
        # In a transaction nobody would see it before the end, and the topic would be locked till then.
        if connection.in_atomic_block or time.monotonic() - self._written_at < (
            PAUSE_S / 5 if is_new_stage else PAUSE_S
        ):
            return
        self._write()

    def log(self, line: str) -> None:
        """Add a line to the job's log; it shows with the next step, or at the end."""
        self._log = [*self._log, f"{timezone.now():%H:%M:%S} {line[:LINE_LENGTH]}"][-LOG_LINES:]

    def lead_to(self, url: str) -> None:
        """Say on which page the result shows, where that page was not there before."""
        Job.objects.filter(pk=self.job.pk, run_token=self.job.run_token).update(url=url)

    @transaction.atomic
    def _write(self) -> None:
        self._written_at = time.monotonic()
        current = _locked(self.job)
        if current.cancel_requested_at:
            raise JobCancelled("It was cancelled")
        current.fraction, current.stage, current.log = self.job.fraction, self.job.stage, self._log
        current.heartbeat_at = timezone.now()
        current.save(update_fields=["fraction", "stage", "log", "heartbeat_at"])
        publish_job(current)

    @transaction.atomic
    def finish(self, state: str, **fields: Any) -> None:
        """Record how it ended. Raises JobLost."""
        current = _locked(self.job)
        current.state, current.finished_at, current.log = state, timezone.now(), self._log
        current.fraction, current.stage = self.job.fraction, self.job.stage
        for name, value in fields.items():
            setattr(current, name, value)
        current.save()
        publish_job(current)

    @transaction.atomic
    def give_back(self) -> None:
        """To the queue again, without counting this attempt; to its end where somebody cancelled it."""
        current = _locked(self.job)
        if current.cancel_requested_at:
            self.finish(Job.State.CANCELLED)
            return
        current.log, current.attempts = self._log, max(0, current.attempts - 1)
        put_back(current)


def run_job(job_id: int) -> None:
    """Run a queued job to its end, whatever that is; do nothing for one that is not queued (any more)."""
    if (job := _take_up(job_id)) is None:
        return
    run = JobRun(job)
    try:
        with _Heartbeat(job):
            result = JOB_KINDS[job.kind].run(run, **job.arguments)
        run.job.fraction, run.job.stage = 1.0, ""
        run.finish(Job.State.DONE, result=result)
        if (when_done := JOB_KINDS[job.kind].when_done) is not None:
            when_done(**job.arguments)
    except JobLost as error:
        logger.warning("job %s: %s", job.uuid, error)
    except JobCancelled:
        _end(run, Job.State.CANCELLED)
    except JobInterrupted:
        run.log("The worker was stopped; the job is back in the queue")
        run.give_back()
    except DomainError as error:
        _end(run, Job.State.FAILED, error=" ".join(str(error).split()))
    except Exception as error:
        logger.exception("job %s (%s) failed", job.uuid, job.kind)
        _end(run, Job.State.FAILED, error=" ".join(f"{type(error).__name__}: {error}".split())[:1000])


def _end(run: JobRun, state: str, **fields: Any) -> None:
    try:
        run.finish(state, **fields)
    except JobLost as error:
        logger.warning("job %s: %s", run.job.uuid, error)


@transaction.atomic
def _take_up(job_id: int) -> Job | None:
    """The job, now running under a new token; None when it is not queued. One update decides among workers."""
    now = timezone.now()
    taken = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING, run_token=uuid4(), attempts=F("attempts") + 1, started_at=now, heartbeat_at=now
    )
    if not taken:
        return None
    job = Job.objects.select_related("team").get(pk=job_id)
    publish_job(job)
    return job


def _locked(job: Job) -> Job:
    """The job's row for this attempt to change. Raises JobLost."""
    mine = Job.objects.select_for_update(of=("self",)).select_related("team")
    current = mine.filter(pk=job.pk, run_token=job.run_token, state=Job.State.RUNNING).first()
    if current is None:
        raise JobLost("another worker has it, or it was ended meanwhile; this attempt is dropped")
    return current


class _Heartbeat:
    """A thread that says "alive" for the job while its worker computes."""

    def __init__(self, job: Job) -> None:
        self._rows = Job.objects.filter(pk=job.pk, run_token=job.run_token, state=Job.State.RUNNING)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="galaxycat-heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._ended.wait(settings.JOB_HEARTBEAT_S):
                try:
                    self._rows.update(heartbeat_at=timezone.now())
                except DatabaseError:
                    # A busy database: the next beat tries again, and several may be missed.
                    logger.warning("A job's heartbeat was not written", exc_info=True)
        finally:
            connection.close()
