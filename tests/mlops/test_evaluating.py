"""Evaluation: blocks of the sky, modes, metrics against values by hand."""

import numpy as np
import pytest

from mlops.evaluating import (
    cross_validate,
    folds_of,
    metrics_of,
    modes,
    sky_blocks,
)  # fmt: skip


def test_sources_of_one_block_are_in_one_fold_and_folds_are_of_about_one_size():
    rng = np.random.default_rng(1)
    x_px, y_px = rng.uniform(0, 4000, (2, 1000))
    blocks = sky_blocks(x_px, y_px)
    folds = folds_of(blocks)
    assert all(len(set(folds[blocks == block])) == 1 for block in np.unique(blocks))
    assert np.ptp(np.bincount(folds)) <= 10
    # Two sources in one 256 px square share a block, two in different ones do not.
    same = np.floor(x_px / 256) * 100 + np.floor(y_px / 256)
    pairs = np.unique(np.stack([same, blocks]), axis=1).shape[1]
    assert len(np.unique(same)) == len(np.unique(blocks)) == pairs > 200


def test_a_small_field_has_blocks_enough_for_all_folds():
    x_px, y_px = np.mgrid[0:100:5, 0:100:5].reshape(2, -1).astype(float)
    assert len(np.unique(folds_of(sky_blocks(x_px, y_px)))) == 5


def test_modes_know_ties_and_silence():
    assert modes(np.array([[2, 1, 0], [1, 1, 0], [0, 0, 0], [0, 0, 1]])).tolist() == [0, -1, -1, 2]


def test_metrics_by_hand():
    probabilities = np.array([[0.9, 0.1, 0.0], [0.6, 0.4, 0.0], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8]])
    metrics = metrics_of(np.array([0, 1, 1, 2]), probabilities, ["a", "a", "b"])
    assert metrics["n"] == 4
    assert metrics["accuracy"] == 0.75
    assert metrics["binary_accuracy"] == 1.0
    assert metrics["majority"] == 0.5
    assert metrics["confusion"] == [[1, 0, 0], [1, 1, 0], [0, 0, 1]]
    assert metrics["log_loss"] == pytest.approx(-np.log([0.9, 0.4, 0.7, 0.8]).mean())
    # Confidences 0.9, 0.6, 0.7, 0.8 lie in four bins: |0.9-1| + |0.6-0| + |0.7-1| + |0.8-1| over four.
    assert metrics["calibration_error"] == pytest.approx((0.1 + 0.6 + 0.3 + 0.2) / 4)


def test_each_source_is_predicted_by_a_fit_that_saw_no_source_of_its_fold():
    seen = []

    def fit(features, counts):
        seen.append(set(features[:, 0].tolist()))
        return lambda held_out: (held_outs.append(set(held_out[:, 0].tolist())), np.full((len(held_out), 2), 0.5))[1]

    held_outs: list[set] = []
    features = np.arange(20, dtype=float)[:, None]
    counts = np.eye(2, dtype=int)[np.arange(20) % 2]
    unaided = counts.copy()
    unaided[:4] = 0  # votes that had seen a prediction: they train and do not evaluate
    truth, probabilities = cross_validate(features, counts, unaided, np.arange(20) // 4, fit)
    assert len(truth) == len(probabilities) == 16
    assert len(seen) == 4
    assert all(not trained & tested for trained, tested in zip(seen, held_outs, strict=True))
    assert set.union(*held_outs) == set(range(4, 20))
    assert all({0, 1, 2, 3} <= trained for trained in seen)
