"""How good predictions are, by themselves and cross-validated over blocks of the sky. Pure: arrays in, numbers out."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from labeling.agreement.shares import wilson
from mlops.learning.evaluation import expected_calibration_error, log_loss

N_FOLDS = 5
MIN_SOURCES = 10
# Cut-outs of 32 px: a block is many of them wide, so that few held-out sources share pixels with a training one.
BLOCK_PX = 256.0
Fit = Callable[[np.ndarray, np.ndarray], Callable[[np.ndarray], np.ndarray]]


def sky_blocks(x_px: np.ndarray, y_px: np.ndarray) -> np.ndarray:
    """The block (n,) that each source lies in, numbered from 0: squares of BLOCK_PX, smaller where the field is."""
    span_px = max(float(np.ptp(x_px)), float(np.ptp(y_px)), 1.0)
    side_px = min(BLOCK_PX, span_px / N_FOLDS)
    cells = np.stack([np.floor(x_px / side_px), np.floor(y_px / side_px)], axis=1)
    _, block = np.unique(cells, axis=0, return_inverse=True)
    return np.asarray(block).reshape(-1)


def folds_of(blocks: np.ndarray, n_folds: int = N_FOLDS) -> np.ndarray:
    """The fold (n,) of each source: whole blocks, dealt so that folds are of about one size. No chance in it."""
    sizes = np.bincount(blocks)
    fold_of_block, filled = np.zeros(len(sizes), dtype=int), np.zeros(n_folds)
    for block in np.argsort(-sizes, kind="stable"):
        fold_of_block[block] = int(filled.argmin())
        filled[fold_of_block[block]] += sizes[block]
    folds: np.ndarray = fold_of_block[blocks]
    return folds


def modes(counts: np.ndarray) -> np.ndarray:
    """The most frequent label's code (n,) of each row; -1 in a tie and without votes."""
    top = counts.max(axis=1, initial=0)
    is_clear = (counts == top[:, None]).sum(axis=1) == 1
    return np.where(is_clear & (top > 0), counts.argmax(axis=1), -1)


def cross_validate(
    features: np.ndarray, counts: np.ndarray, unaided: np.ndarray, folds: np.ndarray, fit: Fit
) -> tuple[np.ndarray, np.ndarray]:
    """Out-of-fold (truth (m,), probabilities (m, k)) of the sources whose unaided votes have a mode.

    Rows are labelled sources. Each fold is predicted by a fit on the other folds' votes, all of them; it is compared
    with unaided votes only.
    """
    truth = modes(unaided)
    probabilities = np.full(counts.shape, np.nan)
    for fold in np.unique(folds):
        rest = folds != fold
        held_out = ~rest & (truth >= 0)
        if held_out.any() and (counts[rest].sum(axis=0) > 0).sum() >= 2:
            probabilities[held_out] = fit(features[rest], counts[rest])(features[held_out])
    known = np.isfinite(probabilities[:, 0])
    return truth[known], probabilities[known]


def metrics_of(truth: np.ndarray, probabilities: np.ndarray, groups: Sequence[str]) -> dict[str, Any]:
    """What the predictions (m, k) of sources with true codes (m,) are worth, ready for JSON.

    `accuracy` and `binary_accuracy` (labels mapped to their group first) with Wilson's 95 % interval, `majority`: the
    share of the commonest class, which a model must beat; `log_loss` in nats; `calibration_error`: mean distance between
    the top score and how often it is right, over ten bins weighted by their sources. `confusion[i][j]`: true i called j.
    """
    n, k = probabilities.shape
    predicted = probabilities.argmax(axis=1)
    confusion = np.zeros((k, k), dtype=int)
    np.add.at(confusion, (truth, predicted), 1)
    names = np.array(groups)
    right, right_group = int(np.trace(confusion)), int((names[truth] == names[predicted]).sum())
    return {
        "n": n,
        "accuracy": right / n,
        "accuracy_interval": list(wilson(right, n)),
        "binary_accuracy": right_group / n,
        "binary_accuracy_interval": list(wilson(right_group, n)),
        "majority": float(np.bincount(truth, minlength=k).max() / n),
        "log_loss": log_loss(probabilities, truth),
        "calibration_error": expected_calibration_error(probabilities, truth),
        "confusion": confusion.tolist(),
    }
