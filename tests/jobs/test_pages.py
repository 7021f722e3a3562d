"""The jobs pages and API: what one's teams do, with a constant number of queries."""

import pytest
from django.urls import reverse
from django.utils import timezone

from galaxycat.accounts.models import Role
from galaxycat.jobs.models import Job
from galaxycat.jobs.registry import JobKind
from galaxycat.jobs.starting import start_job
from galaxycat.jobs.templatetags.jobs import duration
from tests.factories import make_member, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator(team, client, kinds):
    kinds["test"] = JobKind("Test things", lambda run: {})
    user = make_member(team, Role.CURATOR)
    client.force_login(user)
    return user


def make_job(team, **fields) -> Job:
    job = start_job(kind="test", team=team, subject="ngc-1", url="/galaxies/ngc-1/")
    Job.objects.filter(pk=job.pk).update(**fields)
    return Job.objects.get(pk=job.pk)


def running(**fields) -> dict:
    now = timezone.now()
    token = "00000000-0000-4000-8000-000000000001"
    return {"state": "running", "run_token": token, "started_at": now, "heartbeat_at": now} | fields


def test_an_empty_page_says_how_a_job_comes_to_be(curator, client):
    page = client.get(reverse("jobs")).content.decode()
    assert "No jobs yet" in page
    assert "Detect sources" in page


def test_progress_stage_and_failure_are_shown(team, curator, client):
    make_job(team, **running(fraction=0.42, stage="measuring F555W"))
    make_job(team, state="failed", error="detection: no source", finished_at=timezone.now())
    page = client.get(reverse("jobs")).content.decode()
    assert 'value="42"' in page
    assert "measuring F555W" in page
    assert "detection: no source" in page
    assert client.get(reverse("jobs") + "?show=failed").content.decode().count("data-key=") == 1


def test_other_teams_jobs_are_not_there(curator, client):
    other = make_job(make_team())
    assert b"No jobs yet" in client.get(reverse("jobs")).content
    assert client.get(reverse("job", args=[other.uuid])).status_code == 404
    assert client.get("/api/v1/jobs/").json()["results"] == []


def test_a_jobs_page_shows_arguments_log_and_result(team, curator, client):
    job = make_job(team, log=["12:00:00 <b>read</b>"], result={"sources": 12}, state="done", finished_at=timezone.now())
    page = client.get(job.get_absolute_url()).content.decode()
    assert "12:00:00 &lt;b&gt;read&lt;/b&gt;" in page
    assert "<dt>sources</dt><dd>12</dd>" in page


def test_cancel_and_retry_by_the_page(team, curator, client):
    job = make_job(team)
    client.post(reverse("cancel_job", args=[job.uuid]))
    assert Job.objects.get(pk=job.pk).state == "cancelled"
    assert client.post(reverse("cancel_job", args=[job.uuid])).status_code == 409
    client.post(reverse("retry_job", args=[job.uuid]))
    assert Job.objects.get(pk=job.pk).state == "queued"


def test_the_api_lists_details_cancels_and_retries(team, curator, client):
    job = make_job(team)
    assert client.get("/api/v1/jobs/").json()["results"][0]["uuid"] == str(job.uuid)
    assert client.get(f"/api/v1/jobs/{job.uuid}/").json()["log"] == []
    assert client.post(f"/api/v1/jobs/{job.uuid}/cancel/").json()["state"] == "cancelled"
    assert client.post(f"/api/v1/jobs/{job.uuid}/retry/").json()["state"] == "queued"


@pytest.mark.parametrize("n_jobs", [1, 60])
def test_the_list_costs_the_same_however_long_it_is(team, curator, client, n_jobs, django_assert_max_num_queries):
    for _ in range(n_jobs):
        make_job(team)
    with django_assert_max_num_queries(9):
        client.get(reverse("jobs"))


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, "–"), (0, "0 s"), (59, "59 s"), (185, "3 min 05 s"), (3720, "1 h 02 min")]
)
def test_durations_in_words(seconds, words):
    assert duration(seconds) == words
