"""`import_catalog SLUG FILE [--format F] [--name N]`"""

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from catalogs.importing import import_catalog
from catalogs.names import galaxy_named
from catalogs.tables.registry import TABLE_READERS
from galaxycat.commands import GalaxyCatCommand


class Command(GalaxyCatCommand):
    help = "Bring a catalogue file in as a reference catalogue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", help=f"one of {', '.join(TABLE_READERS)}; guessed from the file otherwise")
        parser.add_argument("--name", help="the catalogue's name; the file's otherwise")
        parser.add_argument("--class-column", type=int, metavar="N", help="LEGUS: the 1-based column of the class")
        parser.add_argument(
            "--origin", type=int, choices=(0, 1), help="CSV: which pixel number columns x and y start at"
        )

    def run(self, *, slug: str, file: Path, name: str | None, **options: Any) -> dict[str, Any]:
        chosen = {key: options[key] for key in ("class_column", "origin") if options[key] is not None}
        imported = import_catalog(galaxy=galaxy_named(slug), path=file, format_=options["format"], name=name, **chosen)
        self.progress(imported.sentence)
        return {
            "catalog": imported.catalog.name,
            "imported": imported.n_imported,
            "outside": imported.n_outside,
            "rejected": [asdict(rejection) for rejection in imported.rejected],
            "classes": imported.classes,
            "layout": imported.catalog.method,
        }
