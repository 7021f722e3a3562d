"""Dawid and Skene's model against the textbook's loops."""

import numpy as np
import pytest

from labeling.agreement.dawid_skene import dawid_skene


def dawid_skene_by_loops(votes, n_sources, n_annotators, n_labels, smoothing, iterations):
    """The textbook's algorithm, one vote at a time."""
    posterior = np.zeros((n_sources, n_labels))
    for source, _, label in votes:
        posterior[source, label] += 1
    posterior /= posterior.sum(axis=1, keepdims=True)
    for _ in range(iterations):
        confusion = np.full((n_annotators, n_labels, n_labels), smoothing)
        for source, annotator, label in votes:
            confusion[annotator, :, label] += posterior[source]
        confusion /= confusion.sum(axis=2, keepdims=True)
        priors = (posterior.sum(axis=0) + smoothing) / (posterior.sum() + n_labels * smoothing)
        joint = np.tile(priors, (n_sources, 1))
        for source, annotator, label in votes:
            joint[source] *= confusion[annotator, :, label]
        posterior = joint / joint.sum(axis=1, keepdims=True)
    return posterior, confusion, priors, float(np.log(joint.sum(axis=1)).sum())


def simulated_votes(rng, n_sources=60, n_annotators=6, n_labels=3):
    truth = rng.integers(n_labels, size=n_sources)
    confusion = rng.dirichlet(np.ones(n_labels), size=(n_annotators, n_labels)) * 0.5 + np.eye(n_labels) * 0.5
    votes = [
        (source, annotator, rng.choice(n_labels, p=confusion[annotator, truth[source]]))
        for source in range(n_sources)
        for annotator in rng.permutation(n_annotators)[:4]
    ]
    return np.array(votes), truth


def test_dawid_skene_is_the_one_by_loops():
    votes, _ = simulated_votes(np.random.default_rng(3))
    found = dawid_skene(*votes.T, 3, smoothing=0.01, tolerance=0, max_iterations=7)
    posterior, confusion, priors, log_likelihood = dawid_skene_by_loops(votes.tolist(), 60, 6, 3, 0.01, 7)
    assert (found.iterations, found.converged) == (7, False)
    np.testing.assert_allclose(found.posterior, posterior, atol=1e-9)
    np.testing.assert_allclose(found.confusion, confusion, atol=1e-9)
    np.testing.assert_allclose(found.priors, priors, atol=1e-12)
    assert found.log_likelihood == pytest.approx(log_likelihood)


def test_dawid_skene_sees_through_a_consistent_liar():
    # Two are always right and one always swaps: the swapper's votes are as informative, once the confusion is known.
    truth = np.tile([0, 1], 50)
    source = np.repeat(np.arange(100), 3)
    annotator = np.tile([0, 1, 2], 100)
    label = np.where(annotator == 2, 1 - truth[source], truth[source])
    found = dawid_skene(source, annotator, label, 2)
    assert found.converged
    assert (found.posterior.argmax(axis=1) == truth).all()
    assert found.confusion[2, 0, 1] > 0.99
    assert found.confusion[0, 0, 0] > 0.99


def test_dawid_skene_does_not_underflow_and_ignores_the_order_of_votes():
    rng = np.random.default_rng(5)
    source = np.zeros(5000, dtype=int)
    annotator = np.arange(5000)
    label = (rng.random(5000) < 0.3).astype(int)
    found = dawid_skene(source, annotator, label, 2, n_sources=2)
    assert np.isfinite(found.posterior).all()
    np.testing.assert_allclose(found.posterior.sum(axis=1), 1.0)
    np.testing.assert_allclose(found.posterior[1], found.priors)  # nobody voted on it
    order = rng.permutation(5000)
    again = dawid_skene(source, annotator[order], label[order], 2, n_sources=2)
    np.testing.assert_allclose(again.posterior, found.posterior, atol=1e-9)


@pytest.mark.parametrize(
    ("source", "label", "n_labels"), [([], [], 2), ([0, 1], [0, 2], 2), ([0, -1], [0, 1], 2), ([0], [0, 1], 2)]
)
def test_dawid_skene_refuses_codes_out_of_range(source, label, n_labels):
    with pytest.raises(ValueError, match=r"codes|lengths"):
        dawid_skene(np.array(source, dtype=int), np.zeros(len(source), int), np.array(label, dtype=int), n_labels)
