"""Agreement class by class, from counts of votes. Pure numpy; labels are nominal.

For groups of labels, map the votes first (`VoteTable.grouped`) and count those.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labeling.agreement.counts import FloatArray, IntArray, checked_counts
from labeling.agreement.figures import ratio


@dataclass(frozen=True)
class ClassAgreement:
    """Agreement on each label, (n_labels,) arrays, over the sources with at least two votes; nan where undefined.

    `n_votes`: votes for the label. `specific_agreement`: the share of co-votes alike, of all pairs of votes on one
    source that hold the label. `n_sources`: sources of which it is the one mode. `human_to_mode`: the share of these
    sources' votes that are for it; a tied source is in no class.
    """

    n_votes: npt.NDArray[np.int64]
    specific_agreement: FloatArray
    n_sources: npt.NDArray[np.int64]
    human_to_mode: FloatArray


def class_agreement(counts: IntArray) -> ClassAgreement:
    """Agreement on each label of `counts`, (n_sources, n_labels) votes, any number per source.

    Of two votes a source the specific agreement is 2a / (2a + b + c). Raises ValueError unless counts are whole and
    not negative. Source: Cicchetti & Feinstein 1990, doi:10.1016/0895-4356(90)90159-M; for more votes, each ordered
    pair counts once, as in Fleiss 1971, doi:10.1037/h0031619.
    """
    counts = checked_counts(counts)
    compared = counts[counts.sum(axis=1) >= 2]
    n_votes = compared.sum(axis=1)
    top = compared.max(axis=1, initial=0)
    leads = compared == top[:, None]
    is_mode = leads & (leads.sum(axis=1) == 1)[:, None]
    alike = (compared * (compared - 1)).sum(axis=0).astype(np.float64)
    pairs = (compared * (n_votes - 1)[:, None]).sum(axis=0).astype(np.float64)
    votes_for_mode = (compared * is_mode).sum(axis=0).astype(np.float64)
    return ClassAgreement(
        n_votes=compared.sum(axis=0),
        specific_agreement=ratio(alike, pairs),
        n_sources=is_mode.sum(axis=0).astype(np.int64),
        human_to_mode=ratio(votes_for_mode, (n_votes @ is_mode).astype(np.float64)),
    )
