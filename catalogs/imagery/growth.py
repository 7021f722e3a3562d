"""The curve of growth: how much light lies within a radius, of a source and of a point source."""

from dataclasses import dataclass

import numpy as np
import sep
from numpy.typing import NDArray

Floats = NDArray[np.float64]
GROWTH_RADII_PX = np.arange(1.0, 12.5, 0.5)


@dataclass(frozen=True)
class Growth:
    """Light above the sky within each radius, in the band's unit, and its error from the sky's scatter: (n,) each.

    NaN from the first radius on whose circle holds a pixel without data: what is missing is not known to be nothing.
    """

    radius_px: Floats
    flux: Floats
    error: Floats


def curve_of_growth(
    values: NDArray[np.float32], x_px: float, y_px: float, sky_level: float, sky_sigma: float,
    radii_px: Floats = GROWTH_RADII_PX,
) -> Growth:  # fmt: skip
    """Of one band (size, size), about (x_px, y_px) in pixels of `values`; circles cut pixels exactly (SEP, subpix = 0,
    doi:10.21105/joss.00058). Independent pixels: the noise of a drizzled image is correlated and the error too small."""
    missing = ~np.isfinite(values)
    light = np.ascontiguousarray(np.where(missing, 0.0, values - sky_level), dtype=np.float64)
    x, y = np.full(len(radii_px), x_px), np.full(len(radii_px), y_px)
    flux, error, _ = sep.sum_circle(light, x, y, radii_px, err=sky_sigma, subpix=0)
    holes, _, _ = sep.sum_circle(missing.astype(np.float64), x, y, radii_px, subpix=0)
    # A circle that leaves the cut-out misses light as well.
    height, width = values.shape
    room = min(x_px, y_px, width - 1 - x_px, height - 1 - y_px) + 0.5
    unknown = (holes > 0) | (radii_px > room)
    return Growth(radii_px, np.where(unknown, np.nan, flux), np.where(unknown, np.nan, error))


def enclosed_light(radii_px: Floats, profile: Floats, at_px: Floats) -> Floats:
    """Share of a round source's light within `at_px` (n,), of all within the last of `radii_px` (m,) at which its
    surface brightness `profile` (m,) is known; 1 beyond. By the trapezoidal rule in rings."""
    fine = np.linspace(0, float(radii_px[-1]), 400)
    light = 2 * np.pi * fine * np.interp(fine, radii_px, np.maximum(profile, 0.0))
    within = np.concatenate([[0.0], np.cumsum((light[1:] + light[:-1]) / 2 * np.diff(fine))])
    return np.asarray(np.interp(at_px, fine, within / within[-1]))
