"""`simulate SLUG`: a galaxy with known truth, FITS in each band and a truth catalogue."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings

from catalogs.simulation import SimulationSpec, simulate_galaxy
from catalogs.simulation.spec import DEFAULT_SIZE_PX
from galaxycat.commands import GalaxyCatCommand


class Command(GalaxyCatCommand):
    help = "Simulate a spiral galaxy with star clusters of the four LEGUS classes in five HST bands."
    requires_database = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug", help="name of the galaxy: lower-case letters, digits, - and _")
        parser.add_argument("--size", type=int, default=DEFAULT_SIZE_PX, help="side in px (default: %(default)s)")
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same bytes (default: 1)")
        parser.add_argument("--sources", type=int, help="number of sources (default: by area, 1,600 at 2,048 px)")
        parser.add_argument("--catalog", type=Path, metavar="FILE", help="ECSV or CSV of sources to put where it says")
        parser.add_argument("--output", type=Path, metavar="DIR", help="folder (default: simulated/SLUG in the home)")

    def run(self, **options: Any) -> dict[str, Any]:
        started = time.monotonic()
        spec = SimulationSpec(
            name=options["slug"],
            size_px=options["size"],
            seed=options["seed"],
            n_sources=options["sources"],
            catalog=options["catalog"],
        )
        folder = options["output"] or Path(settings.GALAXYCAT_HOME) / "simulated" / spec.name
        files = simulate_galaxy(spec, folder.resolve(), self.progress)
        return {
            "slug": spec.name,
            "bands": {name: str(path) for name, path in files.bands.items()},
            "rms": {name: str(path) for name, path in files.rms.items()},
            "truth": str(files.truth),
            "sources": sum(files.classes.values()),
            "classes": {str(legus): count for legus, count in files.classes.items()},
            "seconds": round(time.monotonic() - started, 2),
        }
