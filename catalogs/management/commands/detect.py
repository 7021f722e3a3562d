"""`detect SLUG [--band NAME] [--set KEY=VALUE ...]`"""

from argparse import ArgumentParser
from typing import Any

from catalogs.detecting import detect_sources
from catalogs.imagery.detection import DetectionParameters
from catalogs.names import galaxy_named
from galaxycat.commands import GalaxyCatCommand


class Command(GalaxyCatCommand):
    help = "Detect sources with SEP, measure them in every band and keep them as a catalogue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("--band", metavar="NAME", help="default: the reference band")
        parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="such as DETECT_THRESH=5")
        parser.add_argument("--name", help="the catalogue's name")

    def run(self, *, slug: str, band: str | None, name: str | None, **options: Any) -> dict[str, Any]:
        galaxy = galaxy_named(slug)
        parameters = DetectionParameters().with_overrides(options["set"])
        detected = detect_sources(galaxy=galaxy, band=band, parameters=parameters, name=name, progress=self._step)
        for warning in detected.warnings:
            self.progress(f"warning: {warning}")
        return {
            "catalog": detected.catalog.name,
            "sources": detected.n_sources,
            "background_rms": detected.background_rms,
            "bands": list(detected.catalog.parameters["band_background_rms"]),
            "warnings": detected.warnings,
        }

    def _step(self, fraction: float | None, stage: str) -> None:
        self.progress(f"{'' if fraction is None else f'{fraction:4.0%} '}{stage}")
