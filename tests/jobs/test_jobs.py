"""Jobs: from the queue to their end, one attempt at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from galaxycat.errors import BadInput
from galaxycat.events.models import Event
from galaxycat.jobs import running
from galaxycat.jobs.errors import JobFinished, JobNotEnded
from galaxycat.jobs.models import Job
from galaxycat.jobs.reaping import reap
from galaxycat.jobs.registry import JobKind
from galaxycat.jobs.running import run_job
from galaxycat.jobs.starting import cancel_job, retry_job, start_job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def start(team, kinds):
    """Starts a job that does what `run` does."""

    def start(run, **arguments) -> Job:
        kinds["test"] = JobKind("Test things", run)
        return start_job(kind="test", team=team, subject="ngc-1", arguments=arguments)

    return start


def ended(job: Job) -> Job:
    run_job(job.pk)
    return Job.objects.get(pk=job.pk)


def test_a_job_runs_with_its_arguments_and_keeps_its_result(start):
    job = start(lambda run, a, b: {"sum": a + b}, a=2, b=3)
    assert (job.state, DBTaskResult.objects.get(pk=job.task_id).args_kwargs) == (
        "queued",
        {"args": [job.pk], "kwargs": {}},
    )
    kept = ended(job)
    assert (kept.state, kept.result, kept.fraction, kept.attempts) == ("done", {"sum": 5}, 1.0, 1)
    assert kept.started_at <= kept.finished_at


def test_a_rolled_back_start_leaves_neither_job_nor_task(start):
    with transaction.atomic():
        start(lambda run: {})
        transaction.set_rollback(True)
    assert (Job.objects.count(), DBTaskResult.objects.count(), Event.objects.count()) == (0, 0, 0)


def test_a_kind_that_nobody_registered_is_refused(team):
    with pytest.raises(ValueError, match="no kind of job"):
        start_job(kind="nothing", team=team, subject="a")


def test_a_domain_error_is_one_clear_line(start):
    def refuse(run):
        raise BadInput("detection: no source above 5 rms\n  lower DETECT_THRESH")

    kept = ended(start(refuse))
    assert (kept.state, kept.error) == ("failed", "detection: no source above 5 rms lower DETECT_THRESH")


def test_another_exception_is_its_type_and_message_and_no_traceback(start, caplog):
    kept = ended(start(lambda run: {"value": 1 / 0}))
    assert (kept.state, kept.error) == ("failed", "ZeroDivisionError: division by zero")
    assert "Traceback" in caplog.text


def test_progress_is_seen_while_the_job_runs(start):
    seen = []

    def work(run):
        run.log("read 3 bands")
        run.step(0.25, "reading")
        seen.append(Job.objects.values_list("state", "fraction", "stage").get(pk=run.job.pk))
        return {}

    kept = ended(start(work))
    assert seen == [("running", 0.25, "reading")]
    assert [line[9:] for line in kept.log] == ["read 3 bands"]


def test_a_thousand_steps_write_a_few_events(start):
    def work(run):
        for number in range(1000):
            run.step(number / 1000, "counting")
        return {}

    kept = ended(start(work))
    assert kept.state == "done"
    payloads = list(Event.objects.filter(topic__name=f"jobs.{kept.team.uuid}").values_list("payload", flat=True))
    assert [payloads[0]["state"], payloads[1]["state"], payloads[-1]["state"]] == ["queued", "running", "done"]
    assert len(payloads) < 20


def test_a_step_within_a_transaction_writes_nothing(start):
    def work(run):
        with transaction.atomic():
            run.step(0.5, "storing")
            before = Job.objects.values_list("stage", flat=True).get(pk=run.job.pk)
        return {"stage": before}

    assert ended(start(work)).result == {"stage": ""}


def test_a_waiting_job_is_cancelled_at_once_and_never_runs(start):
    ran = []
    job = start(lambda run: ran.append(1) or {})
    cancel_job(job=job)
    kept = ended(job)
    assert (kept.state, ran) == ("cancelled", [])
    with pytest.raises(JobFinished, match="nothing to cancel"):
        cancel_job(job=job)


def test_a_running_job_ends_at_its_next_step_when_cancelled(start):
    after = []

    def work(run):
        cancel_job(job=run.job)
        run.step(0.5, "on")
        after.append(1)
        return {}

    assert (ended(start(work)).state, after) == ("cancelled", [])


def test_a_failed_job_is_tried_again(start, kinds):
    job = start(lambda run: {"value": 1 / 0})
    with pytest.raises(JobNotEnded):
        retry_job(job=job)
    ended(job)
    kinds["test"] = JobKind("Test things", lambda run: {"value": 1})
    retried = retry_job(job=job)
    assert (retried.state, retried.error, retried.attempts) == ("queued", "", 0)
    assert (ended(job).state, DBTaskResult.objects.count()) == ("done", 2)


def make_stale(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))


def test_what_a_dead_worker_left_is_put_back_twice_and_then_given_up(start):
    job = start(lambda run: {})
    for attempt in (1, 2, 3):
        assert running._take_up(job.pk).attempts == attempt
        assert reap() == 0
        make_stale(job)
        assert reap() == 1
    kept = Job.objects.get(pk=job.pk)
    assert (kept.state, kept.error) == ("failed", "Its worker died 3 times: see the server's log and memory")
    assert len(kept.log) == 3
    assert reap() == 0


def test_a_dead_workers_cancelled_job_is_not_put_back(start):
    job = start(lambda run: {})
    running._take_up(job.pk)
    cancel_job(job=job)
    make_stale(job)
    reap()
    assert Job.objects.get(pk=job.pk).state == "cancelled"


def test_what_was_cancelled_while_its_worker_was_stopped_does_not_come_back(start, monkeypatch):
    stopping = threading.Event()
    monkeypatch.setattr(running, "stopping", stopping)

    def work(run):
        if run.job.arguments["is_cancelled"]:
            cancel_job(job=run.job)
        stopping.set()
        run.step(0.5, "on")
        return {}

    for is_cancelled, state in ((True, "cancelled"), (False, "queued")):
        stopping.clear()
        job = start(lambda run, is_cancelled: work(run), is_cancelled=is_cancelled)
        assert ended(job).state == state


def test_a_job_whose_worker_was_killed_before_it_began_is_queued_again(start):
    job, other = start(lambda run: {"value": 1}), start(lambda run: {})
    handed_out = DBTaskResult.objects.filter(pk=job.task_id)
    handed_out.update(status=TaskResultStatus.RUNNING, started_at=timezone.now())
    assert reap() == 0  # it may be about to begin
    handed_out.update(started_at=timezone.now() - timedelta(hours=1))
    assert reap() == 1
    again = Job.objects.get(pk=job.pk)
    assert (again.state, str(again.task_id) != str(job.task_id), len(again.log)) == ("queued", True, 1)
    assert str(Job.objects.get(pk=other.pk).task_id) == str(other.task_id)
    assert reap() == 0
    assert ended(job).state == "done"


def test_a_worker_thought_dead_changes_nothing_when_it_comes_back(start):
    def work(run):
        # Meanwhile the reaper put it back and another worker took it up.
        make_stale(run.job)
        reap()
        other = running._take_up(run.job.pk)
        assert other.attempts == 2
        return {"by": "the late one"}

    kept = ended(start(work))
    assert (kept.state, kept.result, kept.attempts) == ("running", None, 2)


def test_eight_workers_take_a_job_up_once(start):
    job = start(lambda run: {})

    def take_up(_: int) -> bool:
        try:
            return running._take_up(job.pk) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take_up, range(8)))
    assert sorted(taken) == [False] * 7 + [True]


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        # Neither under way nor ended, so two constraints refuse it.
        ({"state": "lost"}, "job_state_known|job_finished_iff_ended"),
        ({"fraction": 1.5}, "job_fraction_in_range"),
        ({"state": "done"}, "job_finished_iff_ended"),
        ({"state": "running"}, "job_running_is_alive"),
        ({"state": "failed", "finished_at": timezone.now()}, "job_failure_has_a_reason"),
    ],
)
def test_the_database_holds_a_job_to_its_states(start, fields, constraint):
    job = start(lambda run: {})
    with pytest.raises(IntegrityError, match=constraint):
        Job.objects.filter(pk=job.pk).update(**fields)
