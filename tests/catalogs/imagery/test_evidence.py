"""The pixels about one source against plain numpy, on images whose every value is known."""

import numpy as np
import pytest
import rasterio

from catalogs.imagery.evidence import (
    SKY_RADII_PX,
    Cutout,
    fitted_fwhm,
    psf_of_cutouts,
    radial_profile,
    radii,
    read_cutout,
    sky_about,
)
from catalogs.imagery.psf import NoPsf
from catalogs.imagery.science import tiled_profile

HEIGHT, WIDTH, SIGMA_PX = 200, 240, 1.3
SIZE = 48


@pytest.fixture(scope="module")
def image():
    """Two bands (2, h, w), bottom row first: numbered pixels, and a Gaussian at (100.3, 80.6) on sky 5 with noise 0.1."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    source = 5 + 400 * np.exp(-((x - 100.3) ** 2 + (y - 80.6) ** 2) / (2 * SIGMA_PX**2))
    noise = np.random.default_rng(1).normal(0, 0.1, (HEIGHT, WIDTH))
    return np.stack([x + 1000.0 * y, source + noise]).astype(np.float32)


@pytest.fixture(scope="module")
def cog(image, tmp_path_factory):
    path = tmp_path_factory.mktemp("evidence") / "science.tif"
    with rasterio.open(path, "w", **tiled_profile(HEIGHT, WIDTH, 2, "float32", float("nan"))) as dataset:
        dataset.write(image[:, ::-1])
    return path


def test_a_cutout_holds_the_pixels_about_the_position(cog, image):
    cutout = read_cutout(cog, 100.3, 80.6, SIZE)
    assert (cutout.left_px, cutout.bottom_px) == (100 - 24, 81 - 24)
    assert np.array_equal(cutout.values, image[:, 57:105, 76:124])
    assert cutout.values[0, 24, 24] == 100 + 81_000


@pytest.mark.parametrize(("x_px", "y_px"), [(0, 0), (WIDTH - 1, HEIGHT - 1), (3.4, 150.0)])
def test_beyond_the_image_there_is_no_data(cog, image, x_px, y_px):
    cutout = read_cutout(cog, x_px, y_px, SIZE)
    for j in range(SIZE):
        for i in range(SIZE):
            x, y = cutout.left_px + i, cutout.bottom_px + j
            inside = 0 <= x < WIDTH and 0 <= y < HEIGHT
            value = cutout.values[0, j, i]
            assert value == image[0, y, x] if inside else np.isnan(value)


@pytest.mark.parametrize("place", [(-500.0, 50.0), (50.0, 1e6)])
def test_a_source_off_the_image_has_neither_pixels_nor_profile_nor_width(cog, place):
    cutout = read_cutout(cog, *place, SIZE)
    radius = radii(cutout, *place)
    sky = sky_about(cutout.values[1], radius)
    assert np.isnan(cutout.values).all()
    assert np.isnan(sky.level)
    assert sky.n_pixels == 0
    assert len(radial_profile(cutout.values[1], radius, sky).value) == 0
    assert np.isnan(fitted_fwhm(cutout.values[1], radius))


def test_sky_and_profile_equal_plain_numpy(cog, image):
    x_px, y_px = 100.3, 80.6
    cutout = read_cutout(cog, x_px, y_px, SIZE)
    radius = radii(cutout, x_px, y_px)
    sky = sky_about(cutout.values[1], radius)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    distance = np.hypot(x - x_px, y - y_px)
    ring = image[1][(distance >= SKY_RADII_PX[0]) & (distance < SKY_RADII_PX[1])].astype(float)
    for _ in range(10):
        ring = ring[abs(ring - np.median(ring)) <= 3 * ring.std()]
    assert sky.n_pixels > 700
    assert sky.level == pytest.approx(np.median(ring), abs=1e-4)
    assert sky.sigma == pytest.approx(ring.std(), abs=1e-4)
    profile = radial_profile(cutout.values[1], radius, sky)
    rings = [(distance >= k - 0.5) & (distance < k + 0.5) for k in range(15)]
    rings = [
        here for here in rings if here.any()
    ]  # the source lies between its pixels: no centre is within half a pixel
    assert len(profile.value) == len(rings) == 14
    for k, here in enumerate(rings):
        values = image[1][here].astype(float) - sky.level
        assert profile.n_pixels[k] == here.sum()
        assert profile.radius_px[k] == pytest.approx(distance[here].mean(), abs=1e-4)
        assert profile.value[k] == pytest.approx(values.mean(), rel=1e-4, abs=1e-4)
        assert profile.error[k] == pytest.approx(max(values.std(), sky.sigma) / np.sqrt(here.sum()), rel=1e-4)


def test_pixels_without_data_are_left_out_of_every_number(cog):
    cutout = read_cutout(cog, 100.3, 80.6, SIZE)
    radius = radii(cutout, 100.3, 80.6)
    whole = sky_about(cutout.values[1], radius)
    holed = cutout.values[1].copy()
    holed[:, 26:] = np.nan
    profile = radial_profile(holed, radius, sky_about(holed, radius))
    assert np.isfinite([profile.radius_px, profile.value, profile.error]).all()
    assert sky_about(holed, radius).level == pytest.approx(whole.level, abs=0.05)
    assert fitted_fwhm(holed, radius) == pytest.approx(2.3548 * SIGMA_PX, rel=0.02)


@pytest.mark.parametrize("sigma_px", [0.6, 1.0, 1.7, 3.0])
def test_the_width_of_a_gaussian_is_found(sigma_px):
    y, x = np.mgrid[:SIZE, :SIZE].astype(float)
    radius = np.hypot(x - 24.2, y - 23.7)
    values = (7 + 50 * np.exp(-(radius**2) / (2 * sigma_px**2))).astype(np.float32)
    assert fitted_fwhm(values, radius) == pytest.approx(2.35482 * sigma_px, rel=2e-3)


def test_a_flat_field_has_no_width():
    radius = np.hypot(*np.mgrid[-24:24, -24:24].astype(float))
    assert np.isnan(fitted_fwhm(np.ones((SIZE, SIZE), np.float32), radius))
    assert np.isnan(fitted_fwhm(-np.exp(-(radius**2)).astype(np.float32), radius))


def cutouts_of(rng, sigmas_px, height=300.0, apart_px=100):
    """One source a cut-out on sky 7 with noise 1, `apart_px` from each other on the image: (cut-outs, x, y)."""
    places = rng.uniform(-0.5, 0.5, (2, len(sigmas_px))) + np.arange(len(sigmas_px)) * apart_px
    found = []
    for x, y, sigma in zip(*places, sigmas_px, strict=True):
        empty = Cutout(np.zeros((1, SIZE, SIZE), np.float32), round(x) - SIZE // 2, round(y) - SIZE // 2)
        light = 7 + height * np.exp(-(radii(empty, x, y) ** 2) / (2 * sigma**2)) + rng.normal(0, 1, (SIZE, SIZE))
        found.append(Cutout(light[None].astype(np.float32), empty.left_px, empty.bottom_px))
    return found, *places


def test_the_point_source_is_that_of_the_narrowest_sources():
    rng = np.random.default_rng(5)
    star = psf_of_cutouts(*cutouts_of(rng, [*rng.uniform(1.6, 2.5, 36), *[0.9] * 12]))
    assert star.width_px == pytest.approx(2.3548 * 0.9, rel=0.03)
    assert star.fwhm_px == pytest.approx(2.3548 * 0.9, rel=0.03)
    assert star.n_stars == 12
    assert star.profile[0] == 1
    assert star.radii_px[4] == 2
    assert star.profile[4] == pytest.approx(np.exp(-(2**2) / (2 * 0.9**2)), abs=0.03)


@pytest.mark.parametrize(
    ("sigmas_px", "options", "reason"),
    [
        ([], {}, "no source has pixels"),
        ([0.9] * 40, {"height": 3.0}, "bright compact sources"),
        ([0.9] * 40, {"apart_px": 2}, "stand alone"),
        ([0.7, 0.9, 1.1, *[2.0] * 9], {}, "share a width"),
    ],
    ids=["none", "faint", "crowded", "only clusters share a width"],
)
def test_without_clear_stars_there_is_no_point_source(sigmas_px, options, reason):
    with pytest.raises(NoPsf, match=reason):
        psf_of_cutouts(*cutouts_of(np.random.default_rng(6), sigmas_px, **options))
