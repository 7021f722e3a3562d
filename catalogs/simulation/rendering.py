"""Light on pixels: listed sources, field stars and what the detector adds to bright ones."""

from collections.abc import Callable

import numpy as np
import sep
from scipy import fft

from catalogs.simulation.instrument import BANDS, Band
from catalogs.simulation.psf import half_size_px, observe, point_stamp
from catalogs.simulation.shapes import scene, stamp_side_px
from catalogs.simulation.sources import POINTS, Source
from catalogs.simulation.spec import SimulationSpec

# Wings of a star are drawn down to this rate, a tenth of the noise in V.
FLOOR_RATE = 7e-4
SPIKE_RATE = 800.0  # e-/s from which on the secondary mirror's supports show
SPIKE_SHARE = 0.02
SPIKE_ANGLES = np.deg2rad([41.0, 131.0])
FIELD_HALF_PX, FIELD_PHASES = 7, 4
FIELD_CHUNK = 50_000


def paste(plane: np.ndarray, stamp: np.ndarray, x: int, y: int) -> None:
    """Add an odd-sided stamp centred on pixel (x, y), cut at the plane's edges."""
    half_y, half_x = stamp.shape[0] // 2, stamp.shape[1] // 2
    low_y, low_x = max(y - half_y, 0), max(x - half_x, 0)
    high_y, high_x = min(y + half_y + 1, plane.shape[0]), min(x + half_x + 1, plane.shape[1])
    if low_y < high_y and low_x < high_x:
        top, left = low_y - (y - half_y), low_x - (x - half_x)
        plane[low_y:high_y, low_x:high_x] += stamp[top : top + high_y - low_y, left : left + high_x - low_x]


def concentration(stamp: np.ndarray, x: float, y: float) -> float:
    """m(r = 1 px) - m(r = 3 px) of a noiseless stamp, exact apertures, no sky."""
    inner, outer = sep.sum_circle(np.ascontiguousarray(stamp), [x, x], [y, y], [1.0, 3.0], subpix=0)[0]
    return float(2.5 * np.log10(outer / inner))


def _spikes(half: int, dx: float, dy: float) -> np.ndarray:
    """Diffraction spikes of unit flux around (dx, dy): four rays, thin, falling with distance."""
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(float)
    rays = np.zeros_like(x)
    for angle in SPIKE_ANGLES:
        along = (x - dx) * np.cos(angle) + (y - dy) * np.sin(angle)
        across = (y - dy) * np.cos(angle) - (x - dx) * np.sin(angle)
        reach = np.clip(1 - np.abs(along) / half, 0, None)
        rays += np.exp(-0.5 * (across / 0.8) ** 2) * reach / (np.abs(along) + 4.0) ** 1.5
    return np.asarray(rays / rays.sum())


def _star_stamp(band: Band, rate: float, dx: float, dy: float) -> np.ndarray:
    half = half_size_px(band, rate, FLOOR_RATE)
    stamp = rate * point_stamp(band, dx, dy, half)
    if rate < SPIKE_RATE:
        return stamp
    return np.asarray((1 - SPIKE_SHARE) * stamp + SPIKE_SHARE * rate * _spikes(half, dx, dy))


def _artefact_stamp(source: Source, seed: int) -> np.ndarray:
    """Unit flux on a few bare pixels: a particle's track, or a clump of hot pixels."""
    rng = np.random.default_rng([seed, 13, source.id])
    stamp = np.zeros((25, 25))
    if source.kind == "hot_pixels":
        dy, dx = rng.integers(-1, 2, (2, int(rng.integers(1, 4))))
        np.add.at(stamp, (12 + dy, 12 + dx), rng.uniform(0.2, 0.6, len(dx)))
        stamp[12, 12] += 1.0
        return np.asarray(stamp / stamp.sum())
    length, angle = rng.uniform(2.0, 9.0), rng.uniform(0, np.pi)
    along = np.linspace(-length, length, 200)
    rows, columns = np.rint(12 + along * np.sin(angle)).astype(int), np.rint(12 + along * np.cos(angle)).astype(int)
    np.add.at(stamp, (rows, columns), 1.0 + 0.5 * along / length)
    return np.asarray(stamp / stamp.sum())


def source_stamps(source: Source, seed: int) -> list[np.ndarray | None]:
    """The source on pixels in e-/s, one odd-sided stamp a band centred on its nearest pixel; None without light."""
    dx, dy = source.x_px - round(source.x_px), source.y_px - round(source.y_px)
    rates = [band.rate(mag) if np.isfinite(mag) else None for band, mag in zip(BANDS, source.mags_vega, strict=True)]
    if source.is_artefact:
        bare = _artefact_stamp(source, seed)
        return [None if rate is None else rate * bare for rate in rates]
    pairs = list(zip(BANDS, rates, strict=True))
    if source.kind in POINTS:
        return [None if rate is None else _star_stamp(band, float(rate), dx, dy) for band, rate in pairs]
    side = stamp_side_px(source.components)
    transform = fft.rfft2(scene(source.components, side, dx, dy))
    return [None if rate is None else rate * observe(band, transform, side) for band, rate in pairs]


def add_sources(
    planes: list[np.ndarray], sources: list[Source], seed: int, progress: Callable[[str], None]
) -> np.ndarray:
    """Add every source to the band planes in place; returns the noiseless V concentration index of each, (n,)."""
    reference = [band.legus for band in BANDS].index("V")
    indices = np.full(len(sources), np.nan)
    for number, source in enumerate(sources):
        x, y = round(source.x_px), round(source.y_px)
        stamps = source_stamps(source, seed)
        for plane, stamp in zip(planes, stamps, strict=True):
            if stamp is not None:
                paste(plane, stamp, x, y)
        seen = stamps[reference]
        if seen is not None:
            half = seen.shape[0] // 2
            indices[number] = concentration(seen, half + source.x_px - x, half + source.y_px - y)
        if number and number % 5000 == 0:
            progress(f"sources: {number} of {len(sources)} drawn")
    return indices


def add_field_stars(plane: np.ndarray, band: Band, x_px: np.ndarray, y_px: np.ndarray, rates: np.ndarray) -> None:
    """Add many faint stars in place, by a library of stamps at quarter-pixel phases."""
    phases = (np.arange(FIELD_PHASES) + 0.5) / FIELD_PHASES - 0.5
    library = np.stack([point_stamp(band, dx, dy, FIELD_HALF_PX).ravel() for dy in phases for dx in phases])
    size, side = plane.shape[0], 2 * FIELD_HALF_PX + 1
    padded = np.zeros((size + 2 * FIELD_HALF_PX,) * 2, dtype=np.float32)
    offsets = (np.arange(side)[:, None] * padded.shape[1] + np.arange(side)[None, :]).ravel()
    for first in range(0, len(x_px), FIELD_CHUNK):
        part = slice(first, first + FIELD_CHUNK)
        column, row = np.rint(x_px[part]).astype(int), np.rint(y_px[part]).astype(int)
        phase = [np.clip(((at - centre + 0.5) * FIELD_PHASES).astype(int), 0, FIELD_PHASES - 1)
                 for at, centre in ((x_px[part], column), (y_px[part], row))]  # fmt: skip
        light = library[phase[1] * FIELD_PHASES + phase[0]] * rates[part, None]
        np.add.at(padded.ravel(), (row * padded.shape[1] + column)[:, None] + offsets, light.astype(np.float32))
    plane += padded[FIELD_HALF_PX:-FIELD_HALF_PX, FIELD_HALF_PX:-FIELD_HALF_PX]


def bleed(plane: np.ndarray, band: Band, spec: SimulationSpec) -> None:
    """Saturate in place: what a full well cannot hold runs up and down its column until it finds room."""
    full = np.float32(band.saturation_rate(spec))
    for x in np.flatnonzero((plane > full).any(axis=0)):
        column = plane[:, x]
        for y in np.flatnonzero(column > full):
            excess, column[y] = (column[y] - full) / 2, full
            for step in (1, -1):
                _pour(column, int(y) + step, step, float(excess), float(full))


def _pour(column: np.ndarray, y: int, step: int, excess: float, full: float) -> None:
    """Fill pixels from y on in one direction; what reaches the detector's edge is lost."""
    while excess > 0 and 0 <= y < len(column):
        taken = min(max(full - float(column[y]), 0.0), excess)
        column[y] += taken
        excess -= taken
        y += step
