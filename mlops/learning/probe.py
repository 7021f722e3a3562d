"""The classifier that learns from every vote: a multinomial logistic regression on frozen features."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.special import log_softmax

FORMAT = "galaxycat-probe-1"
# Tried out of fold; the middle one is taken where there is nothing to choose by.
PENALTIES = (3.0, 10.0, 30.0, 100.0, 300.0)
DEFAULT_PENALTY = 30.0
FOLDS = 5
# Votes that nobody cast, spread over the labels, on a source with mean features: a label not yet seen stays possible.
PRIOR_VOTES = 1.0
# Out of fold costs FOLDS fits for each penalty: done while labels are few, and again when they have grown by a quarter.
# Beyond the last, the penalty found is kept and the temperature is 1 (docs/decisions/0012).
CALIBRATE_FROM, CALIBRATE_UP_TO, CALIBRATE_AGAIN = 10, 600, 1.25
TEMPERATURES = (0.5, 5.0)
ITERATIONS, WARM_ITERATIONS = 60, 12
SMALLEST_SPREAD = 1e-6

Floats = NDArray[np.float32]
Scaling = tuple[Floats, Floats]


@dataclass(frozen=True)
class Probe:
    """Weights (d, k) and bias (k,) on features scaled by `mean` and `spread` (d,), and how they were calibrated.

    `n_calibrated` is the number of labelled sources at which `penalty` and `temperature` were chosen, 0 for never.
    """

    weights: Floats
    bias: Floats
    mean: Floats
    spread: Floats
    penalty: float
    temperature: float
    n_calibrated: int

    def predict(self, features: Floats) -> Floats:
        """Calibrated probabilities (n, k) float32 of features (n, d); each row sums to 1."""
        logits = self.logits(features) / np.float32(self.temperature)
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
        logits /= logits.sum(axis=1, keepdims=True)
        return logits

    def logits(self, features: Floats) -> Floats:
        """Uncalibrated logits (n, k) float32."""
        weights = self.weights / self.spread[:, None]
        return np.asarray(features, np.float32) @ weights + (self.bias - self.mean @ weights)

    def to_bytes(self) -> bytes:
        """As a NumPy .npz without pickle; the same probe gives the same bytes."""
        numbers = {
            "format": FORMAT,
            "penalty": self.penalty,
            "temperature": self.temperature,
            "n_calibrated": self.n_calibrated,
        }
        buffer = io.BytesIO()
        np.savez(
            buffer, weights=self.weights, bias=self.bias, mean=self.mean, spread=self.spread,
            numbers=np.frombuffer(json.dumps(numbers, sort_keys=True).encode(), np.uint8),
        )  # fmt: skip
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Probe":
        """Inverse of `to_bytes`. Raises ValueError on anything else."""
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            numbers = json.loads(arrays["numbers"].tobytes())
            if numbers.pop("format") != FORMAT:
                raise ValueError("not a probe of this version")
            names = ("weights", "bias", "mean", "spread")
            return cls(**{name: arrays[name] for name in names}, **numbers)


def feature_scaling(features: Floats) -> Scaling:
    """Mean and standard deviation (d,) of features (n, d); of a column without spread 1. Best over a whole catalogue."""
    if not len(features):
        return np.zeros(features.shape[1], np.float32), np.ones(features.shape[1], np.float32)
    mean, spread = features.mean(axis=0, dtype=np.float64), features.std(axis=0, dtype=np.float64)
    spread = np.where(spread > SMALLEST_SPREAD, spread, 1.0)
    return mean.astype(np.float32), spread.astype(np.float32)


def fit_probe(
    features: Floats, counts: ArrayLike, *, warm: Probe | None = None, scaling: Scaling | None = None
) -> Probe:
    """The probe of sources with features (n, d) and votes per label `counts` (n, k), k at least 2.

    Each vote weighs the same, so a source with a tie speaks for both labels. Minimises the votes' cross-entropy plus
    penalty / 2 times the squared weights; the penalty is the best out of fold, and the temperature mends calibration
    out of fold, while labels are few. Without votes all labels are equally likely; a label nobody chose stays possible.

    `warm`, an earlier probe of the same features and labels, is where the search begins; its scaling, and its
    penalty until the labels have grown enough, are kept. `scaling` is `feature_scaling` of the whole catalogue;
    without it and without `warm` that of the sources given. Deterministic. Raises ValueError on arrays that do not fit.
    """
    features, votes = np.asarray(features, np.float32), np.asarray(counts, np.float32)
    _require_fitting(features, votes, warm)
    voted = votes.sum(axis=1) > 0
    scaling = scaling or ((warm.mean, warm.spread) if warm else feature_scaling(features[voted]))
    x, votes = (features[voted] - scaling[0]) / scaling[1], votes[voted]
    start = warm or _blank(features.shape[1], votes.shape[1], scaling)
    probe = _calibrated(replace(start, mean=scaling[0], spread=scaling[1]), x, votes)
    weights, bias = _solve(x, votes, probe.penalty, probe, WARM_ITERATIONS if warm else ITERATIONS)
    return replace(probe, weights=weights, bias=bias)


def _require_fitting(features: Floats, votes: Floats, warm: Probe | None) -> None:
    if features.ndim != 2 or votes.ndim != 2 or len(features) != len(votes) or votes.shape[1] < 2:
        raise ValueError(f"features {features.shape} and counts {votes.shape} must be (n, d) and (n, k), k at least 2")
    if not np.isfinite(features).all() or not np.isfinite(votes).all() or (votes < 0).any():
        raise ValueError("features must be finite, counts finite and not negative")
    if warm and warm.weights.shape != (features.shape[1], votes.shape[1]):
        raise ValueError(f"the warm probe is {warm.weights.shape}, not {(features.shape[1], votes.shape[1])}")


def _blank(n_features: int, n_labels: int, scaling: Scaling) -> Probe:
    weights = np.zeros((n_features, n_labels), np.float32)
    return Probe(weights, np.zeros(n_labels, np.float32), *scaling, DEFAULT_PENALTY, 1.0, 0)


def _solve(x: Floats, votes: Floats, penalty: float, start: Probe, iterations: int) -> tuple[Floats, Floats]:
    """Weights (d, k) and bias (k,) for scaled features, by L-BFGS from those of `start`."""
    n_features, n_labels = start.weights.shape
    totals = votes.sum(axis=1, keepdims=True)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        parameters = flat.astype(np.float32).reshape(n_features + 1, n_labels)
        weights, bias = parameters[:-1], parameters[-1]
        logs, prior_logs = log_softmax(x @ weights + bias, axis=1), log_softmax(bias)
        value = -float((votes * logs).sum()) - PRIOR_VOTES * float(prior_logs.mean())
        error = totals * np.exp(logs) - votes
        gradient = np.empty_like(parameters)
        gradient[:-1] = x.T @ error + penalty * weights
        gradient[-1] = error.sum(axis=0) + PRIOR_VOTES * (np.exp(prior_logs) - 1 / n_labels)
        return value + 0.5 * penalty * float((weights**2).sum()), gradient.astype(np.float64).ravel()

    flat = np.concatenate([start.weights.ravel(), start.bias]).astype(np.float64)
    found = minimize(loss, flat, jac=True, method="L-BFGS-B", options={"maxiter": iterations, "ftol": 1e-6})
    parameters = found.x.astype(np.float32).reshape(n_features + 1, n_labels)
    return parameters[:-1], parameters[-1]


def _calibrated(start: Probe, x: Floats, votes: Floats) -> Probe:
    """`start` with the penalty and the temperature that these labels call for."""
    n = len(x)
    if n > CALIBRATE_UP_TO and start.n_calibrated > 0:
        return replace(start, temperature=1.0)
    is_due = n >= CALIBRATE_FROM and n >= CALIBRATE_AGAIN * start.n_calibrated
    if not is_due or (votes.sum(axis=0) > 0).sum() < 2:
        return start
    if n > CALIBRATE_UP_TO:
        return replace(start, n_calibrated=n, penalty=_best_penalty(start, x, votes, folds=2)[0], temperature=1.0)
    penalty, logits = _best_penalty(start, x, votes, FOLDS)
    return replace(start, penalty=penalty, temperature=_temperature(logits, votes), n_calibrated=n)


def _best_penalty(start: Probe, x: Floats, votes: Floats, folds: int) -> tuple[float, Floats]:
    """The penalty with the least cross-entropy out of fold, and the logits (n, k) it gave there."""
    blank = replace(start, weights=np.zeros_like(start.weights), bias=np.zeros_like(start.bias))
    # Sources of one label are dealt out in turn, so that every fold has its share.
    fold = np.empty(len(x), np.intp)
    fold[np.argsort(votes.argmax(axis=1), kind="stable")] = np.arange(len(x)) % folds
    tried: list[tuple[float, float, Floats]] = []
    logits: dict[float, Floats] = {penalty: np.empty_like(votes) for penalty in PENALTIES}
    for held in range(folds):
        seen, begin = fold != held, blank
        for penalty in reversed(PENALTIES):
            weights, bias = _solve(x[seen], votes[seen], penalty, begin, WARM_ITERATIONS)
            begin = replace(blank, weights=weights, bias=bias)
            logits[penalty][~seen] = x[~seen] @ weights + bias
    tried = [(_cross_entropy(values, votes), penalty, values) for penalty, values in logits.items()]
    _, penalty, values = min(tried, key=lambda entry: entry[:2])
    return penalty, values


def _temperature(logits: Floats, votes: Floats) -> float:
    """What to divide logits out of fold by, for the least cross-entropy."""
    entropy: Callable[[float], float] = lambda log_t: _cross_entropy(logits / np.exp(log_t), votes)  # noqa: E731
    bounds = tuple(np.log(TEMPERATURES))
    return float(np.exp(minimize_scalar(entropy, bounds=bounds, method="bounded").x))


def _cross_entropy(logits: Floats, votes: Floats) -> float:
    return -float((votes * log_softmax(logits, axis=1)).sum() / votes.sum())
