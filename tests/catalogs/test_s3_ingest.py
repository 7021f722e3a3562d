"""`ingest` from S3, against a real S3 server on this machine; and that no address from a page reaches the network."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

import boto3
import pytest
from astropy.io import fits
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import CommandError
from django.urls import reverse
from moto.server import ThreadedMotoServer

from catalogs.imagery.bandargument import BandArgument
from catalogs.ingest import ingest_galaxy
from catalogs.ingestjob import INGEST
from catalogs.models import Band, Galaxy, Mosaic
from catalogs.s3files import fetched
from galaxycat.accounts.models import Role, Team
from galaxycat.errors import BadInput
from galaxycat.jobs.models import Job
from galaxycat.jobs.running import run_job
from galaxycat.jobs.starting import start_job
from tests.commands import run, run_json
from tests.conftest import ROOT
from tests.factories import make_member, make_team
from tests.world import write_band

pytestmark = pytest.mark.django_db

KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
# Nothing of the machine's own settings; and each request once.
PLAIN = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1"}  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an S3 server."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def aws(monkeypatch, server, images):
    """The surroundings of a command that reads from the server, without credentials."""
    for variable in [variable for variable in os.environ if variable.startswith("AWS_")]:
        monkeypatch.delenv(variable)
    for variable, value in (PLAIN | {"AWS_ENDPOINT_URL": server}).items():
        monkeypatch.setenv(variable, value)
    return monkeypatch


@pytest.fixture
def owner(server):
    """The bucket owner's client."""
    return boto3.client("s3", endpoint_url=server, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")  # fmt: skip


@pytest.fixture
def bucket(owner) -> str:
    owner.create_bucket(Bucket=(name := f"bucket-{uuid4()}"))
    return name


@pytest.fixture
def put(owner, bucket):
    """Puts a file in the bucket, for everybody to read or not, and returns its address."""

    def put(path: Path, key: str, acl: str = "public-read") -> str:
        owner.put_object(Bucket=bucket, Key=key, Body=path.read_bytes(), ACL=acl)
        return f"s3://{bucket}/{key}"

    return put


@pytest.fixture
def band(tmp_path):
    return write_band(tmp_path / "v.fits", FILTER="F555W", PHOTFLAM=1.8e-19)


def left(images: Path) -> list[Path]:
    """Files and drafts in the storage."""
    drafts = list((images / "drafts").iterdir()) if (images / "drafts").is_dir() else []
    return [path for path in images.rglob("*") if path.is_file()] + drafts


class HalfServer(ThreadingHTTPServer):
    """Answers a GET with its whole content's length and half of the content; then it hangs up, or waits for `go_on`."""

    content, requests, go_on = b"", 0, Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class HalfHandler(BaseHTTPRequestHandler):
    server: HalfServer

    def do_GET(self) -> None:
        self.server.requests += 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.content)))
        self.end_headers()
        self.wfile.write(self.server.content[: len(self.server.content) // 2])
        self.wfile.flush()
        self.server.go_on.wait(timeout=60)

    def do_HEAD(self) -> None:
        self.server.requests += 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.content)))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def half_server(content: bytes, *, hangs_up: bool) -> Iterator[HalfServer]:
    with HalfServer(("127.0.0.1", 0), HalfHandler) as server:
        server.content, server.go_on = content, Event()
        if hangs_up:
            server.go_on.set()
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.go_on.set()
            server.shutdown()


def test_the_mosaic_is_the_same_as_from_the_file_on_disk(aws, put, band, images):
    address = put(band, "m 51/v+1.fits")
    result = run_json("ingest", "remote", "--band", f"V={address}")
    assert left(images / "drafts") == []
    local = run_json("ingest", "local", "--band", f"V={band}")
    assert result == local | {"slug": "remote"}
    assert len(set(Mosaic.objects.values_list("content_sha256", flat=True))) == 1
    assert set(Band.objects.values_list("file_name", flat=True)) == {"v.fits", "v+1.fits"}
    again = run_json("ingest", "remote", "--band", f"V={band}")
    assert again == result | {"is_new": False}


def test_extension_and_plane_of_one_file_that_is_downloaded_once(aws, put, band, tmp_path, images):
    data, header = fits.getdata(band), fits.getheader(band)
    cube = tmp_path / "cube.fits"
    fits.HDUList(
        [fits.PrimaryHDU(), fits.ImageHDU(data[::-1], name="ERR"), fits.ImageHDU([data, data + 1], header, name="SCI")]
    ).writeto(cube)
    told = ["[SCI][plane=1][unit=MJy/sr]", "[plane=2][SCI]"]

    def bands(place: object) -> list[str]:
        return [part for name, part in zip("VI", told, strict=True) for part in ("--band", f"{name}={place}{part}")]

    lines: list[tuple[float | None, str]] = []
    address = put(cube, "cube.fits")
    with fetched([address, address], lambda fraction, stage: lines.append((fraction, stage))) as paths:
        assert [path.read_bytes() for path in paths.values()] == [cube.read_bytes()]
    assert lines[-1] == (1.0, f"downloading {address}")
    assert left(images) == []
    remote, local = run_json("ingest", "remote", *bands(address)), run_json("ingest", "local", *bands(cube))
    assert remote["sha256"] == local["sha256"]
    assert remote["bands"][0]["unit"] == "MJy/sr"


def test_what_is_private_needs_credentials(aws, put, band, images):
    address = put(band, "v.fits", acl="private")
    with pytest.raises(CommandError, match="access denied: check the address, or give credentials"):
        run("ingest", "ngc-1", "--band", f"V={address}")
    for variable, value in KEYS.items():
        aws.setenv(variable, value)
    assert run_json("ingest", "ngc-1", "--band", f"V={address}")["is_new"]


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("s3://{bucket}/none.fits", "no such file in the bucket: check the address"),
        ("s3://none-{bucket}/v.fits", "no such bucket: check the address"),
        ("s3://{bucket}/v.fits[SCI]", "no such extension: choose one of 0:PRIMARY"),
        ("s3://{bucket}/text.fits", "is not a readable FITS file"),
        ("s3://{bucket}/empty.fits", "is empty"),
        ("s3://{bucket}", "names no file"),
        ("s3://{bucket}/folder/", "names no file"),
        ("s3://{bucket}/..", "names no file"),
        ("s3:///v.fits", "names no file"),
        ("s3://not a bucket/v.fits", "cannot be read"),
        ("s3://{bucket}/v.fits[colour=red]", "is unknown"),
    ],
)
def test_what_cannot_be_had_is_one_line_that_names_the_address(aws, put, band, bucket, images, tmp_path, address, message):  # fmt: skip
    put(band, "v.fits")
    (other := tmp_path / "other").write_text("no image")
    put(other, "text.fits")
    other.write_text("")
    put(other, "empty.fits")
    address = address.format(bucket=bucket)
    with pytest.raises(CommandError, match=message) as refused:
        run("ingest", "ngc-1", "--band", f"I={band}", "--band", f"V={address}")
    assert address.partition("[")[0] in str(refused.value)
    assert str(tmp_path) not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert (Galaxy.objects.count(), left(images)) == (0, [])


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9", "cannot be read .*check the address, the network and AWS_ENDPOINT_URL"),
        ("AWS_ENDPOINT_URL_S3", "nowhere", "cannot be read .*check the address, the network and AWS_ENDPOINT_URL"),
        ("AWS_PROFILE", "nobody", "cannot be read .*nobody"),
    ],
)  # fmt: skip
def test_a_server_that_cannot_be_reached_is_one_line(aws, put, band, images, variable, value, message):
    address = put(band, "v.fits")
    aws.setenv(variable, value)
    with pytest.raises(CommandError, match=f"^{address}: {message}") as refused:
        run("ingest", "ngc-1", "--band", f"V={address}")
    assert "\n" not in str(refused.value)
    assert (Galaxy.objects.count(), left(images)) == (0, [])


def test_a_download_that_is_cut_short_is_one_line_and_leaves_nothing(aws, band, images):
    with half_server(band.read_bytes(), hangs_up=True) as half:
        aws.setenv("AWS_ENDPOINT_URL", half.url)
        with pytest.raises(
            CommandError, match=r"^s3://b-1/v.fits: the download was cut short .*run the command again$"
        ):
            run("ingest", "ngc-1", "--band", "V=s3://b-1/v.fits")
    assert (Galaxy.objects.count(), left(images)) == (0, [])


def test_more_than_fits_on_the_disk_is_not_begun(aws, put, band, images, monkeypatch):
    address = put(band, "v.fits")
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    with pytest.raises(CommandError, match=f"^{address}: .* bytes to download, 1,000 are free"):
        run("ingest", "ngc-1", "--band", f"V={address}")
    assert left(images) == []


def test_names_are_checked_before_the_download(aws, images):
    with half_server(b"x", hangs_up=True) as half:
        aws.setenv("AWS_ENDPOINT_URL", half.url)
        for wrong in (["NGC 1"], ["ngc-1", "--reference", "I"], ["ngc-1", "--band", "V=v.fits"]):
            with pytest.raises(CommandError):
                run("ingest", *wrong, "--band", "V=s3://b-1/v.fits")
        assert half.requests == 0


def test_a_killed_download_leaves_nothing_half_made_and_can_be_run_again(aws, put, server, band, tmp_path):
    home = tmp_path / "home"
    address = put(band, "v.fits")
    arguments = [sys.executable, "manage.py", "ingest", "ngc-1", "--json", "--band", f"V={address}"]
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | {"GALAXYCAT_HOME": str(home)}  # fmt: skip
    # Long enough for progress to show before the half of it.
    with half_server(bytes(4 << 20), hangs_up=False) as half:
        with subprocess.Popen(
            arguments, cwd=ROOT, env=environment | {"AWS_ENDPOINT_URL": half.url}, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr is not None
            assert any(re.match(r" [1-5]\d% downloading", line) for line in process.stderr)
            process.send_signal(signal.SIGKILL)
            assert process.wait(timeout=30) == -signal.SIGKILL
        (draft,) = (home / "images" / "drafts").iterdir()
    done = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=True)
    assert json.loads(done.stdout)["is_new"]
    assert f"downloading {address}" in done.stderr
    assert not draft.exists()
    assert list((home / "images" / "drafts").iterdir()) == []


@pytest.fixture
def curator(client):
    user = make_member(make_team(), Role.CURATOR)
    client.force_login(user)
    return user


@pytest.fixture
def silent(aws, settings, tmp_path, band) -> Iterator[HalfServer]:
    """A server that would answer for any bucket, and counts who comes."""
    uploads = settings.STORAGES["uploads"] | {"OPTIONS": {"location": tmp_path / "uploads"}}
    settings.STORAGES = settings.STORAGES | {"uploads": uploads}
    with half_server(band.read_bytes(), hangs_up=True) as server:
        aws.setenv("AWS_ENDPOINT_URL", server.url)
        yield server
        assert server.requests == 0


def test_the_form_takes_no_address(client, curator, silent):
    form = {"team": Team.objects.get().pk, "slug": "ngc-1", "bands-TOTAL_FORMS": "1", "bands-INITIAL_FORMS": "0"}
    written = form | {"bands-0-name": "V", "bands-0-file": "s3://b-1/v.fits"}
    assert client.post(reverse("ingest"), written).status_code == 422
    assert Job.objects.count() == 0
    upload = SimpleUploadedFile("v.fits", b"no image")
    upload.name = "s3://b-1/v.fits"
    client.post(reverse("ingest"), form | {"bands-0-name": "V=s3://b-1/v.fits", "bands-0-file": upload})
    run_job((job := Job.objects.get()).pk)
    job.refresh_from_db()
    assert (job.state, Galaxy.objects.count()) == (Job.State.FAILED, 0)
    assert job.error.startswith("v.fits: is not a readable FITS file")


def test_the_job_takes_no_address(curator, silent):
    team = Team.objects.get()
    job = start_job(
        kind=INGEST, team=team, subject="ngc-1", url="", started_by=curator,
        arguments={
            "galaxy": "ngc-1", "name": None, "reference": None, "team": str(team.uuid), "user": str(curator.uuid),
            "uploads": str(uuid4()), "bands": [{"name": "V", "file": "s3://b-1/v.fits"}],
        },
    )  # fmt: skip
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, Galaxy.objects.count()) == (Job.State.FAILED, 0)
    assert job.error.startswith("v.fits: the uploaded file is gone")


def test_neither_the_ingest_itself_nor_the_demo_takes_an_address(silent):
    with pytest.raises(BadInput, match="no such file"):
        ingest_galaxy(slug="ngc-1", bands=[BandArgument("V", Path("s3://b-1/v.fits"))], team=make_team())
    with pytest.raises(CommandError, match="only ingest reads s3:// addresses"):
        run("demo", "--no-serve", "--band", "V=s3://b-1/v.fits")


def test_no_process_loads_boto3_before_it_fetches():
    code = (
        "import sys, django; django.setup(); import galaxycat.asgi, catalogs.detecting, catalogs.ingestjob, catalogs.ingest\n"
        "import catalogs.management.commands.ingest, rasterio\n"
        "print(sorted(name for name in sys.modules if name.startswith(('boto', 's3transfer'))))\n"
        "import boto3"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "galaxycat.settings"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout.strip() == "[]"
