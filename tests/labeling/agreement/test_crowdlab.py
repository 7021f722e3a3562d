"""CROWDLAB against its formulas one vote at a time, and what it is good for."""

import numpy as np
import pytest

from labeling.agreement.coefficients import majority_accuracy
from labeling.agreement.crowdlab import crowdlab


def by_loops(source, annotator, label, predicted, n_annotators):
    """The paper's section 3, one source after another."""
    n_sources, n_labels = predicted.shape
    on = [[(j, k) for s, j, k in zip(source, annotator, label, strict=True) if s == i] for i in range(n_sources)]
    consensus = []
    for i, votes in enumerate(on):
        counts = [sum(k == c for _, k in votes) for c in range(n_labels)]
        consensus.append(max(range(n_labels), key=lambda c, n=counts, i=i: (n[c], predicted[i, c])))
    shared = [i for i in range(n_sources) if len(on[i]) > 1]
    commonest = max(sum(consensus[i] == c for i in shared) for c in range(n_labels)) / len(shared)
    likeness = np.mean([np.mean([k == consensus[i] for _, k in on[i]]) for i in shared])
    weights = []
    for person in range(n_annotators):
        pairs = [k == other for votes in on for j, k in votes if j == person for o, other in votes if o != j]
        agrees = np.mean(pairs) if pairs else 0.0
        weights.append(max(1 - (1 - agrees) / (1 - commonest), 1e-6))
    labels = [[k for _, k in on[i]] for i in range(n_sources)]
    decided = [
        i
        for i in shared
        if sum(labels[i].count(c) == max(map(labels[i].count, labels[i])) for c in set(labels[i])) == 1
    ]
    right = np.mean([predicted[i].argmax() == consensus[i] for i in decided])
    of_model = max(1 - (1 - right) / (1 - commonest), 1e-6) * np.sqrt(np.mean([len(v) for v in on if v]))
    mixed = np.empty_like(predicted)
    for i, votes in enumerate(on):
        total = of_model * predicted[i]
        for j, k in votes:
            said = np.full(n_labels, (1 - likeness) / (n_labels - 1))
            said[k] = likeness
            total = total + weights[j] * said
        mixed[i] = total / (of_model + sum(weights[j] for j, _ in votes))
    return mixed, consensus, weights, of_model


def simulated(rng, n_sources, per_source, n_annotators, right, model_right):
    truth = rng.integers(3, size=n_sources)
    source = np.repeat(np.arange(n_sources), per_source)
    annotator = np.argsort(rng.random((n_sources, n_annotators)), axis=1)[:, :per_source].ravel()
    is_right = rng.random(len(source)) < right[annotator]
    label = np.where(is_right, truth[source], (truth[source] + rng.integers(1, 3, len(source))) % 3)
    guess = np.where(rng.random(n_sources) < model_right, truth, (truth + rng.integers(1, 3, n_sources)) % 3)
    predicted = np.full((n_sources, 3), 0.15)
    predicted[np.arange(n_sources), guess] = 0.7
    return truth, source, annotator, label, predicted


def test_it_is_the_paper_s_formulas():
    rng = np.random.default_rng(3)
    _, source, annotator, label, predicted = simulated(rng, 40, 3, 6, np.linspace(0.4, 0.9, 6), 0.7)
    predicted = rng.dirichlet(np.ones(3), 40)
    kept = rng.random(len(source)) < 0.7  # sources with any number of votes, none too
    source, annotator, label = source[kept], annotator[kept], label[kept]
    found = crowdlab(source, annotator, label, predicted, 6)
    mixed, consensus, weights, of_model = by_loops(source, annotator, label, predicted, 6)
    np.testing.assert_allclose(found.probability, mixed, atol=1e-12)
    np.testing.assert_allclose(found.probability.sum(axis=1), 1)
    np.testing.assert_array_equal(found.consensus, consensus)
    np.testing.assert_allclose(found.annotator_weight, weights)
    assert found.model_weight == pytest.approx(of_model)
    np.testing.assert_allclose(found.quality, mixed[np.arange(40), consensus])


def test_a_good_model_and_few_votes_beat_the_majority_and_a_bad_model_does_no_harm():
    rng = np.random.default_rng(4)
    gains = {}
    for model_right in (0.9, 0.34):
        truth, *votes, predicted = simulated(rng, 3000, 2, 20, rng.uniform(0.5, 0.9, 20), model_right)
        counts = np.bincount(votes[0] * 3 + votes[2], minlength=9000).reshape(3000, 3)
        together = crowdlab(*votes, predicted, 20).probability
        gains[model_right] = majority_accuracy(together, truth) - majority_accuracy(counts, truth)
    assert gains[0.9] > 0.1
    assert gains[0.34] > -0.005


def test_who_never_agrees_counts_for_next_to_nothing():
    source, annotator = np.repeat(np.arange(60), 3), np.tile([0, 1, 2], 60)
    truth = np.arange(60) % 2
    label = np.where(annotator == 2, 1 - truth[source], truth[source])
    found = crowdlab(source, annotator, label, np.full((60, 2), 0.5), 3)
    assert found.annotator_weight[2] == 1e-6
    assert (found.probability.argmax(axis=1) == truth).all()


def test_what_cannot_be_combined_is_said():
    with pytest.raises(ValueError, match="two votes"):
        crowdlab(np.array([0, 1]), np.array([0, 1]), np.array([0, 1]), np.full((2, 2), 0.5), 2)
    with pytest.raises(ValueError, match="do not fit"):
        crowdlab(np.array([0, 2]), np.array([0, 1]), np.array([0, 1]), np.full((2, 2), 0.5), 2)
    # One label alone: nobody is better than always saying it, and nothing divides by zero.
    found = crowdlab(np.array([0, 0]), np.array([0, 1]), np.array([1, 1]), np.array([[0.4, 0.6]]), 2)
    assert np.isfinite(found.probability).all()
