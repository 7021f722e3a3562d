"""The published LEGUS catalogues: class counts, ranges, missing values, and the time it takes."""

import time

import numpy as np
import pytest

from catalogs.tables.registry import guess_format, read_table
from galaxycat.errors import BadInput

pytestmark = pytest.mark.realdata

# field: sources, and classes 1 to 4 as counted with awk in the published files.
PUBLISHED = {
    "ngc628-c": (3080, (334, 357, 326, 542)),
    "ngc628-e": (593, (92, 80, 87, 122)),
    "ngc3344": (1527, (119, 118, 159, 161)),
    "ngc6503": (4225, (71, 96, 131, 172)),
    "ngc1313-e": (5284, (42, 95, 122, 386)),
    "ngc1705": (365, (16, 13, 13, 54)),
    "ngc3738": (1528, (49, 93, 86, 214)),
    "ngc4449": (2853, (143, 282, 182, 874)),
}
# Centres of the galaxies, deg.
CENTRES = {
    "ngc628-c": (24.17, 15.78), "ngc628-e": (24.22, 15.78), "ngc3344": (160.88, 24.92), "ngc6503": (267.36, 70.14),
    "ngc1313-e": (49.58, -66.49), "ngc1705": (73.56, -53.36), "ngc3738": (173.95, 54.52), "ngc4449": (187.05, 44.09),
}  # fmt: skip


def catalogue_of(sample_data, field):
    (path,) = (sample_data / "legus").glob(f"hlsp_legus_*_{field}_*.tab")
    return path


@pytest.mark.parametrize("field", PUBLISHED)
def test_published_catalogue(sample_data, field):
    path = catalogue_of(sample_data, field)
    n_sources, counts = PUBLISHED[field]
    assert guess_format(path) == "legus"
    table = read_table(path)
    assert (len(table), table.rejected) == (n_sources, [])
    assert table.classes == dict(zip("1234", counts, strict=True))
    assert set(table.label.tolist()) == {"", "1", "2", "3", "4"}
    ra_deg, dec_deg = CENTRES[field]
    assert np.abs((table.ra_deg - ra_deg) * np.cos(np.radians(dec_deg))).max() < 0.1
    assert np.abs(table.dec_deg - dec_deg).max() < 0.1
    assert table.x_px.min() > 0
    assert table.x_px.max() < 16_000
    assert field in table.layout
    for band in ("nuv", "u", "b", "v", "i"):
        magnitudes = table.measurements[f"mag_{band}"]
        assert 10 < np.nanmin(magnitudes) < np.nanmax(magnitudes) < 40
    assert 0.5 < np.nanmedian(table.measurements["concentration_index"]) < 2.5


@pytest.mark.parametrize(
    ("field", "band", "missing"), [("ngc628-c", "nuv", 871), ("ngc1313-e", "nuv", 3399), ("ngc3738", "u", 136)]
)
def test_missing_magnitudes_are_nan(sample_data, field, band, missing):
    table = read_table(catalogue_of(sample_data, field))
    assert int(np.isnan(table.measurements[f"mag_{band}"]).sum()) == missing


def test_literal_first_rows(sample_data):
    table = read_table(catalogue_of(sample_data, "ngc628-c"))
    assert (table.number[0], table.x_px[0], table.y_px[0]) == (1, 1830.0, 6995.0)
    table = read_table(catalogue_of(sample_data, "ngc1313-e"))
    assert (table.x_px[0], table.y_px[0]) == (5588.0, pytest.approx(39.309))
    assert (table.ra_deg[0], table.dec_deg[0]) == (49.570166, -66.516867)


@pytest.mark.parametrize("field", ["ngc3344", "ngc6503"])
def test_starcnet_predictions_are_no_catalogue(sample_data, field):
    with pytest.raises(BadInput, match="looks like StarcNet predictions"):
        read_table(sample_data / "legus" / f"starcnet_pred_{field}.tab")


def test_largest_catalogue_is_read_within_a_second(sample_data):
    path = catalogue_of(sample_data, "ngc1313-e")
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        assert len(read_table(path)) == 5284
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 1
