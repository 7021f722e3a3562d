"""The image of a line from a science COG: measured on its sources, computed by strips."""

from pathlib import Path

import numpy as np
import pytest
import rasterio

from catalogs.imagery.continuum import Matching, NoScale, without_continuum
from catalogs.imagery.linefit import LineFit, bright_sources, fit_line
from catalogs.imagery.lineplane import LineBand, LinePlane, fit_planes, write_line_cog
from catalogs.imagery.lines import LINES, LinePair
from catalogs.imagery.science import write_science_cog
from tests.catalogs.imagery.conftest import ArrayBand, quiet
from tests.linefield import SCALE, LineField

pytestmark = pytest.mark.filterwarnings("ignore:Use .@. matmul", "ignore:Dataset has no geotransform")
PAIR = LinePair(LINES[0], "F657N", "F814W", ())


def science_cog(folder: Path, narrow: np.ndarray, continuum: np.ndarray) -> Path:
    write_science_cog([ArrayBand("F814W", continuum), ArrayBand("F657N", narrow)], folder / "science.tif", quiet)
    return folder / "science.tif"


@pytest.mark.parametrize(("narrow_px", "continuum_px"), [(2.6, 2.0), (2.0, 2.6)])
def test_the_fit_finds_scale_and_sharpness(tmp_path, narrow_px, continuum_px):
    field = LineField(narrow_px, continuum_px, colour_scatter=0.05)
    fit = fit_line(science_cog(tmp_path, field.narrow(), field.continuum()), narrow=2, continuum=1)
    assert fit.scale == pytest.approx(SCALE, rel=0.03)
    # The stars' own widths, a pixel's width included.
    assert fit.matching.fwhm_px == pytest.approx(2.75, abs=0.12)
    sigma_px = max(fit.matching.narrow_sigma_px, fit.matching.continuum_sigma_px)
    assert sigma_px == pytest.approx(np.sqrt(2.6**2 - 2.0**2) / 2.355, abs=0.06)
    assert (fit.matching.narrow_sigma_px == 0) == (narrow_px > continuum_px)
    assert (fit.doubts, fit.n_sources > 80) == ((), True)


def test_undersampled_bands_are_scaled_but_not_matched(tmp_path):
    field = LineField()
    narrow, continuum = np.random.default_rng(3).normal(0, 1, (2, 300, 300)).astype(np.float32)
    columns, rows = np.rint(field.star[:, :2].T * 0.6).astype(int)
    for image, light in ((narrow, field.star[:, 3]), (continuum, field.star[:, 2])):
        image[rows, columns] += light.astype(np.float32)
        image[rows, columns + 1] += 0.3 * light.astype(np.float32)
        image[rows + 1, columns] += 0.3 * light.astype(np.float32)
        image[rows + 1, columns + 1] += 0.1 * light.astype(np.float32)
    (plane,), warnings = fit_planes(science_cog(tmp_path, narrow, continuum), [PAIR])
    assert plane.fit.matching == Matching()
    assert plane.fit.scale == pytest.approx(SCALE, rel=0.03)
    assert warnings
    assert all("no PSF of the" in text and "not brought to one sharpness" in text for text in warnings)


def test_a_field_without_sources_has_no_line_image(tmp_path):
    noise = np.random.default_rng(3).normal(0, 1, (2, 300, 300)).astype(np.float32)
    path = science_cog(tmp_path, *noise)
    with pytest.raises(NoScale, match="0 bright sources"):
        fit_line(path, narrow=2, continuum=1)
    planes, (warning,) = fit_planes(path, [PAIR])
    assert planes == []
    assert warning.startswith("Hα (F657N − continuum): no image of the line with F814W for continuum: 0 bright sources")


@pytest.mark.parametrize("sigma_px", [0.0, 0.8, 3.7])
def test_strips_are_the_whole(tmp_path, sigma_px):
    narrow, continuum = np.random.default_rng(5).normal(10, 1, (2, 700, 300)).astype(np.float32)
    narrow[250:262, 40:90], continuum[-30:], continuum[400, 7] = np.nan, np.nan, np.nan
    how = Matching(sigma_px, 0.0, 3.0) if sigma_px < 1 else Matching(0.0, sigma_px, 9.0)
    plane = LinePlane(PAIR, LineFit(how, 0.3, 50, ()))
    path = science_cog(tmp_path, narrow, continuum)
    expected = without_continuum(narrow, continuum, how, 0.3)
    with rasterio.open(path) as dataset:
        band = LineBand(plane, path, dataset)
        for start, stop in ((0, 700), (0, 1), (255, 257), (690, 700)):
            np.testing.assert_array_equal(band.read_rows(start, stop), expected[start:stop])
    write_line_cog(path, [plane], tmp_path / "line.tif", quiet)
    with rasterio.open(tmp_path / "line.tif") as written:
        assert written.descriptions == ("Hα F657N",)
        np.testing.assert_array_equal(written.read(1)[::-1], expected)


def test_sources_are_sought_all_over_a_large_image(tmp_path):
    size_px = 2300
    image = np.random.default_rng(2).normal(0, 1, (size_px, size_px)).astype(np.float32)
    places = np.random.default_rng(4).uniform(20, size_px - 20, (60, 2))
    for x, y in places:
        rows, columns = np.mgrid[int(y) - 8 : int(y) + 9, int(x) - 8 : int(x) + 9]
        image[rows, columns] += 500 * np.exp(-0.5 * ((rows - y) ** 2 + (columns - x) ** 2) / 1.2**2)
    image[:, :30] = np.nan
    path = science_cog(tmp_path, image, image)
    found = np.column_stack(bright_sources(path, 1))
    off_px = np.hypot(*(places[:, None] - found).transpose(2, 0, 1)).min(axis=1)
    assert (off_px < 0.1).mean() > 0.85  # less what lies on a window's edge
