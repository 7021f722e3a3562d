"""`kill -9` of the real ingest process, at several stages: nothing half-made stays, and it can simply be run again."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.skyfield import grid, patch, write

pytestmark = pytest.mark.slow
V_PX, V_ARCSEC, J_PX, J_ARCSEC = 700, 0.05, 320, 0.128
# In mid-write of each of the files, and between the last of them and the rows.
STAGES = ["reading J", "encoding the display pyramid", "storing the images"]
COUNTS = [f"SELECT count(*) FROM catalogs_{table}" for table in ("galaxy", "mosaic", "band", "rendition")]  # noqa: S608 # ours


@pytest.fixture(scope="module")
def arguments(tmp_path_factory) -> list[str]:
    folder = tmp_path_factory.mktemp("bands")
    v, j = grid(V_PX, V_ARCSEC), grid(J_PX, J_ARCSEC, 20)
    sky = patch(v, 20, fwhm_arcsec=0.25, sky_per_arcsec2=1)
    files = [write(folder / f"{name}.fits", sky.draw(wcs), wcs) for name, wcs in (("V", v), ("J", j))]
    return ["ingest", "ngc-1", "--json", *(part for file in files for part in ("--band", f"{file.stem}={file}"))]


def started(arguments: list[str], home: Path) -> subprocess.Popen:
    environment = os.environ | {"GALAXYCAT_HOME": str(home), "OMP_NUM_THREADS": "1"}
    environment.pop("DATABASE_URL", None)
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def finished(arguments: list[str], home: Path) -> dict:
    output, errors = (process := started(arguments, home)).communicate(timeout=120)
    assert process.returncode == 0, errors
    return json.loads(output)


def kill_at(stage: str, arguments: list[str], home: Path) -> None:
    """Let the process come to this stage, then end it as a power cut would."""
    with started(arguments, home) as process:
        assert process.stderr is not None
        reached = any(stage in line for line in process.stderr)
        process.send_signal(signal.SIGKILL)
        assert process.wait(timeout=30) == -signal.SIGKILL
    assert reached


def rows(home: Path) -> list[int]:
    with sqlite3.connect(home / "galaxycat.sqlite3") as database:
        return [database.execute(count).fetchone()[0] for count in COUNTS]


def images(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "images").rglob("*") if path.is_file())


def test_a_killed_ingest_leaves_no_galaxy_and_runs_again_to_the_same_bytes(arguments, tmp_path):
    home, undisturbed = tmp_path / "killed", tmp_path / "undisturbed"
    for stage in STAGES:
        kill_at(stage, arguments, home)
        assert rows(home) == [0, 0, 0, 0], stage
    again = finished(arguments, home)
    expected = finished(arguments, undisturbed)
    assert (again["is_new"], again["sha256"]) == (True, expected["sha256"])
    assert (images(home), rows(home)) == (images(undisturbed), rows(undisturbed))
    assert len(images(home)) == 3
    assert list((home / "images" / "drafts").iterdir()) == []
