"""The probe: prior without votes, learns with them, soft votes, calibrated, quick, and without pickle."""

import time

import numpy as np
import pytest

from mlops.learning.probe import Probe, feature_scaling, fit_probe

D, K = 12, 4


@pytest.fixture(scope="module")
def world():
    """(features (n, d), labels (n,)) drawn from a known logistic model."""
    rng = np.random.default_rng(0)
    features = rng.normal(3, 5, (6000, D)).astype(np.float32)
    logits = (features - 3) / 5 @ rng.normal(0, 1.5, (D, K))
    return features, (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)


def one_vote(labels, k=K):
    return np.eye(k)[labels]


def test_no_votes_is_uniform(world):
    features, _ = world
    for probe in (fit_probe(features[:0], np.zeros((0, K))), fit_probe(features[:50], np.zeros((50, K)))):
        np.testing.assert_allclose(probe.predict(features[:9]), np.full((9, K), 0.25), atol=1e-6)


def test_one_class_seen_leaves_the_others_possible(world):
    features, _ = world
    probabilities = fit_probe(features[:20], one_vote(np.zeros(20, int))).predict(features)
    assert (probabilities.argmax(axis=1) == 0).all()
    assert probabilities[:, 0].mean() > 0.8
    assert probabilities[:, 1:].min() > 1e-4


def test_it_learns_and_is_calibrated(world):
    features, labels = world
    best = [0.38, 0.55, 0.65]  # the model that drew the labels reaches 0.70
    for n, at_least in zip((20, 100, 1000), best, strict=True):
        probabilities = fit_probe(features[:n], one_vote(labels[:n])).predict(features[1000:])
        right = probabilities.argmax(axis=1) == labels[1000:]
        assert right.mean() > at_least, n
        assert abs(probabilities.max(axis=1).mean() - right.mean()) < 0.1, n
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_votes_weigh_and_a_tie_speaks_for_both():
    features = np.array([[-1.0], [1.0]] * 40, np.float32)
    tie = fit_probe(features, np.array([[2, 0], [1, 1]] * 40))
    left, right = tie.predict(np.array([[-1.0], [1.0]], np.float32))
    assert left[0] > 0.85
    assert right[0] == pytest.approx(0.5, abs=0.12)
    repeated = fit_probe(np.repeat(features, 3, axis=0), np.repeat(one_vote([0, 1] * 40, 2), 3, axis=0))
    counted = fit_probe(features, 3 * one_vote([0, 1] * 40, 2))
    assert counted.predict(features[:1])[0, 0] == pytest.approx(repeated.predict(features[:1])[0, 0], abs=0.02)


def test_warm_start_arrives_where_a_cold_one_does(world):
    features, labels = world
    scaling = feature_scaling(features)
    warm = fit_probe(features[:1000], one_vote(labels[:1000]), scaling=scaling)
    for n in range(1001, 1011):
        warm = fit_probe(features[:n], one_vote(labels[:n]), warm=warm)
    cold = fit_probe(features[:1010], one_vote(labels[:1010]), scaling=scaling)
    assert np.abs(warm.predict(features) - cold.predict(features)).max() < 0.05


def test_bytes_come_back_the_same(world):
    features, labels = world
    probe = fit_probe(features[:100], one_vote(labels[:100]))
    content = probe.to_bytes()
    again = Probe.from_bytes(content)
    np.testing.assert_array_equal(again.predict(features), probe.predict(features))
    assert again.to_bytes() == content == fit_probe(features[:100], one_vote(labels[:100])).to_bytes()
    with pytest.raises(ValueError):  # noqa: PT011 - NumPy's own words
        Probe.from_bytes(b"not a probe")


def test_bad_arrays(world):
    features, labels = world
    with pytest.raises(ValueError, match="must be"):
        fit_probe(features[:5], np.zeros((4, 2)))
    with pytest.raises(ValueError, match="finite"):
        fit_probe(np.full((1, 2), np.nan, np.float32), np.ones((1, 2)))
    with pytest.raises(ValueError, match="warm"):
        fit_probe(features[:5], np.zeros((5, 2)), warm=fit_probe(features[:9], one_vote(labels[:9])))


def test_a_constant_feature_does_no_harm():
    features = np.array([[1.0, -1.0], [1.0, 1.0]] * 10, np.float32)
    probabilities = fit_probe(features, one_vote([0, 1] * 10, 2)).predict(features)
    assert probabilities.argmax(axis=1).tolist() == [0, 1] * 10


def test_it_keeps_up_with_a_voter():
    """After one vote at 5,000 labels: docs/decisions/0012 has the measured times, far below this loaded machine's limit."""
    rng = np.random.default_rng(1)
    features = rng.normal(0, 1, (15_000, 200)).astype(np.float32)
    labels = (features @ rng.normal(0, 0.3, (200, K)) + rng.gumbel(size=(15_000, K))).argmax(axis=1)
    probe = fit_probe(features[:5000], one_vote(labels[:5000]))
    times = []
    for n in range(5001, 5008):
        start = time.perf_counter()
        probe = fit_probe(features[:n], one_vote(labels[:n]), warm=probe)
        probe.predict(features)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.3
