"""Surface-brightness profiles of sources, and the oversampled scene of one source before the PSF."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from astropy.modeling.models import KingProjectedAnalytic1D, Sersic1D

from catalogs.simulation.psf import OVERSAMPLING

# Sides of stamps in px: times the oversampling they are products of 3 and 5, which FFTs like.
STAMP_SIDES_PX = (25, 45, 75, 135)
# Profiles that never end (EFF with gamma near 2, Sersic) are cut at this many half-light radii.
CUT_HALF_LIGHT_RADII = 10.0


@dataclass(frozen=True)
class Component:
    """One profile of a source: its offset from the source's position, its share of the light and its shape.

    `profile` is eff (parameter gamma, Elson, Fall & Freeman 1987), king (concentration r_t / r_c, King 1962), sersic
    (index n) or point (half-light radius 0). The half-light radius is that of the circularised profile.
    """

    dx_px: float
    dy_px: float
    share: float
    half_light_px: float = 0.0
    profile: str = "point"
    parameter: float = 0.0
    axis_ratio: float = 1.0
    angle_rad: float = 0.0


def _eff(radius: np.ndarray, gamma: float) -> np.ndarray:
    return np.asarray((1 + radius**2) ** (-gamma / 2))


def _king(radius: np.ndarray, concentration: float) -> np.ndarray:
    return np.asarray(KingProjectedAnalytic1D(1.0, 1.0, concentration)(radius))


def _sersic(radius: np.ndarray, index: float) -> np.ndarray:
    return np.asarray(Sersic1D.evaluate(radius, 1.0, 1.0, index))


PROFILES = {"eff": _eff, "king": _king, "sersic": _sersic}


@lru_cache(maxsize=4096)
def half_light_radius(profile: str, parameter: float) -> float:
    """Half-light radius in units of the profile's own scale radius, cut as it is drawn."""
    radius = np.geomspace(1e-3, 400.0, 4000)
    growth = np.cumsum(PROFILES[profile](radius, parameter) * radius * np.gradient(radius))
    half = float(radius[-1])
    # The cut is in half-light radii, and the half-light radius depends on the cut: a few rounds settle it.
    for _ in range(12):
        total = np.interp(CUT_HALF_LIGHT_RADII * half, radius, growth)
        half = float(np.interp(total / 2, growth, radius))
    return half


def stamp_side_px(components: tuple[Component, ...]) -> int:
    """The smallest stamp that holds the components and the PSF's inner wings; the largest one if none does."""
    reach = max(np.hypot(part.dx_px, part.dy_px) + 4.5 * part.half_light_px for part in components) + 8
    return next((side for side in STAMP_SIDES_PX if side // 2 >= reach), STAMP_SIDES_PX[-1])


def _add_point(scene: np.ndarray, x: float, y: float, share: float) -> None:
    """Share the light of a point between the four nearest samples."""
    left, low = int(np.floor(x)), int(np.floor(y))
    fx, fy = x - left, y - low
    scene[low, left] += share * (1 - fx) * (1 - fy)
    scene[low, left + 1] += share * fx * (1 - fy)
    scene[low + 1, left] += share * (1 - fx) * fy
    scene[low + 1, left + 1] += share * fx * fy


def _profile_light(part: Component, x_px: np.ndarray, y_px: np.ndarray) -> np.ndarray:
    """The component sampled at offsets from its own centre, of unit sum."""
    along = x_px * np.cos(part.angle_rad) + y_px * np.sin(part.angle_rad)
    across = y_px * np.cos(part.angle_rad) - x_px * np.sin(part.angle_rad)
    scale = part.half_light_px / half_light_radius(part.profile, part.parameter)
    elliptical = np.hypot(along * np.sqrt(part.axis_ratio), across / np.sqrt(part.axis_ratio))
    light = PROFILES[part.profile](elliptical / scale, part.parameter)
    light[elliptical > CUT_HALF_LIGHT_RADII * part.half_light_px] = 0.0
    return np.asarray(light / light.sum())


def scene(components: tuple[Component, ...], side_px: int, dx_px: float, dy_px: float) -> np.ndarray:
    """The components at (dx, dy) from the centre pixel, (3 side, 3 side), oversampled, of unit sum, without PSF."""
    n = side_px * OVERSAMPLING
    fine = (np.arange(n) - (n - 1) / 2) / OVERSAMPLING
    light = np.zeros((n, n))
    for part in components:
        x, y = dx_px + part.dx_px, dy_px + part.dy_px
        if part.profile == "point":
            _add_point(light, (n - 1) / 2 + OVERSAMPLING * x, (n - 1) / 2 + OVERSAMPLING * y, part.share)
        else:
            light += part.share * _profile_light(part, fine[None, :] - x, fine[:, None] - y)
    return np.asarray(light / light.sum())
