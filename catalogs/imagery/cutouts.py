"""Cut-outs of many sources from a science COG, in one pass over the strips of blocks that they lie on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import ArrayLike, NDArray
from rasterio.windows import Window

from catalogs.imagery.science import gdal, strips

SIZE_PX = 32


def read_cutouts(
    science_path: Path | str, x_px: ArrayLike, y_px: ArrayLike, size_px: int = SIZE_PX, scale: int | None = None
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Cut-outs (n, bands, size_px, size_px) float32 about the positions (n,), and which of their pixels are valid.

    Bands in the file's order and unit, rows bottom first as numpy `data[y, x]`. A cut-out begins at the whole pixel
    that brings the source closest to its middle, within half a pixel on either axis (`first_pixels`): nothing is
    interpolated, so values are the file's and the noise of neighbouring pixels stays independent. With `scale` above 1
    a pixel is the mean of the valid ones among scale x scale, and valid where at least half of them are.
    Off the image, and where the file says NaN, a pixel is invalid and 0; a position that is not finite has no valid one.

    Memory beyond the result is one strip of 256 rows and one band's cut-outs. Raises ValueError where the positions
    differ in length or a size is below 1.
    """
    scale = scale or 1
    x_px, y_px = np.asarray(x_px, dtype=np.float64), np.asarray(y_px, dtype=np.float64)
    if x_px.ndim != 1 or x_px.shape != y_px.shape:
        raise ValueError(f"x_px and y_px must be (n,) and alike, not {x_px.shape} and {y_px.shape}")
    if size_px < 1 or scale < 1:
        raise ValueError(f"size_px {size_px} and scale {scale} must be at least 1")
    with gdal(), rasterio.open(science_path) as dataset:
        shape = (len(x_px), dataset.count, size_px, size_px)
        cutouts, valid = np.empty(shape, np.float32), np.empty(shape, np.bool_)
        for position in dataset.indexes:
            sums, counts = _band_sums(dataset, position, x_px, y_px, size_px, scale)
            valid[:, position - 1] = 2 * counts.astype(np.int32) >= max(scale**2, 1)
            np.divide(sums, np.maximum(counts, 1), out=sums)
            cutouts[:, position - 1] = np.where(valid[:, position - 1], sums, 0)
    return cutouts, valid


def first_pixels(centres_px: NDArray[np.float64], width_px: int) -> NDArray[np.int64]:
    """The first of `width_px` pixels whose middle is nearest to each centre; far below zero where it is not finite."""
    first = np.floor(centres_px - (width_px - 1) / 2 + 0.5)
    return np.where(np.isfinite(first), np.clip(first, -(2**40), 2**40), -(2**40)).astype(np.int64)


def _band_sums(
    dataset: Any, position: int, x_px: NDArray[np.float64], y_px: NDArray[np.float64], size_px: int, scale: int
) -> tuple[NDArray[np.float32], NDArray[np.uint16]]:
    """Sum and number of the valid pixels under each cut-out pixel of one band, both (n, size_px, size_px)."""
    width_px = size_px * scale
    first_x = np.clip(first_pixels(x_px, width_px), -width_px, dataset.width) + width_px
    first_y = first_pixels(y_px, width_px)
    sums = np.zeros((len(x_px), size_px, size_px), np.float32)
    counts = np.zeros(sums.shape, np.uint16)
    columns = np.arange(width_px)
    for bottom, rows in _strips_with_sources(dataset, position, first_y, width_px):
        # A margin of no data, so that no cut-out ends beyond the strip's columns.
        padded = np.pad(rows, ((0, 0), (width_px, width_px)), constant_values=np.nan)
        for phase in range(scale):
            # Within a phase no two image rows meet in one cut-out row.
            source, row = _rows_in_strip(first_y + phase, bottom, len(rows), size_px, scale)
            image_row = first_y[source] + phase + row * scale - bottom
            values = padded[image_row[:, None], first_x[source][:, None] + columns]
            finite = np.isfinite(values)
            shape = (len(source), size_px, scale)
            sums[source, row] += np.where(finite, values, 0).reshape(shape).sum(axis=-1)
            counts[source, row] += finite.reshape(shape).sum(axis=-1, dtype=np.uint16)
    return sums, counts


def _strips_with_sources(
    dataset: Any, position: int, first_y: NDArray[np.int64], width_px: int
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """(image row of the first, rows bottom first) of each strip that a cut-out reaches into."""
    for start, stop in strips(dataset.height):
        bottom, top = dataset.height - stop, dataset.height - start
        if ((first_y < top) & (first_y + width_px > bottom)).any():
            yield bottom, dataset.read(position, window=Window(0, start, dataset.width, stop - start))[::-1]


def _rows_in_strip(
    first_y: NDArray[np.int64], bottom: int, n_rows: int, size_px: int, scale: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """(source, cut-out row) of every pair whose image row, `first_y` + row * scale, is in the strip."""
    near = np.flatnonzero((first_y < bottom + n_rows) & (first_y + size_px * scale > bottom))
    image_rows = first_y[near, None] + scale * np.arange(size_px)
    source, row = np.nonzero((image_rows >= bottom) & (image_rows < bottom + n_rows))
    return near[source], row
