"""The stored blocks of a display pyramid: one block is one tile of one band, found by a look-up and one read.

A block is what `display.write_display_cog` made: 256 x 256 uint16, little-endian, each row as differences from the left
neighbour (TIFF's predictor 2), deflated. Beyond the image's edge its pixels mean nothing.
"""

import os
import zlib
from dataclasses import dataclass
from functools import lru_cache
from io import FileIO
from pathlib import Path
from threading import Lock
from weakref import WeakValueDictionary

import imagecodecs
import numpy as np
import tifffile
from numpy.typing import NDArray

from catalogs.imagery.science import BLOCK_PX
from galaxycat.errors import DomainError

MAX_OPEN_PYRAMIDS = 64
# 131 kB each: 64 MB of blocks last looked at, whatever the style they were shown in.
MAX_KEPT_BLOCKS = 512
BLOCK_BYTES = 2 * BLOCK_PX * BLOCK_PX
EMPTY_BLOCK = zlib.compress(bytes(BLOCK_BYTES))
# By path; for as long as `open_pyramid` keeps them.
_OPEN: WeakValueDictionary[str, "Pyramid"] = WeakValueDictionary()
_OPENING = Lock()


class TileOutside(DomainError):
    """The tile asked for is not on the image."""


@dataclass(frozen=True)
class Span:
    """Where a block lies in the file, in bytes; `size` 0 for a block without data, which is not stored."""

    offset: int
    size: int


@dataclass(frozen=True)
class BlockLevel:
    """One level: its size in pixels, and where its blocks lie: (n_bands, rows, columns) each, in bytes."""

    height_px: int
    width_px: int
    offsets: NDArray[np.uint64]
    sizes: NDArray[np.uint64]


class Pyramid:
    """An open display pyramid; item k of `levels` is the image at 2**-k. To be shared between threads: reads are by
    place, and the file closes itself with the last who holds it."""

    def __init__(self, path: str) -> None:
        self._file = FileIO(path)
        with tifffile.TiffFile(path) as tiff:
            self.levels = tuple(_level(page.aspage()) for page in tiff.pages)
        self.max_zoom = len(self.levels) - 1

    def level(self, z: int) -> BlockLevel:
        """The level of a tile zoom. Raises TileOutside."""
        if not 0 <= z <= self.max_zoom:
            raise TileOutside(f"zoom {z} is outside 0..{self.max_zoom}")
        return self.levels[self.max_zoom - z]

    def span(self, band: int, z: int, x: int, y: int) -> Span:
        """Where the tile of the 1-based band lies; tile (0, 0) is top-left. Raises TileOutside."""
        level = self.level(z)
        n_bands, rows, columns = level.offsets.shape
        if not (0 <= x < columns and 0 <= y < rows):
            raise TileOutside(f"tile {z}/{x}/{y} is outside the image")
        if not 1 <= band <= n_bands:
            raise TileOutside(f"band {band} is outside 1..{n_bands}")
        return Span(int(level.offsets[band - 1, y, x]), int(level.sizes[band - 1, y, x]))

    def read(self, span: Span) -> bytes:
        """The block as it is stored, for whoever may wait for the disk."""
        return os.pread(self._file.fileno(), span.size, span.offset) if span.size else EMPTY_BLOCK

    def read_at_once(self, span: Span) -> bytes | None:
        """The block where the system has it in memory; None where it would have to be waited for."""
        if not span.size:
            return EMPTY_BLOCK
        if not hasattr(os, "RWF_NOWAIT"):
            return None
        block = bytearray(span.size)
        try:
            n_read = os.preadv(self._file.fileno(), [block], span.offset, os.RWF_NOWAIT)
        except OSError:  # not in memory, or a file system that cannot tell
            return None
        return bytes(block) if n_read == span.size else None


@lru_cache(maxsize=MAX_OPEN_PYRAMIDS)
def open_pyramid(path: Path | str) -> Pyramid:
    """The pyramid at `path`, kept open; its content never changes."""
    with _OPENING:  # of two threads that come at once, the second gets what the first opened
        pyramid = _OPEN[str(path)] = _OPEN.get(str(path)) or Pyramid(str(path))
    return pyramid


def pyramid_at_once(path: Path | str) -> Pyramid | None:
    """The pyramid where it is open; None where its table of blocks would have to be read from the disk."""
    return _OPEN.get(str(path))


@lru_cache(maxsize=MAX_KEPT_BLOCKS)
def block_codes(path: Path | str, band: int, z: int, x: int, y: int) -> NDArray[np.uint16]:
    """Codes (256, 256) of a block, not to be written to; 0 beyond the image. Raises TileOutside."""
    pyramid = open_pyramid(path)
    codes = decode_block(pyramid.read(pyramid.span(band, z, x, y)))
    level = pyramid.level(z)
    codes[max(0, level.height_px - y * BLOCK_PX) :] = 0
    codes[:, max(0, level.width_px - x * BLOCK_PX) :] = 0
    codes.flags.writeable = False
    return codes


def decode_block(block: bytes) -> NDArray[np.uint16]:
    """Codes (256, 256) of a stored block: inflated, and each row summed up."""
    differences = np.frombuffer(imagecodecs.deflate_decode(block, out=BLOCK_BYTES), "<u2")
    codes: NDArray[np.uint16] = imagecodecs.delta_decode(differences.reshape(BLOCK_PX, BLOCK_PX), axis=-1)
    return codes


def _level(page: tifffile.TiffPage) -> BlockLevel:
    shape = (page.samplesperpixel, -(-page.imagelength // BLOCK_PX), -(-page.imagewidth // BLOCK_PX))
    offsets = np.array(page.dataoffsets, np.uint64).reshape(shape)
    return BlockLevel(
        page.imagelength, page.imagewidth, offsets, np.array(page.databytecounts, np.uint64).reshape(shape)
    )
