"""`campaign_report SLUG [--campaign NAME] [--round N] [--output FOLDER]`: the report and its figures as files."""

import os
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from catalogs.names import galaxy_named
from galaxycat.commands import GalaxyCatCommand
from galaxycat.errors import BadInput
from labeling.names import campaign_named


class Command(GalaxyCatCommand):
    help = (
        "A campaign's report as HTML, PDF and LaTeX, with its figures as SVG and PDF. It sees all rounds, the open blind ones "
        "too: who still votes in one should not read it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("--campaign", metavar="NAME", help="default: the newest")
        parser.add_argument("--round", type=int, metavar="N", help="this round only; default: all")
        parser.add_argument(
            "--output", metavar="FOLDER", default="", help="made where missing; default: SLUG_CAMPAIGN_report"
        )

    def run(self, *, slug: str, campaign: str | None, round: int | None, output: str, **options: Any) -> dict[str, Any]:
        # Here, since they bring what draws and writes with them.
        from labeling.reporting.files import report_files
        from labeling.reporting.report import report_for_operator

        galaxy = galaxy_named(slug)
        report = report_for_operator(campaign_named(galaxy, campaign), round)
        folder = Path(output or report.file_stem)
        if folder.exists() and not folder.is_dir():
            raise BadInput(f"--output {folder}: is a file; name a folder")
        self.progress("Drawing and writing ...")
        paths = write_whole(folder, report_files(report))
        return {"title": report.title, "as_of": report.as_of.isoformat(), "notes": report.notes, "paths": paths}

    def summary(self, result: dict[str, Any]) -> str:
        return "\n".join([result["title"], *result["notes"], *result["paths"].values()])


def write_whole(folder: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    """Name -> path of each file written. None takes its place before all are on the disk. Raises BadInput."""
    unfinished = {name: folder / f".{uuid4().hex}.tmp" for name in files}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            unfinished[name].write_bytes(content)
        for name, path in unfinished.items():
            os.replace(path, folder / name)
    except OSError as error:
        raise BadInput(f"--output {folder}: cannot be written ({error.strerror or error})") from error
    finally:
        for path in unfinished.values():
            path.unlink(missing_ok=True)
    return {name: str(folder / name) for name in files}
