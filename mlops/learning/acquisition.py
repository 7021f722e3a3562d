"""How much a model doubts each source, from its probabilities (n_sources, n_labels). Pure numpy."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def entropy(probabilities: ArrayLike) -> FloatArray:
    """Shannon entropy (n,) in units of that of equal probabilities: 0 is certain, 1 is no idea.

    0 throughout where there is one label only. Source: Shannon 1948, doi:10.1002/j.1538-7305.1948.tb01338.x.
    """
    p = _probabilities(probabilities)
    if p.shape[1] < 2:
        return np.zeros(len(p))
    logs = np.log(np.where(p > 0, p, 1.0))
    # Rounding must not give -0.0, nor above 1.
    return np.asarray(np.clip(-(p * logs).sum(axis=1) / np.log(p.shape[1]), 0.0, 1.0))


def margin(probabilities: ArrayLike) -> FloatArray:
    """Probability (n,) of the first label less that of the second: near 0 where two labels compete. At least two labels."""
    p = _probabilities(probabilities)
    two = np.partition(p, -2, axis=1)[:, -2:]
    return two[:, 1] - two[:, 0]


def top_two(probabilities: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Columns (n,) of the most and the second most probable label; of equal ones the earlier. At least two labels."""
    order = np.argsort(-_probabilities(probabilities), axis=1, kind="stable")
    return order[:, 0], order[:, 1]


def _probabilities(probabilities: ArrayLike) -> FloatArray:
    p = np.asarray(probabilities, dtype=np.float64)
    if p.ndim != 2 or p.shape[1] < 1:
        raise ValueError(f"probabilities must be (n_sources, n_labels), not {p.shape}")
    return p
