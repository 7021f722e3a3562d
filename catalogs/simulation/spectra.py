"""Colours of stellar populations in the five bands: a small table by age, and reddening.

The ages' Vega colours are rounded from solar-metallicity single-burst models (after Bruzual & Charlot 2003,
doi:10.1046/j.1365-8711.2003.06897.x) and give LEGUS' observed medians once reddened; they are plausible, not a fit.
"""

import numpy as np

from catalogs.simulation.instrument import BANDS, REFERENCE

LOG_AGES = np.array([6.3, 6.7, 7.0, 7.5, 8.0, 8.5, 9.0, 9.5, 10.1])
# (age, colour): NUV-U, U-B, B-V, V-I.
COLOURS = np.array(
    [
        (-0.50, -1.20, -0.16, -0.10),
        (-0.45, -1.15, -0.12, 0.05),
        (-0.35, -1.00, 0.00, 0.50),
        (-0.18, -0.75, 0.05, 0.42),
        (0.02, -0.45, 0.10, 0.36),
        (0.25, -0.15, 0.20, 0.50),
        (0.60, 0.10, 0.42, 0.70),
        (1.00, 0.25, 0.75, 0.95),
        (1.35, 0.40, 0.90, 1.12),
    ]
)
R_V = 3.1
EXTINCTION = np.array([band.extinction for band in BANDS])

# f_lambda of nebular light (continuum and lines; [O III] and H-beta fall into F555W) in the five bands over F555W.
NEBULAR_FLAMBDA = np.array([0.55, 0.50, 0.30, 1.0, 0.28])


def offsets_from_v(log_age: np.ndarray, ebv_mag: np.ndarray | float = 0.0) -> np.ndarray:
    """Vega magnitude minus V, (..., 5) in the order of BANDS, of log10(age / yr) behind E(B-V) magnitudes."""
    nuv_u, u_b, b_v, v_i = (np.interp(log_age, LOG_AGES, COLOURS[:, k]) for k in range(4))
    intrinsic = np.stack([nuv_u + u_b + b_v, u_b + b_v, b_v, np.zeros_like(b_v), -v_i], axis=-1)
    reddening = R_V * np.asarray(ebv_mag)[..., None] * (EXTINCTION - REFERENCE.extinction)
    return np.asarray(intrinsic + reddening)


def rate_ratios(log_age: float) -> np.ndarray:
    """Electron rates over that in F555W, (5,), of an unreddened population of log10(age / yr)."""
    return ratios_of_offsets(offsets_from_v(np.asarray(log_age)))


def ratios_of_offsets(offsets_mag: np.ndarray) -> np.ndarray:
    """Electron rates over that in F555W for Vega magnitudes relative to V, (..., 5)."""
    zero_points = np.array([band.zero_point_vega_mag - REFERENCE.zero_point_vega_mag for band in BANDS])
    return np.asarray(np.power(10.0, -0.4 * (offsets_mag - zero_points)))


def nebular_ratios() -> np.ndarray:
    """Electron rates of an HII region over that in F555W, (5,)."""
    return np.array([NEBULAR_FLAMBDA[k] * REFERENCE.photflam / band.photflam for k, band in enumerate(BANDS)])
