"""What a band's values look like: sky, noise, range, and the limits of a picture that shows both sky and core."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from astropy.stats import mad_std, sigma_clipped_stats
from numpy.typing import NDArray
from rasterio.windows import Window
from scipy import ndimage

from catalogs.imagery.science import Progress, gdal, share, strips

SAMPLE_VALUES = 1_000_000
KEPT_VALUES = 250_000
BORDER_FRACTION = 0.05
BORDER_SQUARE_PX = 9
# Range over noise that the display codes resolve; noise below it is drowned by the range.
MINIMUM_NOISE = 1e-6


@dataclass(frozen=True)
class BandStatistics:
    """In the band's own units. `valid_fraction`, `minimum` and `maximum` are of all its pixels; the others are of a
    regular sample without the exact zeros of a blank border. Without any value `valid_fraction` is 0 and the others mean
    nothing. `black` and `white` are the limits of a grey picture."""

    noise_sigma: float
    background: float
    valid_fraction: float
    black: float
    white: float
    minimum: float
    maximum: float


def cog_statistics(path: Path) -> list[BandStatistics]:
    """Statistics of each band of a science COG, in its order, in one pass of bounded memory over the native pixels."""
    return measure_cog(path)[0]


def measure_cog(
    path: Path, progress: Progress = lambda fraction, stage: None
) -> tuple[list[BandStatistics], dict[str, NDArray[np.float32]]]:
    """`cog_statistics`, and by each band's name its values (n,) at the same native pixels in every band, KEPT_VALUES or a
    few more of them on a regular grid, NaN where there is no data."""
    statistics, sample = [], {}
    with gdal(), rasterio.open(path) as dataset:
        for index, name in zip(dataset.indexes, dataset.descriptions, strict=True):
            part = share(progress, (index - 1) / dataset.count, index / dataset.count)
            measured, values = _measure_band(dataset, index, part)
            statistics.append(measured)
            # A copy: a view would hold all of the values for as long as the sample lives.
            sample[name] = values[:: max(1, values.size // KEPT_VALUES)].copy()
    return statistics, sample


def cog_overview(path: Path, largest_px: int = 1024) -> dict[str, NDArray[np.float32]]:
    """Each band of a science COG by name, (h, w) top row first and at most `largest_px` on a side, for the limits of
    renditions: its coarsest level that is not much smaller, NaN where there is no data."""
    with gdal(), rasterio.open(path) as dataset:
        factor = max(1.0, max(dataset.height, dataset.width) / largest_px)
        shape = (dataset.count, max(1, int(dataset.height / factor)), max(1, int(dataset.width / factor)))
        return dict(zip(dataset.descriptions, dataset.read(out_shape=shape), strict=True))


def array_statistics(values: NDArray[np.float32]) -> BandStatistics:
    """Statistics of an array of any shape with NaN for no data. Raises ValueError where it holds no finite value."""
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        raise ValueError("no finite value")
    return _statistics(finite, finite.size / values.size, float(finite.min()), float(finite.max()))


def without_border(finite: NDArray[np.floating]) -> NDArray[np.floating]:
    """The values without exact zeros where these are over 5 % (a blank border) and not all there is."""
    zeros = finite == 0
    fraction = float(np.mean(zeros)) if finite.size else 0.0
    return finite[~zeros] if BORDER_FRACTION < fraction < 1 else finite


def blank_border(data: NDArray[np.floating]) -> NDArray[np.bool_] | None:
    """Which pixels (h, w) of an image are its blank border: exact zeros in and about squares of 9 x 9 of them, where zeros are over
    5 % (as `without_border`) and most of them lie so; None where there is no such border. Zeros among counts are data."""
    zeros = np.asarray(data == 0)
    fraction = float(np.mean(zeros))
    # Single counts of light in the dark are no image with a border either.
    if not BORDER_FRACTION < fraction < 1 or 2 * np.mean(_middles(~zeros, 3)) < 1 - fraction:
        return None
    middles = _middles(zeros, BORDER_SQUARE_PX)
    if not middles.any():
        return None
    # As far again as a square reaches, for the steps of an edge aslant.
    border = np.asarray(ndimage.binary_dilation(middles, iterations=BORDER_SQUARE_PX, mask=zeros))
    return border if float(np.mean(border)) > fraction / 2 else None


def _middles(pixels: NDArray[np.bool_], size_px: int) -> NDArray[np.bool_]:
    """The middles of the squares that are True throughout."""
    found: NDArray[np.uint8] = ndimage.minimum_filter(pixels.view(np.uint8), size_px, mode="nearest")
    return found.view(np.bool_)


def usable_pixels(data: NDArray[np.floating], mask: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """Which pixels (h, w) are data: finite, not of a blank border, and not True in `mask`."""
    good: NDArray[np.bool_] = np.isfinite(data)
    for left_out in (blank_border(data), mask):
        if left_out is not None:
            good &= ~left_out
    return good


def sky_and_noise(finite: NDArray[np.float32]) -> tuple[float, float]:
    """(background, noise sigma > 0) by sigma clipping at 3 sigma about the median. Source: astropy.stats."""
    _, background, noise = sigma_clipped_stats(finite.astype(np.float64), sigma=3.0, maxiters=10)
    spreads = (lambda: noise, lambda: mad_std(finite), lambda: np.std(finite, dtype=np.float64))
    noise_sigma = next((value for spread in spreads if (value := float(spread())) > 0), 1.0)
    return float(background), noise_sigma


def display_limits(values: NDArray[np.float32]) -> tuple[float, float]:
    """(black, white) of a picture of `values`: black a little below the sky, white above all but the brightest
    cores."""
    finite = without_border(values[np.isfinite(values)])
    return _limits(finite, *sky_and_noise(finite)) if finite.size else (0.0, 1.0)


def _limits(finite: NDArray[np.float32], background: float, noise: float) -> tuple[float, float]:
    low, high, top = (float(value) for value in np.percentile(finite, [0.5, 99.85, 100]))
    black = max(low, background - 1.5 * noise)
    # A field of few sources is dark at any percentile; a clipped one ends before eight sigmas.
    white = max(high, min(top, background + 8 * noise))
    return black, white if white > black else black + 1.0


def _measure_band(dataset: Any, index: int, progress: Progress) -> tuple[BandStatistics, NDArray[np.float32]]:
    step = max(1, int(np.sqrt(dataset.width * dataset.height / SAMPLE_VALUES)))
    count, minimum, maximum, sample = 0, np.inf, -np.inf, []
    for start, stop in strips(dataset.height):
        progress(start / dataset.height, "measuring sky and noise")
        rows = dataset.read(index, window=Window(0, start, dataset.width, stop - start))
        finite = rows[np.isfinite(rows)]
        if finite.size:
            count += finite.size
            minimum, maximum = min(minimum, float(finite.min())), max(maximum, float(finite.max()))
        sample.append(rows[(-start) % step :: step, ::step].ravel())
    values = np.concatenate(sample)
    if not count:
        return BandStatistics(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0), values
    sampled = values[np.isfinite(values)]
    # A few valid pixels may all fall between those of the sample.
    finite_sample = sampled if sampled.size else np.array([minimum, maximum], dtype=np.float32)
    return _statistics(finite_sample, count / (dataset.width * dataset.height), minimum, maximum), values


def _statistics(finite: NDArray[np.float32], valid_fraction: float, minimum: float, maximum: float) -> BandStatistics:
    sample = without_border(finite)
    background, noise = sky_and_noise(sample)
    black, white = _limits(sample, background, noise)
    noise = max(noise, MINIMUM_NOISE * (maximum - minimum))
    return BandStatistics(noise, background, valid_fraction, black, white, minimum, maximum)
