"""Uploaded files on their way in: under a name of our own, so no client text reaches the disk."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from django.core.files.uploadedfile import UploadedFile
from django.utils.text import get_valid_filename


@contextmanager
def kept_upload(upload: UploadedFile) -> Iterator[Path]:
    """The upload as a file in a folder of its own that is gone afterwards.

    Its name is reduced to letters, digits, dots, dashes and underscores: readers guess a format from it.
    """
    with tempfile.TemporaryDirectory(prefix="galaxycat-upload-") as folder:
        path = Path(folder) / clean_name(upload)
        write_upload(upload, path)
        yield path


def clean_name(upload: UploadedFile) -> str:
    """The upload's name as letters, digits, dots, dashes and underscores, without folders."""
    # Cut in bytes: that is how a file system counts.
    return get_valid_filename(PurePosixPath(upload.name or "upload").name).encode()[-100:].decode(errors="ignore")


def write_upload(upload: UploadedFile, path: Path) -> None:
    with path.open("wb") as stream:
        for chunk in upload.chunks():
            stream.write(chunk)
