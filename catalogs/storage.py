"""Content-addressed files: a key is the SHA-256 of what it names, so nothing is ever overwritten."""

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.core.files.storage import FileSystemStorage, storages

from galaxycat.errors import BadInput

KEY = re.compile(r"[0-9a-f]{64}")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, read in blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Holds the folder's lock, which the system lets go of when the process ends, however it ends."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _is_held(folder: Path) -> bool:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _sweep(drafts: Path) -> None:
    for folder in drafts.iterdir():
        if folder.is_dir() and not _is_held(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _move_in(draft: Path, destination: Path) -> None:
    """A database row will name the file: file and name must outlive a power cut as the row does."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    _sync(draft)
    os.replace(draft, destination)
    _sync(destination.parent)
    _sync(destination.parent.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class ImageStorage(FileSystemStorage):
    """GeoTIFF images by content, each at a path that GDAL can open."""

    def adopt(self, draft: Path) -> str:
        """Move a finished file in and return its key; atomic, and harmless when the same bytes are there already."""
        key = sha256_of(draft)
        _move_in(draft, Path(self.gdal_path(key)))
        return key

    @contextmanager
    def held(self) -> Iterator[None]:
        """No other process that holds the storage meanwhile: what one stores, before its rows are there, is not taken for
        left over by another."""
        folder = Path(self.location)
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder):
            yield

    def gdal_path(self, key: str) -> str:
        """Where GDAL finds the image. Only a key is accepted: no client text reaches the disk."""
        if not KEY.fullmatch(key):
            raise ValueError("an image key is 64 hexadecimal digits")
        return os.path.join(self.location, key[:2], f"{key}.tif")

    @contextmanager
    def draft_folder(self) -> Iterator[Path]:
        """A folder on the same file system for files not finished yet, removed at the end; those of processes that were
        killed are removed too. Raises BadInput where there cannot be one."""
        drafts = Path(self.location) / "drafts"
        with ExitStack() as held:
            try:
                drafts.mkdir(parents=True, exist_ok=True)
                with _locked(drafts):
                    _sweep(drafts)
                    folder = Path(tempfile.mkdtemp(dir=drafts))
                    held.enter_context(_locked(folder))
            except OSError as error:
                raise BadInput(
                    f"the folder of images cannot be written to ({error.strerror}): see to GALAXYCAT_HOME, then run this again"
                ) from error
            held.callback(shutil.rmtree, folder, ignore_errors=True)
            yield folder


def image_storage() -> ImageStorage:
    """The storage that STORAGES["images"] configures."""
    storage = storages["images"]
    if not isinstance(storage, ImageStorage):
        raise TypeError('STORAGES["images"] must be an ImageStorage')
    return storage


class ReleaseStorage(FileSystemStorage):
    """The files of releases by content: complete or not there, never overwritten."""

    def keep(self, content: bytes) -> str:
        """Write the bytes and return their key; harmless when they are there already."""
        key = hashlib.sha256(content).hexdigest()
        destination = self.path_of(key)
        destination.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=".draft-", dir=destination.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        _move_in(Path(draft), destination)
        return key

    def read(self, key: str) -> bytes | None:
        """The bytes, None where the file is gone."""
        path = self.path_of(key)
        return path.read_bytes() if path.is_file() else None

    def path_of(self, key: str) -> Path:
        """Where the file of this key is. Only a key is accepted: no client text reaches the disk."""
        if not KEY.fullmatch(key):
            raise ValueError("a release file's key is 64 hexadecimal digits")
        return Path(self.location) / key[:2] / key


def release_storage() -> ReleaseStorage:
    """The storage that STORAGES["releases"] configures."""
    storage = storages["releases"]
    if not isinstance(storage, ReleaseStorage):
        raise TypeError('STORAGES["releases"] must be a ReleaseStorage')
    return storage
