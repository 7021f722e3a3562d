"""`export_catalog SLUG CATALOG [--format F] [--output FILE]`"""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from catalogs.exporting import catalog_table
from catalogs.names import galaxy_named
from catalogs.tables.registry import TABLE_WRITERS, write_table
from galaxycat.commands import GalaxyCatCommand
from galaxycat.errors import BadInput


class Command(GalaxyCatCommand):
    help = "Write a catalogue as a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("catalog", help="the catalogue's name")
        parser.add_argument("--format", default="ecsv", help=f"one of {', '.join(TABLE_WRITERS)}")
        parser.add_argument("--output", type=Path, metavar="FILE", help="default: SLUG_CATALOG.FORMAT here")

    def run(self, *, slug: str, catalog: str, output: Path | None, **options: Any) -> dict[str, Any]:
        galaxy = galaxy_named(slug)
        found = galaxy.catalogs.filter(name=catalog, withdrawn_at=None).first()
        if found is None:
            known = ", ".join(galaxy.catalogs.filter(withdrawn_at=None).values_list("name", flat=True)) or "none yet"
            raise BadInput(f"{catalog}: {slug} has no such catalogue (known: {known})")
        path = output or Path(f"{slug}_{catalog}.{options['format']}")
        if path.is_dir() or not os.access(path.parent, os.W_OK):
            raise BadInput(f"--output: {path} cannot be written; name a file in a folder of yours")
        table = catalog_table(found)
        write_table(table, path, options["format"])
        return {"catalog": found.name, "format": options["format"], "sources": len(table), "output": str(path)}
