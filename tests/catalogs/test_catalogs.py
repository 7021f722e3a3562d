"""`detect`, `import_catalog`, `export_catalog`, on the database."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import CommandError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from catalogs.imagery.detection import DetectionParameters
from catalogs.importing import import_catalog
from catalogs.jobs import start_detection
from catalogs.models import Catalog, Source
from catalogs.sky import galaxy_wcs, sky_of
from galaxycat.jobs.models import Job
from galaxycat.jobs.running import run_job
from tests.commands import run, run_json
from tests.conftest import ROOT

pytestmark = pytest.mark.django_db


def test_detect_finds_the_stars_that_were_put_in(world):
    truth = np.random.default_rng(99).uniform(20, 280, (25, 2))
    found = np.array(list(world.catalog.sources.values_list("x_px", "y_px")))
    nearest = np.array([np.hypot(*(found - place).T).min() for place in truth])
    assert (nearest < 0.2).sum() >= 23  # two of the 25 may stand on each other
    assert world.catalog.method == "SEP on F555W"
    assert world.catalog.parameters["DETECT_THRESH"] == 5.0


def test_detected_sources_have_the_sky_that_astropy_gives(world):
    source = world.catalog.sources.first()
    sky = galaxy_wcs(world.galaxy).pixel_to_world(source.x_px, source.y_px)
    assert (source.ra_deg, source.dec_deg) == (
        pytest.approx(sky.ra.deg, abs=1e-10),
        pytest.approx(sky.dec.deg, abs=1e-10),
    )


def test_detect_reports_and_names_a_second_catalogue(world):
    result = run_json("detect", "ngc-0001", "--set", "DETECT_THRESH=10")
    assert result["catalog"] == "sep-f555w-2"
    assert 15 <= result["sources"] <= 25
    assert result["background_rms"] == pytest.approx(1, rel=0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing"], "no such galaxy"),
        (["ngc-0001", "--band", "F999X"], "choose one of F555W, F814W"),
        (["ngc-0001", "--set", "DETECT_THRESH=high"], "DETECT_THRESH"),
        (["ngc-0001", "--set", "COLOUR=3"], "COLOUR"),
        (["ngc-0001", "--set", "DEBLEND_NTHRESH=100000000"], "at most 64"),
        (["ngc-0001", "--set", "DETECT_THRESH=100000"], "lower DETECT_THRESH"),
    ],
)
def test_detect_refuses_in_one_line(world, arguments, message):
    with pytest.raises(CommandError, match=message) as failure:
        run("detect", *arguments)
    assert "\n" not in str(failure.value)
    assert Catalog.objects.count() == 1


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(
        "id,x_px,y_px,class,mag_v\n1,10.5,20.25,1,21.5\n2,299,299,4,\n3,900,10,2,20.0\n4,abc,10,2,20.0\n5,1e300,10,2,20.0\n"
    )
    return path


def test_import_flags_what_is_off_the_image_and_rejects_with_reasons(world, table):
    result = run_json("import_catalog", "ngc-0001", str(table))
    assert (result["catalog"], result["imported"], result["outside"]) == ("mine", 3, 1)
    assert result["classes"] == {"1": 1, "2": 1, "4": 1}
    text, far = result["rejected"]
    assert text["row"] == 5
    assert "abc" in text["reason"]
    assert "ten million" in far["reason"]
    first = Source.objects.get(catalog__name="mine", number=1)
    assert (first.x_px, first.y_px, first.published_label, first.measurements) == (10.5, 20.25, "1", {"mag_v": 21.5})
    sky = galaxy_wcs(world.galaxy).pixel_to_world(10.5, 20.25)
    assert first.ra_deg == pytest.approx(sky.ra.deg, abs=1e-10)


def test_import_puts_sky_positions_on_the_image(world, tmp_path):
    sky = galaxy_wcs(world.galaxy).pixel_to_world(123.4, 56.7)
    path = tmp_path / "sky.csv"
    path.write_text(f"id,ra,dec\n7,{sky.ra.deg:.10f},{sky.dec.deg:.10f}\n")
    run("import_catalog", "ngc-0001", str(path))
    source = Source.objects.get(number=7, catalog__name="sky")
    assert (source.x_px, source.y_px) == (pytest.approx(123.4, abs=1e-4), pytest.approx(56.7, abs=1e-4))


def test_an_import_whose_pixels_contradict_its_sky_says_so(world, tmp_path):
    x_px = np.array([50.0, 120.0, 200.0])
    ra_deg, dec_deg = (np.array(each, dtype=float) for each in sky_of(world.galaxy, x_px, x_px))
    for name, off, is_said in (("same", 0.3, False), ("origin", 1.0, True), ("cut-out", -140.0, True)):
        path = tmp_path / f"{name}.csv"
        Table({"x_px": x_px + off, "y_px": x_px + off, "ra_deg": ra_deg, "dec_deg": dec_deg}).write(path)
        imported = import_catalog(galaxy=world.galaxy, path=path)
        said = f"its pixels lie {off:+.1f}, {off:+.1f} px from its own RA and Dec on this image: the pixels were taken"
        assert (said in imported.sentence) is is_said
        assert [source.x_px for source in imported.catalog.sources.order_by("number")] == list(x_px + off)


def test_an_import_that_fails_leaves_nothing(world, tmp_path):
    path = tmp_path / "empty.csv"
    path.write_text("id,x_px,y_px\n")
    with pytest.raises(CommandError, match=r"empty\.csv"):
        run("import_catalog", "ngc-0001", str(path))
    assert Catalog.objects.count() == 1


def test_export_reads_back_in_astropy_with_units_and_both_pixel_conventions(world, tmp_path):
    path = tmp_path / "out.ecsv"
    result = run_json("export_catalog", "ngc-0001", world.catalog.name, "--output", str(path))
    table = Table.read(path, format="ascii.ecsv")
    source = world.catalog.sources.get(number=1)
    assert len(table) == result["sources"] == world.catalog.sources.count()
    assert (table["x_px"][0], table["X_IMAGE"][0]) == (source.x_px, source.x_px + 1)
    assert (str(table["ra_deg"].unit), str(table["concentration_index"].unit)) == ("deg", "mag")
    assert table["flux_isophotal"].unit.to_string() == "electron / s"
    assert table.meta["galaxy"] == "ngc-0001"


def test_geojson_is_on_the_sky_and_valid(world, tmp_path):
    path = tmp_path / "out.geojson"
    run("export_catalog", "ngc-0001", world.catalog.name, "--format", "geojson", "--output", str(path))
    collection = json.loads(path.read_text(), parse_constant=pytest.fail)
    source = world.catalog.sources.get(number=1)
    assert collection["type"] == "FeatureCollection"
    assert collection["features"][0]["geometry"]["coordinates"] == pytest.approx([source.ra_deg, source.dec_deg])


def test_an_export_comes_back_by_import(world, tmp_path):
    path = tmp_path / "again.ecsv"
    run("export_catalog", "ngc-0001", world.catalog.name, "--output", str(path))
    assert run_json("import_catalog", "ngc-0001", str(path))["imported"] == world.catalog.sources.count()
    fields = ("number", "x_px", "y_px", "ra_deg", "dec_deg")
    again = Catalog.objects.get(name="again").sources.values_list(*fields)
    np.testing.assert_allclose(list(again), list(world.catalog.sources.values_list(*fields)), rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ngc-0001", "nothing"], "no such catalogue"),
        (["ngc-0001", "sep-f555w", "--format", "psd"], "ecsv, geojson"),
        (["ngc-0001", "sep-f555w", "--output", "/nowhere/at/all.ecsv"], "--output"),
    ],
)
def test_export_refuses_in_one_line(world, arguments, message):
    with pytest.raises(CommandError, match=message) as failure:
        run("export_catalog", *arguments)
    assert "\n" not in str(failure.value)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("field", "classes"),
    [
        ("ngc628-c", [334, 357, 326, 542]),
        ("ngc628-e", [92, 80, 87, 122]),
        ("ngc3344", [119, 118, 159, 161]),
    ],
)
def test_legus_class_counts(world, sample_data, field, classes):
    (path,) = (sample_data / "legus").glob(f"hlsp*_{field}_*.tab")
    result = run_json("import_catalog", "ngc-0001", str(path), "--format", "legus")
    assert list(result["classes"].values()) == classes
    assert result["rejected"] == []
    assert Source.objects.filter(catalog__name=result["catalog"]).exclude(published_label="").count() == sum(classes)


class TestOnTheWeb:
    def test_a_curator_uploads_a_catalogue(self, world, client, table):
        client.force_login(world.people["curator"])
        upload = SimpleUploadedFile("../../etc/mine.csv", table.read_bytes())
        answer = client.post(reverse("import_catalog", args=["ngc-0001"]), {"file": upload}, follow=True)
        assert b"3 sources imported" in answer.content
        assert Catalog.objects.get(name="mine").file_name == "mine.csv"

    @pytest.mark.parametrize(
        "content", [b"", b"SIMPLE  =                    T", b"id,x_px,y_px\n1,a,b\n", b"\xff\xfe\x00"]
    )
    def test_a_bad_upload_is_422_with_the_reason(self, world, client, content):
        client.force_login(world.people["curator"])
        answer = client.post(
            reverse("import_catalog", args=["ngc-0001"]), {"file": SimpleUploadedFile("bad.csv", content)}
        )
        assert answer.status_code == 422
        assert Catalog.objects.count() == 1

    def test_an_upload_over_the_limit_is_refused(self, world, client, settings, table):
        settings.UPLOAD_MAX_BYTES = 10
        client.force_login(world.people["curator"])
        answer = client.post(
            reverse("import_catalog", args=["ngc-0001"]), {"file": SimpleUploadedFile("a.csv", table.read_bytes())}
        )
        assert (answer.status_code, b"at most 10" in answer.content) == (422, True)


@pytest.mark.django_db(transaction=True)
def test_a_worker_detects_what_a_curator_asked_for(world, client, tmp_path):
    client.force_login(world.people["curator"])
    Job.objects.filter(pk=world.job.pk).update(state="cancelled", finished_at=timezone.now())
    asked = {"band": "F814W"} | asdict(DetectionParameters(DETECT_THRESH=8.0))
    assert client.post(reverse("detect", args=["ngc-0001"]), asked)["Location"] == reverse("galaxy", args=["ngc-0001"])
    fragment = reverse("catalogs", args=["ngc-0001"])
    waiting = client.get(fragment).content
    assert (b"sep-f814w" in waiting, b"Waits for a worker" in waiting) == (False, True)
    run_worker(home=tmp_path)
    done = client.get(fragment).content
    assert (b"sep-f814w" in done, b"Waits for a worker" in done) == (True, False)
    job = Job.objects.exclude(pk=world.job.pk).get()
    catalog = Catalog.objects.get(name="sep-f814w")
    assert (job.state, job.result["catalog"], job.result["sources"]) == ("done", "sep-f814w", catalog.sources.count())
    assert (catalog.parameters["DETECT_THRESH"], catalog.created_by) == (8.0, world.people["curator"])
    assert any("Detecting sources in F814W" in line for line in job.log)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("DETECT_THRESH", "0", "must be above 0"),
        ("DETECT_MINAREA", "2.5", "Enter a whole number"),
        ("DEBLEND_NTHRESH", "65", "must be at most 64"),
        ("BACK_SIZE", "", "This field is required"),
        ("band", "F999W", "not one of the available choices"),
    ],
)
def test_the_detect_form_says_beside_the_field_what_is_wrong(world, client, name, value, message):
    client.force_login(world.people["curator"])
    asked = {"band": "F555W"} | asdict(DetectionParameters()) | {name: value}
    answer = client.post(reverse("detect", args=["ngc-0001"]), asked)
    assert answer.status_code == 422
    assert message in str(answer.context["form"][name].errors)
    assert Job.objects.count() == 1


def test_the_detect_form_explains_every_parameter(world, client):
    client.force_login(world.people["curator"])
    form = client.get(reverse("detect", args=["ngc-0001"])).context["form"]
    shown = [field.name for _, group in form.groups() for field in group]
    assert sorted(shown) == sorted(field.name for field in fields(DetectionParameters))
    assert [field.name for field in form if not field.help_text] == []


def test_a_failed_detection_says_why_in_the_list(world, client):
    client.force_login(world.people["curator"])
    parameters = {"DETECT_THRESH": 1e9}
    job = start_detection(
        galaxy=world.galaxy, band="F555W", parameters=parameters, started_by=world.people["curator"], url=""
    )
    run_job(job.pk)
    assert b"lower DETECT_THRESH" in client.get(reverse("catalogs", args=["ngc-0001"])).content


def run_worker(home: Path) -> None:
    """A worker process on the test's own database and images, until its queue is empty."""
    database = connection.settings_dict
    server = f"{database['USER']}@{database['HOST']}:{database['PORT']}" if database["USER"] else ""
    url = f"{'postgresql' if server else 'sqlite'}://{server}/{database['NAME']}"
    subprocess.run(
        [sys.executable, "manage.py", "worker", "--batch"],
        env=os.environ | {"DATABASE_URL": url, "GALAXYCAT_HOME": str(home)}, check=True, timeout=90, cwd=ROOT,
    )  # fmt: skip
