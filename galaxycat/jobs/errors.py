"""What can go wrong with a job, apart from its own work."""

from galaxycat.errors import Conflict, DomainError


class JobCancelled(DomainError):
    """Somebody asked for the job to end. Raised from `JobRun.step`: let it through."""


class JobInterrupted(DomainError):
    """The worker is asked to stop: the job goes back to the queue."""


class JobLost(DomainError):
    """Another worker has taken the job up since this one gave no sign of life: what it does now is dropped."""


class JobFinished(Conflict):
    """The job has ended, so there is nothing to cancel."""


class JobNotEnded(Conflict):
    """Only a job that failed or was cancelled can be tried again."""
