"""The one place for the flip and the half pixel.

Image pixels `x_px, y_px` are 0-based with centres on integers and the origin bottom-left, as numpy `data[y, x]`.
The raster is stored top row first; its continuous `col, row` have pixel corners on integers, so that the centre
of the top-left pixel is (0.5, 0.5). Leaflet's `CRS.Simple` at native zoom has `lng = col` and `lat = -row`.
FITS pixels are 1-based. `static/catalogs/pixels.js` says the same to the browser. All functions take floats or arrays.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Coordinate = TypeVar("Coordinate", float, NDArray[np.float64])


def to_raster(x_px: Coordinate, y_px: Coordinate, height_px: int) -> tuple[Coordinate, Coordinate]:
    """Continuous raster (col, row) of the image position, row 0 being the upper edge of the top row."""
    return x_px + 0.5, height_px - 0.5 - y_px


def from_raster(col: Coordinate, row: Coordinate, height_px: int) -> tuple[Coordinate, Coordinate]:
    """Image (x_px, y_px) of a continuous raster position; inverse of `to_raster`."""
    return col - 0.5, height_px - 0.5 - row


def to_map(x_px: Coordinate, y_px: Coordinate, height_px: int) -> tuple[Coordinate, Coordinate]:
    """Leaflet's (lat, lng), in that order, at native zoom: lat runs from -height_px (bottom) to 0 (top)."""
    return y_px + 0.5 - height_px, x_px + 0.5


def from_map(lat: Coordinate, lng: Coordinate, height_px: int) -> tuple[Coordinate, Coordinate]:
    """Image (x_px, y_px) of Leaflet's (lat, lng); inverse of `to_map`."""
    return lng - 0.5, lat - 0.5 + height_px


def to_fits(coordinate_px: Coordinate) -> Coordinate:
    """1-based FITS, SExtractor, DS9 or LEGUS coordinate of a 0-based one, for either axis."""
    return coordinate_px + 1


def from_fits(coordinate: Coordinate) -> Coordinate:
    """0-based coordinate of a 1-based FITS one, for either axis."""
    return coordinate - 1
