"""The smooth light of the galaxy: bulge, disk, spiral arms, and the dust before them.

Everything is computed by strips of rows, so that a 10,000 px galaxy needs no more than its result.
"""

from dataclasses import dataclass
from math import radians, tan

import numpy as np
from astropy.modeling.models import Sersic2D

from catalogs.simulation.instrument import REFERENCE
from catalogs.simulation.spec import SimulationSpec
from catalogs.simulation.spectra import EXTINCTION, nebular_ratios, rate_ratios
from catalogs.simulation.texture import fractal_texture, sample, spline

STRIP_ROWS = 256
SCALE_LENGTH = 0.145  # of the image's side
AXIS_RATIO = 0.82
POSITION_ANGLE = radians(35.0)
PITCH = radians(19.0)
ARMS = 2
# Dust lanes lie on the concave side of the arms: ahead in arm phase, since phase falls with radius.
LANE_PHASE = 0.62
BULGE_LOG_AGE, DISK_LOG_AGE, YOUNG_LOG_AGE = 10.1, 9.25, 7.4
# Vega V magnitudes per arcsec^2 that set the three stellar components (bulge: at its effective radius).
BULGE_SB_MAG, DISK_SB_MAG, ARM_SB_MAG = 19.4, 20.5, 20.5
# A screen of dust inside the stars: this share of them lies in front of it.
OLD_IN_FRONT, YOUNG_IN_FRONT = 0.35, 0.15


@dataclass(frozen=True)
class DiffuseLight:
    """Planes (size, size) float32: unreddened F555W rates in e-/s/px, and the dust's optical depth at V."""

    bulge: np.ndarray
    disk: np.ndarray
    young: np.ndarray
    nebula: np.ndarray
    tau_v: np.ndarray

    def rate(self, band_index: int, where: tuple[np.ndarray, np.ndarray] | slice) -> np.ndarray:
        """Electrons per second and pixel of a band, behind the dust, at pixels (y, x) or rows."""
        ratio = {age: float(rate_ratios(age)[band_index]) for age in (BULGE_LOG_AGE, DISK_LOG_AGE, YOUNG_LOG_AGE)}
        screen = np.exp(self.tau_v[where] * np.float32(-EXTINCTION[band_index]))
        old = self.bulge[where] * ratio[BULGE_LOG_AGE] + self.disk[where] * ratio[DISK_LOG_AGE]
        young = self.young[where] * ratio[YOUNG_LOG_AGE] + self.nebula[where] * float(nebular_ratios()[band_index])
        young *= YOUNG_IN_FRONT + (1 - YOUNG_IN_FRONT) * screen
        return np.asarray(old * (OLD_IN_FRONT + (1 - OLD_IN_FRONT) * screen) + young, dtype=np.float32)


@dataclass(frozen=True)
class _Plane:
    """Galactocentric coordinates of some rows: radius in scale lengths and arm phase, seen face-on."""

    radius: np.ndarray
    azimuth_turns: np.ndarray
    winding_turns: np.ndarray  # turns by which a logarithmic spiral has wound up at this radius
    x_frame: np.ndarray
    y_frame: np.ndarray


def _face_on(spec: SimulationSpec, rows: slice) -> _Plane:
    size = spec.size_px
    centre = (size - 1) / 2
    y, x = np.mgrid[rows, 0:size].astype(np.float32) - np.float32(centre)
    along = x * np.cos(POSITION_ANGLE) + y * np.sin(POSITION_ANGLE)
    across = (y * np.cos(POSITION_ANGLE) - x * np.sin(POSITION_ANGLE)) / AXIS_RATIO
    radius = np.hypot(along, across) / np.float32(SCALE_LENGTH * size) + np.float32(1e-4)
    winding = np.log(radius) / np.float32(tan(PITCH) * 2 * np.pi)
    return _Plane(radius, np.arctan2(across, along) / np.float32(2 * np.pi), winding, x / size, y / size)


@dataclass(frozen=True)
class _Textures:
    clouds: np.ndarray
    shear: np.ndarray
    dust: np.ndarray
    warp: np.ndarray

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> "_Textures":
        spectra = ((1.45, 7.0), (1.2, 4.0), (1.25, 3.0), (2.4, 0.0))
        return cls(*(spline(fractal_texture(rng, slope, flat_below=k)) for slope, k in spectra))


def _ridge(phase: np.ndarray, sharpness: float) -> np.ndarray:
    """A periodic ridge of unit height at phase 0 (von Mises): the cross-section of an arm or a lane."""
    return np.asarray(np.exp(np.float32(sharpness) * (np.cos(phase) - 1)))


def _rise(value: np.ndarray, start: float, width: float) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip((value - start) / width, -30, 30))))


def _arm_phase(plane: _Plane, textures: _Textures) -> np.ndarray:
    """Phase of the main arms in radians, bent by a large-scale warp so that no arm is a perfect curve."""
    warp = sample(textures.warp, plane.azimuth_turns, plane.radius * np.float32(0.11))
    return np.asarray(2 * np.pi * ARMS * (plane.azimuth_turns - plane.winding_turns) + 0.55 * warp)


def _young_light(plane: _Plane, phase: np.ndarray, textures: _Textures) -> np.ndarray:
    """Arms, fainter secondary arms and spurs, broken into clumps; unit height at the scale of the disk's centre."""
    radius = plane.radius
    spurs = _ridge(phase * 2 + 1.9 + 3.2 * plane.winding_turns, 2.2)
    sheared = sample(textures.shear, plane.azimuth_turns - plane.winding_turns, plane.winding_turns * 1.5)
    clouds = sample(textures.clouds, plane.y_frame * 0.83 + 0.31, plane.x_frame * 0.83 + 0.17)
    arms = _ridge(phase, 4.2) + 0.22 * spurs * _rise(radius, 1.0, 0.25) + 0.045
    envelope = _rise(radius, 0.42, 0.10) * np.exp(-radius / 1.25) * _rise(-radius, -2.95, 0.20)
    return np.asarray(arms * envelope * np.exp(0.32 * sheared + 0.75 * clouds - 0.35))


def _optical_depth(plane: _Plane, phase: np.ndarray, textures: _Textures) -> np.ndarray:
    """Dust: narrow lanes inside the arms that run on into the bulge, feathers, and thin clouds everywhere."""
    radius = plane.radius
    feathers = sample(textures.dust, plane.azimuth_turns - 0.6 * plane.winding_turns, plane.winding_turns * 1.1)
    clouds = sample(textures.clouds, plane.y_frame * 1.31 + 0.77, plane.x_frame * 1.31 + 0.43)
    lane = _ridge(phase - LANE_PHASE, 14.0) + 0.30 * _ridge(phase * 2 - 0.4 + 3.2 * plane.winding_turns, 9.0)
    envelope = _rise(radius, 0.10, 0.03) * np.exp(-radius / 2.6) * _rise(-radius, -2.9, 0.25)
    lanes = 1.9 * lane * np.exp(0.5 * feathers + 0.5 * clouds - 0.25)
    return np.asarray(envelope * (lanes + 0.28 * np.exp(0.95 * feathers + 0.5 * clouds - 0.4)))


def _rate_of_surface_brightness(spec: SimulationSpec, mag_per_arcsec2: float) -> float:
    return float(REFERENCE.rate(np.array(mag_per_arcsec2))) * spec.pixel_scale_arcsec**2


def _strip(spec: SimulationSpec, rows: slice, textures: _Textures) -> tuple[np.ndarray, ...]:
    plane = _face_on(spec, rows)
    phase = _arm_phase(plane, textures)
    # A rounder, slightly boxy bulge: seen through the same projection it would look like a plate.
    bulge = Sersic2D.evaluate(
        plane.x_frame, plane.y_frame, 1.0, 0.038, 1.7, 0.0, 0.0, 0.10, POSITION_ANGLE
    ) * _rate_of_surface_brightness(spec, BULGE_SB_MAG)
    # Beyond three scale lengths disks fall off faster (a broken exponential).
    disk = np.exp(-plane.radius - np.clip(plane.radius - 3.0, 0, None) * 1.2)
    disk *= (1 + 0.35 * _ridge(phase, 1.2)) * _rate_of_surface_brightness(spec, DISK_SB_MAG)
    young = _young_light(plane, phase, textures) * _rate_of_surface_brightness(spec, ARM_SB_MAG)
    return bulge, disk, young, _optical_depth(plane, phase, textures)


def diffuse_light(spec: SimulationSpec, rng: np.random.Generator) -> DiffuseLight:
    """The galaxy's smooth light without HII regions (its `nebula` plane is zero, for `nebulae` to fill)."""
    textures = _Textures.drawn(rng)
    bulge, disk, young, nebula, tau_v = (np.zeros((spec.size_px, spec.size_px), np.float32) for _ in range(5))
    for first in range(0, spec.size_px, STRIP_ROWS):
        rows = slice(first, min(first + STRIP_ROWS, spec.size_px))
        bulge[rows], disk[rows], young[rows], tau_v[rows] = _strip(spec, rows, textures)
    return DiffuseLight(bulge, disk, young, nebula, tau_v)


def band_plane(light: DiffuseLight, band_index: int) -> np.ndarray:
    """The whole plane of a band in e-/s/px, (size, size) float32."""
    plane = np.empty_like(light.tau_v)
    for first in range(0, plane.shape[0], STRIP_ROWS):
        plane[first : first + STRIP_ROWS] = light.rate(band_index, slice(first, first + STRIP_ROWS))
    return plane
