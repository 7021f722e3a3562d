"""Line images of a science COG: what is shown of a narrow band without its continuum, computed by strips of rows."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.windows import Window

from catalogs.imagery.continuum import NoScale, without_continuum
from catalogs.imagery.display import DisplayScale
from catalogs.imagery.linefit import LineFit, fit_line
from catalogs.imagery.lines import LinePair
from catalogs.imagery.science import Progress, gdal, write_science_cog


@dataclass(frozen=True)
class LinePlane:
    """A line's image: which bands, and how they are subtracted."""

    pair: LinePair
    fit: LineFit


@dataclass(frozen=True)
class ShownLine:
    """A line's image in the display pyramid: its 1-based number there, its unit (the narrow band's) and its codes."""

    plane: LinePlane
    position: int
    unit: str
    scale: DisplayScale

    def to_json(self, pixel_scale_arcsec: float | None) -> dict[str, Any]:
        """As Mosaic.derived_planes holds it; the FWHM is null where the bands were not brought to one sharpness."""
        pair, fit = self.plane.pair, self.plane.fit
        fwhm_px = fit.matching.fwhm_px
        return {
            "name": pair.name,
            "title": pair.title,
            "line": pair.line.name,
            "wavelength_nm": pair.line.wavelength_nm,
            "narrow": pair.narrow,
            "continuum": pair.continuum,
            "lines_in_continuum_nm": list(pair.continuum_holds),
            "scale": fit.scale,
            "n_sources": fit.n_sources,
            "fwhm_px": fwhm_px,
            "fwhm_arcsec": fwhm_px * pixel_scale_arcsec if fwhm_px and pixel_scale_arcsec else None,
            "unit": self.unit,
            "position": self.position,
            "display_scale": self.scale.to_json(),
        }


@dataclass(frozen=True)
class LineBand:
    """The image of `plane` on the grid of the open science COG `dataset`: what `write_science_cog` takes for a band."""

    plane: LinePlane
    path: Path
    dataset: Any = field(repr=False)

    @property
    def name(self) -> str:
        return self.plane.pair.name

    @property
    def shape(self) -> tuple[int, int]:
        return int(self.dataset.height), int(self.dataset.width)

    @property
    def wcs_cards(self) -> list[str]:
        return []

    def read_rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Rows start <= y < stop as float32 (rows, width), bottom row first: those of the whole image, since the strip is
        read with as much about it as the kernel reaches."""
        height, width = self.shape
        how = self.plane.fit.matching
        bottom, top = max(0, start - how.reach_px), min(height, stop + how.reach_px)
        window = Window(0, height - top, width, top - bottom)
        narrow, continuum = (
            self.dataset.read(self.dataset.descriptions.index(band) + 1, window=window)[::-1]
            for band in (self.plane.pair.narrow, self.plane.pair.continuum)
        )
        return without_continuum(narrow, continuum, how, self.plane.fit.scale)[start - bottom : stop - bottom]


def fit_planes(science: Path, pairs: Sequence[LinePair]) -> tuple[list[LinePlane], list[str]]:
    """(the planes that can be made of a science COG, warnings of what could not be measured)."""
    with gdal(), rasterio.open(science) as dataset:
        names = list(dataset.descriptions)
    planes: list[LinePlane] = []
    warnings: list[str] = []
    for pair in pairs:
        try:
            fit = fit_line(science, names.index(pair.narrow) + 1, names.index(pair.continuum) + 1)
        except NoScale as reason:
            warnings.append(f"{pair.title}: no image of the line with {pair.continuum} for continuum: {reason}")
            continue
        planes.append(LinePlane(pair, fit))
        warnings += [f"{pair.title}: {doubt}: bands not brought to one sharpness" for doubt in fit.doubts]
    return planes, warnings


def write_line_cog(science: Path, planes: Sequence[LinePlane], destination: Path, progress: Progress) -> None:
    """Write the planes as a COG beside the science COG, of its form and grid: to be shown, and not kept."""
    with ExitStack() as stack:
        stack.enter_context(gdal())
        dataset = stack.enter_context(rasterio.open(science))
        write_science_cog([LineBand(plane, science, dataset) for plane in planes], destination, progress)
