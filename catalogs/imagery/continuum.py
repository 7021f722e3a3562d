"""A narrow band without its continuum: narrow - scale * continuum, both brought to the coarser one's sharpness.

Arrays are (h, w) in the bands' own units, NaN for no data.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d
from scipy.special import ive

from catalogs.imagery.psf import FWHM_OF_SIGMA

Pixels = NDArray[np.float32]
Floats = NDArray[np.float64]
# Where the kernel ends, in sigmas: beyond it lie 0.03 % of a round Gaussian's light.
KERNEL_SIGMAS = 4.0
FEWEST_SOURCES = 10
CLIP_SIGMA, MAD_TO_SIGMA = 3.0, 1.4826


class NoScale(ValueError):
    """Why the continuum cannot be scaled, in a line."""


@dataclass(frozen=True)
class Matching:
    """The Gaussians, sigma in px, that bring narrow and continuum to one PSF, of `fwhm_px`; None where either PSF is
    unknown, and then both are 0. One of the two always is."""

    narrow_sigma_px: float = 0.0
    continuum_sigma_px: float = 0.0
    fwhm_px: float | None = None

    @property
    def reach_px(self) -> int:
        """How far away a pixel may lie and still count."""
        return _reach_px(max(self.narrow_sigma_px, self.continuum_sigma_px))


def matching(narrow_fwhm_px: float | None, continuum_fwhm_px: float | None) -> Matching:
    """The sharper band is blurred to the width of the other: the widths of Gaussians add in squares."""
    if narrow_fwhm_px is None or continuum_fwhm_px is None:
        return Matching()
    sigma_px = float(math.sqrt(abs(narrow_fwhm_px**2 - continuum_fwhm_px**2)) / FWHM_OF_SIGMA)
    if narrow_fwhm_px < continuum_fwhm_px:
        return Matching(sigma_px, 0.0, continuum_fwhm_px)
    return Matching(0.0, sigma_px, narrow_fwhm_px)


def blurred(values: Pixels, sigma_px: float) -> Floats:
    """`values` through a Gaussian, the mean over the valid pixels under it; NaN stays NaN, and spreads nowhere."""
    valid = np.isfinite(values)
    if sigma_px == 0:
        return np.where(valid, values, np.nan).astype(np.float64)
    light = _gaussian(np.where(valid, values, 0.0), sigma_px)
    weight = _gaussian(valid.astype(np.float64), sigma_px)
    return np.where(valid, light / np.where(valid, weight, 1.0), np.nan)


def matched(narrow: Pixels, continuum: Pixels, how: Matching) -> tuple[Floats, Floats]:
    """Both bands at the coarser one's sharpness."""
    return blurred(narrow, how.narrow_sigma_px), blurred(continuum, how.continuum_sigma_px)


def without_continuum(narrow: Pixels, continuum: Pixels, how: Matching, scale: float) -> Pixels:
    """narrow - scale * continuum, matched; NaN where either has no data."""
    sharp_narrow, sharp_continuum = matched(narrow, continuum, how)
    return (sharp_narrow - scale * sharp_continuum).astype(np.float32)


def continuum_scale(narrow: Floats, continuum: Floats) -> float:
    """How much of the continuum band's light the narrow band has where there is no line: the median of narrow / continuum
    over sources, (n,) each, their light above the sky.

    A line only adds, so ratios more than 3 sigma above the median are left out, sigma by the median deviation of those
    below, until none is left: noise and colours scatter to both sides, nebulae to one. Raises NoScale for fewer than 10
    sources with light, or where the median is not positive.
    """
    used = np.isfinite(narrow) & np.isfinite(continuum) & (continuum > 0)
    ratio = np.sort(narrow[used] / continuum[used])
    if len(ratio) < FEWEST_SOURCES:
        raise NoScale(f"{len(ratio)} bright sources to scale the continuum by, and it needs {FEWEST_SOURCES}")
    kept, before = len(ratio), len(ratio) + 1
    while kept < before:
        middle = float(np.median(ratio[:kept]))
        below = ratio[ratio <= middle]
        sigma = MAD_TO_SIGMA * float(np.median(middle - below))
        kept, before = min(kept, int(np.searchsorted(ratio, middle + CLIP_SIGMA * sigma, side="right"))), kept
    if not middle > 0:
        raise NoScale(f"the continuum's scale came out as {middle:.3g}, which cannot be")
    return middle


def _gaussian(values: Floats, sigma_px: float) -> Floats:
    """Through a Gaussian, nothing being beyond the edges.

    The kernel is the discrete one, exp(-t) I_n(t) with t = sigma^2, whose variance is t at any width: a Gaussian taken at
    pixel centres blurs half as much as it should at 0.4 px. Source: Lindeberg 1990, doi:10.1109/34.49051.
    """
    reach = _reach_px(sigma_px)
    kernel = ive(np.abs(np.arange(-reach, reach + 1)), sigma_px**2)
    kernel /= kernel.sum()
    rows = correlate1d(values, kernel, axis=0, mode="constant")
    return np.asarray(correlate1d(rows, kernel, axis=1, mode="constant"), dtype=np.float64)


def _reach_px(sigma_px: float) -> int:
    """How far from its middle a kernel ends."""
    return math.ceil(KERNEL_SIGMAS * sigma_px) + 1
