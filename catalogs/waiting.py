"""Uploaded images that wait for their ingest: a folder a request, under names of our own, until the job is done."""

import math
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.core.files.uploadedfile import UploadedFile

from catalogs.uploads import clean_name, write_upload
from galaxycat.errors import BadInput


class WaitingUploads(FileSystemStorage):
    """A request's files by its UUID. Web and worker processes must see the same folder."""

    def keep(self, uploads: Sequence[UploadedFile]) -> tuple[UUID, list[str]]:
        """Write the uploads, all or none; their request's UUID, and the name of each in its order. Raises BadInput where
        the disk does not take them."""
        key = uuid4()
        names = [f"{number}/{clean_name(upload)}" for number, upload in enumerate(uploads, start=1)]
        try:
            for name, upload in zip(names, uploads, strict=True):
                path = self._folder(key) / name
                path.parent.mkdir(parents=True)
                write_upload(upload, path)
        except BaseException as error:
            self.discard(key)
            if isinstance(error, OSError):
                raise BadInput(
                    f"the files cannot be kept ({error.strerror}): ask whoever runs this server to make room"
                ) from error
            raise
        return key, names

    def file(self, key: UUID, name: str) -> Path | None:
        """The file of a name that `keep` gave, None when it is gone."""
        folder = self._folder(key)
        path = folder / name
        return path if path.is_file() and folder in path.resolve().parents else None

    def discard(self, key: UUID) -> None:
        """Harmless when they are gone."""
        shutil.rmtree(self._folder(key), ignore_errors=True)

    def old(self) -> list[UUID]:
        """Requests whose files have been there longer than INGEST_KEEP_HOURS."""
        root, oldest = Path(self.location), time.time() - 3600 * settings.INGEST_KEEP_HOURS
        names = os.listdir(root) if root.is_dir() else []
        return [key for key in map(_key, names) if key and _changed(self._folder(key)) < oldest]

    def _folder(self, key: UUID) -> Path:
        return Path(self.location).resolve() / str(key)


def _key(name: str) -> UUID | None:
    """Of a request's folder; None for what else lies there, such as lost+found."""
    try:
        return UUID(name)
    except ValueError:
        return None


def _changed(folder: Path) -> float:
    """Unix time in seconds; infinite for a folder that is gone, as when another request cleared it away."""
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def waiting_uploads() -> WaitingUploads:
    """The storage that STORAGES["uploads"] configures."""
    storage = storages["uploads"]
    if not isinstance(storage, WaitingUploads):
        raise TypeError('STORAGES["uploads"] must be WaitingUploads')
    return storage
