"""Making a release: options fixed, columns gathered, files kept by their content, and at the end the row."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from catalogs.models import Catalog, Galaxy, Release
from catalogs.releases.columns import fixed_options, gathered
from catalogs.releases.files import RELEASE_FORMATS, file_bytes, release_table
from catalogs.releases.manifest import canonical, file_meta, manifest_of, sha256_of_text
from catalogs.storage import release_storage
from galaxycat.accounts.models import User
from galaxycat.errors import BadInput

Progress = Callable[[float | None, str], None]


@dataclass(frozen=True)
class Built:
    """A release's manifest and the bytes of its files by format."""

    manifest: dict[str, Any]
    files: dict[str, bytes]


def _quiet(fraction: float | None, stage: str) -> None:
    pass


def make_release(
    *,
    galaxy: Galaxy,
    catalog: Catalog,
    options: Mapping[str, Any] | None = None,
    created_by: User | None = None,
    uuid: UUID | None = None,
    progress: Progress = _quiet,
) -> Release:
    """Make the galaxy's next release of the catalogue, with what the layers above say of `options`.

    The files are there before the row is. A second call with the same `uuid` returns the release the first one made, so
    a job that was cut off may run again. Raises BadInput for a catalogue of another galaxy or without sources, and
    what the providers refuse with.
    """
    if uuid is not None and (made := Release.objects.filter(uuid=uuid).first()):
        return made
    _require_usable(galaxy, catalog)
    progress(0.0, "fixing what goes in")
    draft = Release(
        uuid=uuid or uuid4(),
        galaxy=galaxy,
        catalog=catalog,
        options=fixed_options(catalog, options or {}),
        created_by=created_by,
        created_at=timezone.now(),
    )
    built = build(draft, progress)
    progress(0.9, "keeping the files")
    for content in built.files.values():
        release_storage().keep(content)
    _record(draft, built)
    progress(1.0, f"release {draft.version} of {galaxy}")
    return draft


def build(release: Release, progress: Progress = _quiet) -> Built:
    """The files and the manifest of a release's options, from the database as it is now; writes nothing."""
    progress(0.1, "gathering columns")
    columns, provenance = gathered(release.catalog, release.options)
    table = release_table([column for own in columns.values() for column in own], file_meta(release))
    files = {}
    for done, format_ in enumerate(RELEASE_FORMATS):
        progress(0.3 + 0.6 * done / len(RELEASE_FORMATS), f"writing {format_}")
        files[format_] = file_bytes(table, format_)
    described = {
        format_: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for format_, content in files.items()
    }
    return Built(manifest_of(release, columns, provenance, described), files)


@transaction.atomic
def _record(draft: Release, built: Built) -> None:
    """The row, under the galaxy's lock: two releases made at once get two versions."""
    Galaxy.objects.select_for_update(no_key=True).get(pk=draft.galaxy_id)
    latest = Release.objects.filter(galaxy=draft.galaxy_id).aggregate(latest=Max("version"))["latest"]
    draft.version = (latest or 0) + 1
    draft.manifest_text = canonical(built.manifest | {"version": draft.version})
    draft.content_sha256 = sha256_of_text(draft.manifest_text)
    draft.save(force_insert=True)


def _require_usable(galaxy: Galaxy, catalog: Catalog) -> None:
    if catalog.galaxy_id != galaxy.pk:
        raise BadInput(f"{catalog.name}: is no catalogue of {galaxy.slug}")
    if catalog.withdrawn_at is not None:
        raise BadInput(f"{catalog.name}: this catalogue was withdrawn; choose another one")
    if not catalog.sources.exists():
        raise BadInput(f"{catalog.name}: it has no sources to release")
