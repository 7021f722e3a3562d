"""Who agrees with whom, and with what the others say, vote by vote. Pure numpy.

Votes are three columns of codes from 0, (n_votes,) each: the drawn source, the annotator, the label. Labels are nominal.
"""

import numpy as np

from labeling.agreement.counts import IntArray

NO_OTHERS = -1


def pairwise_agreement(
    draw: IntArray, annotator: IntArray, label: IntArray, shape: tuple[int, int, int]
) -> tuple[IntArray, IntArray]:
    """For each pair of annotators, how many pairs of their votes share a source, and how many of these are alike.

    `shape` is (n_draws, n_annotators, n_labels). Returns (alike, shared), each (n_annotators, n_annotators) and
    symmetric, with zeros on the diagonal: nobody is compared with themselves.
    """
    n_draws, n_annotators, n_labels = shape
    alike = np.zeros((n_annotators, n_annotators))
    voted = np.zeros((n_draws, n_annotators))
    for code in range(n_labels):
        chosen = label == code
        cells = np.bincount(draw[chosen] * n_annotators + annotator[chosen], minlength=n_draws * n_annotators)
        for_label = cells.reshape(n_draws, n_annotators).astype(np.float64)
        voted += for_label
        alike += for_label.T @ for_label
    shared = voted.T @ voted
    for table in (alike, shared):
        np.fill_diagonal(table, 0)
    return np.rint(alike).astype(np.int64), np.rint(shared).astype(np.int64)


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


def confusion(others: IntArray, annotator: IntArray, label: IntArray, shape: tuple[int, int]) -> IntArray:
    """(n_annotators, n_labels + 1, n_labels): votes by annotator, mode of the others (last: tie), and own label.

    `shape` is (n_annotators, n_labels); votes without others are left out.
    """
    n_annotators, n_labels = shape
    met = others != NO_OTHERS
    cells = (annotator[met] * (n_labels + 1) + others[met]) * n_labels + label[met]
    found = np.bincount(cells, minlength=n_annotators * (n_labels + 1) * n_labels)
    return found.astype(np.int64).reshape(n_annotators, n_labels + 1, n_labels)
