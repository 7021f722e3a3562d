"""Sampling with probability proportional to size, without replacement: what is interesting is drawn more often, and how
much more often is known, so that estimates for the whole catalogue can be weighted. Pure numpy; chance is an argument."""

import numpy as np
import numpy.typing as npt

from galaxycat.errors import BadInput
from labeling.sampling import FloatArray, IntArray

FLOOR = 0.2
# Above this, drawn for certain: rounding of the running sum must not draw anybody twice.
CERTAIN = 1 - 1e-9


def pps_sample(
    weights: npt.ArrayLike, n: int, rng: np.random.Generator, floor: float = FLOOR
) -> tuple[IntArray, FloatArray]:
    """Indices (n,) among `weights` (n_candidates,) in a random order, all different, and each one's probability (n,) of being drawn.

    The probabilities are those of `inclusion_probabilities`, exactly: the candidates are laid end to end in a random
    order, each as long as its probability, and drawn at every whole step from a random start. The probability of a pair
    is not stated and may be 0. Source: Hartley & Rao 1962, doi:10.1214/aoms/1177704564.
    """
    probabilities = inclusion_probabilities(weights, n, floor)
    certain = np.flatnonzero(probabilities >= CERTAIN)
    others = rng.permutation(np.flatnonzero(probabilities < CERTAIN))
    n_left = n - len(certain)
    ends = np.cumsum(probabilities[others])
    drawn = (
        others[np.searchsorted(ends * (n_left / ends[-1]), rng.random() + np.arange(n_left), "right")]
        if n_left
        else others[:0]
    )
    indices = rng.permutation(np.concatenate([certain, drawn]))
    return indices, probabilities[indices]


def inclusion_probabilities(weights: npt.ArrayLike, n: int, floor: float = FLOOR) -> FloatArray:
    """Probabilities (n_candidates,) in (0, 1] that sum to `n`: proportional to the weights, but for two bounds.

    A share `floor`, in (0, 1], of the draw falls evenly on all candidates, so that each has at least about floor * n / n_candidates:
    an inverse-probability estimate stays finite, and what the weights overlook is still seen. A candidate whose share
    exceeds 1 is drawn for certain and the others share what is left. Weights that are all 0 count as equal.
    Raises BadInput where `n` is below 1 or above the number of candidates; ValueError on weights that are negative or
    not finite, or a floor outside its range.
    """
    weights = np.asarray(weights, dtype=np.float64)
    if weights.ndim != 1 or not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError("weights must be (n_candidates,), finite and not negative")
    if not 0 < floor <= 1:
        raise ValueError(f"floor {floor} is outside (0, 1]")
    if n < 1:
        raise BadInput(f"cannot draw {n} sources: ask for at least one")
    if n > len(weights):
        raise BadInput(f"cannot draw {n} sources: only {len(weights)} can be drawn, ask for at most that many")
    # By the largest first, so that the sum of very large weights stays finite.
    relative = weights / weights.max() if weights.max() > 0 else np.ones(len(weights))
    return _capped((1 - floor) * relative / relative.sum() + floor / len(weights), n)


def _capped(shares: FloatArray, n: int) -> FloatArray:
    """Probabilities proportional to `shares` that sum to `n`, none above 1."""
    certain = np.zeros(len(shares), dtype=bool)
    while True:
        free = ~certain
        probabilities = np.ones(len(shares))
        probabilities[free] = shares[free] * ((n - certain.sum()) / shares[free].sum()) if free.any() else 1.0
        above = free & (probabilities > CERTAIN)
        if not above.any():
            return probabilities
        certain |= above
