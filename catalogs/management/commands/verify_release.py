"""`verify_release SLUG VERSION [--json]`"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from catalogs.models import Release
from catalogs.names import galaxy_named
from catalogs.releases.verifying import verify_release
from galaxycat.commands import GalaxyCatCommand
from galaxycat.errors import BadInput


class Command(GalaxyCatCommand):
    help = "Rebuild a release from the database and compare it byte for byte with what was released."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("version", type=int)

    def run(self, *, slug: str, version: int, **options: Any) -> dict[str, Any]:
        galaxy = galaxy_named(slug)
        releases = Release.objects.filter(galaxy=galaxy).select_related("galaxy", "catalog")
        release = releases.filter(version=version).first()
        if release is None:
            known = ", ".join(str(each.version) for each in releases) or "none yet"
            raise BadInput(f"{slug}: there is no release {version} (known: {known})")
        report = verify_release(release, lambda fraction, stage: self.progress(f"{fraction or 0:4.0%} {stage}"))
        if not report.is_same:
            raise CommandError(f"{release} differs: {'; '.join(report.differences)}")
        return report.to_json()

    def summary(self, result: dict[str, Any]) -> str:
        return f"{result['galaxy']} release {result['version']} is the same: {', '.join(result['files'])}"
