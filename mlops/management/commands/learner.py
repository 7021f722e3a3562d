"""`learner`: the process that learns from every vote."""

import signal
from types import FrameType
from typing import Any

from galaxycat.commands import GalaxyCatCommand
from mlops.learner import learn_until_stopped


class Command(GalaxyCatCommand):
    help = "Refit the models within a second of a vote, until Ctrl-C or SIGTERM. `serve` starts it."
    has_json = False

    def run(self, **options: Any) -> dict[str, Any]:
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            learn_until_stopped()
        except KeyboardInterrupt:
            self.progress("learner: stopped")
        return {}

    def summary(self, result: dict[str, Any]) -> str:
        return ""


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
