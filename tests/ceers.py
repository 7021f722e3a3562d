"""The 40 CEERS galaxies of the sample data laid out as one mosaic of seven JWST bands. The data is not ours: it is read, never kept."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

BANDS = ("f115w", "f150w", "f200w", "f277w", "f356w", "f410m", "f444w")
CUTOUT_PX = 100
COLUMNS, ROWS = 8, 5
# 30 milliarcseconds, as the cut-outs' own headers have it.
PIXEL_SCALE_DEG = 0.03 / 3600


def write_ceers_mosaic(sample_data: Path, folder: Path, gap_px: int = 4) -> dict[str, Path]:
    """FITS of each band by its upper-case name, in order of wavelength: 8 x 5 cut-outs of 100 px, NaN in gaps of `gap_px`.

    Headers name telescope, instrument, detector, filter, unit and pixel area as JWST's pipeline does, and have a TAN WCS on the
    field's centre; only the places are made up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return {band.upper(): _write(sample_data / "ceers" / band, band.upper(), folder, gap_px) for band in BANDS}


def mosaic_centres(gap_px: int = 4) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(x_px, y_px) of the middles of the 40 cut-outs, in the order of their sorted file names."""
    places = np.array([(x0, y0) for x0, y0 in _corners(gap_px)], dtype=np.float64) + (CUTOUT_PX - 1) / 2
    return places[:, 0], places[:, 1]


def _corners(gap_px: int) -> Iterator[tuple[int, int]]:
    step_px = CUTOUT_PX + gap_px
    for number in range(COLUMNS * ROWS):
        row, column = divmod(number, COLUMNS)
        yield gap_px + column * step_px, gap_px + row * step_px


def _write(source: Path, band: str, folder: Path, gap_px: int) -> Path:
    paths = sorted(source.glob("*.fits"))
    assert len(paths) == COLUMNS * ROWS, f"{source} holds {len(paths)} cut-outs, not {COLUMNS * ROWS}"
    step_px = CUTOUT_PX + gap_px
    mosaic = np.full((gap_px + ROWS * step_px, gap_px + COLUMNS * step_px), np.nan, np.float32)
    for path, (x0, y0) in zip(paths, _corners(gap_px), strict=True):
        mosaic[y0 : y0 + CUTOUT_PX, x0 : x0 + CUTOUT_PX] = fits.getdata(path)
    destination = folder / f"{band.lower()}.fits"
    fits.PrimaryHDU(mosaic, _header(band, mosaic.shape, fits.getheader(paths[0]))).writeto(destination, overwrite=True)
    return destination


def _header(band: str, shape: tuple[int, int], original: fits.Header) -> fits.Header:
    header = fits.Header()
    header.update({
        "TELESCOP": "JWST", "INSTRUME": "NIRCAM", "DETECTOR": "MULTIPLE", "MODULE": "MULTIPLE", "FILTER": band,
        "PUPIL": "CLEAR", "BUNIT": "MJy/sr", "PIXAR_A2": 0.03**2, "PIXAR_SR": np.radians(PIXEL_SCALE_DEG) ** 2,
        "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CUNIT1": "deg", "CUNIT2": "deg", "RADESYS": "ICRS",
        "CRVAL1": original["CRVAL1"], "CRVAL2": original["CRVAL2"],
        "CRPIX1": (shape[1] + 1) / 2, "CRPIX2": (shape[0] + 1) / 2,
        "CD1_1": -PIXEL_SCALE_DEG, "CD1_2": 0.0, "CD2_1": 0.0, "CD2_2": PIXEL_SCALE_DEG,
        "XPOSURE": original["XPOSURE"], "MJD-AVG": original["MJD-AVG"],
    })  # fmt: skip
    return header
