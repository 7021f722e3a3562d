"""A patch of a galaxy in a narrow and a broad band with known truth: stars of continuum only, nebulae of line only."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from scipy.ndimage import gaussian_filter
from scipy.signal import fftconvolve

from tests.skyfield import grid

OVERSAMPLING = 3
# The narrow band's share of the continuum.
SCALE = 0.08
SKY = {"narrow": 1.0, "continuum": 5.0}
NOISE = {"narrow": 0.15, "continuum": 1.0}
NEBULA_SIGMA_PX = 3.0


@dataclass
class LineField:
    """Bands of (size_px, size_px): stars and a smooth disk in both, nebulae in the narrow one, PSFs that are Moffat functions
    of these widths in px (`beta` 2.5 has a telescope's wings), sky and noise. Every other nebula has a star in it."""

    narrow_fwhm_px: float = 2.6
    continuum_fwhm_px: float = 2.0
    beta: float = 2.5
    size_px: int = 480
    n_stars: int = 120
    n_nebulae: int = 30
    colour_scatter: float = 0.0
    seed: int = 1
    star: np.ndarray = field(init=False)  # x_px, y_px, continuum light, narrow light
    nebula: np.ndarray = field(init=False)  # x_px, y_px, line light

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        x_px, y_px = rng.uniform(25, self.size_px - 25, (2, self.n_stars))
        light = np.exp(rng.uniform(np.log(2e3), np.log(1e5), self.n_stars))
        colour = 1 + self.colour_scatter * rng.standard_normal(self.n_stars)
        self.star = np.column_stack([x_px, y_px, light, SCALE * light * colour])
        places = rng.uniform(40, self.size_px - 40, (self.n_nebulae, 2))
        places[::2] = self.star[: len(places[::2]), :2]
        self.nebula = np.column_stack([places, rng.uniform(2000, 8000, self.n_nebulae)])

    def line(self) -> np.ndarray:
        """The truth: the nebulae alone, as sharp as the coarser band, (size, size)."""
        coarser = max(self.narrow_fwhm_px, self.continuum_fwhm_px)
        return self._nebulae(coarser)

    def narrow(self) -> np.ndarray:
        stars = self._painted(self.star[:, :2], self.star[:, 3], self.narrow_fwhm_px)
        return self._observed("narrow", stars + self._nebulae(self.narrow_fwhm_px) + SCALE * self._disk())

    def continuum(self) -> np.ndarray:
        stars = self._painted(self.star[:, :2], self.star[:, 2], self.continuum_fwhm_px)
        return self._observed("continuum", stars + self._disk())

    def _nebulae(self, fwhm_px: float) -> np.ndarray:
        return gaussian_filter(self._painted(self.nebula[:, :2], self.nebula[:, 2], fwhm_px), NEBULA_SIGMA_PX)

    def _disk(self) -> np.ndarray:
        y_px, x_px = np.mgrid[: self.size_px, : self.size_px] - self.size_px / 2
        return 30 * np.exp(-np.hypot(x_px, y_px) / (0.15 * self.size_px))

    def _observed(self, band: str, light: np.ndarray) -> np.ndarray:
        rng = np.random.default_rng([self.seed, len(band)])
        return (light + SKY[band] + rng.normal(0, NOISE[band], light.shape)).astype(np.float32)

    def _painted(self, places: np.ndarray, light: np.ndarray, fwhm_px: float) -> np.ndarray:
        fine = np.zeros((self.size_px * OVERSAMPLING,) * 2)
        column, row = np.rint((places.T + 0.5) * OVERSAMPLING - 0.5).astype(int)
        np.add.at(fine, (row, column), light)
        image = fftconvolve(fine, _moffat(fwhm_px, self.beta), mode="same")
        blocks = image.reshape(self.size_px, OVERSAMPLING, self.size_px, OVERSAMPLING)
        return blocks.sum(axis=(1, 3))


def _moffat(fwhm_px: float, beta: float, side_px: int = 61) -> np.ndarray:
    offset = (np.arange(side_px * OVERSAMPLING) - (side_px * OVERSAMPLING - 1) / 2) / OVERSAMPLING
    core_px = fwhm_px / 2 / np.sqrt(2 ** (1 / beta) - 1)
    light = (1 + (offset[:, None] ** 2 + offset**2) / core_px**2) ** -beta
    return light / light.sum()


def write_line_band(path: Path, pixels: np.ndarray, filter_name: str, **cards: Any) -> Path:
    """A FITS file of the pixels with that FILTER, 0.05 arcsec a pixel."""
    header = grid(len(pixels), 0.05).to_header()
    header.update({"BUNIT": "ELECTRONS/S", "FILTER": filter_name} | cards)
    fits.writeto(path, pixels, header, overwrite=True)
    return path
