"""One band of a mosaic in a file, whatever its format: what is known of it, and its pixels by strips of rows."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS
from numpy.typing import NDArray

from catalogs.imagery.calibration import Calibration
from galaxycat.errors import BadInput

SCAN_ROWS = 256


@dataclass
class BandFile:
    """An open image of `shape` (height, width) in `path`; `header` is the HDU's, completed by the primary one's, and empty
    for a picture.

    `wcs_cards` rebuild `wcs`, which is None (with a warning) where the header has none. `warnings` says in one line
    each what was not believed or not kept. Made by `open_band`.
    """

    path: Path
    name: str
    hdu: Any = field(repr=False)
    header: fits.Header = field(repr=False)
    shape: tuple[int, int]
    calibration: Calibration
    wcs: WCS | None = field(repr=False)
    wcs_cards: list[str] = field(repr=False)
    warnings: list[str]

    def read_rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Rows start <= y < stop in their whole width, as `read_window` reads them."""
        return self.read_window(slice(start, stop), slice(0, self.shape[1]))

    def read_window(self, rows: slice, columns: slice) -> NDArray[np.float32]:
        """The pixels of these rows and columns as native float32 (rows, columns), bottom row first; NaN where there is no
        data.

        Raises ValueError for a window that is not within the image, BadInput where the file turns out to be damaged.
        """
        raise NotImplementedError

    def require_within(self, rows: slice, columns: slice) -> None:
        """Raises ValueError for a window that is empty or not within the image."""
        for what, span, size in zip(("rows", "columns"), (rows, columns), self.shape, strict=True):
            if not 0 <= span.start < span.stop <= size:
                raise ValueError(f"{what} {span.start}:{span.stop} are outside 0:{size}")

    @cached_property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the file as it lies on disk."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


def require_light(band: BandFile) -> None:
    """Look for one finite value that is not zero; a usual image shows it in its first strip."""
    seen_finite = False
    for start in range(0, band.shape[0], SCAN_ROWS):
        finite = (rows := band.read_rows(start, min(start + SCAN_ROWS, band.shape[0])))[np.isfinite(rows)]
        if np.any(finite):
            return
        seen_finite = seen_finite or finite.size > 0
    what = "holds nothing but zeros" if seen_finite else "holds no finite value (all NaN)"
    raise BadInput(f"{band.path}: its image {what}: choose another extension or file")
