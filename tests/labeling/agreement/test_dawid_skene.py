"""Dawid and Skene's model against the textbook's loops."""

import numpy as np
import pytest

from labeling.agreement.coefficients import majority_accuracy
from labeling.agreement.dawid_skene import confusion_intervals, dawid_skene, thin_data

# 45 patients' fitness for a general anaesthetic, 1 to 4: three ratings by the first anaesthetist, one by each of four others
# (Dawid & Skene 1979, table 1).
ANAESTHETISTS = [
    "1111111", "3334334", "1122122", "2223121", "2223222", "2223322", "1222111", "3333433", "2222223",
    "2322223", "4444444", "2223343", "1111111", "2223212", "1211111", "1112111", "1111111", "1111111",
    "2222221", "2221322", "2222222", "2222221", "2223222", "2212222", "1111111", "1111111", "2322222",
    "1111111", "1111111", "1121121", "1111111", "3333233", "1111111", "2222222", "2223232", "4334343",
    "2212232", "2323233", "3333432", "1111111", "1111111", "1212111", "2322222", "1211111", "2222222",
]  # fmt: skip


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


def anaesthetists():
    votes = [
        (patient, max(place - 2, 0), int(grade) - 1)
        for patient, grades in enumerate(ANAESTHETISTS)
        for place, grade in enumerate(grades)
    ]
    return np.array(votes).T


def test_the_anaesthetists_of_1979():
    published = [0.3997, 0.4224, 0.1112, 0.0667]
    votes = anaesthetists()
    # As published, where it was stopped at the fifth round; the likelihood is largest a little further on.
    fifth = dawid_skene(*votes, 4, smoothing=0.0, tolerance=0, max_iterations=5)
    np.testing.assert_array_equal(fifth.priors.round(4), published)
    fitted = dawid_skene(*votes, 4, smoothing=0.0, tolerance=1e-9)
    assert fitted.converged
    assert fitted.log_likelihood > fifth.log_likelihood
    np.testing.assert_allclose(fitted.priors, published, atol=7e-4)
    # The smoothing that a small table is given by default moves nothing that matters.
    np.testing.assert_allclose(dawid_skene(*votes, 4).priors, published, atol=7e-4)


def people(rng, n_sources, n_annotators, per_source, n_labels):
    """Votes (3, n) of people who are right with probability 0.6 to 0.9, and how they answer."""
    truth = rng.integers(n_labels, size=n_sources)
    right = rng.uniform(0.6, 0.9, n_annotators)
    confusion = rng.dirichlet(np.ones(n_labels - 1), (n_annotators, n_labels)) * (1 - right)[:, None, None]
    confusion = np.stack([np.insert(confusion[:, k], k, right, axis=1) for k in range(n_labels)], axis=1)
    source = np.repeat(np.arange(n_sources), per_source)
    annotator = np.argsort(rng.random((n_sources, n_annotators)), axis=1)[:, :per_source].ravel()
    reached = confusion.cumsum(axis=2)[annotator, truth[source]]
    label = np.minimum((rng.random(len(source))[:, None] > reached).sum(axis=1), n_labels - 1)
    return np.stack([source, annotator, label]), confusion


@pytest.mark.parametrize(("n_sources", "n_annotators", "n_labels"), [(400, 5, 2), (600, 6, 4)])
def test_intervals_of_the_confusion_hold_the_truth_as_often_as_they_say(n_sources, n_annotators, n_labels):
    rng = np.random.default_rng(6)
    held = []
    for _ in range(10):
        votes, confusion = people(rng, n_sources, n_annotators, 3, n_labels)
        model = dawid_skene(*votes, n_labels)
        found = confusion_intervals(model, *votes, rng, resamples=50)
        assert (found.low <= model.confusion).all()
        assert (model.confusion <= found.high).all()
        assert found.answers.sum() < votes.shape[1]  # nobody told the model what is true
        held.append((found.low <= confusion) & (confusion <= found.high))
    # 200 and 960 cells, those of one round not independent.
    assert 0.92 <= np.mean(held) <= 0.99


def test_an_answer_that_never_came_has_an_interval_too():
    source, annotator = np.repeat(np.arange(90), 3), np.tile([0, 1, 2], 90)
    label = np.arange(90)[source] % 2
    model = dawid_skene(source, annotator, label, 2)
    found = confusion_intervals(model, source, annotator, label, np.random.default_rng(1))
    assert found.low[0, 0, 1] < 0.001
    # Of 45 answers none was wrong: Jeffreys' limit is 5 %.
    assert found.high[0, 0, 1] == pytest.approx(0.054, abs=0.01)


def test_thin_votes_are_warned_of():
    assert thin_data(np.repeat(np.arange(5), 100)) is None
    assert thin_data(np.arange(4000) % 3) is None
    assert "40 votes or fewer" in thin_data(np.repeat(np.arange(9), 40))
    # A few who said much do not hide that most votes are of people who said little.
    assert thin_data(np.concatenate([np.zeros(300, int), np.arange(1, 401)])) is not None


def test_on_thin_votes_the_majority_is_better_and_on_many_the_model():
    gains = {}
    for n_annotators in (75, 4):  # 20 and 375 votes a person
        differences = []
        for seed in range(8):
            votes, _ = people(np.random.default_rng(seed), 500, n_annotators, 3, 4)
            # The same draws again, for the truth that `people` begins with.
            truth = np.random.default_rng(seed).integers(4, size=500)
            counts = np.bincount(votes[0] * 4 + votes[2], minlength=2000).reshape(500, 4)
            by_model = majority_accuracy(dawid_skene(*votes, 4, n_annotators=n_annotators).posterior, truth)
            differences.append(by_model - majority_accuracy(counts, truth))
        gains[n_annotators] = np.mean(differences)
    assert gains[75] < -0.01
    assert gains[4] > 0.01
