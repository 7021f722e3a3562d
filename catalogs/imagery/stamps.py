"""The pixels around many positions at once, for sky, widths and profiles."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CHUNK = 2000
CLIP_SIGMA, CLIP_ROUNDS = 3.0, 3
MAD_TO_SIGMA = 1.4826


def disk_values(
    values: NDArray[np.float32], bad: NDArray[np.bool_], x_px: Floats, y_px: Floats, radius_px: float
) -> tuple[Floats, Floats]:
    """(values, distances in px) of the pixels near each position, both (n, k); nan in both where a pixel is bad, off
    the image or its centre further than `radius_px` away."""
    reach = int(np.ceil(radius_px)) + 1
    offsets = np.mgrid[-reach : reach + 1, -reach : reach + 1].reshape(2, -1)
    near = np.hypot(*offsets) <= radius_px + 1
    dy, dx = offsets[:, near]
    column = np.rint(x_px).astype(np.int64)[:, None] + dx
    row = np.rint(y_px).astype(np.int64)[:, None] + dy
    distance = np.hypot(column - x_px[:, None], row - y_px[:, None])
    height_px, width_px = values.shape
    inside = (column >= 0) & (column < width_px) & (row >= 0) & (row < height_px) & (distance <= radius_px)
    column, row = np.clip(column, 0, width_px - 1), np.clip(row, 0, height_px - 1)
    inside &= ~bad[row, column]
    return np.where(inside, values[row, column], np.nan), np.where(inside, distance, np.nan)


def ring_values(
    values: NDArray[np.float32],
    bad: NDArray[np.bool_],
    x_px: Floats,
    y_px: Floats,
    inner_px: float,
    outer_px: float,
) -> Iterator[Floats]:
    """The values of the pixels whose centres lie inner_px to outer_px from each position, nan for none, in chunks of
    rows (at most 2,000, k)."""
    for start in range(0, len(x_px), CHUNK):
        part = slice(start, start + CHUNK)
        found, distance = disk_values(values, bad, x_px[part], y_px[part], outer_px)
        yield np.where(distance >= inner_px, found, np.nan)


def clipped_median(chunks: Iterator[Floats]) -> Floats:
    """The median of each row after clipping at 3 sigma (by the median deviation) about it, three times; nan for a row without
    values."""
    medians = [_clipped_median(chunk) for chunk in chunks]
    return np.concatenate(medians) if medians else np.empty(0)


def _clipped_median(rows: Floats) -> Floats:
    middle = _row_median(rows)
    for _ in range(CLIP_ROUNDS):
        deviation = np.abs(rows - middle[:, None])
        limit = CLIP_SIGMA * MAD_TO_SIGMA * _row_median(deviation)
        rows = np.where(deviation <= limit[:, None], rows, np.nan)
        middle = _row_median(rows)
    return middle


def _row_median(rows: Floats) -> Floats:
    """np.nanmedian along the rows, without its loop: sorting puts nan last."""
    ordered = np.sort(rows, axis=1)
    count = np.isfinite(ordered).sum(axis=1)
    index = np.arange(len(ordered))
    lower, upper = np.maximum(count - 1, 0) // 2, count // 2
    return np.where(count > 0, (ordered[index, lower] + ordered[index, upper]) / 2, np.nan)
