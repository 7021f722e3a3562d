"""Work shared among processes: in order, with its errors, and none of them left."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from catalogs.imagery import sharing
from catalogs.imagery.sharing import in_another, in_processes
from galaxycat.errors import BadInput
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux only")
ENDLESS = """
import os, time
from catalogs.imagery import sharing
sharing.n_workers = lambda: 2
def work(part):
    os.write(1, f"{os.getpid()}\\n".encode())
    time.sleep(0.3)
    return part
for found in sharing.in_processes(work, range(1000)):
    pass
"""


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""  # empty where it ended and was not waited for
    except OSError:
        return False


@pytest.fixture(autouse=True)
def two_cores(monkeypatch):
    monkeypatch.setattr(sharing, "n_workers", lambda: 2)


def test_found_in_order_by_other_processes_that_end():
    found = list(in_processes(lambda part: (part, os.getpid(), np.full(3, part)), range(7)))
    assert [part for part, _, _ in found] == list(range(7))
    assert [values.tolist() for _, _, values in found] == [[part] * 3 for part in range(7)]
    pids = {pid for _, pid, _ in found}
    assert (len(pids), os.getpid() in pids) == (2, False)
    assert multiprocessing.active_children() == []


def test_a_part_is_taken_once_a_copy_is_free_for_it():
    taken = []
    found = in_processes(lambda part: part, (taken.append(part) or part for part in range(20)))
    for number in range(18):
        assert next(found) == number
        assert len(taken) == number + 3
    assert list(found) == [18, 19]


def test_what_making_a_part_raises_is_raised_and_the_copies_end():
    def parts():
        yield from range(3)
        raise BadInput("damaged")

    found = in_processes(lambda part: part, parts())
    with pytest.raises(BadInput, match="damaged"):
        list(found)
    assert multiprocessing.active_children() == []


def test_a_copy_that_is_killed_is_one_line_with_the_mend():
    with pytest.raises(BadInput, match="killed, as happens where memory runs out: make room"):
        list(in_processes(lambda part: os.kill(os.getpid(), signal.SIGKILL), range(4)))
    assert multiprocessing.active_children() == []


def test_what_one_raises_is_raised_and_the_others_end():
    def work(part: int) -> int:
        if part == 3:
            raise ValueError("three")
        return part

    found = in_processes(work, range(8))
    assert [next(found) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(found)
    assert multiprocessing.active_children() == []


def test_one_part_is_computed_here():
    assert list(in_processes(lambda part: (part, os.getpid()), [5])) == [(5, os.getpid())]


def test_killed_outright_it_leaves_no_process():
    with subprocess.Popen([sys.executable, "-c", ENDLESS], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pids = {int(process.stdout.readline()) for _ in range(4)}
        process.send_signal(signal.SIGKILL)
    assert len(pids) == 2
    deadline = time.monotonic() + 20
    while any(runs(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in pids if runs(pid)]


def write_after(path: Path, seconds: float) -> None:
    path.with_suffix(".pid").write_text(str(os.getpid()))
    time.sleep(seconds)
    path.write_text("done")


def fail(path: Path) -> None:
    raise FileNotFoundError(f"{path}: is gone")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_another_process_works_while_this_one_gives_signs_of_life(tmp_path):
    beats = []
    in_another(write_after, tmp_path / "a.txt", 2.5, meanwhile=lambda: beats.append(1))
    assert (tmp_path / "a.txt").read_text() == "done"
    assert int((tmp_path / "a.pid").read_text()) != os.getpid()
    assert len(beats) >= 2
    assert multiprocessing.active_children() == []


def test_what_goes_wrong_in_another_process_is_raised_here(tmp_path):
    with pytest.raises(FileNotFoundError, match="is gone"):
        in_another(fail, tmp_path, meanwhile=lambda: None)
    with pytest.raises(BadInput, match="was killed"):
        in_another(die, meanwhile=lambda: None)


def test_who_is_called_off_meanwhile_leaves_no_process(tmp_path):
    def call_off():
        raise InterruptedError("cancelled")

    with pytest.raises(InterruptedError):
        in_another(write_after, tmp_path / "b.txt", 60, meanwhile=call_off)
    assert multiprocessing.active_children() == []
    assert not (tmp_path / "b.txt").exists()
