"""Scores with known values, and a split that shares no pixel."""

import numpy as np
import pytest

from mlops.learning.evaluation import (
    accuracy,
    block_split,
    draw_labelled,
    expected_calibration_error,
    grouped_accuracy,
    interval,
    log_loss,
    paired,
    scores,
)

P = np.array([[0.7, 0.1, 0.1, 0.1], [0.3, 0.3, 0.4, 0.0], [0.0, 0.2, 0.2, 0.6], [0.1, 0.1, 0.0, 0.8]])
Y = [0, 0, 2, 3]


def test_scores():
    assert accuracy(P, Y) == 0.5
    # Columns 0 and 1 add up to 0.6 in the second row: a cluster after all.
    assert grouped_accuracy(P, Y, ((0, 1), (2, 3))) == 1.0
    assert log_loss(P, Y) == pytest.approx(-np.log([0.7, 0.3, 0.2, 0.8]).mean())
    # Bins of a tenth hold one source each: |0.7-1|, |0.4-0|, |0.6-0|, |0.8-1|.
    assert expected_calibration_error(P, Y) == pytest.approx((0.3 + 0.4 + 0.6 + 0.2) / 4)
    assert set(scores(P, Y, ((0, 1), (2, 3)))) == {"accuracy", "log_loss", "calibration_error", "grouped_accuracy"}
    assert log_loss([[1.0, 0.0]], [1]) == pytest.approx(-np.log(1e-7))
    with pytest.raises(ValueError, match="every label"):
        grouped_accuracy(P, Y, ((0, 1),))
    with pytest.raises(ValueError, match="must be"):
        accuracy(P, [0])


def test_certain_and_right_is_calibrated():
    assert expected_calibration_error(np.eye(3), [0, 1, 2]) == 0
    rng = np.random.default_rng(0)
    p = rng.dirichlet([1, 1], 50_000)
    assert expected_calibration_error(p, (rng.random(50_000) > p[:, 0]).astype(int)) < 0.01


def test_train_and_test_share_no_pixel():
    rng = np.random.default_rng(0)
    x_px, y_px = rng.uniform(0, 1000, (2, 1500))
    for _ in range(5):
        train, test = block_split(x_px, y_px, size_px=32, test_share=0.3, rng=rng, block_px=200)
        assert not (train & test).any()
        assert 0.3 <= test.mean() < 0.4
        assert train.sum() > 400
        apart = np.maximum(
            np.abs(np.subtract.outer(np.rint(x_px[train]), np.rint(x_px[test]))),
            np.abs(np.subtract.outer(np.rint(y_px[train]), np.rint(y_px[test]))),
        )
        assert apart.min() >= 32


def test_labels_are_drawn_from_the_training_part():
    train = np.arange(10) % 2 == 0
    assert sorted(draw_labelled(train, 5, np.random.default_rng(0)).tolist()) == [0, 2, 4, 6, 8]
    with pytest.raises(ValueError, match="6 labels wanted, 5"):
        draw_labelled(train, 6, np.random.default_rng(0))


def test_pairs_are_surer_than_means():
    rng = np.random.default_rng(1)
    luck = rng.normal(0, 5, 24)
    worse, better = 70 + luck, 72 + luck + rng.normal(0, 0.5, 24)
    difference = paired(better, worse)
    assert difference.low < 2 < difference.high
    assert difference.low > 1.5
    assert interval(better).high - interval(better).low > 5 * (difference.high - difference.low)
    # Student's t with two degrees of freedom: 4.303 * 1 / sqrt(3).
    assert interval([1, 2, 3]).high == pytest.approx(2 + 4.3027 / np.sqrt(3), abs=1e-3)
    assert np.isnan(interval([1.0]).low)
