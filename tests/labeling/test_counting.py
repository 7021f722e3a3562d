"""Counts of a whole catalogue from a part of it: unbiased, and 95 % intervals that hold the truth in 93 to 97 %."""

from dataclasses import dataclass

import numpy as np
import pytest

from labeling.counting import Count, Draw, contamination, estimate_counts
from labeling.pps import pps_sample

N = 4000
SHARES = np.array([0.05, 0.15, 0.25, 0.55])
SHARPNESS = {"good": 2.2, "poor": 1.2, "none": 1.0}
REPLICATES = 1500


def a_catalogue(model: str, shares: np.ndarray = SHARES, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """True classes and a model's probabilities, (N, k) each.

    The good model is calibrated and right on about 88 %; the poor one is right on two thirds, sure of itself and fond of class 0.
    """
    rng = np.random.default_rng(seed)
    truth = np.eye(len(shares))[rng.choice(len(shares), N, p=shares)]
    sharp = SHARPNESS[model]
    logits = sharp * (rng.normal(size=truth.shape) + sharp * truth) + np.log(shares)
    if model == "poor":
        logits = 2 * logits + np.array([1.5, 0, 0, 0])
    predicted = np.exp(logits - logits.max(axis=1, keepdims=True))
    predicted /= predicted.sum(axis=1, keepdims=True)
    return truth, np.full_like(truth, 1 / len(shares)) if model == "none" else predicted


def entropies(predicted: np.ndarray) -> np.ndarray:
    return -(predicted * np.log(predicted + 1e-12)).sum(axis=1)


def drawn(rng: np.random.Generator, n: int, sizes: np.ndarray | None, frame: np.ndarray | None = None) -> Draw:
    """A draw with equal probabilities, or in proportion to `sizes`, as the product's samplers make it."""
    frame = np.ones(N, dtype=bool) if frame is None else frame
    candidates = np.flatnonzero(frame)
    if sizes is None:
        return Draw(rng.permutation(candidates)[:n], np.full(n, n / len(candidates)), frame)
    rows, probabilities = pps_sample(sizes[candidates], n, rng)
    return Draw(candidates[rows], probabilities, frame)


def only(truth: np.ndarray, *draws: Draw) -> np.ndarray:
    """What is known of the truth after these draws."""
    known = np.full_like(truth, np.nan)
    for draw in draws:
        known[draw.rows] = truth[draw.rows]
    return known


@dataclass
class Trial:
    """Coverage in %, mean width over that of a random draw without a model, share of warned results, bias in its own
    standard errors; each (n_models, k)."""

    coverage: np.ndarray
    width: np.ndarray
    warned: np.ndarray
    bias: np.ndarray


def trial(truth, models, share, draws_of, replicates=REPLICATES, seed=7) -> Trial:
    """Draws `replicates` times; the models stand side by side as more columns, so that one call does for all."""
    rng = np.random.default_rng(seed)
    truths, predicted = np.tile(truth, len(models)), np.hstack(models)
    totals = truths.sum(axis=0)
    rows: list[list[Count]] = []
    for _ in range(replicates):
        draws = draws_of(rng)
        rows.append(estimate_counts(only(truths, *draws), predicted, draws))
    table = np.array([[(c.estimate, c.low, c.high, bool(c.warnings)) for c in row] for row in rows])
    estimates, low, high, warned = np.moveaxis(table, 2, 0)
    simple = 2 * 1.96 * np.sqrt(totals * (1 - totals / N) * (1 - share) / share)
    found = (
        100 * ((low <= totals) & (totals <= high)).mean(axis=0),
        (high - low).mean(axis=0) / simple,
        warned.mean(axis=0),
        (estimates.mean(axis=0) - totals) / (estimates.std(axis=0) / np.sqrt(replicates)),
    )
    return Trial(*(each.reshape(len(models), -1) for each in found))


def shown(name: str, found: Trial) -> None:
    for row, model in enumerate(MODELS):
        columns = "  ".join(
            f"{c:4.1f} {w:4.2f} {r:4.0%}"
            for c, w, r in zip(found.coverage[row], found.width[row], found.warned[row], strict=True)
        )
        print(f"{name:14s} {model:5s} {columns}")


MODELS = ("good", "poor", "none")


@pytest.mark.parametrize("share", [0.1, 0.3])
@pytest.mark.parametrize("design", ["equal", "pps"])
def test_intervals_hold_the_truth(design, share):
    truth = a_catalogue("none")[0]
    models = [a_catalogue(model)[1] for model in MODELS]
    sizes = entropies(models[0]) if design == "pps" else None
    found = trial(truth, models, share, lambda rng: [drawn(rng, int(share * N), sizes)])
    shown(f"{design} {share:.0%}", found)
    assert found.coverage.min() >= 93
    assert found.coverage.max() <= 97
    assert np.abs(found.bias).max() < 4
    # The good model is worth as much as two to four times the labels.
    assert found.width[0].max() < 0.72
    assert (found.width[0] < found.width[1]).all()


def test_two_draws_the_second_chosen_by_what_the_first_found():
    """A twentieth at random, then a tenth in proportion to where people and model disagreed near by: still 93 to 97 %."""
    truth, predicted = a_catalogue("good")
    near = np.argsort(predicted[:, 3])  # alike sources side by side

    def draws_of(rng):
        first = drawn(rng, N // 20, None)
        wrong = np.zeros(N)
        wrong[first.rows] = np.abs(truth - predicted).sum(axis=1)[first.rows]
        sizes = np.empty(N)
        sizes[near] = np.convolve(wrong[near], np.ones(201), mode="same")
        frame = np.ones(N, dtype=bool)
        frame[first.rows] = False
        return [first, drawn(rng, N // 10, sizes, frame)]

    found = trial(truth, [predicted], 0.15, draws_of, replicates=1500)
    print(found.coverage.round(1), found.width.round(2))
    assert found.coverage.min() >= 93
    assert found.coverage.max() <= 97
    assert np.abs(found.bias).max() < 4
    assert found.width.max() < 0.8


def test_a_class_that_few_labels_tell_of_carries_a_warning():
    """One in a hundred, a twentieth drawn: two labelled sources of the class on average."""
    truth = a_catalogue("none", np.array([0.01, 0.14, 0.25, 0.6]))[0]
    models = [a_catalogue(model, np.array([0.01, 0.14, 0.25, 0.6]))[1] for model in MODELS]
    found = trial(truth, models, 0.05, lambda rng: [drawn(rng, N // 20, None)], replicates=500)
    shown("rare", found)
    assert found.warned[:, 0].min() > 0.98
    # 92 to 98 %, and two to four times as wide as it should be: not to be trusted, and it says so.
    assert found.coverage[:, 0].min() >= 90
    assert found.warned[2, 1:].max() == 0


def test_where_every_source_was_drawn_there_is_no_error():
    truth, predicted = a_catalogue("poor")
    every = Draw(np.arange(N), np.ones(N), np.ones(N, dtype=bool))
    for k, count in enumerate(estimate_counts(truth, predicted, [every])):
        total = truth[:, k].sum()
        assert (count.estimate, count.low, count.high) == pytest.approx((total, total, total))
        assert (count.standard_error, count.warnings) == (0, ())


def test_sources_drawn_for_certain_are_not_all_there_is():
    """Of a domain of 12, two were drawn, for certain, and both are clusters: the others may be anything."""
    truth = np.full((40, 1), np.nan)
    truth[[0, 1, 20, 21], 0] = [1, 1, 0, 1]
    draw = Draw(np.array([0, 1, 20, 21]), np.array([1, 1, 0.1, 0.1]), np.ones(40, dtype=bool))
    [count] = estimate_counts(truth, np.full((40, 1), 0.5), [draw], np.arange(40) < 12)
    assert (count.low, count.high) == (pytest.approx(12 - 10 * (1 - 0.025**0.5)), 12)
    truth[1, 0] = 0
    [count] = estimate_counts(truth, np.full((40, 1), 0.5), [draw], np.arange(40) < 12)
    assert (count.estimate, count.low, count.high) == pytest.approx((6, 1, 11))
    assert count.warnings


def test_by_hand_without_a_model():
    """4 of 10 sources, equally likely; two of them are clusters: 5, with N (N - n) s^2 / n = 10 * 6 * (1/3) / 4 = 5."""
    truth = np.full((10, 1), np.nan)
    truth[[0, 3, 4, 8], 0] = [1, 0, 1, 0]
    draw = Draw(np.array([0, 3, 4, 8]), np.full(4, 0.4), np.ones(10, dtype=bool))
    [count] = estimate_counts(truth, np.full((10, 1), 0.5), [draw])
    assert (count.estimate, count.standard_error) == pytest.approx((5, np.sqrt(5)))
    assert (count.n_labelled, count.n_of_class) == (4, 2)
    # At least the two that were seen, at most all but the two that were seen to be none.
    assert (count.low, count.high) == (2, 8)
    assert count.warnings


def test_by_hand_with_unequal_probabilities():
    """Weights 2, 4, 4 that should add up to 10: the cluster of weight 4 stands for 4 sources."""
    truth = np.full((10, 1), np.nan)
    truth[:3, 0] = [0, 1, 0]
    draw = Draw(np.arange(3), np.array([0.5, 0.25, 0.25]), np.ones(10, dtype=bool))
    [count] = estimate_counts(truth, np.zeros((10, 1)), [draw])
    assert count.estimate == pytest.approx(4)


def test_what_was_known_before_the_draw_counts_as_itself():
    """6 hand-picked clusters; of the other 20, 10 were drawn and 2 are clusters: 6 + 4. Unweighted it would be 8 / 16 * 26 = 13."""
    truth = np.full((26, 1), np.nan)
    truth[:6, 0] = 1
    truth[6:16, 0] = [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    draw = Draw(np.arange(6, 16), np.full(10, 0.5), np.arange(26) >= 6)
    [count] = estimate_counts(truth, np.zeros((26, 1)), [draw])
    assert (count.estimate, count.n_labelled, count.low) == (pytest.approx(10), 16, 8)


def test_a_class_that_nobody_has_seen_may_still_be_there():
    """30 of 1030 drawn, none a cluster: up to 1 - 0.025^(1/30) = 11.6 % of the other 1000."""
    truth = np.full((1030, 2), np.nan)
    truth[:30] = [0, 1]
    draw = Draw(np.arange(30), np.full(30, 30 / 1030), np.ones(1030, dtype=bool))
    none, everything = estimate_counts(truth, np.full((1030, 2), 0.5), [draw])
    assert (none.estimate, none.low, none.high) == pytest.approx((0, 0, 115.7), abs=0.1)
    assert (everything.estimate, everything.low, everything.high) == pytest.approx((1030, 914.3, 1030), abs=0.1)
    assert "only 0 labelled sources are so" in none.warnings[0]


def test_contamination_is_that_of_what_the_model_calls_a_class():
    truth, predicted = a_catalogue("good")
    called = predicted.argmax(axis=1)
    wrong = [1 - truth[called == k, k].mean() for k in range(4)]
    rng, held = np.random.default_rng(2), np.zeros(4)
    for _ in range(400):
        draw = drawn(rng, 800, entropies(predicted))
        found = contamination(only(truth, draw), predicted, [draw])
        assert all(share is not None and 0 <= share.low <= share.estimate <= share.high <= 1 for share in found)
        held += [share.low <= true <= share.high for share, true in zip(found, wrong, strict=True)]
    print(held / 4)
    # 400 draws: 95 % to three standard errors.
    assert (held / 4 >= 91.7).all()


def test_what_the_model_calls_nobody_has_no_contamination():
    truth, predicted = np.array([[1.0, 0], [0, 1]]), np.array([[0.9, 0.1], [0.8, 0.2]])
    every = Draw(np.arange(2), np.ones(2), np.ones(2, dtype=bool))
    first, second = contamination(truth, predicted, [every])
    assert first is not None
    assert (first.estimate, first.low, first.high, second) == (0.5, 0.5, 0.5, None)


def test_without_a_draw_there_are_bounds_alone():
    truth = np.full((10, 1), np.nan)
    truth[:3, 0] = [1, 1, 0]
    [count] = estimate_counts(truth, np.zeros((10, 1)), [])
    assert np.isnan(count.estimate)
    assert (count.low, count.high) == (2, 9)
    assert "only bounds" in count.warnings[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rows": np.array([0, 0])}, "different labelled sources of its frame"),
        ({"rows": np.array([0, 5])}, "different labelled sources of its frame"),
        ({"probabilities": np.array([0.5, 0.0])}, r"in \(0, 1\]"),
        ({"frame": np.arange(10) < 9}, "outside a draw's frame needs a label"),
        ({"frame": np.ones(9, dtype=bool)}, "a frame over all sources"),
    ],
)
def test_draws_that_do_not_fit_are_refused(change, message):
    truth = np.full((10, 1), np.nan)
    truth[:2, 0] = 1
    draw = {"rows": np.arange(2), "probabilities": np.full(2, 0.2), "frame": np.ones(10, dtype=bool)} | change
    with pytest.raises(ValueError, match=message):
        estimate_counts(truth, np.zeros((10, 1)), [Draw(**draw)])
