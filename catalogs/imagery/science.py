"""The science COG: all bands of a mosaic in one tiled float32 file, values lossless, top row first, no data = NaN."""

import errno
import json
import math
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import rasterio
import tifffile
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning
from rasterio.shutil import copy
from rasterio.windows import Window

from catalogs.imagery.sharing import in_another, n_workers
from galaxycat.errors import BadInput

BLOCK_PX = 256
# rasterio takes bytes, not GDAL's megabytes: of too small a cache each block is decoded again for each row of its pixels.
CACHE_BYTES = 16 * 2**20
WCS_TAG = "GALAXYCAT_WCS"
# How much of the work is done, 0 to 1, and what goes on.
Progress = Callable[[float | None, str], None]
STAGED, OVERVIEWED = 0.6, 0.75
# Over all bands; it takes 2 to 4 s.
LONG_PX = 100_000_000
SCIENCE_OPTIONS = {"COMPRESS": "ZSTD", "ZSTD_LEVEL": "1", "PREDICTOR": "3"}


class Band(Protocol):
    """What the COG needs of a band; `catalogs.imagery.fitsband.BandFile` is one."""

    @property
    def path(self) -> Path: ...
    @property
    def name(self) -> str: ...
    @property
    def shape(self) -> tuple[int, int]: ...
    @property
    def wcs_cards(self) -> list[str]: ...

    def read_rows(self, start: int, stop: int) -> NDArray[np.float32]: ...


def write_science_cog(bands: Sequence[Band], destination: Path, progress: Progress) -> None:
    """Write `bands`, in their order, to a band-interleaved float32 COG: ZSTD 1, predictor 3, 256 px blocks.

    Values are lossless (infinities become NaN, which is the file's nodata); memory is bounded by a strip of 256 rows;
    the same bands give the same bytes; nothing is left behind on failure. The WCS cards of the first band that has
    any are in the metadata item GALAXYCAT_WCS as a JSON list, never a CRS. Raises BadInput where the bands differ in
    shape.
    """
    require_one_shape(bands)
    with gdal(), replaced(destination) as (target, folder):
        staged = folder / "staged.tif"
        _stage(bands, staged, progress)
        if factors := overview_factors(*bands[0].shape):
            progress(STAGED, "building overviews")
            _build_overviews(staged, factors, len(bands) * math.prod(bands[0].shape), progress)
        progress(OVERVIEWED, "writing the science COG")
        copy_to_cog(staged, target, SCIENCE_OPTIONS)


def _build_overviews(staged: Path, factors: list[int], n_px: int, progress: Progress) -> None:
    """rasterio holds Python's lock while it builds: of a large image another process does it, so that this one goes on to give
    signs of life and hears when it is to stop."""
    if n_px < LONG_PX:
        return _add_overviews(staged, factors)
    return in_another(_add_overviews, staged, factors, meanwhile=lambda: progress(STAGED, "building overviews"))


def _add_overviews(staged: Path, factors: list[int]) -> None:
    with gdal(), rasterio.open(staged, "r+") as dataset:
        dataset.build_overviews(factors, Resampling.average)


def require_one_shape(bands: Sequence[Band]) -> None:
    """Raises BadInput naming the two files where the bands are not all on grids of one size."""
    if not bands:
        raise BadInput("no band given: name at least one with --band NAME=FILE")
    first = bands[0]
    for band in bands[1:]:
        if band.shape != first.shape:
            raise BadInput(
                f"{band.path} is {band.shape[1]} x {band.shape[0]} px but {first.path} is "
                f"{first.shape[1]} x {first.shape[0]} px: bring all bands onto one pixel grid first"
            )


def overview_factors(height_px: int, width_px: int) -> list[int]:
    """Powers of two down to the first overview that fits in one block: one for each zoom of the tile pyramid."""
    factors: list[int] = []
    size = max(height_px, width_px)
    while size > BLOCK_PX:
        size = -(-size // 2)
        factors.append(2 ** (len(factors) + 1))
    return factors


def share(progress: Progress, start: float, stop: float) -> Progress:
    """Progress of a part of the work: its 0 to 1 are `start` to `stop` of the whole."""
    return lambda part, stage: progress(None if part is None else start + (stop - start) * part, stage)


def strips(height_px: int) -> Iterator[tuple[int, int]]:
    """(start, stop) raster rows of one row of blocks each, from the top."""
    for start in range(0, height_px, BLOCK_PX):
        yield start, min(start + BLOCK_PX, height_px)


@contextmanager
def gdal() -> Iterator[None]:
    """GDAL with a small block cache, and silent about images that have no place on Earth."""
    with rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        yield


@contextmanager
def replaced(destination: Path) -> Iterator[tuple[Path, Path]]:
    """(file to write, folder for staging), both beside `destination`, which is replaced at the end and only on
    success."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".staging-", dir=destination.parent) as name:
        folder = Path(name)
        yield folder / "complete.tif", folder
        os.replace(folder / "complete.tif", destination)


def tiled_profile(height_px: int, width_px: int, count: int, dtype: str, nodata: float) -> dict[str, Any]:
    """What the staging files of both pyramids have in common."""
    return {
        "driver": "GTiff", "height": height_px, "width": width_px, "count": count, "dtype": dtype, "nodata": nodata,
        "tiled": True, "blockxsize": BLOCK_PX, "blockysize": BLOCK_PX, "interleave": "band", "BIGTIFF": "IF_SAFER",
    }  # fmt: skip


def copy_to_cog(source: Path, target: Path, options: dict[str, str]) -> None:
    """Copy with its overviews in COG order. The GTiff driver does it: GDAL 3.10's COG driver cannot band-interleave.

    Raises OSError, or what rasterio makes of GDAL's errors, where there is no room.
    """
    copy(
        source, target, driver="GTiff", TILED="YES", BLOCKXSIZE=BLOCK_PX, BLOCKYSIZE=BLOCK_PX, INTERLEAVE="BAND",
        COPY_SRC_OVERVIEWS="YES", BIGTIFF="IF_SAFER", NUM_THREADS=n_workers(), **options,
    )  # fmt: skip
    _require_complete(target)


def _require_complete(target: Path) -> None:
    """Raises OSError where the disk had no room for the end of the file: GDAL closes it without a word."""
    with tifffile.TiffFile(target) as tiff:
        pages = [page.aspage() for page in tiff.pages]
        ends = [int(np.add(page.dataoffsets, page.databytecounts).max()) for page in pages]
    if not ends or target.stat().st_size < max(ends):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))


def _stage(bands: Sequence[Band], staged: Path, progress: Progress) -> None:
    height_px, width_px = bands[0].shape
    profile = tiled_profile(height_px, width_px, len(bands), "float32", float("nan"))
    with rasterio.open(staged, "w", **profile, compress="ZSTD", ZSTD_LEVEL=1) as dataset:
        dataset.descriptions = tuple(band.name for band in bands)
        if cards := next((band.wcs_cards for band in bands if band.wcs_cards), None):
            dataset.update_tags(**{WCS_TAG: json.dumps(cards)})
        for index, band in enumerate(bands, start=1):
            for start, stop in strips(height_px):
                part = (index - 1 + start / height_px) / len(bands)
                progress(STAGED * part, f"reading {band.name} from {band.path.name}")
                # FITS row 0 is the bottom; the raster's is the top.
                rows = band.read_rows(height_px - stop, height_px - start)[::-1]
                values = np.where(np.isfinite(rows), rows, np.float32(np.nan))
                dataset.write(values, index, window=Window(0, start, width_px, stop - start))
