"""Work on all cores: how many, and processes for what holds Python's lock while it computes."""

import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
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


def in_processes(work: Callable[[Part], Found], parts: Iterable[Part]) -> Iterator[Found]:
    """`work` of each part, in order, computed by copies of this process that end with the iteration. A part is taken from
    `parts`, here, once a copy is free for it, so that no more of them are held than there are copies.

    `work` must not touch files or the database, whose places in the stream the copies share. What it raises is raised
    here, and BadInput where a copy was killed. Where the system cannot be trusted to copy a process (other than Linux), or on one core, it is computed in this one.
    """
    waiting = iter(parts)
    first = list(islice(waiting, n_workers()))
    if len(first) < 2 or sys.platform != "linux":
        yield from map(work, chain(first, waiting))
        return
    fork = multiprocessing.get_context("fork")
    ends: list[Connection] = []
    workers = []
    try:
        for _ in first:
            end, other = fork.Pipe()
            ends.append(end)
            worker = fork.Process(target=_work, args=(work, other, ends), daemon=True)
            worker.start()
            workers.append(worker)
            other.close()
        busy: deque[Connection] = deque()
        for end, part in zip(ends, first, strict=True):
            _send(end, part)
            busy.append(end)
        first.clear()
        while busy:
            found = _received(end := busy.popleft())
            for part in islice(waiting, 1):
                _send(end, part)
                busy.append(end)
            yield found
    finally:
        for end, worker in zip(ends, workers, strict=False):
            end.close()
            worker.kill()
            worker.join()


def in_another(work: Callable[..., object], *arguments: object, meanwhile: Callable[[], None]) -> None:
    """`work(*arguments)` in a process that is started anew, so that it may touch files; `meanwhile` is called here once a second,
    and what it raises ends that process. What `work` raises is raised here, and BadInput where the process was killed."""
    spawn = multiprocessing.get_context("spawn")
    end, other = spawn.Pipe(duplex=False)
    worker = spawn.Process(target=_work_once, args=(work, arguments, other), daemon=True)
    worker.start()
    other.close()
    try:
        while not end.poll(1):
            meanwhile()
        with _told_where_killed():
            error = end.recv()
    finally:
        end.close()
        worker.kill()
        worker.join()
    if error is not None:
        raise error


def _work_once(work: Callable[..., object], arguments: Sequence[object], other: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the first process, which ends this one
    try:
        work(*arguments)
    except Exception as error:
        other.send(error)
    else:
        other.send(None)


@contextmanager
def _told_where_killed() -> Iterator[None]:
    try:
        yield
    except (EOFError, ConnectionError) as error:
        raise BadInput(
            "a process that shared the work was killed, as happens where memory runs out: make room, then run this again"
        ) from error


def _send(end: Connection, part: object) -> None:
    with _told_where_killed():
        end.send(part)


def _received(end: Connection) -> Any:
    with _told_where_killed():
        is_good, found = end.recv()
    if not is_good:
        raise found
    return found


def _work(work: Callable[[Part], Found], other: Connection, ends: Sequence[Connection]) -> None:
    # Ctrl-C reaches the first process, which ends this one. Where it is killed outright, nobody is left to send to.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for end in ends:
        end.close()
    try:
        while True:
            part = other.recv()
            try:
                answer: tuple[bool, object] = (True, work(part))
            except Exception as error:
                answer = (False, error)
            other.send(answer)
    except (EOFError, ConnectionError):
        return
