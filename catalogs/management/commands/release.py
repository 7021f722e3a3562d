"""`release SLUG CATALOG [--campaign NAME] [--json]`"""

from argparse import ArgumentParser
from typing import Any

from catalogs.models import Galaxy
from catalogs.names import galaxy_named
from catalogs.releases.columns import choices_of
from catalogs.releases.making import make_release
from catalogs.storage import release_storage
from galaxycat.commands import GalaxyCatCommand
from galaxycat.errors import BadInput


class Command(GalaxyCatCommand):
    help = "Make an immutable release of a catalogue; it is private until published on its page."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("catalog", help="the catalogue's name")
        parser.add_argument(
            "--campaign", metavar="NAME", help="with the votes of its closed rounds, and its newest model"
        )

    def run(self, *, slug: str, catalog: str, campaign: str | None, **options: Any) -> dict[str, Any]:
        galaxy = galaxy_named(slug)
        found = galaxy.catalogs.filter(name=catalog, withdrawn_at=None).first()
        if found is None:
            known = ", ".join(galaxy.catalogs.filter(withdrawn_at=None).values_list("name", flat=True)) or "none yet"
            raise BadInput(f"{catalog}: {slug} has no such catalogue (known: {known})")
        asked = {} if campaign is None else {"campaign": _campaign(galaxy, campaign)}
        release = make_release(galaxy=galaxy, catalog=found, options=asked, progress=self._step)
        files = release.manifest["files"]
        return {
            "galaxy": slug,
            "version": release.version,
            "uuid": str(release.uuid),
            "sources": release.manifest["n_rows"],
            "columns": len(release.manifest["columns"]),
            "content_sha256": release.content_sha256,
            "files": {format_: str(release_storage().path_of(file["sha256"])) for format_, file in files.items()},
        }

    def _step(self, fraction: float | None, stage: str) -> None:
        self.progress(f"{'' if fraction is None else f'{fraction:4.0%} '}{stage}")


def _campaign(galaxy: Galaxy, name: str) -> str:
    """The UUID of the campaign of this name, among those that have something to release."""
    known = choices_of(galaxy).get("campaign", [])
    for value, title in known:
        if title == name:
            return value
    titles = ", ".join(title for _, title in known) or "none yet: close a round first"
    raise BadInput(f"--campaign: {galaxy.slug} has no campaign {name} with a closed round (known: {titles})")
