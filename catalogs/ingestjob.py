"""Ingest as a background job: from files that were uploaded, for a team whose curator asked."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse

from catalogs.models import Galaxy
from catalogs.waiting import waiting_uploads
from galaxycat.accounts.models import Team, User
from galaxycat.errors import BadInput, DomainError
from galaxycat.jobs.models import Job
from galaxycat.jobs.registry import JobKind
from galaxycat.jobs.running import JobRun
from galaxycat.jobs.starting import start_job

INGEST = "ingest"


@dataclass(frozen=True)
class BandOrder:
    """One band as it is asked for: the keywords of `BandArgument` but for its file."""

    name: str
    ext: str | None = None
    plane: int | None = None
    filter_name: str | None = None
    unit: str | None = None


def start_ingest(
    *,
    team: Team,
    slug: str,
    name: str | None,
    reference: str | None,
    bands: Sequence[tuple[BandOrder, UploadedFile]],
    started_by: User,
) -> Job:
    """Keep the uploads and ask a worker to ingest them. Raises BadInput where they are too large."""
    uploads = [upload for _, upload in bands]
    require_sizes(uploads)
    _clear_old()
    key, files = waiting_uploads().keep(uploads)
    arguments = {
        "galaxy": slug, "name": name, "reference": reference, "team": str(team.uuid), "user": str(started_by.uuid),
        "uploads": str(key), "bands": [asdict(order) | {"file": file} for (order, _), file in zip(bands, files, strict=True)],
    }  # fmt: skip
    is_there = Galaxy.objects.filter(slug=slug).exists()
    try:
        return start_job(
            kind=INGEST, team=team, subject=slug, url=reverse("galaxy", args=[slug]) if is_there else "",
            started_by=started_by, arguments=arguments,
        )  # fmt: skip
    except BaseException:
        waiting_uploads().discard(key)
        raise


def require_sizes(uploads: Sequence[UploadedFile]) -> None:
    for upload in uploads:
        if (upload.size or 0) > settings.INGEST_MAX_FILE_BYTES:
            raise BadInput(
                f"{upload.name}: has {upload.size:,} bytes; at most {settings.INGEST_MAX_FILE_BYTES:,} are taken here: use the "
                "ingest command on the server"
            )
    if (total := sum(upload.size or 0 for upload in uploads)) > settings.INGEST_MAX_BYTES:
        raise BadInput(
            f"the files have {total:,} bytes together; at most {settings.INGEST_MAX_BYTES:,} are taken here: use the ingest "
            "command on the server"
        )


def run_ingest(
    run: JobRun, *, galaxy: str, name: str | None, reference: str | None, team: str, user: str, uploads: str,
    bands: list[dict[str, Any]],
) -> dict[str, Any]:  # fmt: skip
    """The galaxy's image appears as a whole or not at all; again, after it was done, it changes nothing."""
    # Here, since rasterio and astropy take a second that no other process should spend at its start.
    from catalogs.imagery.bandargument import BandArgument
    from catalogs.ingest import ingest_galaxy

    paths = [_waiting(UUID(uploads), band["file"]) for band in bands]
    asked = [{key: value for key, value in band.items() if key != "file"} for band in bands]
    run.log(f"Ingesting {', '.join(band['name'] for band in bands)} as {galaxy}")
    try:
        ingested = ingest_galaxy(
            slug=galaxy,
            name=name,
            reference=reference,
            bands=[BandArgument(path=path, **order) for path, order in zip(paths, asked, strict=True)],
            team=Team.objects.get(uuid=team),
            created_by=User.objects.get(uuid=user),
            max_image_bytes=settings.INGEST_MAX_FILE_BYTES,
            progress=run.step,
        )
    except DomainError as error:
        raise type(error)(_without_folders(str(error), paths)) from error
    for warning in ingested.mosaic.warnings:
        run.log(f"warning: {warning}")
    run.lead_to(reverse("galaxy", args=[galaxy]))
    return {"galaxy": galaxy, "version": ingested.mosaic.version, "is_new": ingested.is_new}


def forget_uploads(*, uploads: str, **arguments: Any) -> None:
    waiting_uploads().discard(UUID(uploads))


def _waiting(key: UUID, name: str) -> Path:
    path = waiting_uploads().file(key, name)
    if path is None:
        raise BadInput(
            f"{Path(name).name}: the uploaded file is gone (kept for {settings.INGEST_KEEP_HOURS} hours): upload it again"
        )
    return path


def _without_folders(text: str, paths: Sequence[Path]) -> str:
    """A file's name is the person's own; its place on the server is not theirs to see."""
    for path in paths:
        text = text.replace(str(path), path.name)
    return text


def _clear_old() -> None:
    """Take away the files of requests that failed, and were not tried again."""
    for key in waiting_uploads().old():
        if not Job.objects.unfinished().filter(kind=INGEST, arguments__uploads=str(key)).exists():
            waiting_uploads().discard(key)


INGESTING = JobKind("Ingest images", run_ingest, when_done=forget_uploads)
