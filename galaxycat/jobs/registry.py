"""What can run as a job: each app registers its kinds in `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class JobKind:
    """`run(run: JobRun, **arguments) -> dict` does the work; the dict, as JSON, is the job's result.

    It may run again after its worker was killed, so it keeps nothing half-done outside a transaction. `when_done(**arguments)`
    then takes away what only the work needed; a job that failed may be tried again, so it is not called then.
    """

    title: str
    run: Callable[..., dict[str, Any]]
    when_done: Callable[..., None] | None = None


JOB_KINDS: dict[str, JobKind] = {}


def title_of(kind: str) -> str:
    """The kind in words, even where no app registers it any more."""
    return JOB_KINDS[kind].title if kind in JOB_KINDS else kind.replace("_", " ").capitalize()
