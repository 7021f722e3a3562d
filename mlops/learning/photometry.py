"""What a catalogue measured, as features beside those of the pixels."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Scaled values beyond this many robust standard deviations are cut: one bad magnitude must not rule a linear model.
LARGEST = 5.0
SHAPES = ("concentration_index", "fwhm_px")


def photometric_features(
    measurements: Sequence[Mapping[str, Any]], bands: Sequence[str]
) -> tuple[NDArray[np.float32], list[str]]:
    """Features (n, k) float32 of n sources' measurements, and the k names; k depends on the bands alone.

    For the bands b, in their order (by wavelength, so that neighbours make colours): `mag_b`, the colours `mag_a - mag_b` of
    neighbours, `concentration_index`, `fwhm_px`; then for each measured quantity `no ...`, 1 where it is missing or not
    finite. Each is (value - median) / (1.4826 MAD) over the sources given, cut at +-5, and 0 where missing.
    """
    quantities = [f"mag_{band.lower()}" for band in bands] + list(SHAPES)
    values = np.array(
        [[_number(row.get(name)) for name in quantities] for row in measurements], dtype=np.float64
    ).reshape(len(measurements), len(quantities))
    mags = values[:, : len(bands)]
    colours = mags[:, :-1] - mags[:, 1:]
    colour_names = [f"{a} - {b}" for a, b in pairwise(quantities[: len(bands)])]
    scaled = _robustly_scaled(np.hstack([mags, colours, values[:, len(bands) :]]))
    names = quantities[: len(bands)] + colour_names + list(SHAPES) + [f"no {name}" for name in quantities]
    return np.hstack([scaled, np.isnan(values)]).astype(np.float32), names


def _number(value: Any) -> float:
    """A finite number as it is, anything else as NaN."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value)
    return float(value) if is_number else np.nan


def _robustly_scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Columns of `values` (n, k) as documented above, column by column since a column may be all NaN."""
    scaled = np.zeros_like(values)
    for column in range(values.shape[1]):
        known = np.isfinite(values[:, column])
        if not known.any():
            continue
        finite = values[known, column]
        offsets = finite - np.median(finite)
        # More than half of the sources alike: their median deviation is 0.
        spread = 1.4826 * float(np.median(np.abs(offsets))) or float(np.std(finite)) or 1.0
        scaled[known, column] = np.clip(offsets / spread, -LARGEST, LARGEST)
    return scaled
