"""Which estimator and which interval count a catalogue best: the table of docs/decisions/0021-counting.md.

python -m tests.benchmarks.counting [REPLICATES]
"""

import sys

import numpy as np
from scipy.special import expit, logit, stdtrit

from tests.labeling.test_counting import MODELS, N, a_catalogue, drawn, entropies

Z = 1.959964


def estimators(truth, predicted, rows, probabilities):
    """Name -> (total, residuals (n, k) whose expanded sum has the total's error)."""
    f, g, weights = truth[rows], predicted[rows], 1 / probabilities
    size, total = weights.sum(), predicted.sum(axis=0)
    mean_f, mean_g = weights @ f / size, weights @ g / size
    spread = (weights**2 * (1 - probabilities))[:, None]
    across = (spread * (g - mean_g) ** 2).sum(axis=0)
    slope = np.where(across > 1e-9, (spread * (g - mean_g) * (f - mean_f)).sum(axis=0) / np.maximum(across, 1e-9), 0)
    scale, ratio = N / size, mean_f / mean_g
    return {
        "difference": (total + weights @ (f - g), f - g),
        "difference, known size": (total + N * (mean_f - mean_g), scale * (f - g - mean_f + mean_g)),
        "ratio (k-DISCount)": (total * ratio, (f - ratio * g) * total / (weights @ g)),
        "regression": (N * mean_f + slope * (total - N * mean_g), scale * (f - mean_f - slope * (g - mean_g))),
    }


def terms_of(residuals, probabilities):
    """Hajek's terms (n, k) of the variance."""
    n, open_ = len(probabilities), (1 - probabilities)[:, None]
    expanded = residuals / probabilities[:, None]
    centre = (open_ * expanded).sum(axis=0) / open_.sum()
    return open_ * n / (n - 1) * (expanded - centre) ** 2


def intervals(total, terms):
    """Name -> (low, high)."""
    error, n = np.sqrt(terms.sum(axis=0)), len(terms)
    telling = terms.sum(axis=0) ** 2 / (terms**2).sum(axis=0)
    freedom = np.clip(2 / np.maximum(1 / telling - 1 / n, 1e-9), 2, n - 1)
    share = np.clip(total / N, 1e-4, 1 - 1e-4)
    few, some = (t * error / N / (share * (1 - share)) for t in (stdtrit(telling, 0.975), stdtrit(freedom, 0.975)))
    return {
        "normal": (total - Z * error, total + Z * error),
        "logit, t of telling": (N * expit(logit(share) - few), N * expit(logit(share) + few)),
        "logit, t of Satterthwaite": (N * expit(logit(share) - some), N * expit(logit(share) + some)),
    }


def measure(design, share, replicates):
    """Prints coverage and width, over that of a random draw without a model, for each class."""
    truth = a_catalogue("none")[0]
    models = {model: a_catalogue(model)[1] for model in MODELS}
    rng, totals, n = np.random.default_rng(7), truth.sum(axis=0), int(share * N)
    simple = 2 * Z * np.sqrt(totals * (1 - totals / N) * (1 - share) / share)
    found = {}
    for _ in range(replicates):
        draw = drawn(rng, n, entropies(models["good"]) if design == "pps" else None)
        seen = truth[draw.rows].sum(axis=0)
        for model, predicted in models.items():
            for name, (total, residuals) in estimators(truth, predicted, draw.rows, draw.probabilities).items():
                for kind, (low, high) in intervals(total, terms_of(residuals, draw.probabilities)).items():
                    low, high = np.maximum(low, seen), np.minimum(high, N - n + seen)
                    found.setdefault((model, name, kind), []).append(((low <= totals) & (totals <= high), high - low))
    for (model, name, kind), rows in found.items():
        held, width = np.mean([row[0] for row in rows], axis=0), np.mean([row[1] for row in rows], axis=0)
        cells = "  ".join(f"{100 * h:5.1f} {w:4.2f}" for h, w in zip(held, width / simple, strict=True))
        print(f"{design:5s} {share:3.0%} {model:5s} {name:22s} {kind:26s} {cells}", flush=True)


if __name__ == "__main__":
    for design in ("equal", "pps"):
        for share in (0.1, 0.3):
            measure(design, share, int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
