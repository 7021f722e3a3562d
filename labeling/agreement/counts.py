"""Tables of votes as counts, (n_sources, n_labels), and what every statistic of them asks first. Pure numpy."""

from typing import Any

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.integer[Any]]
FloatArray = npt.NDArray[np.float64]


def checked_counts(counts: IntArray) -> npt.NDArray[np.int64]:
    """The counts as int64. Raises ValueError unless they are whole, not negative and (n_sources, n_labels)."""
    counts = np.asarray(counts)
    if counts.ndim != 2 or (counts.size and (counts.dtype.kind not in "iu" or counts.min() < 0)):
        raise ValueError(
            f"counts must be whole, not negative and (n_sources, n_labels), not {counts.dtype} {counts.shape}"
        )
    return counts.astype(np.int64, copy=False)
