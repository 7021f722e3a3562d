"""Aperture photometry of one band on its own pixels: exact apertures, local sky, errors that know drizzled noise.

Pixels are what is passed in, background taken off, bottom row first; nothing here knows of other bands or grids.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import sep
from astropy.stats import mad_std
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from catalogs.imagery.stamps import clipped_median, ring_values
from catalogs.imagery.statistics import usable_pixels

Pixels = NDArray[np.float32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MOST_BAD_FRACTION = 0.1
# Between the aperture and the sky around it: with the default aperture the annulus is that of the concentration index, 7-9 px.
SKY_GAP_PX = 3.0
EMPTY_APERTURES, FEWEST_EMPTY, EMPTY_DRAWS = 6000, 50, 60_000
# The noise of arms is unresolved stars and more correlated than that of the sky: the factor is measured at several levels.
NOISE_LEVELS = 20
CEILING_PIXELS, CEILING_SHARE = 10, 0.01
MAG_OF_LN = 2.5 / np.log(10)


@dataclass(frozen=True)
class Aperture:
    """A circle of `radius_px`; sky from an annulus `sky_thick_px` wide that starts 3 px outside it, or none (0)."""

    radius_px: float
    sky_thick_px: float

    @property
    def annulus_px(self) -> tuple[float, float] | None:
        inner = self.radius_px + SKY_GAP_PX
        return (inner, inner + self.sky_thick_px) if self.sky_thick_px > 0 else None


@dataclass(frozen=True, eq=False)
class BandPixels:
    """One band, all (h, w): `values` without the background map (0 where bad), its local `rms` a pixel, what is `bad`.

    `global_rms` is the typical rms, in the band's unit like the others. `ceiling` (h, w) is True where the data are cut
    off at one largest value; None where they are not.
    """

    values: Pixels
    rms: Pixels
    bad: Bools
    global_rms: float
    ceiling: Bools | None = None


@dataclass(frozen=True, eq=False)
class Photometry:
    """`flux` and `flux_error` (n,), in the band's unit summed over pixels; nan where there is no value.

    `noise_factor` is the median over the positions of the scatter of empty apertures over what independent pixels of
    the local rms would give, the sky's own error included; `n_empty` is the number of empty apertures it was measured
    on, 0 where there was no room.
    """

    flux: Floats
    flux_error: Floats
    noise_factor: float
    n_empty: int


def subtract_background(data: Pixels, mesh_px: int, filter_px: int, mask: Bools | None = None) -> BandPixels:
    """The band without SEP's background map of `mesh_px` meshes, median-filtered over `filter_px` of them.

    Pixels that are not finite, of a blank border or True in `mask` are bad. Raises ValueError where no pixel is left.
    """
    bad = ~usable_pixels(data, mask)
    if bad.all():
        raise ValueError("every pixel is masked or NaN")
    values = np.where(bad, np.float32(0), data).astype(np.float32)
    box_px = min(mesh_px, *values.shape)
    background = sep.Background(values, mask=bad, bw=box_px, bh=box_px, fw=filter_px, fh=filter_px)
    background.subfrom(values)
    values[bad] = 0
    return BandPixels(values, background.rms(), bad, float(background.globalrms), _ceiling(data, bad))


def aperture_photometry(
    band: BandPixels,
    x_px: Floats,
    y_px: Floats,
    aperture: Aperture,
    rng: np.random.Generator,
    gain: float | None = None,
) -> Photometry:
    """Fluxes in exact circles at 0-based positions (n,), with errors.

    The variance is the local rms' over the aperture times the noise factor squared, as empty apertures of a like local
    rms scatter, plus the light's own Poisson noise where `gain` (electrons a unit of the image) is known. An aperture has no value where more than a tenth of
    it, or any pixel of its inner half, is bad or off the image; up to that its flux is scaled to the full circle.
    """
    flux, noise = _measure(band, x_px, y_px, aperture)
    factor, n_empty = _noise_factor(band, x_px, y_px, noise, aperture, rng)
    poisson = np.maximum(flux, 0) / gain if gain else 0.0
    typical = float(np.nanmedian(factor)) if np.isfinite(factor).any() else 1.0
    return Photometry(flux, np.sqrt((factor * noise) ** 2 + poisson), typical, n_empty)


def magnitudes(flux: Floats, flux_error: Floats, zero_point_mag: float) -> tuple[Floats, Floats]:
    """Magnitudes and their errors, zero point - 2.5 log flux; nan where the flux is not positive."""
    with np.errstate(invalid="ignore", divide="ignore"):
        good = flux > 0
        mag = np.where(good, zero_point_mag - 2.5 * np.log10(np.where(good, flux, 1.0)), np.nan)
        return mag, np.where(good, MAG_OF_LN * flux_error / np.where(good, flux, 1.0), np.nan)


def circle_sum(values: NDArray[Any], x_px: Floats, y_px: Floats, radius_px: float) -> Floats:
    """The sum over exact circles, what lies off the image counting as zero."""
    return np.asarray(sep.sum_circle(values, x_px, y_px, radius_px, subpix=0)[0], dtype=np.float64)


def usable(bad: Bools, x_px: Floats, y_px: Floats, radius_px: float) -> tuple[Bools, Floats]:
    """Which circles (n,) have a value, as `aperture_photometry` has it, and the good area of each in px^2."""
    good = (~bad).astype(np.float32)
    area, inner_area = circle_sum(good, x_px, y_px, radius_px), circle_sum(good, x_px, y_px, radius_px / 2)
    full = np.pi * radius_px**2
    return (area >= (1 - MOST_BAD_FRACTION) * full) & (inner_area >= 0.999 * full / 4), area


def touches_ceiling(band: BandPixels, x_px: Floats, y_px: Floats, radius_px: float) -> Bools:
    """Which circles (n,) hold pixels that are cut off at the largest value: saturated sources."""
    if band.ceiling is None:
        return np.zeros(len(x_px), dtype=np.bool_)
    return circle_sum(band.ceiling.astype(np.float32), x_px, y_px, radius_px) > 0


def _ceiling(data: Pixels, bad: Bools) -> Bools | None:
    """Noise never repeats its largest value; a full well or a 16-bit file does."""
    top = data[~bad].max()
    at_top = ~bad & (data >= top - CEILING_SHARE * abs(top))
    return at_top if CEILING_PIXELS <= at_top.sum() < 0.5 * at_top.size else None


def _measure(band: BandPixels, x_px: Floats, y_px: Floats, aperture: Aperture) -> tuple[Floats, Floats]:
    """(flux, its noise were the pixels independent and the sky exact), nan where there is no value."""
    has_value, area = usable(band.bad, x_px, y_px, aperture.radius_px)
    flux = circle_sum(band.values, x_px, y_px, aperture.radius_px)
    variance = circle_sum(np.where(band.bad, np.float32(0), band.rms**2), x_px, y_px, aperture.radius_px)
    if aperture.annulus_px is not None:
        sky = clipped_median(ring_values(band.values, band.bad, x_px, y_px, *aperture.annulus_px))
        flux = flux - sky * area
    full = np.pi * aperture.radius_px**2
    scale = full / np.where(has_value, area, full)
    return np.where(has_value, flux * scale, np.nan), np.where(has_value, np.sqrt(variance * scale), np.nan)


def _noise_factor(
    band: BandPixels, x_px: Floats, y_px: Floats, noise: Floats, aperture: Aperture, rng: np.random.Generator
) -> tuple[Floats, int]:
    """How much more empty apertures of about this noise scatter than independent pixels would, (n,), and their number.

    With too few of them it is the sky's own error alone.
    """
    empty_x, empty_y = _empty_places(band, x_px, y_px, aperture, rng)
    flux, expected = _measure(band, empty_x, empty_y, aperture)
    known = np.isfinite(flux) & (expected > 0)
    if known.sum() < FEWEST_EMPTY:
        return np.where(np.isfinite(noise), _independent_factor(aperture), np.nan), 0
    flux, expected = flux[known], expected[known]
    levels = np.array_split(np.argsort(expected), np.clip(len(flux) // FEWEST_EMPTY, 1, NOISE_LEVELS))
    at = [float(np.median(expected[level])) for level in levels]
    factors = [max(float(mad_std(flux[level] / expected[level])), 1.0) for level in levels]
    return np.where(np.isfinite(noise), np.interp(noise, at, factors), np.nan), len(flux)


def _empty_places(
    band: BandPixels, x_px: Floats, y_px: Floats, aperture: Aperture, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Positions at random whose aperture is clear of those of the sources."""
    height_px, width_px = band.values.shape
    places = rng.uniform((-0.5, -0.5), (width_px - 0.5, height_px - 0.5), (EMPTY_DRAWS, 2))
    if len(x_px):
        apart_px, _ = cKDTree(np.column_stack([x_px, y_px])).query(places)
        places = places[apart_px > 2 * aperture.radius_px]
    chosen = np.ascontiguousarray(places[:EMPTY_APERTURES].T)
    return chosen[0], chosen[1]


def _independent_factor(aperture: Aperture) -> float:
    """The factor of independent pixels: the median of n values has pi / 2 of their mean's variance."""
    if aperture.annulus_px is None:
        return 1.0
    inner, outer = aperture.annulus_px
    return float(np.sqrt(1 + np.pi / 2 * aperture.radius_px**2 / (outer**2 - inner**2)))
