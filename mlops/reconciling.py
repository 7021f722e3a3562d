"""Which predictors are behind the votes: told by comparing, never by what anybody said."""

from django.db.models import Count, F, Max, OuterRef, Subquery

from labeling.models import Vote
from mlops.models import FeatureSet, ModelVersion, Predictor

Place = tuple[int, int]  # keys of campaign and catalogue


def highest_vote() -> int:
    """The highest key among all votes, 0 without any: one look into the primary key's index."""
    return Vote.objects.order_by().aggregate(last=Max("pk"))["last"] or 0


def places_of_votes_after(last_seen: int) -> list[Place]:
    """Where the votes after this key were cast, each place once."""
    votes = Vote.objects.filter(pk__gt=last_seen).order_by()
    return list(votes.values_list("assignment__round__campaign", "assignment__round__catalog").distinct())


def places_behind() -> list[Place]:
    """Where the latest version has not seen all votes there are, or not the latest encoder's features.

    Votes are compared by highest key and by number: on PostgreSQL a lower key may be committed after a higher one.
    """
    votes = Vote.objects.order_by().values_list("assignment__round__campaign", "assignment__round__catalog")
    rows = votes.annotate(last=Max("pk"), n=Count("pk"))
    encoders = dict(FeatureSet.objects.order_by("pk").values_list("catalog", "encoder"))
    seen = {(campaign, catalog): state for campaign, catalog, *state in latest_states()}
    return [
        (campaign, catalog)
        for campaign, catalog, *state in rows
        if seen.get((campaign, catalog)) != [*state, encoders.get(catalog)]
    ]


def latest_states() -> list[tuple[int, int, int, int, int | None]]:
    """(campaign, catalogue, highest vote seen, votes seen, encoder) of each learning predictor's latest version."""
    newest = ModelVersion.objects.filter(predictor=OuterRef("predictor")).order_by("-number").values("pk")[:1]
    versions = ModelVersion.objects.order_by().filter(predictor__kind=Predictor.Kind.PROBE, pk=Subquery(newest))
    return list(
        versions.annotate(campaign=F("predictor__campaign"), catalog=F("predictor__catalog")).values_list(
            "campaign", "catalog", "vote_cut", "n_vote_rows", "encoder"
        )
    )
