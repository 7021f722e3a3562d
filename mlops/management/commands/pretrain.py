"""`pretrain SLUG [--catalog NAME] [--steps N] [--seed N] [--scale N]`"""

import time
from argparse import ArgumentParser
from typing import Any

from catalogs.names import galaxy_named
from galaxycat.commands import GalaxyCatCommand
from mlops.learning.spec import STEPS
from mlops.names import catalog_named
from mlops.pretraining import SEED, pretrain_galaxy

PAUSE_S = 2.0


class Command(GalaxyCatCommand):
    help = "Pre-train an encoder on a catalogue's cut-outs, without labels, and keep the features of its sources."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("--catalog", metavar="NAME", help="default: the newest detected one")
        parser.add_argument("--steps", type=int, default=STEPS, metavar="N", help=f"default: {STEPS}")
        parser.add_argument("--seed", type=int, default=SEED, metavar="N")
        parser.add_argument(
            "--scale", type=int, metavar="N", help="image pixels to one of a cut-out's; default: by the sources' sizes"
        )

    def run(self, *, slug: str, catalog: str | None, **options: Any) -> dict[str, Any]:
        galaxy = galaxy_named(slug)
        self._told_at = 0.0
        chosen = {name: options[name] for name in ("steps", "seed", "scale")}
        encoder = pretrain_galaxy(galaxy=galaxy, catalog=catalog_named(galaxy, catalog), progress=self._tell, **chosen)
        return {
            "encoder": encoder.sha256,
            "catalog": encoder.catalog.name,
            "method": encoder.method,
            "steps": encoder.n_steps,
            "seed": encoder.seed,
            "scale": encoder.scale,
            **encoder.summary,
        }

    def _tell(self, fraction: float | None, stage: str) -> None:
        """A line now and then, not one a step."""
        if time.monotonic() - self._told_at >= PAUSE_S:
            self._told_at = time.monotonic()
            self.progress(stage if fraction is None else f"{fraction:4.0%} {stage}")
