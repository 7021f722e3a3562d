"""`serve`: web, worker and learner together."""

from argparse import ArgumentParser
from typing import Any

from galaxycat.commands import GalaxyCatCommand
from galaxycat.serving import prepare_statics, require_free_port, serve


class Command(GalaxyCatCommand):
    help = "Run the web, worker and learner processes together until Ctrl-C."
    has_json = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def run(self, *, host: str, port: int, **options: Any) -> dict[str, Any]:
        require_free_port(host, port)
        prepare_statics()
        serve(host, port, lambda: self.progress(f"GalaxyCat answers at http://{host}:{port} (Ctrl-C stops it)"))
        return {"stopped": True}

    def summary(self, result: dict[str, Any]) -> str:
        return "Stopped."
