"""What every GalaxyCat command has in common: a migrated home, one clear line on bad input, `--json`."""

import fcntl
import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from galaxycat.errors import DomainError

BAR_WIDTH = 30


def _migrate() -> None:
    """A fresh GALAXYCAT_HOME needs no other step. Of several commands that start at once, one does it and the others wait."""
    with (Path(settings.GALAXYCAT_HOME) / ".migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        call_command("migrate", verbosity=0, interactive=False)


class GalaxyCatCommand(BaseCommand):
    """A command of the contract: subclasses write `run(**options) -> dict` and print progress on standard error.

    With `--json` the returned dict is the only thing on standard output; otherwise `summary(result)` is.
    """

    requires_database = True
    has_json = True
    requires_system_checks = ()  # they load every view, for seconds; `make lint` runs them
    _reached: tuple[str, int | None] | None = None

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if self._called_from_command_line:  # type: ignore[attr-defined] # missing in the stubs
            # One clear line, as for every other bad input, in place of the usage.
            def refuse(message: str) -> NoReturn:
                self.stderr.write(f"CommandError: {message} (--help shows what {subcommand} takes)")
                sys.exit(1)

            parser.error = refuse  # type: ignore[method-assign]
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        if self.has_json:
            parser.add_argument("--json", action="store_true", help="print the result as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if self.requires_database:
            _migrate()
        try:
            result = self.run(**options)
        except DomainError as error:
            raise CommandError(" ".join(str(error).split())) from error
        if options.get("json"):
            self.stdout.write(json.dumps(result, allow_nan=False))
        else:
            self.stdout.write(self.summary(result))

    def run(self, *args: Any, **options: Any) -> dict[str, Any]:
        raise NotImplementedError

    def summary(self, result: dict[str, Any]) -> str:
        return "\n".join(f"{key}: {value}" for key, value in result.items())

    def step(self, fraction: float | None, stage: str) -> None:
        """How far the work is: on a terminal a bar, rewritten in place; elsewhere a line a stage and a tenth."""
        reached = (stage, None if fraction is None else int(fraction * 10))
        if self.stderr.isatty():
            filled = round((fraction or 0) * BAR_WIDTH)
            bar = "#" * filled + "." * (BAR_WIDTH - filled)
            self.stderr.write(f"\r[{bar}] {fraction or 0:4.0%} {stage}\033[K", ending="\n" if fraction == 1 else "")
            self.stderr.flush()
        elif reached != self._reached:
            self.progress(stage if fraction is None else f"{fraction:4.0%} {stage}")
        self._reached = reached

    def progress(self, line: str) -> None:
        """Tell the person at the terminal what is going on, away from the result."""
        self.stderr.write(line)
        self.stderr.flush()
