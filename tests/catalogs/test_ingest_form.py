"""Ingest from the web: the form, the job it starts, and the uploads that wait for it."""

import os
import time
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
import rasterio
from astropy.io import fits
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalogs.ingestjob import INGEST
from catalogs.models import Band, Galaxy, Mosaic
from catalogs.waiting import waiting_uploads
from galaxycat.accounts.models import Role
from galaxycat.jobs import running
from galaxycat.jobs.models import Job
from galaxycat.jobs.running import run_job
from galaxycat.jobs.starting import retry_job
from tests.factories import make_galaxy, make_member, make_team
from tests.fulldisk import files_of_at_most
from tests.world import write_band

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def storages(tmp_path, settings):
    """Images and uploads of the test's own."""
    own = {kind: settings.STORAGES[kind] | {"OPTIONS": {"location": tmp_path / kind}} for kind in ("images", "uploads")}
    settings.STORAGES = settings.STORAGES | own


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def curator(team, client):
    user = make_member(team, Role.CURATOR)
    client.force_login(user)
    return user


@pytest.fixture
def bands(tmp_path):
    return {
        name: write_band(tmp_path / f"{name}.fits", seed, FILTER=name, PHOTFLAM=1e-19)
        for seed, name in enumerate(("F555W", "F814W"))
    }


def asked(team, files, slug="ngc-7", **fields):
    """What the browser sends; `files` is (band, path or bytes) pairs."""
    form = {"team": team.pk, "slug": slug, "bands-TOTAL_FORMS": "5", "bands-INITIAL_FORMS": "0"}
    for row, (name, content) in enumerate(files):
        is_path = isinstance(content, Path)
        form[f"bands-{row}-name"] = name
        form[f"bands-{row}-file"] = SimpleUploadedFile(
            content.name if is_path else f"{name}.fits", content.read_bytes() if is_path else content
        )
    return form | fields


def waiting(tmp_path) -> list[Path]:
    return [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()]


def test_the_form_makes_a_galaxy_of_the_team(client, team, curator, bands, tmp_path):
    response = client.post(
        reverse("ingest"), asked(team, bands.items(), name="NGC 7", reference="F814W", **{"bands-1-ext": "0"})
    )
    job = Job.objects.get()
    assert response["Location"] == reverse("job", args=[job.uuid])
    assert (job.kind, job.team, job.subject, job.started_by, job.url) == (INGEST, team, "ngc-7", curator, "")
    assert (Galaxy.objects.count(), len(waiting(tmp_path))) == (0, 2)

    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.DONE, "")
    galaxy = Galaxy.objects.get()
    assert (galaxy.slug, galaxy.name, galaxy.team, galaxy.created_by) == ("ngc-7", "NGC 7", team, curator)
    mosaic = galaxy.latest_mosaic
    assert (mosaic.reference_band, job.url) == ("F814W", reverse("galaxy", args=["ngc-7"]))
    with rasterio.open(mosaic.science_path) as cog:
        np.testing.assert_array_equal(cog.read(1)[::-1], fits.getdata(bands["F555W"]))
    assert list(Band.objects.values_list("file_name", flat=True)) == ["F555W.fits", "F814W.fits"]
    assert waiting(tmp_path) == []
    assert client.get(job.url).status_code == 200


def test_uploads_for_which_there_is_no_room_are_refused_as_a_whole(client, team, curator, bands, tmp_path):
    form = asked(team, bands.items())
    with files_of_at_most(100_000):
        response = client.post(reverse("ingest"), form)
    assert response.status_code == 422
    assert "the files cannot be kept" in response.content.decode()
    assert (Job.objects.count(), waiting(tmp_path)) == (0, [])


def test_what_a_person_says_of_filter_and_unit_overrules_the_header(client, team, curator, bands):
    told = {"bands-0-filter_name": "F606W", "bands-0-unit": "ELECTRONS"}
    client.post(reverse("ingest"), asked(team, [("V", bands["F555W"])], **told))
    run_job(Job.objects.get().pk)
    band = Band.objects.get()
    assert (band.filter_name, band.unit, band.pivot_wavelength_nm) == ("F606W", "ELECTRONS", 588.9)
    assert (band.provenance["filter_name"], band.provenance["unit"]) == ("user", "user")
    assert band.provenance["photflam"] == "header"


def test_a_known_galaxy_gets_a_new_version(client, team, curator, bands):
    for name in ("F555W", "F814W"):
        client.post(reverse("ingest"), asked(team, [("V", bands[name])]))
        run_job(Job.objects.latest("pk").pk)
    assert list(Mosaic.objects.values_list("version", flat=True)) == [1, 2]
    page = client.get(reverse("ingest"), {"galaxy": "ngc-7"}).content.decode()
    assert 'value="ngc-7"' in page


def test_a_job_that_is_run_again_after_it_was_done_changes_nothing(client, team, curator, bands, monkeypatch):
    """The worker was killed between the galaxy's rows and the job's own."""
    client.post(reverse("ingest"), asked(team, [("V", bands["F555W"])]))
    job = Job.objects.get()

    def killed(self, state, **fields):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(running.JobRun, "finish", killed)
        with pytest.raises(KeyboardInterrupt):
            run_job(job.pk)
    assert Mosaic.objects.count() == 1
    Job.objects.update(state=Job.State.QUEUED, run_token=None)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result["is_new"], Mosaic.objects.count()) == (Job.State.DONE, False, 1)


def test_a_failure_is_said_plainly_and_can_be_tried_again(client, team, curator, bands, tmp_path):
    cut = bands["F555W"].read_bytes()[:20_000]
    client.post(reverse("ingest"), asked(team, [("V", cut)]))
    job = Job.objects.get()
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert job.error.startswith("V.fits: is cut short")
    assert str(tmp_path) not in job.error
    page = client.get(reverse("job", args=[job.uuid])).content.decode()
    assert "V.fits: is cut short" in page
    assert str(tmp_path) not in page
    assert (Galaxy.objects.count(), len(waiting(tmp_path))) == (0, 1)

    retry_job(job=job)
    waiting_uploads().discard(job.arguments["uploads"])
    run_job(job.pk)
    job.refresh_from_db()
    assert job.error == "V.fits: the uploaded file is gone (kept for 48 hours): upload it again"


def test_what_nobody_tries_again_is_taken_away(client, team, curator, bands, tmp_path):
    for _ in range(2):
        client.post(reverse("ingest"), asked(team, [("V", b"not an image")]))
    failed, waits = Job.objects.order_by("pk")
    run_job(failed.pk)
    for folder in (tmp_path / "uploads").iterdir():
        os.utime(folder, (time.time() - 49 * 3600,) * 2)
    client.post(reverse("ingest"), asked(team, [("V", bands["F555W"])]))
    kept = {path.name for path in (tmp_path / "uploads").iterdir()}
    assert failed.arguments["uploads"] not in kept
    assert waits.arguments["uploads"] in kept
    assert len(kept) == 2


def test_what_is_no_upload_stays_and_hinders_nobody(client, team, curator, bands, tmp_path):
    for name in ("lost+found", "{00000000-0000-0000-0000-000000000000}"):
        (tmp_path / "uploads" / name).mkdir(parents=True)
        os.utime(tmp_path / "uploads" / name, (0, 0))
    (tmp_path / "uploads" / str(uuid4())).symlink_to("gone")
    assert client.post(reverse("ingest"), asked(team, [("V", bands["F555W"])])).status_code == 302
    assert len(list((tmp_path / "uploads").iterdir())) == 4


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"slug": "NGC 7"}, "Small letters, digits and dashes only"),
        ({"slug": "../etc"}, "Small letters, digits and dashes only"),
        ({"reference": "I"}, "Name one of the bands below"),
        ({"bands-0-ext": "../x"}, "A number, a name, or name,version"),
        ({"bands-0-plane": "0"}, "greater than or equal to 1"),
        ({"bands-0-unit": "e⁻/s"}, "as a FITS header has them"),
        ({"bands-0-name": ""}, "This field is required"),
        ({"bands-1-name": "I"}, "This field is required"),
        ({"bands-TOTAL_FORMS": "x"}, "Name at least one band and choose its file"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(client, team, curator, fields, message, tmp_path):
    response = client.post(reverse("ingest"), asked(team, [("V", b"x")]) | fields)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert (Job.objects.count(), waiting(tmp_path)) == (0, [])


def test_two_bands_of_one_name_and_no_band_are_refused(client, team, curator):
    twice = client.post(reverse("ingest"), asked(team, [("V", b"x"), ("V", b"y")]))
    assert (twice.status_code, "V is there twice" in twice.content.decode()) == (422, True)
    none = client.post(reverse("ingest"), asked(team, []))
    assert (none.status_code, Job.objects.count()) == (422, 0)
    assert "Name at least one band and choose its file" in none.content.decode()


@pytest.mark.parametrize("limit", ["INGEST_MAX_FILE_BYTES", "INGEST_MAX_BYTES"])
def test_too_large_uploads_are_refused(client, team, curator, settings, limit, tmp_path):
    setattr(settings, limit, 15)
    response = client.post(
        reverse("ingest"), asked(team, [("V", b"x" * 10), ("I", b"x" * (20 if "FILE" in limit else 10))])
    )
    assert response.status_code == 422
    assert "20 bytes" in response.content.decode()
    assert (Job.objects.count(), waiting(tmp_path)) == (0, [])


def test_a_name_that_another_team_has_is_taken_without_saying_by_whom(client, team, curator):
    other = make_galaxy(make_team("The secret team"), slug="hidden")
    response = client.post(reverse("ingest"), asked(team, [("V", b"x")], slug=other.slug))
    page = response.content.decode()
    assert (response.status_code, "This short name is taken" in page, "secret" in page) == (422, True, False)


def test_another_team_cannot_be_chosen(client, team, curator):
    response = client.post(reverse("ingest"), asked(make_team(), [("V", b"x")]))
    assert (response.status_code, Job.objects.count()) == (422, 0)


@pytest.mark.parametrize("name", ["../../../etc/passwd", "..", "/etc/passwd", "a b;c.fits"])
def test_a_client_s_file_name_names_no_place(client, team, curator, name, tmp_path):
    form = asked(team, []) | {"bands-0-name": "V", "bands-0-file": SimpleUploadedFile("x", b"x")}
    form["bands-0-file"].name = name if name != ".." else "x"
    client.post(reverse("ingest"), form)
    (path,) = waiting(tmp_path)
    assert path.parent.parent.parent == tmp_path / "uploads"
    assert path.name in {"passwd", "x", "a_bc.fits"}


def test_a_stored_name_leads_nowhere_else(tmp_path):
    key, names = waiting_uploads().keep([SimpleUploadedFile("v.fits", b"x")])
    assert waiting_uploads().file(key, names[0]).read_bytes() == b"x"
    (tmp_path / "uploads" / "other").write_bytes(b"y")
    assert waiting_uploads().file(key, "../other") is None


def by_name(team, bands, **fields):
    """What the page's script sends first: names of files in place of files."""
    named = {f"bands-{row}-file": path.name for row, path in enumerate(bands.values())}
    return asked(team, [(name, b"x") for name in bands]) | named | fields


def test_the_page_states_the_limits(client, team, curator, settings):
    settings.INGEST_MAX_FILE_BYTES, settings.INGEST_MAX_BYTES = 3 * 1024**3, 5 * 1024**3
    page = client.get(reverse("ingest")).content.decode().replace("\u00a0", " ")
    assert "A file may have 3.0 GB, all together 5.0 GB." in page
    assert 'data-max-file-bytes="3221225472" data-max-bytes="5368709120"' in page


def test_names_that_can_be_used_are_no_ingest_yet(client, team, curator, bands, tmp_path):
    response = client.post(reverse("ingest"), by_name(team, bands, reference="F814W"), headers={"X-Upload": "check"})
    assert (response.status_code, response.content) == (204, b"")
    assert (Job.objects.count(), waiting(tmp_path)) == (0, [])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"slug": "hidden"}, "This short name is taken; choose another."),
        ({"slug": "NGC 7"}, "Small letters, digits and dashes only"),
        ({"reference": "I"}, "Name one of the bands below"),
        ({"bands-1-ext": "../x"}, "A number, a name, or name,version"),
        ({"bands-1-name": "F555W"}, "F555W is there twice"),
        ({"bands-1-file": ""}, "This field is required"),
    ],
)
def test_names_that_cannot_are_told_without_the_files(client, team, curator, bands, fields, message):
    make_galaxy(make_team("The secret team"), slug="hidden")
    response = client.post(reverse("ingest"), by_name(team, bands, **fields), headers={"X-Upload": "check"})
    page = response.content.decode()
    assert (response.status_code, message in page, "secret" in page) == (422, True, False)
    assert "choose the files again" not in page


def test_a_name_is_no_file_where_the_files_are_due(client, team, curator, bands):
    for step in ("", "send"):
        response = client.post(reverse("ingest"), by_name(team, bands), headers={"X-Upload": step})
        assert (response.status_code, "This field is required" in response.content.decode()) == (422, True)
    assert Job.objects.count() == 0


def test_names_are_checked_for_curators_only(client, team, bands):
    client.force_login(make_member(team, Role.ANNOTATOR))
    response = client.post(reverse("ingest"), by_name(team, bands), headers={"X-Upload": "check"})
    assert response.status_code == 403
    client.logout()
    response = client.post(reverse("ingest"), by_name(team, bands), headers={"X-Upload": "check"})
    assert response["Location"].startswith(reverse("account_login"))


def test_the_page_s_script_is_told_where_to_go_and_the_message_waits_there(client, team, curator, bands):
    response = client.post(reverse("ingest"), asked(team, bands.items()), headers={"X-Upload": "send"})
    job = reverse("job", args=[Job.objects.get().uuid])
    assert (response.status_code, response["Location"]) == (201, job)
    assert "The files are here" in client.get(job).content.decode()
