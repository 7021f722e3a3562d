"""What the model adds to a campaign's figures, over `/api/v1/campaigns/`. Who may see it: whoever sees predictions."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalogs.models import Catalog
from galaxycat.accounts.http import user_of
from labeling.access import ONLY_WHEN_CLOSED, rounds_with_results
from labeling.models import Campaign, Round
from mlops.access import why_predictions_are_hidden
from mlops.remembered import counts_of, remembered
from mlops.together import together_of


class CampaignCountsView(APIView):
    @extend_schema(responses=dict[str, Any])
    def get(self, request: Request, uuid: UUID) -> Response:
        """How many sources of each class the whole catalogue has, with 95 % intervals, and how contaminated the model's classes are."""
        return _answer(request, uuid, _counts)


class CampaignTogetherView(APIView):
    @extend_schema(responses=dict[str, Any])
    def get(self, request: Request, uuid: UUID) -> Response:
        """People and model together (CROWDLAB): what each vote is worth, and the consensus least to be trusted."""
        return _answer(request, uuid, _together)


def _counts(campaign: Campaign, catalog: Catalog, rounds: Sequence[Round]) -> dict[str, Any]:
    return {"reason": None, "result": counts_of(campaign, catalog, rounds)}


def _together(campaign: Campaign, catalog: Catalog, rounds: Sequence[Round]) -> dict[str, Any]:
    return remembered("together", campaign, catalog, rounds, partial(together_of, campaign, catalog, rounds))


def _answer(
    request: Request, uuid: UUID, found: Callable[[Campaign, Catalog, Sequence[Round]], dict[str, Any]]
) -> Response:
    """What `found` makes of a campaign's newest catalogue and the rounds on it whose votes this person sees.

    It has a `result`, or None and the `reason`: a page that asks is no error while a blind round is open.
    """
    campaigns = Campaign.objects.visible_to(request.user).select_related("galaxy__team", "scheme")
    campaign = get_object_or_404(campaigns, uuid=uuid)
    rounds = rounds_with_results(campaign, user_of(request))
    reason = why_predictions_are_hidden(campaign.galaxy, user_of(request)) or (None if rounds else ONLY_WHEN_CLOSED)
    if reason:
        return Response({"reason": reason, "result": None})
    catalog = rounds[-1].catalog
    return Response(found(campaign, catalog, [round_ for round_ in rounds if round_.catalog_id == catalog.pk]))
