"""A worker process of the product with one more kind of job, for the tests that kill it."""

import os
import sys
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "galaxycat.settings")


def slow(run, *, path: str, steps: int) -> dict[str, int]:
    """Leaves a line a step in the file, so that the test sees who did what."""
    for number in range(steps):
        with Path(path).open("a") as file:
            file.write(f"{run.job.uuid} {os.getpid()} {number}\n")
        run.step(number / steps, f"step {number}")
        time.sleep(0.1)
    return {"steps": steps}


if __name__ == "__main__":
    django.setup()
    from django.core.management import call_command

    from galaxycat.jobs.registry import JOB_KINDS, JobKind

    JOB_KINDS["slow"] = JobKind("Go slowly", slow)
    call_command("worker", *sys.argv[1:])
