"""Features of measurements: stable columns, robust scales, and what is missing."""

import numpy as np

from mlops.learning.photometry import photometric_features

NAMES = [
    "mag_v", "mag_i", "mag_v - mag_i", "concentration_index", "fwhm_px",
    "no mag_v", "no mag_i", "no concentration_index", "no fwhm_px",
]  # fmt: skip


def test_scaled_by_median_and_mad():
    rows = [{"mag_v": 20.0 + i, "mag_i": 19.0 + i, "concentration_index": 1.4, "fwhm_px": 2.0} for i in range(5)]
    features, names = photometric_features(rows, ["V", "I"])
    assert names == NAMES
    assert features.shape == (5, 9)
    assert features.dtype == np.float32
    np.testing.assert_allclose(features[:, 0], np.array([-2, -1, 0, 1, 2]) / 1.4826, rtol=1e-5)
    # One colour for all, no spread: 0, not infinite.
    assert (features[:, 2:] == 0).all()


def test_missing_is_the_median_and_says_so():
    rows = [{"mag_v": 20.0, "mag_i": 19.0}, {"mag_v": 22.0, "mag_i": None}, {"mag_v": float("nan"), "fwhm_px": "wide"}]
    features, _ = photometric_features(rows, ["V", "I"])
    assert np.isfinite(features).all()
    assert features[:, 5:].tolist() == [[0, 0, 1, 1], [0, 1, 1, 1], [1, 1, 1, 1]]
    assert features[1:, 2].tolist() == [0, 0]
    assert features[2, 0] == 0


def test_outliers_are_cut_and_nothing_is_fine():
    rows = [{"mag_v": 20.0 + 0.1 * i} for i in range(20)] + [{"mag_v": 99.0}]
    assert photometric_features(rows, ["V"])[0][-1, 0] == 5
    features, names = photometric_features([], ["V"])
    assert features.shape == (0, len(names)) == (0, 6)
    assert names == ["mag_v", "concentration_index", "fwhm_px", "no mag_v", "no concentration_index", "no fwhm_px"]
