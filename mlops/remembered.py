"""Figures that take fits of a model, answered from memory while the votes, decisions and model are the same."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db.models import Max

from catalogs.models import Catalog
from labeling.models import Campaign, Decision, Round, Vote
from mlops.counting import count_catalog
from mlops.predicting import current_version

KEPT_S = 3600


def remembered(
    figure: str, campaign: Campaign, catalog: Catalog, rounds: Sequence[Round], make: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """What `make` makes of these rounds of the campaign on the catalogue, made once an hour at most."""
    key = f"{figure}:{_depends_on(campaign, catalog, rounds)}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, KEPT_S)
    return found


def counts_of(campaign: Campaign, catalog: Catalog, rounds: Sequence[Round]) -> dict[str, Any]:
    """`mlops.counting.count_catalog` of these rounds: ten fits of the probe. Raises BadInput as it does."""
    numbers = [round_.number for round_ in rounds]
    return remembered(
        "counts", campaign, catalog, rounds, partial(count_catalog, campaign=campaign, catalog=catalog, rounds=numbers)
    )


def _depends_on(campaign: Campaign, catalog: Catalog, rounds: Sequence[Round]) -> str:
    """Names all that a figure depends on: votes and decisions are only ever added, versions never change."""
    votes = Vote.objects.filter(assignment__round__in=rounds).aggregate(last=Max("pk"))["last"]
    decisions = Decision.objects.filter(campaign=campaign).aggregate(last=Max("pk"))["last"]
    version = current_version(campaign, catalog)
    numbers = "-".join(str(round_.pk) for round_ in rounds)
    return f"{campaign.pk}:{catalog.pk}:{numbers}:{votes}:{decisions}:{version and version.pk}"
