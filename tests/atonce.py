"""Many people doing the same at the same moment, each on a connection of their own."""

import threading
from collections.abc import Callable, Sequence

from django.db import connection

START_S, END_S = 20, 60


def at_once(people: Sequence, work: Callable[[object], object]) -> None:
    """Run `work` of each of `people` in threads that start together; fails with what any of them raised."""
    start, errors = threading.Barrier(len(people)), []

    def run(person: object) -> None:
        try:
            start.wait(timeout=START_S)
            work(person)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=END_S)
    assert errors == []
    assert not any(thread.is_alive() for thread in threads)
