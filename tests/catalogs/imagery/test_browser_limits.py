"""The browser's zscale beside astropy's, of which it is a translation."""

import numpy as np
import pytest
from astropy.visualization import ZScaleInterval

from tests.catalogs.imagery.conftest import run_javascript

RNG = np.random.default_rng(2)
SAMPLES = {
    "sky and sources": np.concatenate([RNG.normal(10, 1, 900), 10 + RNG.exponential(300, 100)]),
    "noise": RNG.normal(0, 3, 1000),
    "few values": RNG.normal(5, 1, 40),
    "two levels": np.concatenate([RNG.normal(0, 1, 500), RNG.normal(100, 1, 500)]),
    "large background": 1e6 + RNG.normal(0, 1, 777),
    "one value": np.full(300, 4.0),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_zscale_is_astropys(name):
    sample = np.sort(SAMPLES[name])
    found = run_javascript("gl/limits.js", "m.zscaleLimits(Float64Array.from(data))", sample.tolist())
    expected = ZScaleInterval().get_limits(sample)
    spread = max(np.ptp(sample), 1e-9)
    assert (found["black"], found["white"]) == pytest.approx(expected, abs=1e-6 * spread)
