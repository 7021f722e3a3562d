"""Work on all cores: how many, and processes for what holds Python's lock while it computes."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from galaxycat.errors import BadInput

Part = TypeVar("Part")
Found = TypeVar("Found")
# Beyond these the disk is what one waits for; each costs memory.
MOST_WORKERS = 4


def n_workers() -> int:
    """How many may work at once: the cores of this process, at most MOST_WORKERS."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return min(cores, MOST_WORKERS)


def in_processes(work: Callable[[Part], Found], parts: Sequence[Part]) -> Iterator[Found]:
    """`work` of each part, in order, computed by copies of this process that end with the iteration.

    `work` must not touch files or the database, whose places in the stream the copies share. What it raises is raised
    here, and BadInput where a copy was killed. Where the system cannot be trusted to copy a process (other than Linux), or on one core, it is computed in this one.
    """
    count = min(n_workers(), len(parts))
    if count < 2 or sys.platform != "linux":
        yield from map(work, parts)
        return
    fork = multiprocessing.get_context("fork")
    ends: list[Connection] = []
    workers = []
    try:
        for number in range(count):
            end, other = fork.Pipe(duplex=False)
            ends.append(end)
            worker = fork.Process(target=_work, args=(work, parts[number::count], other, ends), daemon=True)
            worker.start()
            workers.append(worker)
            other.close()
        for number in range(len(parts)):
            yield _received(ends[number % count])
    finally:
        for end, worker in zip(ends, workers, strict=False):
            end.close()
            worker.kill()
            worker.join()


def _received(end: Connection) -> Any:
    try:
        is_good, found = end.recv()
    except EOFError as error:
        raise BadInput(
            "a process that shared the work was killed, as happens where memory runs out: make room, then run this again"
        ) from error
    if not is_good:
        raise found
    return found


def _work(work: Callable[[Part], Found], parts: Sequence[Part], other: Connection, ends: Sequence[Connection]) -> None:
    # Ctrl-C reaches the first process, which ends this one. Where it is killed outright, nobody is left to send to.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for end in ends:
        end.close()
    try:
        for part in parts:
            other.send((True, work(part)))
    except BrokenPipeError:
        return
    except Exception as error:
        other.send((False, error))
