"""`predict SLUG [--campaign NAME] [--catalog NAME]`"""

from argparse import ArgumentParser
from typing import Any

import numpy as np

from catalogs.names import galaxy_named
from galaxycat.commands import GalaxyCatCommand
from labeling.names import campaign_named
from mlops.fitting import train_campaign
from mlops.names import catalog_named
from mlops.predicting import class_counts, predictions_of


class Command(GalaxyCatCommand):
    help = "The class of every source, by the model that has learnt from all of a campaign's votes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("--campaign", metavar="NAME", help="default: the newest")
        parser.add_argument("--catalog", metavar="NAME", help="default: the one with most of the campaign's votes")

    def run(self, *, slug: str, campaign: str | None, catalog: str | None, **options: Any) -> dict[str, Any]:
        galaxy = galaxy_named(slug)
        version = train_campaign(
            campaign=campaign_named(galaxy, campaign), catalog=catalog_named(galaxy, catalog) if catalog else None
        )
        probabilities = predictions_of(version)
        return {
            "model": str(version),
            "predictions": int(np.isfinite(probabilities).all(axis=1).sum()),
            "classes": class_counts(version, probabilities),
        }
