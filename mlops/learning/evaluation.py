"""How good probabilities are, on sources the model has not seen: not even a pixel of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree
from scipy.special import stdtrit

BLOCK_PX = 256
BINS = 10
SMALLEST = 1e-7

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Interval:
    """A mean over runs with the two-sided 95 % interval of Student's t; low and high are NaN for one run."""

    mean: float
    low: float
    high: float
    runs: int


def accuracy(probabilities: ArrayLike, labels: ArrayLike) -> float:
    """Share of the sources whose most probable label, of `probabilities` (n, k), is theirs, `labels` (n,) being columns."""
    p, y = _checked(probabilities, labels)
    return float((p.argmax(axis=1) == y).mean())


def grouped_accuracy(probabilities: ArrayLike, labels: ArrayLike, groups: Sequence[Sequence[int]]) -> float:
    """Accuracy after the columns of each group are added up: with ((0, 1), (2, 3)) LEGUS' cluster or not a cluster."""
    p, y = _checked(probabilities, labels)
    group_of = np.full(p.shape[1], -1)
    for number, columns in enumerate(groups):
        group_of[list(columns)] = number
    if (group_of < 0).any():
        raise ValueError("groups must hold every label")
    summed = np.stack([p[:, group_of == number].sum(axis=1) for number in range(len(groups))], axis=1)
    return accuracy(summed, group_of[y])


def log_loss(probabilities: ArrayLike, labels: ArrayLike) -> float:
    """Mean of -ln of the probability given to the true label, at least 1e-7, in nats."""
    p, y = _checked(probabilities, labels)
    return float(-np.log(np.maximum(p[np.arange(len(y)), y], SMALLEST)).mean())


def expected_calibration_error(probabilities: ArrayLike, labels: ArrayLike, bins: int = BINS) -> float:
    """Mean distance between confidence and accuracy over `bins` equal bins of confidence, weighted by their sources.

    0 to 1. Source: Guo et al. 2017, arXiv:1706.04599.
    """
    p, y = _checked(probabilities, labels)
    confidence, right = p.max(axis=1), p.argmax(axis=1) == y
    number = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(number, weights=right - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(y))


def block_split(
    x_px: ArrayLike,
    y_px: ArrayLike,
    *,
    size_px: int,
    test_share: float,
    rng: np.random.Generator,
    block_px: int = BLOCK_PX,
) -> tuple[BoolArray, BoolArray]:
    """(train, test) masks (n,): whole sky blocks of `block_px` are for testing, in random order until they hold `test_share`.

    A source for training whose cut-out of `size_px` shares a pixel with that of a test source is in neither.
    """
    places = np.stack([np.asarray(x_px, dtype=np.float64), np.asarray(y_px, dtype=np.float64)], axis=1)
    _, block = np.unique(np.floor(places / block_px), axis=0, return_inverse=True)
    sizes = np.bincount(block.ravel())
    order = rng.permutation(len(sizes))
    n_blocks = int(np.searchsorted(np.cumsum(sizes[order]), test_share * len(places))) + 1
    test = np.isin(block.ravel(), order[:n_blocks])
    # Cut-outs begin at whole pixels, so rounding may bring them one pixel closer than their sources are.
    distance, _ = cKDTree(places[test]).query(places, p=np.inf)
    return ~test & (distance >= size_px + 1), test


def draw_labelled(train: BoolArray, n: int, rng: np.random.Generator) -> IntArray:
    """Indices (n,) of sources for training, at random without replacement. ValueError where there are fewer."""
    candidates = np.flatnonzero(train)
    if n > len(candidates):
        raise ValueError(f"{n} labels wanted, {len(candidates)} sources to draw from")
    return rng.choice(candidates, n, replace=False)


def interval(values: ArrayLike) -> Interval:
    """Mean of independent runs' `values` (runs,), with its 95 % interval."""
    runs = np.asarray(values, dtype=np.float64)
    mean, n = float(runs.mean()), len(runs)
    half = float(stdtrit(n - 1, 0.975) * runs.std(ddof=1) / np.sqrt(n)) if n > 1 else float("nan")
    return Interval(mean, mean - half, mean + half, n)


def paired(first: ArrayLike, second: ArrayLike) -> Interval:
    """Mean of `first` less `second`, run by run on the same labels: far surer than the difference of two means."""
    return interval(np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64))


def scores(
    probabilities: ArrayLike, labels: ArrayLike, groups: Sequence[Sequence[int]] | None = None
) -> Mapping[str, float]:
    """All of the above by name; `grouped_accuracy` where groups are given."""
    found = {
        "accuracy": accuracy(probabilities, labels),
        "log_loss": log_loss(probabilities, labels),
        "calibration_error": expected_calibration_error(probabilities, labels),
    }
    if groups is not None:
        found["grouped_accuracy"] = grouped_accuracy(probabilities, labels, groups)
    return found


def _checked(probabilities: ArrayLike, labels: ArrayLike) -> tuple[NDArray[np.float64], IntArray]:
    p, y = np.asarray(probabilities, dtype=np.float64), np.asarray(labels, dtype=np.int64)
    if p.ndim != 2 or y.shape != (len(p),) or not len(p):
        raise ValueError(f"probabilities {p.shape} and labels {y.shape} must be (n, k) and (n,), n at least 1")
    return p, y
