"""Widths of sources, and the point-spread function from the stars among them."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.stats import theilslopes

from catalogs.imagery.stamps import clipped_median, disk_values, ring_values

Floats = NDArray[np.float64]
FWHM_OF_SIGMA = 2 * np.sqrt(2 * np.log(2))
CORE_RADIUS_PX, CORE_LEVEL, FEWEST_CORE_PIXELS = 4.0, 0.25, 4
WIDEST_FWHM_PX = 20.0

FEWEST_STARS, MOST_STARS, SMALLEST_SNR = 5, 100, 15.0
# A neighbour fainter than this share of a star does not count: without it no star of a crowded field stands alone.
NEIGHBOUR_SHARE = 0.2
ISOLATION_FWHM = 2.5
# Sharper than any telescope's sampling: cosmic rays and hot pixels.
SMALLEST_FWHM_PX = 1.3
LOCUS_FRACTION, LOCUS_WIDTH = 0.1, 0.1
# Nothing real is sharper than a star. More than this share of the stars that is: they are no stars.
SHARPER_SHARE = 0.25
PROFILE_RADIUS_PX, PROFILE_STEP_PX, FAINTEST = 10.0, 0.5, 1e-6
SKY_ANNULUS_PX = (10.0, 13.0)


class NoPsf(ValueError):
    """Why there is no point-spread function, in a line."""


@dataclass(frozen=True)
class Psf:
    """The mean star of a band: `profile` at `radii_px` from its centre, 1 at the centre, of `n_stars` stars.

    `fwhm_px` is where the profile falls to a half; `width_px` the median of the stars' widths as the sources' are measured,
    which is what a source's width is compared with: a Gaussian fitted to a star is a tenth wider than the star.
    """

    fwhm_px: float
    width_px: float
    radii_px: list[float]
    profile: list[float]
    n_stars: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def source_fwhm(
    values: NDArray[np.float32], x_px: Floats, y_px: Floats, bad: NDArray[np.bool_] | None = None
) -> Floats:
    """FWHM (n,) in px of the Gaussian that fits the core of each source on `values`, whose background is 0.

    As SExtractor's FWHM_IMAGE it assumes a Gaussian core: least squares on the logarithm of the pixels within 4 px
    and above a quarter of the brightest, weighted by value squared. nan where fewer than 4 pixels are left or they do
    not fall off.
    """
    bad = np.zeros(values.shape, dtype=np.bool_) if bad is None else bad
    parts = [slice(start, start + 2000) for start in range(0, len(x_px), 2000)]
    widths = [_core_fwhm(*disk_values(values, bad, x_px[part], y_px[part], CORE_RADIUS_PX)) for part in parts]
    return np.concatenate(widths) if widths else np.empty(0)


def estimate_psf(
    values: NDArray[np.float32],
    x_px: Floats,
    y_px: Floats,
    *,
    snr: Floats,
    bad: NDArray[np.bool_] | None = None,
    saturated: NDArray[np.bool_] | None = None,
) -> Psf:
    """The PSF of `values` (h, w), background taken off, from the bright, isolated, compact ones of the sources at
    (x_px, y_px) (n,) with signal-to-noise `snr`.

    Stars share one width while clusters and galaxies do not, so they are the densest place at the sharp end of the
    widths: the shortest interval that holds a tenth of the candidates and leaves few below it. `saturated` (n,) are left out where they are known; others
    are wider and fall out. Raises NoPsf with the reason where fewer than 5 are left.
    """
    bad = np.zeros(values.shape, dtype=np.bool_) if bad is None else bad
    widths = source_fwhm(values, x_px, y_px, bad)
    stars = choose_stars(x_px, y_px, snr, widths, saturated)
    return mean_star(values, bad, x_px[stars], y_px[stars], widths[stars])


def mean_star(values: NDArray[np.float32], bad: NDArray[np.bool_], x_px: Floats, y_px: Floats, fwhm_px: Floats) -> Psf:
    """The PSF of `values` (h, w), `bad` left out, from the stars at (x_px, y_px) (n,) that measure `fwhm_px` (n,)."""
    width = round(float(np.median(fwhm_px)), 4)
    radii, profile = _mean_profile(values, bad, x_px, y_px, width)
    return Psf(_half_width(radii, profile), width, radii.tolist(), np.round(profile, 6).tolist(), len(x_px))


def choose_stars(
    x_px: Floats,
    y_px: Floats,
    snr: Floats,
    fwhm_px: Floats,
    saturated: NDArray[np.bool_] | None = None,
) -> NDArray[np.int64]:
    """Indices of the stars, brightest first, at most 100. Raises NoPsf."""
    seen = np.isfinite(fwhm_px) & (snr >= SMALLEST_SNR)
    if saturated is not None:
        seen &= ~saturated
    bright = seen & (fwhm_px >= SMALLEST_FWHM_PX)
    if bright.sum() < FEWEST_STARS:
        raise NoPsf(
            f"{int(bright.sum())} bright compact sources (S/N of {SMALLEST_SNR:g}), and a PSF needs {FEWEST_STARS}"
        )
    apart_px = ISOLATION_FWHM * float(np.percentile(fwhm_px[bright], 25))
    candidates = _alone(np.flatnonzero(bright), x_px, y_px, snr, apart_px)
    if len(candidates) < FEWEST_STARS:
        raise NoPsf(f"{len(candidates)} bright sources stand alone, and a PSF needs {FEWEST_STARS}")
    stars = candidates[_share_one_width(fwhm_px[candidates])]
    if len(stars) < FEWEST_STARS:
        raise NoPsf(
            f"of {len(candidates)} bright sources that stand alone fewer than {FEWEST_STARS} of the sharpest share a width"
        )
    if (sharper := int((seen & ~bright).sum())) > len(stars):
        raise NoPsf(f"{sharper} bright sources are sharper than {SMALLEST_FWHM_PX:g} px: the band is undersampled")
    return stars[np.argsort(-snr[stars], kind="stable")][:MOST_STARS]


def _share_one_width(fwhm_px: Floats) -> NDArray[np.bool_]:
    """(n,) of the sources within 10 % of the stars' width: the middle of the shortest interval, relative to its place,
    that holds a tenth of the widths and leaves few below it. All False where every interval leaves more."""
    ordered = np.sort(fwhm_px)
    held = min(max(FEWEST_STARS, round(LOCUS_FRACTION * len(ordered))), len(ordered))
    low, high = ordered[: len(ordered) - held + 1], ordered[held - 1 :]
    middle = np.sqrt(low * high)
    sharper = np.searchsorted(ordered, middle * (1 - LOCUS_WIDTH))
    alike = np.searchsorted(ordered, middle * (1 + LOCUS_WIDTH), side="right") - sharper
    spread = np.where(sharper <= SHARPER_SHARE * alike, high / low, np.inf)
    best = int(np.argmin(spread))
    return np.asarray(np.isfinite(spread[best]) & (np.abs(fwhm_px / middle[best] - 1) <= LOCUS_WIDTH))


def _alone(
    candidates: NDArray[np.int64], x_px: Floats, y_px: Floats, snr: Floats, apart_px: float
) -> NDArray[np.int64]:
    """The candidates (indices) with no neighbour within `apart_px` that is at least a fifth as bright."""
    places = np.column_stack([x_px, y_px])
    near = cKDTree(places).query_ball_point(places[candidates], apart_px)
    # One of the neighbours is the candidate itself.
    alone = [
        int((snr[found] >= NEIGHBOUR_SHARE * snr[own]).sum()) == 1 for own, found in zip(candidates, near, strict=True)
    ]
    return candidates[np.array(alone, dtype=np.bool_)]


def _core_fwhm(found: Floats, distance: Floats) -> Floats:
    top = np.nanmax(np.where(np.isfinite(found), found, -np.inf), axis=1, keepdims=True)
    used = np.isfinite(found) & (found > CORE_LEVEL * top) & (top > 0)
    light = np.where(used, found, 1.0)
    weight, squared = np.where(used, light**2, 0.0), np.where(used, distance**2, 0.0)
    slope = _slope(squared, np.log(light), weight)
    with np.errstate(invalid="ignore", divide="ignore"):
        width = FWHM_OF_SIGMA * np.sqrt(-0.5 / slope)
    good = (used.sum(axis=1) >= FEWEST_CORE_PIXELS) & (slope < 0) & (width <= WIDEST_FWHM_PX)
    return np.where(good, width, np.nan)


def _slope(x: Floats, y: Floats, weight: Floats) -> Floats:
    """Slope of the weighted straight line through each row; nan where the row has no spread in x."""
    total = weight.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_x, mean_y = (weight * x).sum(axis=1) / total, (weight * y).sum(axis=1) / total
        dx, dy = x - mean_x[:, None], y - mean_y[:, None]
        return np.asarray((weight * dx * dy).sum(axis=1) / (weight * dx**2).sum(axis=1))


def _mean_profile(
    values: NDArray[np.float32], bad: NDArray[np.bool_], x_px: Floats, y_px: Floats, fwhm_px: float
) -> tuple[Floats, Floats]:
    """(radii, median profile of the stars), each star scaled by the Gaussian of `fwhm_px` that fits its core."""
    sky = clipped_median(ring_values(values, bad, x_px, y_px, *SKY_ANNULUS_PX))
    found, distance = disk_values(values, bad, x_px, y_px, PROFILE_RADIUS_PX + PROFILE_STEP_PX / 2)
    light = found - np.nan_to_num(sky)[:, None]
    shape = np.where(
        np.isfinite(light) & (distance <= fwhm_px), np.exp(-0.5 * (FWHM_OF_SIGMA * distance / fwhm_px) ** 2), 0
    )
    core = (np.nan_to_num(light) * shape).sum(axis=1) / np.maximum((shape**2).sum(axis=1), FAINTEST)
    light = light[core > 0] / core[core > 0, None]
    flat, where = light.ravel(), distance[core > 0].ravel()
    radii = np.arange(0, PROFILE_RADIUS_PX + PROFILE_STEP_PX / 2, PROFILE_STEP_PX)
    rings = [(0.0, _centre(flat, where)), *(_middle_of_ring(flat, where, radius) for radius in radii[1:])]
    places, profile = np.array([ring for ring in rings if np.isfinite(ring[1])]).T
    # The light falls as a power, so straight lines between its logarithms.
    profile = np.exp(np.interp(radii, places, np.log(np.maximum(profile / profile[0], FAINTEST))))
    return radii, profile


def _middle_of_ring(light: Floats, distance: Floats, radius_px: float) -> tuple[float, float]:
    """(median distance, median light) of the pixels near a radius: light that falls outwards has its median there, wherever
    in the ring the pixels of few stars happen to lie."""
    near = np.isfinite(light) & (np.abs(distance - radius_px) <= PROFILE_STEP_PX / 2)
    return (float(np.median(distance[near])), float(np.median(light[near]))) if near.any() else (radius_px, np.nan)


def _centre(light: Floats, distance: Floats) -> float:
    """The profile at radius 0: pixel centres seldom fall there, so by a parabola in radius squared through the core."""
    near = np.isfinite(light) & (distance <= 1.0) & (light > 0)
    # A blemish among the stars must not move the line.
    slope, level, *_ = theilslopes(np.log(light[near]), distance[near] ** 2)
    return float(np.exp(level)) if slope < 0 else float(np.max(light[near]))


def _half_width(radii: Floats, profile: Floats) -> float:
    """Full width where the profile first falls to a half, interpolated in the logarithm."""
    below = int(np.argmax(profile <= 0.5))
    if profile[below] > 0.5:
        raise NoPsf(f"the stars are wider than {2 * PROFILE_RADIUS_PX:g} px")
    low, high = np.log(profile[below]), np.log(profile[below - 1])
    share = (high - np.log(0.5)) / (high - low)
    return float(2 * (radii[below - 1] + share * (radii[below] - radii[below - 1])))
