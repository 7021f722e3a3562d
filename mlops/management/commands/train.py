"""`train SLUG [--campaign NAME] [--catalog NAME]`"""

from argparse import ArgumentParser
from typing import Any

from catalogs.names import galaxy_named
from galaxycat.commands import GalaxyCatCommand
from labeling.names import campaign_named
from mlops.fitting import train_campaign
from mlops.names import catalog_named
from mlops.reports import facts_of


class Command(GalaxyCatCommand):
    help = "Fit a campaign's votes now and measure the fit; the learner does the same after each vote."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("--campaign", metavar="NAME", help="default: the newest")
        parser.add_argument("--catalog", metavar="NAME", help="default: the one with most of the campaign's votes")

    def run(self, *, slug: str, campaign: str | None, catalog: str | None, **options: Any) -> dict[str, Any]:
        galaxy = galaxy_named(slug)
        self.progress(f"fitting the votes on {slug} ...")
        version = train_campaign(
            campaign=campaign_named(galaxy, campaign), catalog=catalog_named(galaxy, catalog) if catalog else None
        )
        return facts_of(version)
