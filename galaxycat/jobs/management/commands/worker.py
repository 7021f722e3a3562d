"""`worker [--batch]`: run background jobs; any number of these on one database."""

from argparse import ArgumentParser
from types import FrameType
from typing import Any
from uuid import uuid4

from django_tasks_db.management.commands.db_worker import Worker

from galaxycat.commands import GalaxyCatCommand
from galaxycat.jobs.reaping import Reaper, reap
from galaxycat.jobs.running import stopping

INTERVAL_S = 0.5


class JobWorker(Worker):
    """The queue's own worker, which gives a running job back when it is asked to stop."""

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        stopping.set()
        super().shutdown(signum, frame)


class Command(GalaxyCatCommand):
    help = "Run background jobs until Ctrl-C, and take up what a killed worker left. Start as many as you like."
    has_json = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--batch", action="store_true", help="end when nothing is waiting")

    def run(self, *, batch: bool, **options: Any) -> dict[str, Any]:
        worker = JobWorker(
            queue_names=["*"], interval=INTERVAL_S, batch=batch, backend_name="default", startup_delay=False,
            max_tasks=None, worker_id=uuid4().hex, excluded_queue_names=[],
        )  # fmt: skip
        worker.configure_signals()
        reap()
        reaper = Reaper()
        reaper.start()
        try:
            worker.run()
        finally:
            reaper.stop()
        return {}

    def summary(self, result: dict[str, Any]) -> str:
        return "Stopped."
