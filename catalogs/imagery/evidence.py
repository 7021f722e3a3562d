"""What the pixels about one source say: a cut-out of each band, its sky, its radial profile and its width.

Positions are 0-based with centres on integers; cut-outs are (bands, size, size), bottom row first, NaN where there is
no data or no image. Values are in the band's own unit a pixel.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from astropy.stats import sigma_clipped_stats
from numpy.typing import NDArray
from rasterio.windows import Window

from catalogs.imagery.psf import FWHM_OF_SIGMA, SMALLEST_SNR, NoPsf, Psf, choose_stars, mean_star
from catalogs.imagery.tiles import READER

Floats = NDArray[np.float64]
SKY_RADII_PX = (12.0, 20.0)
PROFILE_RADIUS_PX = 14.0
FIT_RADIUS_PX = 5.0
SIGMAS_PX = np.geomspace(0.4, 8.0, 120)
CORE_RADIUS_PX = 3.0
# A profile of fewer good pixels says nothing of a width.
FEWEST_PIXELS = 12


@dataclass(frozen=True)
class Cutout:
    """`values` (bands, size, size) float32; pixel [:, 0, 0] is at (`left_px`, `bottom_px`) on the image."""

    values: NDArray[np.float32]
    left_px: int
    bottom_px: int


@dataclass(frozen=True)
class Sky:
    """Median and scatter of the sky about a source, and how many pixels they come from; NaN without any."""

    level: float
    sigma: float
    n_pixels: int


@dataclass(frozen=True)
class Profile:
    """Mean value above the sky in rings of one pixel's width: (n,) each. `error` is the mean's standard error, from the
    ring's own scatter and never below the sky's; rings without a valid pixel are left out."""

    radius_px: Floats
    value: Floats
    error: Floats
    n_pixels: NDArray[np.int64]


def read_cutout(
    path: Path | str, x_px: float, y_px: float, size_px: int, positions: Sequence[int] | None = None
) -> Cutout:
    """All bands, or those at 1-based `positions`, about (x_px, y_px) from a science COG; the pixel that holds the position is [:, size // 2, size // 2]."""
    dataset: Any = READER.native(path).dataset
    left, bottom = math.floor(x_px + 0.5) - size_px // 2, math.floor(y_px + 0.5) - size_px // 2
    indexes = list(positions or dataset.indexes)
    values = np.full((len(indexes), size_px, size_px), np.nan, np.float32)
    x0, x1 = max(left, 0), min(left + size_px, dataset.width)
    y0, y1 = max(bottom, 0), min(bottom + size_px, dataset.height)
    if x0 < x1 and y0 < y1:
        # FITS row 0 is the bottom; the raster's is the top.
        window = Window(x0, dataset.height - y1, x1 - x0, y1 - y0)
        values[:, y0 - bottom : y1 - bottom, x0 - left : x1 - left] = dataset.read(indexes, window=window)[:, ::-1]
    return Cutout(values, left, bottom)


def radii(cutout: Cutout, x_px: float, y_px: float) -> Floats:
    """(size, size) distance in pixels of each pixel's centre from the position."""
    size = cutout.values.shape[-1]
    x, y = cutout.left_px + np.arange(size) - x_px, cutout.bottom_px + np.arange(size) - y_px
    return np.asarray(np.hypot(x[None, :], y[:, None]), dtype=np.float64)


def sky_about(values: NDArray[np.float32], radius_px: Floats) -> Sky:
    """Sky of one band (size, size): median and standard deviation, clipped at 3 sigma, from 12 to 20 pixels."""
    (sky,) = skies_about(values[None], radius_px)
    return sky


def skies_about(values: NDArray[np.float32], radius_px: Floats) -> list[Sky]:
    """`sky_about` of each of (n, size, size) at once: one by one takes four times as long."""
    ring = (radius_px >= SKY_RADII_PX[0]) & (radius_px < SKY_RADII_PX[1]) & np.isfinite(values)
    ring = ring.reshape(len(values), -1)
    n_pixels = ring.sum(axis=1)
    level, sigma = np.full(len(values), math.nan), np.full(len(values), math.nan)
    known = n_pixels > 0
    if known.any():
        pixels = np.where(ring, values.reshape(len(values), -1), 0)[known].astype(np.float64)
        _, level[known], sigma[known] = sigma_clipped_stats(pixels, mask=~ring[known], sigma=3.0, maxiters=5, axis=1)
    return [Sky(*each) for each in zip(level.tolist(), sigma.tolist(), n_pixels.tolist(), strict=True)]


def radial_profile(values: NDArray[np.float32], radius_px: Floats, sky: Sky) -> Profile:
    """Ring k holds the valid pixels whose centres lie from k - 1/2 to k + 1/2 pixels from the source."""
    good = np.isfinite(values) & (radius_px < PROFILE_RADIUS_PX + 0.5)
    ring = np.floor(radius_px[good] + 0.5).astype(np.int64)
    pixels = values[good].astype(np.float64) - sky.level
    count = np.bincount(ring)
    known = np.flatnonzero(count)
    n = count[known]
    mean = np.bincount(ring, pixels)[known] / n
    radius = np.bincount(ring, radius_px[good])[known] / n
    scatter = np.sqrt(np.maximum(np.bincount(ring, pixels**2)[known] / n - mean**2, 0.0))
    # One pixel shows no scatter of its own.
    return Profile(radius, mean, np.maximum(scatter, sky.sigma) / np.sqrt(n), n)


def fitted_fwhm(values: NDArray[np.float32], radius_px: Floats) -> float:
    """Full width at half maximum, in pixels, of the circular Gaussian on a constant that fits the pixels within 5 px best.

    NaN where the best is no peak, or lies at the end of the widths tried (1 to 19 px), or pixels are missing.
    """
    near = (radius_px <= FIT_RADIUS_PX) & np.isfinite(values)
    pixels = values[near].astype(np.float64)
    if pixels.size < FEWEST_PIXELS:
        return math.nan
    shapes = np.exp(-0.5 * (radius_px[near][None, :] / SIGMAS_PX[:, None]) ** 2)  # (widths, pixels)
    centred = shapes - shapes.mean(axis=1, keepdims=True)
    signal = centred @ (pixels - pixels.mean())
    gain = np.where(signal > 0, signal**2 / (centred**2).sum(axis=1), 0.0)
    best = int(np.argmax(gain))
    if best in (0, len(SIGMAS_PX) - 1):
        return math.nan
    # The vertex of the parabola through the best width and its neighbours, in log width.
    left, middle, right = gain[best - 1 : best + 2]
    bend = left - 2 * middle + right
    shift = 0.5 * (left - right) / bend if bend else 0.0
    step = math.log(SIGMAS_PX[1] / SIGMAS_PX[0])
    return float(FWHM_OF_SIGMA * SIGMAS_PX[best] * math.exp(shift * step))


def psf_of_cutouts(cutouts: Sequence[Cutout], x_px: Floats, y_px: Floats) -> Psf:
    """The PSF from one band's cut-outs about some sources of a field at (x_px, y_px) (n,), by `choose_stars`' rules and with
    `fitted_fwhm` for width. Raises NoPsf."""
    if not cutouts:
        raise NoPsf("no source has pixels")
    light, snr, widths = [], np.zeros(len(cutouts)), np.full(len(cutouts), math.nan)
    radii_px = [radii(cutout, x, y) for cutout, x, y in zip(cutouts, x_px, y_px, strict=True)]
    skies = skies_about(np.stack([cutout.values[0] for cutout in cutouts]), np.stack(radii_px))
    for n, (cutout, radius_px, sky) in enumerate(zip(cutouts, radii_px, skies, strict=True)):
        values = cutout.values[0]
        light.append(values - np.float32(sky.level))
        snr[n] = _significance(light[-1], radius_px, sky)
        if snr[n] >= SMALLEST_SNR:  # no other can be a star
            widths[n] = fitted_fwhm(values, radius_px)
    stars = choose_stars(x_px, y_px, snr, widths)
    # One below the other they are an image, in which the sources lie at these places.
    column = np.concatenate([light[n] for n in stars])
    left = np.array([cutouts[n].left_px for n in stars])
    bottom = np.array([cutouts[n].bottom_px - k * len(light[n]) for k, n in enumerate(stars)])
    bad = ~np.isfinite(column)
    return mean_star(np.where(bad, 0, column), bad, x_px[stars] - left, y_px[stars] - bottom, widths[stars])


def _significance(light: NDArray[np.float32], radius_px: Floats, sky: Sky) -> float:
    """Signal-to-noise of the light within 3 px; 0 where a pixel or the sky is missing."""
    core = light[radius_px <= CORE_RADIUS_PX].astype(np.float64)
    if not np.isfinite(core).all() or not sky.sigma > 0:
        return 0.0
    return float(core.sum() / (sky.sigma * math.sqrt(core.size)))
