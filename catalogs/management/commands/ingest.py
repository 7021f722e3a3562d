"""`ingest SLUG --band NAME=FILE[EXT] ...`"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from catalogs.imagery.bandargument import read_band_source
from catalogs.ingest import ingest_galaxy, require_names
from catalogs.models import Band, Mosaic
from catalogs.s3files import fetched
from galaxycat.accounts.teams import operators_team
from galaxycat.commands import GalaxyCatCommand


class Command(GalaxyCatCommand):
    help = "Bring a galaxy's FITS bands in: science COG, display pyramid, WCS, renditions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug", help="short name, such as ngc-628")
        parser.add_argument(
            "--band",
            action="append",
            default=[],
            metavar="NAME=FILE[EXT]...",
            help="repeat for each band; FILE may be s3://BUCKET/KEY",
        )
        parser.add_argument("--reference", metavar="NAME", help="the band whose pixel grid is the galaxy's")
        parser.add_argument("--name", help="the galaxy's name for people")
        parser.add_argument("--team", help="the owning team's name; made when it does not exist")

    def run(self, *, slug: str, band: list[str], **options: Any) -> dict[str, Any]:
        sources = [read_band_source(argument) for argument in band]
        name, reference, team = options["name"], options["reference"], operators_team(options["team"])
        # Before a download that may take long.
        require_names(slug, name, [source.name for source in sources], reference)
        with fetched([source.location for source in sources if source.is_remote], self.step) as paths:
            ingested = ingest_galaxy(
                slug=slug,
                bands=[source.at(paths.get(source.location, Path(source.location))) for source in sources],
                team=team,
                reference=reference,
                name=name,
                progress=self.step,
            )
        return describe(ingested.mosaic) | {"is_new": ingested.is_new}

    def summary(self, result: dict[str, Any]) -> str:
        lines = [f"{result['slug']}: {result['width_px']} x {result['height_px']} px, {len(result['bands'])} bands"]
        lines += [f"warning: {warning}" for warning in result["warnings"]]
        return "\n".join(
            lines if result["is_new"] else [*lines, "The same content was ingested before: nothing changed."]
        )


def describe(mosaic: Mosaic) -> dict[str, Any]:
    """What the command's contract says of an ingested mosaic."""
    return {
        "slug": mosaic.galaxy.slug,
        "width_px": mosaic.galaxy.width_px,
        "height_px": mosaic.galaxy.height_px,
        "pixel_scale_arcsec": mosaic.galaxy.pixel_scale_arcsec,
        "bands": [_band(band) for band in mosaic.bands.all()],
        "cog": str(mosaic.science_path),
        "sha256": mosaic.science_sha256,
        "derived_planes": mosaic.derived_planes,
        "warnings": mosaic.warnings,
    }


def _band(band: Band) -> dict[str, Any]:
    return {
        "name": band.name,
        "unit": band.unit or None,
        "wavelength_nm": band.pivot_wavelength_nm,
        "zero_point_mag": band.zero_point_mag,
        "valid_fraction": band.valid_fraction,
    }
