"""The live topic of a team's jobs, and who may follow it."""

from typing import Any
from uuid import UUID

from galaxycat.accounts.models import Person, Team
from galaxycat.events.guards import NOT_FOUND
from galaxycat.events.publishing import publish
from galaxycat.jobs.models import Job

JOBS = "jobs"


def jobs_topic(team: Team) -> str:
    return f"{JOBS}.{team.uuid}"


def publish_job(job: Job, **more: Any) -> None:
    """Say in the job's topic where it stands now; within the transaction that changed it."""
    publish(jobs_topic(job.team), "job", job.as_payload() | more)


def guard_jobs(user: Person, rest: str) -> int | None:
    """The team's members follow its jobs."""
    try:
        uuid = UUID(rest)
    except ValueError:
        return NOT_FOUND
    is_member = str(uuid) == rest and Team.objects.visible_to(user).filter(uuid=uuid).exists()
    return None if is_member else NOT_FOUND
