"""What a line image needs to know of its two bands, measured on the continuum's bright sources: PSFs and scale."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.windows import Window

from catalogs.imagery.continuum import Matching, continuum_scale, matched, matching
from catalogs.imagery.detection import DetectionParameters, detect
from catalogs.imagery.evidence import Cutout, psf_of_cutouts, radii, read_cutout, sky_about
from catalogs.imagery.psf import NoPsf
from catalogs.imagery.science import gdal
from galaxycat.errors import BadInput

Floats = NDArray[np.float64]
# Far above the sky: a narrow band has about a tenth of a broad one's light.
BRIGHT = DetectionParameters(DETECT_THRESH=10.0)
WINDOW_PX, MOST_WINDOWS = 1024, 25
MOST_SOURCES = 400
CUTOUT_PX = 48  # holds the sky ring of 12 to 20 px
# Within it two PSFs of unequal wings hold nearly the same share of their light.
APERTURE_PX = 8.0


@dataclass(frozen=True)
class LineFit:
    """How the continuum is taken off; `doubts` say in a line each what could not be measured."""

    matching: Matching
    scale: float
    n_sources: int
    doubts: tuple[str, ...]


def fit_line(path: Path, narrow: int, continuum: int) -> LineFit:
    """Fit the bands at these 1-based positions of a science COG on up to 400 sources of the continuum.

    Memory is bounded by a window of 1,024 px and the cut-outs. Raises NoScale.
    """
    with gdal():
        x_px, y_px = bright_sources(path, continuum)
        narrow_cutouts, continuum_cutouts = (
            [read_cutout(path, x, y, CUTOUT_PX, [position]) for x, y in zip(x_px, y_px, strict=True)]
            for position in (narrow, continuum)
        )
    narrow_fwhm, narrow_doubt = _fwhm_px("narrow band", narrow_cutouts, x_px, y_px)
    continuum_fwhm, continuum_doubt = _fwhm_px("continuum", continuum_cutouts, x_px, y_px)
    how = matching(narrow_fwhm, continuum_fwhm)
    light = np.array(
        [
            [_light(values, radii(here, x, y)) for values in matched(here.values[0], there.values[0], how)]
            for here, there, x, y in zip(narrow_cutouts, continuum_cutouts, x_px, y_px, strict=True)
        ]
    ).reshape(-1, 2)
    doubts = tuple(doubt for doubt in (narrow_doubt, continuum_doubt) if doubt)
    return LineFit(how, continuum_scale(light[:, 0], light[:, 1]), len(light), doubts)


def bright_sources(path: Path, position: int) -> tuple[Floats, Floats]:
    """(x_px, y_px) of the 400 brightest of a band's sources, in up to 25 windows that lie evenly over the image."""
    found: list[NDArray[np.float64]] = [np.empty((0, 3))]
    with rasterio.open(path) as dataset:
        for window in _windows(dataset.height, dataset.width):
            pixels = np.ascontiguousarray(dataset.read(position, window=window)[::-1])
            bottom = dataset.height - window.row_off - window.height
            try:
                table = detect(pixels, BRIGHT).table
            except BadInput:  # no data there, or too crowded
                continue
            found.append(np.column_stack([table["flux"], table["x_px"] + window.col_off, table["y_px"] + bottom]))
    sources = np.concatenate(found)
    sources = sources[np.argsort(-sources[:, 0], kind="stable")][:MOST_SOURCES]
    return sources[:, 1], sources[:, 2]


def _windows(height_px: int, width_px: int) -> Iterator[Window]:
    """Of the blocks of 1,024 px every so many, so that rows and columns are sampled alike."""
    rows, columns = math.ceil(height_px / WINDOW_PX), math.ceil(width_px / WINDOW_PX)
    step = math.ceil(math.sqrt(rows * columns / MOST_WINDOWS))
    for row in range((rows - 1) % step // 2, rows, step):
        for column in range((columns - 1) % step // 2, columns, step):
            top, left = row * WINDOW_PX, column * WINDOW_PX
            yield Window(left, top, min(WINDOW_PX, width_px - left), min(WINDOW_PX, height_px - top))


def _fwhm_px(which: str, cutouts: Sequence[Cutout], x_px: Floats, y_px: Floats) -> tuple[float | None, str]:
    """(the PSF's FWHM, "") or (None, why there is none)."""
    try:
        return psf_of_cutouts(cutouts, x_px, y_px).fwhm_px, ""
    except NoPsf as reason:
        return None, f"no PSF of the {which} ({reason})"


def _light(values: Floats, radius_px: Floats) -> float:
    """What lies above the sky within the aperture; nan where a pixel or the sky is missing."""
    sky = sky_about(values.astype(np.float32), radius_px)
    return float((values[radius_px <= APERTURE_PX] - sky.level).sum())
