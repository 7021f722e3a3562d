"""The curve of growth against what is known of a Gaussian, and of a flat image."""

import numpy as np
import pytest

from catalogs.imagery.growth import GROWTH_RADII_PX, curve_of_growth, enclosed_light

SIZE, SIGMA_PX, TOTAL = 48, 1.4, 500.0


def gaussian(x_px: float, y_px: float, sky: float = 3.0) -> np.ndarray:
    """Its value at the middle of each pixel."""
    y, x = np.mgrid[:SIZE, :SIZE]
    light = np.exp(-((x - x_px) ** 2 + (y - y_px) ** 2) / (2 * SIGMA_PX**2))
    return (sky + TOTAL / (2 * np.pi * SIGMA_PX**2) * light).astype(np.float32)


def test_a_gaussian_grows_as_it_should():
    growth = curve_of_growth(gaussian(24.3, 23.8), 24.3, 23.8, 3.0, 0.5)
    # Light that is even over a pixel is a little wider: by the variance of a pixel, 1/12.
    expected = TOTAL * (1 - np.exp(-(growth.radius_px**2) / (2 * (SIGMA_PX**2 + 1 / 12))))
    assert growth.flux == pytest.approx(expected, abs=0.006 * TOTAL)
    assert growth.error == pytest.approx(0.5 * np.sqrt(np.pi) * growth.radius_px, rel=1e-5)


def test_the_sky_alone_does_not_grow():
    growth = curve_of_growth(np.full((SIZE, SIZE), 7.0, np.float32), 20.2, 30.9, 7.0, 0.1)
    assert growth.flux == pytest.approx(np.zeros(len(GROWTH_RADII_PX)), abs=1e-9)


def test_it_is_unknown_from_the_first_pixel_without_data_on():
    values = gaussian(24, 24)
    values[24, 29] = np.nan  # its nearer edge is 4.5 px away
    growth = curve_of_growth(values, 24, 24, 3.0, 0.5)
    assert np.isfinite(growth.flux).tolist() == (growth.radius_px <= 4.5).tolist()
    assert np.isfinite(growth.error).tolist() == (growth.radius_px <= 4.5).tolist()


def test_it_is_unknown_beyond_the_cut_out():
    growth = curve_of_growth(gaussian(3, 24), 3, 24, 3.0, 0.5)
    assert np.isfinite(growth.flux).tolist() == (growth.radius_px <= 3.5).tolist()


def test_the_light_within_a_profile():
    radii = np.linspace(0, 12, 60)
    share = enclosed_light(radii, np.exp(-(radii**2) / (2 * SIGMA_PX**2)), np.array([0, 1, 2, 5, 12, 30.0]))
    expected = 1 - np.exp(-(np.array([0, 1, 2, 5, 12, 30.0]) ** 2) / (2 * SIGMA_PX**2))
    assert share == pytest.approx(expected, abs=0.003)
