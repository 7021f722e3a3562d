"""`import_predictions SLUG CATALOG FILE [--name NAME]`"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from catalogs.names import galaxy_named
from galaxycat.commands import GalaxyCatCommand
from mlops.importing import import_predictions
from mlops.names import catalog_named
from mlops.predicting import class_counts, predictions_of


class Command(GalaxyCatCommand):
    help = "Bring published predictions (StarcNet's tables) in as those of an imported model."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("catalog", help="whose sources the rows are, by number and place")
        parser.add_argument("file", type=Path)
        parser.add_argument("--name", help="the model's name; the file's otherwise")

    def run(self, *, slug: str, catalog: str, file: Path, name: str | None, **options: Any) -> dict[str, Any]:
        imported = import_predictions(catalog=catalog_named(galaxy_named(slug), catalog), path=file, name=name)
        self.progress(imported.sentence)
        return {
            "model": str(imported.version),
            "predictions": imported.n_imported,
            "classes": class_counts(imported.version, predictions_of(imported.version)),
            "rejected": [{"line": line, "reason": reason} for line, reason in imported.rejected],
        }
