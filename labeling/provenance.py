"""Where a release's labels come from, for its manifest: campaign, scheme, rounds with their draw, people, agreement."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from django.db.models import Count, Max, Min, Q

from catalogs.models import Catalog
from labeling.agreement.human_to_mode import agreement_of_counts
from labeling.countedvotes import counted_votes
from labeling.models import Campaign, Consensus, Level, Round, RoundSource, Vote
from labeling.releasing import Cut

Json = dict[str, Any]


def provenance_of(catalog: Catalog, cut: Cut) -> Json:
    """All that a reader needs to judge the columns of `labeling.releasing.columns_of`; the number of queries is fixed."""
    campaign = cut.campaign
    return {
        "options": cut.as_options(),
        "campaign": {"uuid": str(campaign.uuid), "name": campaign.name},
        "scheme": _scheme(campaign),
        "consensus": (
            "Each person's last vote with a class on a source over the closed rounds; the class with most votes, a tie "
            "has none; a curator's decision overrides it."
        ),
        "rounds": _rounds(cut),
        "people": _people(cut),
        "agreement": _pooled_agreement(catalog, cut),
    }


def _scheme(campaign: Campaign) -> Json:
    scheme = campaign.scheme
    return {
        "slug": scheme.slug,
        "version": scheme.version,
        "name": scheme.name,
        "reference": scheme.reference,
        "labels": [
            {"value": label.value, "name": label.name, "group": label.group, "definition": label.definition}
            for label in scheme.labels.all()
        ],
    }


def _rounds(cut: Cut) -> list[Json]:
    draws, agreement = _draws(cut.rounds), _agreement(cut)
    return [
        {
            "uuid": str(round_.uuid),
            "number": round_.number,
            "mode": round_.mode,
            "shows_predictions": round_.shows_predictions,
            "is_simulated": round_.is_simulated,
            "overlap": round_.overlap,
            "opened_at": round_.opened_at.isoformat(),
            "closed_at": round_.closed_at.isoformat() if round_.closed_at else None,
            "sampler": round_.sampler,
            "seed": round_.seed,
            "parameters": round_.parameters,
            "regions": round_.regions,
            "draw": draws[round_.pk],
            "agreement": agreement[round_.pk],
        }
        # Only where there is one, so that a release from before there were rules is made again to the byte.
        | ({"retirement": round_.retirement} if round_.retirement else {})
        for round_ in cut.rounds
    ]


def _draws(rounds: Sequence[Round]) -> dict[int, Json]:
    """Of each round: sources, anchors, and the inclusion probabilities of those that are no anchors."""
    drawn = Q(is_anchor=False)
    rows = (
        RoundSource.objects.filter(round__in=rounds)
        .order_by()
        .values("round")
        .annotate(
            n=Count("pk"),
            n_anchors=Count("pk", filter=Q(is_anchor=True)),
            low=Min("probability", filter=drawn),
            high=Max("probability", filter=drawn),
        )
    )
    return {
        row["round"]: {
            "n_sources": row["n"],
            "n_anchors": row["n_anchors"],
            "probabilities": {
                "kind": "equal" if row["low"] == row["high"] else "unequal", "min": row["low"], "max": row["high"],
            },
        }
        for row in rows
    }  # fmt: skip


def _agreement(cut: Cut) -> dict[int, Json]:
    """Of each round, on labels and on groups, from its consensus rows of sources with the full overlap."""
    counts: dict[int, dict[str, list[dict[str, int]]]] = defaultdict(lambda: {level.value: [] for level in Level})
    rows = Consensus.objects.filter(draw__round__in=cut.rounds, draw__has_full_overlap=True, n_votes__gt=0).order_by(
        "pk"
    )
    for round_, level, found in rows.values_list("draw__round", "level", "counts"):
        counts[round_][level].append(found)
    names = {Level.LABEL.value: _values(cut.campaign), Level.GROUP.value: _groups(cut.campaign)}
    return {
        round_.pk: {level: _figures(_table(counts[round_.pk][level], columns)) for level, columns in names.items()}
        for round_ in cut.rounds
    }


def _pooled_agreement(catalog: Catalog, cut: Cut) -> Json:
    """Of the sources that had the full overlap in every round that drew them."""
    short = RoundSource.objects.filter(round__in=cut.rounds, has_full_overlap=False).values("source")
    sources = list(catalog.sources.exclude(pk__in=short).order_by("number").values_list("pk", flat=True))
    votes = counted_votes(cut.campaign, cut.rounds, sources, cut.last_vote)
    return {Level.LABEL.value: _figures(votes.by_label().counts), Level.GROUP.value: _figures(votes.by_group().counts)}


def _people(cut: Cut) -> Json:
    """Who voted, counted; no names. Programs are counted apart."""
    votes = Vote.objects.counted().filter(assignment__round__in=cut.rounds, pk__lte=cut.last_vote).order_by()
    found = dict(
        votes.values_list("assignment__annotator__is_simulated").annotate(
            n=Count("assignment__annotator", distinct=True)
        )
    )
    return {"n_annotators": found.get(False, 0), "n_simulated": found.get(True, 0)}


def _figures(counts: np.ndarray) -> Json:
    return asdict(agreement_of_counts(counts))


def _table(rows: Sequence[dict[str, int]], names: Sequence[str]) -> np.ndarray:
    return np.array([[row.get(name, 0) for name in names] for row in rows], dtype=np.int64).reshape(-1, len(names))


def _values(campaign: Campaign) -> list[str]:
    return [label.value for label in campaign.scheme.labels.all()]


def _groups(campaign: Campaign) -> list[str]:
    return list(dict.fromkeys(label.group for label in campaign.scheme.labels.all()))
