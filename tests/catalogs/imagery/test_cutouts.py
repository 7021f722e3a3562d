"""Cut-outs: the right pixels, the right way up, and honest about the edge."""

import numpy as np
import pytest

from catalogs.imagery.cutouts import first_pixels, read_cutouts
from catalogs.imagery.science import write_science_cog
from tests.catalogs.imagery.conftest import ArrayBand, quiet

HEIGHT_PX, WIDTH_PX = 600, 300


@pytest.fixture(scope="module")
def cog(tmp_path_factory):
    """(path, data (2, h, w) bottom row first): every value tells its pixel; one pixel of the first band is NaN."""
    y, x = np.indices((HEIGHT_PX, WIDTH_PX), dtype=np.float32)
    data = np.stack([y * 1000 + x, -(y * 1000 + x)])
    data[0, 100, 50] = np.nan
    path = tmp_path_factory.mktemp("cog") / "science.tif"
    write_science_cog([ArrayBand("V", data[0]), ArrayBand("I", data[1])], path, quiet)
    return path, data


def test_a_cutout_holds_the_pixels_around_its_source(cog):
    path, data = cog
    # Strips end at image rows 344 and 88: the second source lies across one of them.
    cutouts, valid = read_cutouts(path, [100.2, 200.0], [200.4, 340.0], 8)
    assert cutouts.shape == valid.shape == (2, 2, 8, 8)
    assert cutouts.dtype == np.float32
    assert valid.all()
    np.testing.assert_array_equal(cutouts[0], data[:, 197:205, 97:105])
    np.testing.assert_array_equal(cutouts[1], data[:, 337:345, 197:205])


def test_the_source_is_within_half_a_pixel_of_the_middle():
    centres = np.random.default_rng(0).uniform(0, 5000, 1000)
    for size_px in (7, 8):
        offsets = centres - (first_pixels(centres, size_px) + (size_px - 1) / 2)
        assert np.abs(offsets).max() <= 0.5


def test_beyond_the_edge_and_nan_are_invalid_and_zero(cog):
    path, data = cog
    cutouts, valid = read_cutouts(path, [0.0, 50.0, 299.0, 5000.0, np.nan], [0.0, 100.0, 599.0, 10.0, 10.0], 9)
    assert valid.sum(axis=(1, 2, 3)).tolist() == [2 * 25, 2 * 81 - 1, 2 * 25, 0, 0]
    assert not valid[1, 0, 4, 4]
    assert valid[1, 1, 4, 4]
    assert (cutouts[~valid] == 0).all()
    np.testing.assert_array_equal(cutouts[0, :, 4:, 4:], data[:, :5, :5])
    np.testing.assert_array_equal(cutouts[2, :, :5, :5], data[:, -5:, -5:])


def test_scale_averages_the_valid_pixels(cog):
    path, data = cog
    cutouts, valid = read_cutouts(path, [50.0, 200.0, 0.0], [100.0, 345.0, 300.0], 4, scale=3)
    np.testing.assert_allclose(cutouts[1], data[:, 340:352, 195:207].reshape(2, 4, 3, 4, 3).mean(axis=(2, 4)))
    # 50 - 5.5 rounds to 45: the NaN of (100, 50) is one of the nine pixels of row 1, column 1.
    expected = np.nanmean(data[0, 98:101, 48:51])
    assert cutouts[0, 0, 1, 1] == pytest.approx(expected)
    assert valid[:2].all()
    # 0 - 5.5 rounds to -5: of the second column's three pixels (-2, -1, 0) one is on the image, less than half.
    assert valid[2, 0, 0].tolist() == [False, False, True, True]


def test_no_sources_and_unlike_positions(cog):
    path, _ = cog
    assert read_cutouts(path, [], [])[0].shape == (0, 2, 32, 32)
    with pytest.raises(ValueError, match="alike"):
        read_cutouts(path, [1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="at least 1"):
        read_cutouts(path, [1.0], [1.0], 0)
