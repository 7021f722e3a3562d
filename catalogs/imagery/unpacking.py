"""Compressed files, as plain ones for as long as they are read."""

import bz2
import errno
import gzip
import lzma
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from galaxycat.errors import BadInput

DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DECOMPRESSORS: dict[bytes, Callable[..., Any]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}
CHUNK_BYTES = 1 << 20
FLOAT32_BYTES = 4


@dataclass(frozen=True)
class Room:
    """Where files are unpacked, None for the system's folder for temporary files, and the most bytes that an image may come
    to, None for as many as there is room for."""

    folder: Path | None = None
    max_bytes: int | None = None

    def require_plane(self, path: Path, shape: tuple[int, int]) -> None:
        """Raises BadInput where an image of this shape, as 32-bit floats, is too large."""
        if self.max_bytes is not None and FLOAT32_BYTES * shape[0] * shape[1] > self.max_bytes:
            self._refuse(f"{path}: has an image of {shape[1]} x {shape[0]} pixels")

    def require_bytes(self, path: Path, n_bytes: int) -> None:
        """Raises BadInput where a file that has come to so many bytes is too large."""
        if self.max_bytes is not None and n_bytes > self.max_bytes:
            self._refuse(f"{path}: is too large unpacked")

    def _refuse(self, what: str) -> NoReturn:
        raise BadInput(f"{what}: at most {self.max_bytes:,} bytes are taken here: use the ingest command on the server")


AMPLE = Room()


@contextmanager
def plain_file(path: Path, room: Room) -> Iterator[Path]:
    """`path` itself, or a decompressed copy for as long as it is needed: strips must be read in any order."""
    with path.open("rb") as stream:
        magic = stream.read(6)
    opener = next((opener for prefix, opener in DECOMPRESSORS.items() if magic.startswith(prefix)), None)
    if opener is None:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="galaxycat-", dir=room.folder) as folder:
        plain = Path(folder) / "band.fits"
        with plain.open("wb") as target:
            _decompress(path, opener, target, room)
        yield plain


def _decompress(path: Path, opener: Callable[..., Any], target: BinaryIO, room: Room) -> None:
    try:
        with opener(path, "rb") as source:
            while chunk := source.read(CHUNK_BYTES):
                room.require_bytes(path, target.tell() + len(chunk))
                target.write(chunk)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            place = "under GALAXYCAT_HOME" if room.folder else "in the folder for temporary files"
            raise BadInput(f"{path}: no room to decompress it ({error.strerror}): make room {place}") from error
        raise BadInput(
            f"{path}: its compression is damaged or cut short ({error}): copy or download it again"
        ) from error
