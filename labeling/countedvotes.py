"""The counted votes of a campaign's rounds as columns, and their pooled consensus on labels and on groups."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from labeling.models import Campaign, Label, Round, Vote
from labeling.pooling import IntArray, Pooled, consensus_of_counts, grouped_counts, pool


@dataclass(frozen=True)
class CountedVotes:
    """Counted votes (n_votes,), oldest first, as codes: `source` into `sources` (primary keys), `label` into `labels`.

    `annotator` is a primary key. `groups` are the labels' groups in the scheme's order.
    """

    sources: Sequence[int]
    labels: Sequence[Label]
    groups: Sequence[str]
    source: IntArray
    annotator: IntArray
    label: IntArray
    saw_prediction: np.ndarray

    def unaided(self) -> Self:
        """The votes that were cast without a prediction in sight."""
        alone = ~self.saw_prediction
        columns = {name: getattr(self, name)[alone] for name in ("source", "annotator", "label", "saw_prediction")}
        return replace(self, **columns)

    def by_label(self) -> Pooled:
        """Each person's last vote on a source counts once."""
        return pool(self.source, self.annotator, self.label, len(self.sources), len(self.labels))

    def by_group(self) -> Pooled:
        """The same votes, each mapped to its group before the mode is taken."""
        group_of = np.array([self.groups.index(label.group) for label in self.labels], dtype=np.int64)
        return consensus_of_counts(grouped_counts(self.by_label().counts, group_of, len(self.groups)))


def counted_votes(
    campaign: Campaign, rounds: Collection[Round], sources: Sequence[int], last_vote: int | None = None
) -> CountedVotes:
    """The counted votes of these rounds on these sources, up to the key `last_vote`; others are left out. Two queries."""
    labels = list(campaign.scheme.labels.all())
    row_of = {pk: row for row, pk in enumerate(sources)}
    column_of = {label.pk: column for column, label in enumerate(labels)}
    votes = Vote.objects.counted().filter(assignment__round__in=[round_.pk for round_ in rounds]).order_by("pk")
    if last_vote is not None:
        votes = votes.filter(pk__lte=last_vote)
    found = votes.values_list("assignment__draw__source", "assignment__annotator", "label", "saw_prediction")
    rows = [
        (row_of[source], annotator, column_of[label or 0], saw)
        for source, annotator, label, saw in found
        if source in row_of
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return CountedVotes(
        sources=sources,
        labels=labels,
        groups=list(dict.fromkeys(label.group for label in labels)),
        source=table[:, 0],
        annotator=table[:, 1],
        label=table[:, 2],
        saw_prediction=table[:, 3].astype(bool),
    )
