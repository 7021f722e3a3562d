"""Who agrees with whom, and with what the others say, vote by vote. Pure numpy.

Votes are three columns of codes from 0, (n_votes,) each: the drawn source, the annotator, the label. Labels are nominal.
"""

from collections.abc import Iterator

import numpy as np

from labeling.agreement.counts import FloatArray, IntArray
from labeling.agreement.figures import ratio

NO_OTHERS = -1


def pairwise_agreement(
    draw: IntArray, annotator: IntArray, label: IntArray, shape: tuple[int, int, int]
) -> tuple[IntArray, IntArray]:
    """For each pair of annotators, how many pairs of their votes share a source, and how many of these are alike.

    `shape` is (n_draws, n_annotators, n_labels). Returns (alike, shared), each (n_annotators, n_annotators) and
    symmetric, with zeros on the diagonal: nobody is compared with themselves.
    """
    voted = _votes(draw, annotator, shape)
    shared = voted.T @ voted
    alike = np.zeros_like(shared)
    for for_label in _votes_for_each_label(draw, annotator, label, shape):
        alike += for_label.T @ for_label
    for table in (alike, shared):
        np.fill_diagonal(table, 0)
    return np.rint(alike).astype(np.int64), np.rint(shared).astype(np.int64)


def cohen_kappa(
    draw: IntArray, annotator: IntArray, label: IntArray, shape: tuple[int, int, int]
) -> tuple[FloatArray, IntArray]:
    """Cohen's kappa of each pair of annotators on the sources they share, and how many pairs of votes these hold.

    `shape` is (n_draws, n_annotators, n_labels). Returns (kappa, shared), each (n_annotators, n_annotators) and
    symmetric. Kappa is at most 1, and nan on the diagonal, without a shared source, and where both used one and the
    same label only. Chance is each one's label frequencies on the sources shared with the other.
    Source: Cohen 1960, doi:10.1177/001316446002000104.
    """
    alike, shared = pairwise_agreement(draw, annotator, label, shape)
    voted = _votes(draw, annotator, shape)
    by_chance = np.zeros(shared.shape)
    for for_label in _votes_for_each_label(draw, annotator, label, shape):
        # How often the row's person used the label on sources shared with the column's.
        used = for_label.T @ voted
        by_chance += used * used.T
    # Times n^2, so that whole numbers tell where both used one label.
    pairs = shared.astype(np.float64)
    kappa = ratio(alike * pairs - by_chance, pairs**2 - by_chance)
    np.fill_diagonal(kappa, np.nan)
    return kappa, shared


def _votes_for_each_label(
    draw: IntArray, annotator: IntArray, label: IntArray, shape: tuple[int, int, int]
) -> Iterator[FloatArray]:
    """Label by label, how often each annotator voted for it on each source, (n_draws, n_annotators)."""
    for code in range(shape[2]):
        chosen = label == code
        yield _votes(draw[chosen], annotator[chosen], shape)


def _votes(draw: IntArray, annotator: IntArray, shape: tuple[int, int, int]) -> FloatArray:
    n_draws, n_annotators, _ = shape
    cells = np.bincount(draw * n_annotators + annotator, minlength=n_draws * n_annotators)
    return cells.reshape(n_draws, n_annotators).astype(np.float64)


def others_mode(draw: IntArray, label: IntArray, counts: IntArray) -> IntArray:
    """What the other votes on its source say, for each vote: a label's code, n_labels for a tie, -1 without others.

    `counts` is (n_draws, n_labels) and holds these very votes.
    """
    n_labels = counts.shape[1]
    others = counts[draw]
    others[np.arange(len(draw)), label] -= 1
    top = others.max(axis=1, initial=0)
    is_tie = (others == top[:, None]).sum(axis=1) > 1
    return np.where(top == 0, NO_OTHERS, np.where(is_tie, n_labels, others.argmax(axis=1)))


def is_alike(others: IntArray, label: IntArray, n_labels: int) -> FloatArray:
    """1 where a vote equals the mode of the others (`others_mode`), 0 where not, nan in a tie and without others."""
    return np.where((others == NO_OTHERS) | (others == n_labels), np.nan, (others == label).astype(np.float64))


def confusion(others: IntArray, annotator: IntArray, label: IntArray, shape: tuple[int, int]) -> IntArray:
    """(n_annotators, n_labels + 1, n_labels): votes by annotator, mode of the others (last: tie), and own label.

    `shape` is (n_annotators, n_labels); votes without others are left out.
    """
    n_annotators, n_labels = shape
    met = others != NO_OTHERS
    cells = (annotator[met] * (n_labels + 1) + others[met]) * n_labels + label[met]
    found = np.bincount(cells, minlength=n_annotators * (n_labels + 1) * n_labels)
    return found.astype(np.int64).reshape(n_annotators, n_labels + 1, n_labels)
