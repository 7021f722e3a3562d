"""The point-spread function: a Moffat core whose wings follow HST's encircled energy, by band."""

from functools import lru_cache
from math import ceil, sqrt

import numpy as np
from astropy.modeling.models import Moffat2D
from scipy import fft

from catalogs.simulation.instrument import Band

OVERSAMPLING = 3
# With this exponent 95 % of the light falls within 0.4 arcsec and CI of a star is 1.2 to 1.3, as on WFC3/UVIS.
MOFFAT_BETA = 1.8


def _core_radius_px(band: Band) -> float:
    return band.psf_fwhm_px / (2 * sqrt(2 ** (1 / MOFFAT_BETA) - 1))


def _density(band: Band, x_px: np.ndarray, y_px: np.ndarray) -> np.ndarray:
    """Light per px^2 of a source of unit flux at the origin, before the pixel's own width."""
    radius = _core_radius_px(band)
    peak = (MOFFAT_BETA - 1) / (np.pi * radius**2)
    return np.asarray(Moffat2D.evaluate(x_px, y_px, peak, 0.0, 0.0, radius, MOFFAT_BETA))


def point_stamp(band: Band, dx_px: float, dy_px: float, half_px: int) -> np.ndarray:
    """A star of unit flux at (dx, dy) from the centre pixel, (2 half + 1, 2 half + 1), each pixel's mean of 3 x 3.

    Its sum is below one by the light outside the stamp.
    """
    side = 2 * half_px + 1
    fine = (np.arange(side * OVERSAMPLING) - (side * OVERSAMPLING - 1) / 2) / OVERSAMPLING
    light = _density(band, fine[None, :] - dx_px, fine[:, None] - dy_px)
    blocks = light.reshape(side, OVERSAMPLING, side, OVERSAMPLING)
    return np.asarray(blocks.mean(axis=(1, 3)))


def half_size_px(band: Band, rate: float, floor_rate: float) -> int:
    """Half the side of a stamp beyond which a star of `rate` stays below `floor_rate` (e-/s/px)."""
    radius = _core_radius_px(band)
    peak = rate * (MOFFAT_BETA - 1) / (np.pi * radius**2)
    return int(np.clip(ceil(radius * max(peak / floor_rate, 1.0) ** (0.5 / MOFFAT_BETA)), 8, 160))


@lru_cache(maxsize=64)
def transfer(band: Band, side_px: int) -> np.ndarray:
    """The transform that blurs an oversampled scene by the PSF and sums it over pixels, for `observe`."""
    n = side_px * OVERSAMPLING
    fine = fft.fftfreq(n, 1 / n) / OVERSAMPLING
    kernel = _density(band, fine[None, :], fine[:, None]) / OVERSAMPLING**2
    box = np.zeros(n)
    box[[0, 1, -1]] = 1.0
    return np.asarray(fft.rfft2(kernel) * fft.rfft2(box[:, None] * box[None, :]))


def observe(band: Band, scene_transform: np.ndarray, side_px: int) -> np.ndarray:
    """The (side, side) stamp of an oversampled scene given by its `rfft2`, flux kept but for the PSF's far wings."""
    n = side_px * OVERSAMPLING
    blurred = fft.irfft2(scene_transform * transfer(band, side_px), s=(n, n))
    return np.asarray(blurred[1::OVERSAMPLING, 1::OVERSAMPLING])
