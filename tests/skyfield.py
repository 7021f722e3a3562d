"""A patch of sky of known sources, drawn on any pixel grid: the truth that reprojection and native photometry are held to."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS, Sip
from scipy.special import erf

RA_DEG, DEC_DEG = 24.174, 15.783
FWHM_OF_SIGMA = 2.3548


def grid(size_px: int, scale_arcsec: float, turned_deg: float = 0.0, sip: float = 0.0) -> WCS:
    """A TAN projection about the patch's centre; `sip` is the quadratic distortion in pixels at the edge."""
    wcs = WCS(naxis=2)
    ending = "-SIP" if sip else ""
    wcs.wcs.ctype = [f"RA---TAN{ending}", f"DEC--TAN{ending}"]
    wcs.wcs.crval, wcs.wcs.crpix = [RA_DEG, DEC_DEG], [(size_px + 1) / 2] * 2
    cos, sin = np.cos(np.radians(turned_deg)), np.sin(np.radians(turned_deg))
    wcs.wcs.cd = scale_arcsec / 3600 * np.array([[-cos, sin], [sin, cos]])
    if sip:
        a, b = np.zeros((3, 3)), np.zeros((3, 3))
        a[2, 0], a[1, 1], b[0, 2], b[1, 1] = np.array([1, 0.5, -0.7, 0.8]) * sip / (size_px / 2) ** 2
        wcs.sip = Sip(a, b, None, None, wcs.wcs.crpix)
    wcs.array_shape = (size_px, size_px)
    return wcs


@dataclass(frozen=True, eq=False)
class Patch:
    """Round Gaussian sources: positions in degrees, totals in e-/s, one width in arcsec, on an even sky."""

    ra_deg: np.ndarray
    dec_deg: np.ndarray
    flux: np.ndarray
    fwhm_arcsec: float
    sky_per_arcsec2: float = 0.0

    def positions(self, wcs: WCS) -> tuple[np.ndarray, np.ndarray]:
        return tuple(wcs.all_world2pix(self.ra_deg, self.dec_deg, 0))

    def draw(self, wcs: WCS) -> np.ndarray:
        """Float32 pixels, each source integrated exactly over each pixel, so that its pixels sum to its total."""
        scale_arcsec = float(np.sqrt(abs(np.linalg.det(wcs.pixel_scale_matrix)))) * 3600
        image = np.full(wcs.array_shape, self.sky_per_arcsec2 * scale_arcsec**2)
        sigma_px = self.fwhm_arcsec / FWHM_OF_SIGMA / scale_arcsec
        reach = int(8 * sigma_px) + 2
        for x_px, y_px, flux in zip(*self.positions(wcs), self.flux, strict=True):
            column, row = round(x_px), round(y_px)
            around = np.arange(-reach, reach + 2) - 0.5
            across, up = (
                np.diff(erf((around + whole - place) / sigma_px / np.sqrt(2))) / 2
                for whole, place in ((column, x_px), (row, y_px))
            )
            image[row - reach : row + reach + 1, column - reach : column + reach + 1] += flux * np.outer(up, across)
        return image.astype(np.float32)


def patch(wcs: WCS, n: int, fwhm_arcsec: float, seed: int = 0, sky_per_arcsec2: float = 0.0) -> Patch:
    """`n` sources on a jittered lattice over the middle of the grid, so that none is near another."""
    rng = np.random.default_rng(seed)
    size_px, side = wcs.array_shape[0], int(np.ceil(np.sqrt(n)))
    step = 0.8 * size_px / side
    lattice = np.array([(i, j) for i in range(side) for j in range(side)])[:n] + 0.5
    places = 0.1 * size_px + step * (lattice + rng.uniform(-0.2, 0.2, (n, 2)))
    ra_deg, dec_deg = wcs.all_pix2world(places[:, 0], places[:, 1], 0)
    return Patch(ra_deg, dec_deg, rng.uniform(200, 2000, n), fwhm_arcsec, sky_per_arcsec2)


def write(path: Path, pixels: np.ndarray, wcs: WCS, **cards: object) -> Path:
    header = wcs.to_header(relax=True)
    header.update({"BUNIT": "ELECTRONS/S"} | cards)
    fits.writeto(path, pixels, header, overwrite=True)
    return path
