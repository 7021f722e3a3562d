"""The flip and the half pixel, from Python and from the browser's side."""

import numpy as np
import pytest

from catalogs.imagery import pixels
from tests.catalogs.imagery.conftest import run_javascript

HEIGHT_PX = 900
# (x_px, y_px) -> (col, row), (lat, lng)
CASES = [
    ((0.0, 899.0), (0.5, 0.5), (-0.5, 0.5)),  # centre of the top-left pixel
    ((0.0, 0.0), (0.5, 899.5), (-899.5, 0.5)),  # centre of the bottom-left pixel
    ((-0.5, -0.5), (0.0, 900.0), (-900.0, 0.0)),  # bottom-left corner
    ((595.5, 899.5), (596.0, 0.0), (0.0, 596.0)),  # top-right corner of 596 columns
    ((10.25, 20.75), (10.75, 878.75), (-878.75, 10.75)),
]


@pytest.mark.parametrize(("image", "raster", "position"), CASES)
def test_image_to_raster_and_map(image, raster, position):
    assert pixels.to_raster(*image, HEIGHT_PX) == raster
    assert pixels.from_raster(*raster, HEIGHT_PX) == image
    assert pixels.to_map(*image, HEIGHT_PX) == position
    assert pixels.from_map(*position, HEIGHT_PX) == image


def test_arrays_are_converted_alike():
    x_px, y_px = (np.array([case[0][axis] for case in CASES]) for axis in (0, 1))
    lat, lng = pixels.to_map(x_px, y_px, HEIGHT_PX)
    assert list(zip(lat, lng, strict=True)) == [case[2] for case in CASES]


def test_fits_is_one_based():
    assert pixels.to_fits(0.0) == 1.0
    assert pixels.from_fits(1.0) == 0.0
    assert pixels.to_fits(np.array([0.0, 9.5])).tolist() == [1.0, 10.5]


def test_javascript_agrees():
    points = [case[0] for case in CASES]
    seen = run_javascript("pixels.js", f"data.map(([x, y]) => m.toMap(x, y, {HEIGHT_PX}))", points)
    assert [(point["lat"], point["lng"]) for point in seen] == [case[2] for case in CASES]
    back = run_javascript("pixels.js", f"data.map((p) => m.fromMap(p.lat, p.lng, {HEIGHT_PX}))", seen)
    assert [(point["xPx"], point["yPx"]) for point in back] == points
