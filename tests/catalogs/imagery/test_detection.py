"""Detection of injected sources, settings, and fields that are too much."""

import numpy as np
import pytest

from catalogs.imagery.detection import DetectionParameters, concentration_index, detect
from catalogs.imagery.fitsband import open_band
from galaxycat.errors import BadInput

SIGMA_PX = 1.5


def gaussian(shape, x_px, y_px, flux, sigma_px=SIGMA_PX):
    y, x = np.indices(shape)
    profile = np.exp(-((x - x_px) ** 2 + (y - y_px) ** 2) / (2 * sigma_px**2))
    return (flux * profile / (2 * np.pi * sigma_px**2)).astype(np.float32)


@pytest.fixture(scope="module")
def field():
    """(data, positions, fluxes): 25 sources of rising flux on a sky of 10 +- 1."""
    rng = np.random.default_rng(2)
    centres = np.stack(np.meshgrid(np.arange(5), np.arange(5)), axis=-1).reshape(-1, 2) * 50 + 25
    positions, fluxes = centres + rng.uniform(-0.5, 0.5, (25, 2)), np.linspace(500, 5000, 25)
    data = rng.normal(10, 1, (250, 260)).astype(np.float32)
    for (x_px, y_px), flux in zip(positions, fluxes, strict=True):
        data += gaussian(data.shape, x_px, y_px, flux)
    return data, positions, fluxes


def test_injected_sources_are_found_where_they_are(field):
    data, positions, fluxes = field
    result = detect(data, DetectionParameters())
    table = result.table
    assert result.background_rms == pytest.approx(1.0, rel=0.05)
    assert len(table) == 25
    assert (np.diff(table["flux"]) <= 0).all()
    found = np.stack([table["x_px"], table["y_px"]], axis=1)
    distance = np.linalg.norm(found[None] - positions[:, None], axis=-1)
    nearest = distance.argmin(axis=1)
    assert sorted(nearest) == list(range(25))
    assert distance.min(axis=1).max() < 0.2
    # isophotal: all but the wings
    assert (table["flux"][nearest] / fluxes).min() > 0.75
    assert table.colnames == ["x_px", "y_px", "flux", "peak", "a_px", "b_px", "theta_deg", "npix", "flag", "ci", "background"]  # fmt: skip


def test_the_background_at_a_source_is_that_of_the_field():
    """A slope of 20 from left to right under three sources of equal flux."""
    rng = np.random.default_rng(3)
    slope = np.linspace(0, 20, 300, dtype=np.float32)[None, :].repeat(100, axis=0)
    data = slope + rng.normal(0, 1, (100, 300)).astype(np.float32)
    for x in (50, 150, 250):
        data += gaussian((100, 300), float(x), 50.0, 2000.0)
    table = detect(data, DetectionParameters(BACK_SIZE=64)).table
    assert len(table) == 3
    expected = [slope[0, round(float(x))] for x in table["x_px"]]
    np.testing.assert_allclose(table["background"], expected, atol=2)


def test_concentration_index_of_a_gaussian():
    data = gaussian((60, 60), 30.0, 30.0, 1000.0) + np.float32(7)
    # Flux within r of a Gaussian is 1 - exp(-r^2 / 2 s^2); pixels smear it a little.
    inside = [1 - np.exp(-(radius**2) / (2 * SIGMA_PX**2)) for radius in (1, 3)]
    expected = -2.5 * np.log10(inside[0] / inside[1])
    (ci,) = concentration_index(data, np.array([30.0]), np.array([30.0]))
    assert ci == pytest.approx(expected, abs=0.05)
    (negative,) = concentration_index(-data, np.array([30.0]), np.array([30.0]))
    assert np.isnan(negative)


def test_orientation_is_counter_clockwise_with_y_up():
    y, x = np.indices((80, 80)) - 40.0
    along, across = (x + y) / 2**0.5, (y - x) / 2**0.5
    rng = np.random.default_rng(4)
    data = (100 * np.exp(-(along**2) / 50 - across**2 / 8) + rng.normal(0, 1, (80, 80))).astype(np.float32)
    source = detect(data, DetectionParameters()).table[0]
    assert source["theta_deg"] == pytest.approx(45, abs=3)
    assert source["a_px"] > 2 * source["b_px"] * 0.9


def test_masked_and_nan_pixels_are_not_used(field):
    data, _, _ = field
    mask = np.zeros(data.shape, bool)
    mask[:, :100] = True
    holed = data.copy()
    holed[200:] = np.nan
    table = detect(holed, DetectionParameters(), mask).table
    assert len(table) == 3 * 4
    assert table["x_px"].min() > 99
    assert table["y_px"].max() < 200


def test_overrides():
    changed = DetectionParameters().with_overrides(["DETECT_THRESH=5", "back_size = 32"])
    assert (changed.DETECT_THRESH, changed.BACK_SIZE, changed.DETECT_MINAREA) == (5.0, 32, 5)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("THRESH=5", "KEY one of DETECT_THRESH"),
        ("DETECT_THRESH", "KEY=VALUE"),
        ("DETECT_THRESH=high", "'high' is not a number"),
        ("BACK_SIZE=2.5", "'2.5' is not a whole number"),
        ("DETECT_THRESH=0", "must be above 0"),
        ("DETECT_THRESH=nan", "must be above 0"),
        ("DEBLEND_MINCONT=-1", "0 or more"),
    ],
)
def test_bad_overrides(setting, message):
    with pytest.raises(BadInput, match=message):
        DetectionParameters().with_overrides([setting])


def test_nothing_to_detect_on():
    with pytest.raises(BadInput, match="masked or NaN"):
        detect(np.full((50, 50), np.nan, np.float32), DetectionParameters())
    with pytest.raises(BadInput, match="no noise"):
        detect(np.ones((50, 50), np.float32), DetectionParameters())


def test_deblending_overflow_says_what_to_change(monkeypatch, field):
    monkeypatch.setattr("catalogs.imagery.detection.SUB_OBJECTS", 1)
    rng = np.random.default_rng(9)
    crowded = rng.normal(0, 0.01, (120, 120)).astype(np.float32) + gaussian((120, 120), 60, 60, 1e5, 20.0)
    for x_px, y_px in rng.uniform(40, 80, (60, 2)):
        crowded += gaussian((120, 120), x_px, y_px, 3000.0, 1.0)
    with pytest.raises(BadInput, match="raise DEBLEND_MINCONT"):
        detect(crowded, DetectionParameters(BACK_SIZE=120, DEBLEND_MINCONT=0.0001))


SEXTRACTOR_S_OWN = DetectionParameters(DETECT_THRESH=3.0, BACK_SIZE=64, DEBLEND_MINCONT=0.005)


@pytest.mark.realdata
def test_a_crowded_real_field(sample_data):
    with open_band(next((sample_data / "galactic_center").glob("*_k*"))) as band:
        result = detect(band.read_rows(0, band.shape[0]), SEXTRACTOR_S_OWN)
    assert 4000 < len(result.table) < 7000
    assert result.background_rms == pytest.approx(21.5, rel=0.02)
