"""The release pages: what they show, who may open what, blind voters, jobs."""

import hashlib
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalogs.models import Release, Source
from catalogs.releases.publishing import publish_release, withdraw_release
from galaxycat.accounts.models import Role
from galaxycat.errors import Conflict
from galaxycat.jobs.models import Job
from galaxycat.jobs.running import run_job
from tests.factories import make_member, make_round


@pytest.fixture
def curator(case, client):
    client.force_login(case.curator)
    return client


def run_queued():
    job = Job.objects.get()
    run_job(job.pk)
    job.refresh_from_db()
    return job


def test_a_curator_makes_publishes_and_withdraws_a_release(case, curator, client):
    page = curator.get(reverse("releases", args=[case.galaxy.slug])).content.decode()
    assert "No release yet" in page
    assert "Clusters: its closed rounds, and its newest model" in page
    asked = curator.post(
        reverse("make_release", args=[case.galaxy.slug]), {"catalog": case.catalog.name, **case.options}
    )
    job = run_queued()
    assert asked["Location"] == reverse("job", args=[job.uuid])
    assert (job.state, job.error) == ("done", "")
    release = Release.objects.get()
    assert job.result["version"] == release.version == 1
    assert release.created_by == case.curator
    assert release.options["model"]

    refused = curator.post(reverse("publish_release", args=[release.uuid]))
    assert (refused.status_code, b"cannot be undone" in refused.content) == (422, True)
    curator.post(reverse("publish_release", args=[release.uuid]), {"confirm": "yes"})
    client.logout()
    page = client.get(reverse("release", args=[release.uuid])).content.decode()
    for text in ("release 1", "final_class", "src.class;meta.main", release.content_sha256, "clusters@1", "Clusters"):
        assert text in page
    assert "Withdraw" not in page
    assert client.get(reverse("galaxy", args=[case.galaxy.slug])).status_code == 404

    client.force_login(case.curator)
    client.post(reverse("withdraw_release", args=[release.uuid]), {"because": "wrong zero point"})
    client.logout()
    page = client.get(reverse("release", args=[release.uuid])).content.decode()
    assert "wrong zero point" in page
    gone = client.get(reverse("release_file", args=[release.uuid, "ecsv"]))
    assert (gone.status_code, b"wrong zero point" in gone.content) == (404, True)


@pytest.mark.parametrize("format_", ["ecsv", "votable", "fits", "geojson"])
def test_a_download_is_what_its_checksum_says(case, client, format_):
    release = publish_release(release=case.release())
    answer = client.get(reverse("release_file", args=[release.uuid, format_]))
    assert hashlib.sha256(answer.content).hexdigest() == release.manifest["files"][format_]["sha256"]
    assert f"{case.galaxy.slug}_{case.catalog.name}_v1." in answer["Content-Disposition"]


def test_the_manifest_is_what_the_releases_checksum_says(case, client):
    release = publish_release(release=case.release())
    answer = client.get(reverse("release_file", args=[release.uuid, "manifest"]))
    assert hashlib.sha256(answer.content).hexdigest() == release.content_sha256
    assert json.loads(answer.content)["n_rows"] == 60
    assert client.get(reverse("release_file", args=[release.uuid, "psd"])).status_code == 404


def test_nobody_is_named_in_a_published_release(case, client):
    release = publish_release(release=case.release())
    for address in (reverse("release", args=[release.uuid]), reverse("release_file", args=[release.uuid, "manifest"])):
        content = client.get(address).content.decode()
        assert case.curator.username not in content


def test_publishing_with_the_image(case, curator):
    release = case.release()
    curator.post(reverse("publish_release", args=[release.uuid]), {"confirm": "yes", "with_image": "yes"})
    case.galaxy.refresh_from_db()
    assert case.galaxy.published_at is not None


def test_verification_is_a_job_that_fails_with_the_difference(case, curator):
    release = case.release()
    curator.post(reverse("verify_release", args=[release.uuid]))
    job = run_queued()
    assert (job.state, job.result) == ("done", {"version": 1, "files": 4, "is_same": True})
    Job.objects.all().delete()
    source = case.catalog.sources.get(number=4)
    Source.objects.filter(pk=source.pk).update(measurements=source.measurements | {"mag_v": 99.0})
    curator.post(reverse("verify_release", args=[release.uuid]))
    job = run_queued()
    assert job.state == "failed"
    assert "column mag_v, row 4" in job.error


def test_a_job_that_ran_twice_made_one_release(case, curator):
    curator.post(reverse("make_release", args=[case.galaxy.slug]), {"catalog": case.catalog.name})
    job = run_queued()
    Job.objects.update(state="queued", finished_at=None)
    run_job(job.pk)
    assert Release.objects.count() == 1


@pytest.mark.parametrize(
    "asked", [{}, {"catalog": "nothing"}, {"catalog": "{catalog}", "campaign": "x"}, {"catalog": "\0"}]
)
def test_a_bad_request_makes_no_job(case, curator, asked):
    asked = {key: value.format(catalog=case.catalog.name) for key, value in asked.items()}
    assert curator.post(reverse("make_release", args=[case.galaxy.slug]), asked).status_code == 422
    assert not Job.objects.exists()


class TestBlindVoters:
    """A release tells what others said: while somebody may still classify its sources blind, it is closed to them."""

    @pytest.fixture
    def release(self, case):
        release = case.release()
        make_round(catalog=case.catalog, n_sources=5)
        return release

    def test_an_unpublished_release_is_veiled(self, case, client, release):
        client.force_login(make_member(case.galaxy.team, Role.ANNOTATOR))
        for address in (
            reverse("release", args=[release.uuid]),
            reverse("release_file", args=[release.uuid, "ecsv"]),
            reverse("release_file", args=[release.uuid, "manifest"]),
            reverse("api:release-detail", args=[release.uuid]),
        ):
            answer = client.get(address)
            assert (answer.status_code, b"final_class" in answer.content) == (403, False)
        listed = client.get(reverse("api:release-list")).content
        assert b"agreement" not in listed
        assert str(release.uuid).encode() in listed

    def test_who_cannot_vote_opens_it(self, case, client, release):
        client.force_login(make_member(case.galaxy.team, Role.VIEWER))
        assert client.get(reverse("release", args=[release.uuid])).status_code == 200

    def test_it_cannot_be_published_meanwhile(self, release):
        with pytest.raises(Conflict, match="blind and open"):
            publish_release(release=release)

    def test_a_release_of_the_catalogue_alone_tells_nothing(self, case, client):
        release = case.release(options={})
        make_round(catalog=case.catalog, n_sources=5)
        client.force_login(make_member(case.galaxy.team, Role.ANNOTATOR))
        assert client.get(reverse("release", args=[release.uuid])).status_code == 200
        assert publish_release(release=release).published_at


class TestApi:
    def test_detail_has_the_manifest_and_addresses_of_files(self, case, client):
        release = publish_release(release=case.release())
        found = client.get(reverse("api:release-detail", args=[release.uuid])).json()
        assert (found["galaxy"], found["catalog"], found["version"]) == (
            case.galaxy.slug, str(case.catalog.uuid), 1,
        )  # fmt: skip
        assert found["manifest"] == release.manifest
        assert client.get(found["files"]["votable"]).status_code == 200

    def test_the_list_is_of_published_ones_and_can_be_asked_by_galaxy(self, case, client):
        address = reverse("api:release-list")
        case.release()
        assert client.get(address).json()["results"] == []
        release = publish_release(release=case.release())
        assert [each["uuid"] for each in client.get(address).json()["results"]] == [str(release.uuid)]
        assert client.get(address, {"galaxy": "other"}).json()["results"] == []


@pytest.mark.parametrize("name", ["releases", "api:release-list"])
def test_queries_do_not_grow_with_releases(case, curator, name):
    address = reverse(name, args=[case.galaxy.slug] if name == "releases" else [])

    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert curator.get(address).status_code == 200
        return len(queries)

    case.release(options={})
    curator.get(address)
    few = count()
    for _ in range(4):
        case.release(options={})
    withdraw_release(release=Release.objects.first(), because="a test")
    assert count() == few
