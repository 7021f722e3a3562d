"""How far the votes on a source disagree, as the weight of drawing it again. Pure numpy; labels are nominal."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def disagreement(counts: IntArray) -> FloatArray:
    """Disagreement (n_sources,) in 0..1 of `counts` (n_sources, n_labels): the votes' entropy over that of even votes.

    A tie is 1, whatever its entropy: it is what more votes can settle. Below two votes nobody disagreed: 0.
    Raises ValueError on counts of another shape or negative ones.
    """
    counts = np.asarray(counts)
    if counts.ndim != 2 or counts.shape[1] < 2 or (counts < 0).any():
        raise ValueError(f"counts must be (n_sources, at least 2 labels) and not negative, not {counts.shape}")
    n_votes = counts.sum(axis=1)
    shares = counts / np.maximum(n_votes, 1)[:, None]
    entropies = -(shares * np.log(np.where(shares > 0, shares, 1.0))).sum(axis=1)
    top = counts.max(axis=1)
    is_tie = ((counts == top[:, None]).sum(axis=1) > 1) & (n_votes > 0)
    weights = np.where(is_tie, 1.0, entropies / np.log(counts.shape[1]))
    return np.asarray(np.where(n_votes >= 2, weights, 0.0), dtype=np.float64)
