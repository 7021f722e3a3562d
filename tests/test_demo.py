"""`demo` and `serve` as a newcomer runs them: real processes, a home of their own."""

import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table
from django.core.management import CommandError, call_command

from tests.ceers import mosaic_centres, write_ceers_mosaic
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
CONTRACT = {"galaxy", "bands", "sources", "votes", "agreement", "encoder", "model", "predictions", "release", "exports"}
AGREEMENT = {
    "n_sources", "n_annotators", "n_votes", "ties", "human_to_mode", "human_to_mode_leave_one_out",
    "human_to_mode_chance", "fleiss_kappa", "krippendorff_alpha", "groups",
}  # fmt: skip


def environment(home: Path) -> dict[str, str]:
    """A newcomer's: embedded database, in-memory channel."""
    ours = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    return ours | {"GALAXYCAT_HOME": str(home), "PYTHONUNBUFFERED": "1"}


def manage(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment(home), capture_output=True, text=True, timeout=180)


def demo(home: Path, *arguments: str) -> dict:
    finished = manage(home, "demo", "--no-serve", "--json", *arguments)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def require_contract(result: dict) -> None:
    """The keys are there, the exports open in astropy and hold every source, and the voters are labelled as simulated."""
    assert result.keys() >= CONTRACT
    assert result["agreement"].keys() >= AGREEMENT
    assert result["voters_are_simulated"] is True
    assert 0.5 < result["agreement"]["human_to_mode"] <= 1
    assert result["agreement"]["n_annotators"] == 3
    assert result["model"].keys() >= {"name", "accuracy", "n_labels"}
    assert result["model"]["n_labels"] == result["agreement"]["n_sources"]
    assert result["predictions"] == result["sources"]
    require_release(result["release"], result["sources"])
    table = Table.read(result["exports"]["ecsv"], format="ascii.ecsv")
    assert len(table) == result["sources"] > 0
    assert str(table["x_px"].unit) == "pix"
    collection = json.loads(Path(result["exports"]["geojson"]).read_text())
    assert len(collection["features"]) == result["sources"]


def require_release(release: dict, n_sources: int) -> None:
    """Rebuilt the same to the byte, and every file opens in astropy with all sources, their votes and the model's word."""
    assert (release["version"], release["verified"]) == (1, True)
    table = Table.read(release["files"]["ecsv"], format="ascii.ecsv")
    assert len(table) == n_sources
    assert {"n_votes", "mode", "final_class", "model"} <= set(table.colnames)
    for format_ in ("fits", "votable"):
        assert len(Table.read(release["files"][format_], format=format_)) == n_sources
    for path in release["files"].values():
        assert hashlib.sha256(Path(path).read_bytes()).hexdigest() == Path(path).name


def test_the_demo_on_a_simulated_galaxy_and_again(tmp_path):
    result = demo(tmp_path, "--size", "512", "--steps", "20")
    require_contract(result)
    assert result["is_simulated"] is True
    assert result["bands"] == ["F275W", "F336W", "F438W", "F555W", "F814W"]
    assert result["model"]["evaluated_by"] == "simulated truth of the sources without a vote"
    assert result["model"]["accuracy"] > 0.5
    again = manage(tmp_path, "demo", "--no-serve", "--json", "--size", "512", "--steps", "20")
    assert json.loads(again.stdout) == result
    # Passwords are shown once.
    assert "password" not in again.stderr


@pytest.mark.realdata
def test_the_demo_on_m51(tmp_path, sample_data):
    bands = [f"--band={band}={sample_data}/m51/m51_hst_{band}_596x900_wcs.fits" for band in "BVR"]
    result = demo(tmp_path, "--steps", "20", *bands)
    require_contract(result)
    assert (result["galaxy"], result["is_simulated"], result["bands"]) == ("m51-hst", False, ["B", "V", "R"])


@pytest.mark.realdata
def test_the_demo_on_the_horseshoe_with_its_photflam_of_zero(tmp_path, sample_data):
    stem = sample_data / "horseshoe" / "hst_mos_1020228_wfc3_uvis"
    bands = [f"--band={name}={stem}_{name.lower()}_drz_cutout_20asec.fits" for name in ("F475W", "F606W", "F814W")]
    require_contract(demo(tmp_path, "--steps", "0", *bands))


@pytest.mark.realdata
def test_the_demo_on_seven_jwst_bands_looks_as_wide_as_its_galaxies(tmp_path, sample_data):
    files = write_ceers_mosaic(sample_data, tmp_path / "ceers")
    result = demo(tmp_path / "home", "--steps", "60", *(f"--band={name}={path}" for name, path in files.items()))
    require_contract(result)
    assert (result["galaxy"], result["is_simulated"]) == ("galaxy", False)
    assert result["bands"] == ["F115W", "F150W", "F200W", "F277W", "F356W", "F410M", "F444W"]
    # Galaxies of half a hundred pixels, three image pixels to one of the cut-out's.
    assert (result["encoder"]["steps"], result["encoder"]["scale"]) == (60, 3)
    assert result["model"]["evaluated_by"].startswith("5-fold cross-validation by sky blocks")
    assert 0 < result["model"]["accuracy"] < 1
    table = Table.read(result["exports"]["ecsv"], format="ascii.ecsv")
    x_px, y_px = mosaic_centres()
    distances = np.hypot(np.subtract.outer(x_px, table["x_px"]), np.subtract.outer(y_px, table["y_px"])).min(axis=1)
    # Each galaxy is found in the middle of its cut-out, but for the seventh: at a detector's edge, and 0 there in F277W.
    assert np.flatnonzero(distances > 12).tolist() == [6]
    for name in result["bands"]:
        assert np.isfinite(table[f"mag_{name.lower()}"]).mean() > 0.8


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--no-serve", "--band", "V=nothing.fits"], "nothing.fits"),
        (["--json"], "--no-serve"),
        (["--no-serve", "--size", "12"], "size"),
        (["--size", "1e3"], "--size"),
        (["--steps", "-1"], "--steps"),
        (["--port", "99999"], "1 to 65535"),
        (["--colour"], "--colour"),
    ],
)
def test_bad_input_is_refused_before_anything_is_built(tmp_path, settings, arguments, message):
    settings.GALAXYCAT_HOME = tmp_path
    with pytest.raises(CommandError, match=message):
        call_command("demo", *arguments)
    assert {path.name for path in tmp_path.iterdir()} <= {".migrating"}


def test_bad_input_is_one_line_and_non_zero(tmp_path):
    finished = manage(tmp_path, "demo", "--no-serve", "--band", "V=nothing.fits")
    assert finished.returncode != 0
    (line,) = [line for line in finished.stderr.splitlines() if line.startswith("CommandError")]
    assert "nothing.fits" in line
    assert "Traceback" not in finished.stderr


def test_commands_that_start_at_once_in_a_fresh_home_do_not_trip_over_each_other(tmp_path):
    command = [sys.executable, "manage.py", "export_catalog", "ngc-1", "any"]
    started = [
        subprocess.Popen(command, cwd=ROOT, env=environment(tmp_path), stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    complaints = [process.communicate(timeout=120)[1].strip() for process in started]
    assert set(complaints) == {"CommandError: ngc-1: there is no such galaxy (known: none yet); ingest it first"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_serve_answers_and_stops_everything_it_started(tmp_path, stop):
    port = free_port()
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    # A shell's background job ignores Ctrl-C, and what it starts would too.
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    started = {"cwd": ROOT, "env": environment(tmp_path), "stderr": subprocess.PIPE, "text": True, "preexec_fn": heed}
    with subprocess.Popen(command, **started) as serving:
        try:
            line = next(line for line in serving.stderr if "answers at" in line)
            address = re.search(r"http://\S+", line)[0]
            with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own address
                page = answer.read().decode()
            # Hashed and so cached for ever.
            assert re.search(r"/static/css/base\.[0-9a-f]{12}\.css", page)
            children = children_of(serving.pid)
            assert len(children) == 3  # web, worker, learner
            serving.send_signal(stop)
            serving.communicate(timeout=30)
        finally:
            serving.terminate()  # where anything of this fails, the test fails instead of waiting for ever
    assert serving.returncode == 0
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []


def children_of(pid: int) -> list[int]:
    deadline = time.monotonic() + 5
    children: list[int] = []
    while len(children) < 3 and time.monotonic() < deadline:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children


def test_a_port_in_use_is_said_before_anything_is_built(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        finished = manage(tmp_path, "demo", "--port", str(taken.getsockname()[1]))
    assert finished.returncode != 0
    assert "choose another port" in finished.stderr
    assert not (tmp_path / "simulated").exists()
