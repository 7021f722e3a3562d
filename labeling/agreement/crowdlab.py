"""People and a model together: CROWDLAB, which weighs each by how far it agrees with the others. Pure numpy.

Source: Goh, Tkachenko & Mueller 2022, arXiv:2210.06812, section 3. In one thing it differs: the model's accuracy is taken on
sources that do not tie. On the others the model itself has broken the tie, so that with two votes a source a model that
guesses would look good.
"""

from dataclasses import dataclass

import numpy as np

from labeling.agreement.counts import FloatArray, IntArray

# Whoever does no better than the commonest label counts for next to nothing, and never against.
LEAST_WEIGHT = 1e-6


@dataclass(frozen=True)
class Crowdlab:
    """`probability` (n_sources, n_labels), rows add up to 1: of each label, by people and model together.

    `quality` (n_sources,): that of the source's own consensus, the majority with ties broken by the model's probability.
    `consensus` (n_sources,): its code. `annotator_weight` (n_annotators,) and `model_weight` are of one vote and of the model.
    """

    probability: FloatArray
    quality: FloatArray
    consensus: IntArray
    annotator_weight: FloatArray
    model_weight: float


def crowdlab(
    source: IntArray, annotator: IntArray, label: IntArray, predicted: FloatArray, n_annotators: int
) -> Crowdlab:
    """Combine votes, three code arrays (n_votes,), with `predicted` (n_sources, n_labels), rows of probabilities.

    The predictions must come from a model that has not learned from these very votes, or it agrees with itself. A source
    without votes has the model's probabilities. Raises ValueError where no source has two votes or codes do not fit.
    """
    n_sources, n_labels = predicted.shape
    if not len(source) or source.max() >= n_sources or label.max() >= n_labels or annotator.max() >= n_annotators:
        raise ValueError(f"votes do not fit {n_sources} sources, {n_labels} labels, {n_annotators} annotators")
    counts = np.bincount(source * n_labels + label, minlength=n_sources * n_labels).reshape(n_sources, n_labels)
    n_votes = counts.sum(axis=1)
    shared = n_votes >= 2
    if not shared.any():
        raise ValueError("no source has two votes: nothing says how far people agree")
    consensus = np.argmax(counts + 0.5 * predicted, axis=1)  # the model breaks ties, and no more
    commonest = np.bincount(consensus[shared], minlength=n_labels).max() / shared.sum()
    likeness = float((counts[shared, consensus[shared]] / n_votes[shared]).mean())
    votes_a_source = float(n_votes[n_votes > 0].mean())
    decided = shared & ((counts == counts.max(axis=1, keepdims=True)).sum(axis=1) == 1)
    right = (predicted.argmax(axis=1) == consensus)[decided].mean() if decided.any() else 0.0
    model_weight = _weight(np.array(right), commonest) * votes_a_source**0.5
    annotator_weight = _weight(_agreement_with_others(source, annotator, label, counts, n_annotators), commonest)
    probability = _mixed(source, annotator, label, predicted, model_weight, annotator_weight, likeness)
    return Crowdlab(
        probability, probability[np.arange(n_sources), consensus], consensus, annotator_weight, float(model_weight)
    )


def _agreement_with_others(
    source: IntArray, annotator: IntArray, label: IntArray, counts: IntArray, n_annotators: int
) -> FloatArray:
    """Share of the other votes on their sources that say what each annotator said; 0 for who shares no source."""
    others = counts.sum(axis=1)[source] - 1
    alike = counts[source, label] - 1
    met = np.bincount(annotator, weights=alike, minlength=n_annotators)
    faced = np.bincount(annotator, weights=others, minlength=n_annotators)
    shares: FloatArray = met / np.maximum(faced, 1)
    return shares


def _weight(accuracy: FloatArray, commonest: float) -> FloatArray:
    """How much better than always saying the commonest label: 1 for never wrong, next to 0 for no better."""
    return np.maximum(1 - (1 - accuracy) / max(1 - commonest, LEAST_WEIGHT), LEAST_WEIGHT)


def _mixed(
    source: IntArray, annotator: IntArray, label: IntArray, predicted: FloatArray,
    model_weight: float, annotator_weight: FloatArray, likeness: float,
) -> FloatArray:  # fmt: skip
    """Weighted mean of the model's probabilities and of each vote's: `likeness` for what it says, the rest evenly."""
    n_sources, n_labels = predicted.shape
    weight = annotator_weight[annotator]
    rest = (1 - likeness) / max(n_labels - 1, 1)
    said = np.bincount(source * n_labels + label, weights=weight, minlength=n_sources * n_labels)
    total = np.bincount(source, weights=weight, minlength=n_sources)[:, None]
    mixed = model_weight * predicted + rest * total + (likeness - rest) * said.reshape(n_sources, n_labels)
    probability: FloatArray = mixed / mixed.sum(axis=1, keepdims=True)
    return probability
