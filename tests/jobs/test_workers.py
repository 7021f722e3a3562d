"""Jobs in real worker processes: killed, cancelled, stopped, and several at once."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django_tasks_db.models import DBTaskResult

from galaxycat.jobs.models import Job
from galaxycat.jobs.registry import JobKind
from galaxycat.jobs.starting import cancel_job, start_job

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SCRIPT = Path(__file__).with_name("worker_process.py")
ROOT = settings.BASE_DIR
PATIENCE_S = 60


@pytest.fixture
def workers():
    """Starts worker processes on the test's database; none outlives the test."""
    processes: list[subprocess.Popen] = []

    def start(*options: str) -> subprocess.Popen:
        environment = os.environ | {"DATABASE_URL": database_url(), "JOB_HEARTBEAT_S": "0.3", "PYTHONPATH": str(ROOT)}
        processes.append(subprocess.Popen([sys.executable, str(SCRIPT), *options], cwd=ROOT, env=environment))
        return processes[-1]

    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.wait()


def database_url() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return f"postgresql://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"


@pytest.fixture
def slow(team, kinds, tmp_path):
    """Starts a job of that many steps of 0.1 s."""
    kinds["slow"] = JobKind("Go slowly", lambda run: {})
    path = tmp_path / "steps.txt"
    path.touch()

    def start(steps: int) -> Job:
        return start_job(kind="slow", team=team, subject="a", arguments={"path": str(path), "steps": steps})

    start.lines = lambda: [line.split() for line in path.read_text().splitlines()]
    return start


def wait_until(condition, what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"waited {PATIENCE_S} s for: {what}"
        time.sleep(0.05)


def state_of(job: Job) -> str:
    return Job.objects.values_list("state", flat=True).get(pk=job.pk)


def test_a_job_of_a_killed_worker_is_finished_by_another(workers, slow):
    job = slow(15)
    first = workers()
    wait_until(lambda: len(slow.lines()) >= 3, "the job to be under way")
    task = Job.objects.get(pk=job.pk).task_id
    first.send_signal(signal.SIGKILL)
    first.wait()
    done_by_first = len(slow.lines())
    assert done_by_first < 15
    assert state_of(job) == "running"
    second = workers()
    wait_until(lambda: state_of(job) == "done", "the second worker to finish the job")
    kept = Job.objects.get(pk=job.pk)
    assert (kept.attempts, kept.fraction, kept.result, kept.error) == (2, 1.0, {"steps": 15}, "")
    assert any("no sign of life (attempt 1)" in line for line in kept.log)
    assert DBTaskResult.objects.get(pk=task).status == "FAILED"
    numbers = [int(number) for _, pid, number in slow.lines() if int(pid) == second.pid]
    assert numbers == list(range(15))


def test_a_running_job_is_cancelled_at_its_next_step(workers, slow):
    job = slow(400)
    workers()
    wait_until(lambda: len(slow.lines()) >= 3, "the job to be under way")
    cancel_job(job=job)
    wait_until(lambda: state_of(job) == "cancelled", "the job to end")
    assert len(slow.lines()) < 400
    n_steps = len(slow.lines())
    time.sleep(0.5)
    assert len(slow.lines()) == n_steps


def test_a_worker_that_is_asked_to_stop_gives_its_job_back(workers, slow):
    job = slow(400)
    worker = workers()
    wait_until(lambda: len(slow.lines()) >= 3, "the job to be under way")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE_S) == 0
    kept = Job.objects.get(pk=job.pk)
    assert (kept.state, kept.attempts, kept.finished_at) == ("queued", 0, None)


def test_two_workers_never_run_the_same_job(workers, slow):
    jobs = [slow(1) for _ in range(12)]
    both = [workers("--batch"), workers("--batch")]
    assert [worker.wait(PATIENCE_S) for worker in both] == [0, 0]
    runs = Counter(uuid for uuid, _, _ in slow.lines())
    assert runs == {str(job.uuid): 1 for job in jobs}
    assert set(Job.objects.values_list("state", "attempts")) == {("done", 1)}
