"""Counts by a model that learnt from the very labels: asked as it is, and without each source's own label.

    python -m tests.benchmarks.counting_learnt [REPLICATES]

The second table of docs/decisions/0021-counting.md: coverage in % by class.
"""

import sys

import numpy as np

from labeling.counting import Draw, contamination, estimate_counts
from mlops.learning.probe import feature_scaling, fit_probe

N, N_LABELS, N_FEATURES, N_FOLDS = 2000, 200, 60, 10


def main(replicates: int) -> None:
    rng = np.random.default_rng(0)
    code = rng.choice(4, N, p=[0.1, 0.2, 0.3, 0.4])
    truth = np.eye(4)[code]
    features = rng.normal(size=(N, N_FEATURES)).astype(np.float32)
    features[:, 0] += 0.8 * code
    features[:, 1] += 1.2 * (code == 1)
    scaling, totals = feature_scaling(features), truth.sum(axis=0)

    def learnt(rows, asked):
        counts = truth[rows].astype(int)
        return np.asarray(fit_probe(features[rows], counts, scaling=scaling).predict(features[asked]), dtype=float)

    found: dict[str, list[tuple[list[bool], list[float]]]] = {"as it is": [], "without own label": []}
    for _ in range(replicates):
        rows, fold = rng.permutation(N)[:N_LABELS], rng.permutation(N) % N_FOLDS
        draw = Draw(rows, np.full(N_LABELS, N_LABELS / N), np.ones(N, dtype=bool))
        known = np.full_like(truth, np.nan)
        known[rows] = truth[rows]
        apart = np.empty_like(truth)
        for number in range(N_FOLDS):
            apart[fold == number] = learnt(rows[fold[rows] != number], fold == number)
        for name, predicted in (("as it is", learnt(rows, slice(None))), ("without own label", apart)):
            counts = estimate_counts(known, predicted, [draw])
            held = [count.low <= total <= count.high for count, total in zip(counts, totals, strict=True)]
            called, wrong = predicted.argmax(axis=1), contamination(known, predicted, [draw])
            errors = [1 - truth[called == k, k].mean() if (called == k).any() else np.nan for k in range(4)]
            clean = [np.nan if w is None else w.low <= e <= w.high for w, e in zip(wrong, errors, strict=True)]
            found[name].append((held, clean))
    for name, rows in found.items():
        counts, clean = (100 * np.nanmean([row[part] for row in rows], axis=0) for part in (0, 1))
        print(f"{name:18s} counts {counts.round(1)} contamination {clean.round(1)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
