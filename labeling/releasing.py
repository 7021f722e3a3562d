"""What labeling adds to a release of a catalogue: the votes' columns, the decisions, and where they come from.

A release takes a campaign's closed rounds, whose votes and flags change no more, and decisions up to a highest key, so
it can be made again to the byte whatever is voted and decided later.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import Count, Max

from catalogs.models import Catalog
from catalogs.releases.columns import Column
from galaxycat.errors import BadInput
from labeling.countedvotes import CountedVotes, counted_votes
from labeling.models import Campaign, Decision, Remark, Round, Vote
from labeling.pooling import Pooled, last_votes, mean_class
from labeling.rounds import lock_campaign


@dataclass(frozen=True)
class Cut:
    """What of a campaign a release takes: these closed rounds, votes and decisions up to these keys."""

    campaign: Campaign
    rounds: Sequence[Round]
    last_vote: int
    last_decision: int

    def as_options(self) -> dict[str, Any]:
        """As the release keeps it: with these options the same columns come out again."""
        return {
            "campaign": str(self.campaign.uuid),
            "rounds": [str(round_.uuid) for round_ in self.rounds],
            "last_vote": self.last_vote,
            "last_decision": self.last_decision,
        }


@transaction.atomic
def cut_of(catalog: Catalog, options: Mapping[str, Any]) -> Cut:
    """The cut that the options name: {"campaign": uuid} as things are now, or all of `Cut.as_options` as they were.

    Raises BadInput for a campaign or round that is not there, or that has nothing of this catalogue yet.
    """
    campaigns = Campaign.objects.filter(galaxy=catalog.galaxy_id).select_related("scheme")
    campaign = campaigns.filter(uuid=_uuid(options.get("campaign"), "campaign")).first()
    if campaign is None:
        raise BadInput(f"campaign: {options.get('campaign')!r} is no campaign of the galaxy of {catalog.name}")
    # No decision is half-made under the lock, so none turns up later below the highest key.
    lock_campaign(campaign)
    closed = campaign.rounds.exclude(closed_at=None).filter(catalog=catalog).order_by("number")
    if "rounds" in options:
        return _cut_as_it_was(campaign, list(closed), options)
    if not closed:
        raise BadInput(f"campaign: no round of {campaign} on {catalog.name} is closed yet; close one first")
    votes = Vote.objects.filter(assignment__round__in=closed).aggregate(last=Max("pk"))
    decisions = campaign.decisions.aggregate(last=Max("pk"))
    return Cut(campaign, list(closed), votes["last"] or 0, decisions["last"] or 0)


def columns_of(catalog: Catalog, cut: Cut) -> list[Column]:
    """The columns in order, for all sources of the catalogue; the number of queries is fixed."""
    sources = list(catalog.sources.order_by("number").values_list("pk", flat=True))
    votes = counted_votes(cut.campaign, cut.rounds, sources, cut.last_vote)
    pooled = votes.by_label()
    decided = standing_decisions(cut)
    return [
        *_vote_columns(votes, pooled, _answered_by(cut, sources)),
        *_decision_columns(votes, pooled, [decided.get(pk) for pk in sources], _flags(cut, sources)),
    ]


def standing_decisions(cut: Cut) -> dict[int, Decision]:
    """Source key -> the decision that stood at the cut."""
    chain = cut.campaign.decisions.filter(pk__lte=cut.last_decision).select_related("label").order_by("pk")
    last = {decision.source_id: decision for decision in chain}
    return {source: decision for source, decision in last.items() if not decision.is_withdrawal}


def _vote_columns(votes: CountedVotes, pooled: Pooled, answered_by: np.ndarray) -> list[Column]:
    counts = [
        Column(
            f"votes_{re.sub(r'[^A-Za-z0-9]+', '_', label.value)}",
            pooled.counts[:, column],
            "",
            f"Votes for class {label.value}, {label.name}.",
            "meta.number",
        )
        for column, label in enumerate(votes.labels)
    ]
    mode = np.array([votes.labels[column].value if column >= 0 else "" for column in pooled.mode], dtype=str)
    return [
        Column("n_votes", pooled.n_votes, "", "Votes with a class: each person's last one over all rounds.", "meta.number"),
        *counts,
        Column("n_annotators", answered_by, "", "People who answered, those who were unsure of any class too.", "meta.number"),
        Column("mode", mode, "", "Class with most votes; empty without votes and in a tie.", "src.class"),
        Column("is_tie", pooled.is_tie, "", "Several classes have most votes.", "meta.code"),
        Column(
            "human_to_mode", pooled.human_to_mode, "",
            "Share of the votes that are for the mode, or for one of the tied classes; NaN below two votes.", "stat.value;arith.ratio",
        ),
        *_mean_class(votes, pooled),
        Column("n_saw_prediction", _saw_prediction(votes), "", "Votes cast with a model's prediction in sight.", "meta.number"),
    ]  # fmt: skip


def _mean_class(votes: CountedVotes, pooled: Pooled) -> list[Column]:
    """Only where the classes are numbers."""
    if not all(label.value.isdecimal() for label in votes.labels):
        return []
    numbers = np.array([float(label.value) for label in votes.labels])
    description = (
        "Mean of the votes' class numbers, as LEGUS publishes beside the mode; classes are nominal, so it only tells how "
        "the votes spread. NaN without votes."
    )
    return [Column("mean_class", mean_class(pooled.counts, numbers), "", description, "src.class;stat.mean")]


def _decision_columns(
    votes: CountedVotes, pooled: Pooled, decided: Sequence[Decision | None], n_flags: np.ndarray
) -> list[Column]:
    adjudicated = [decision.label.value if decision and decision.label else "" for decision in decided]
    reasons = [decision.reason if decision else "" for decision in decided]
    modes = [votes.labels[column].value if column >= 0 else "" for column in pooled.mode]
    final = [decision or mode for decision, mode in zip(adjudicated, modes, strict=True)]
    return [
        Column("n_flags", n_flags, "", "People who flagged the source for a curator.", "meta.number"),
        Column("adjudicated", np.array(adjudicated, dtype=str), "", "Class that a curator decided; empty where none did.", "src.class"),
        Column("decision_reason", np.array(reasons, dtype=str), "", "The curator's reason.", "meta.note"),
        Column(
            "final_class", np.array(final, dtype=str), "",
            "The curator's class where there is one, else the mode; empty without either.", "src.class;meta.main",
        ),
    ]  # fmt: skip


def _saw_prediction(votes: CountedVotes) -> np.ndarray:
    kept = last_votes(votes.source, votes.annotator)
    seen = votes.source[kept][votes.saw_prediction[kept]]
    return np.bincount(seen, minlength=len(votes.sources)).astype(np.int64)


def _answered_by(cut: Cut, sources: Sequence[int]) -> np.ndarray:
    """How many people answered each source; who skipped or withdrew did not."""
    answers = Vote.objects.live().exclude(outcome=Vote.Outcome.SKIPPED)
    answers = answers.filter(assignment__round__in=cut.rounds, pk__lte=cut.last_vote).order_by()
    people = answers.values_list("assignment__draw__source").annotate(n=Count("assignment__annotator", distinct=True))
    return _aligned(dict(people), sources)


def _flags(cut: Cut, sources: Sequence[int]) -> np.ndarray:
    flags = Remark.objects.standing().flags().filter(draw__round__in=cut.rounds).order_by()
    people = flags.values_list("draw__source").annotate(n=Count("author", distinct=True))
    return _aligned(dict(people), sources)


def _aligned(found: Mapping[int, int], sources: Sequence[int]) -> np.ndarray:
    return np.array([found.get(pk, 0) for pk in sources], dtype=np.int64)


def _cut_as_it_was(campaign: Campaign, closed: Sequence[Round], options: Mapping[str, Any]) -> Cut:
    wanted = {_uuid(value, "rounds") for value in options["rounds"]}
    rounds = [round_ for round_ in closed if round_.uuid in wanted]
    if len(rounds) != len(wanted):
        raise BadInput(f"rounds: not all of them are closed rounds of {campaign} on this catalogue")
    return Cut(campaign, rounds, int(options["last_vote"]), int(options["last_decision"]))


def _uuid(value: Any, field: str) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise BadInput(f"{field}: {value!r} is no UUID; choose a campaign of the galaxy") from None
