"""What the model adds to a campaign's figures, over `/api/v1/campaigns/`. Who may see it: whoever sees predictions."""

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


class OfCampaignView(APIView):
    """A figure of a campaign on its newest catalogue, of the rounds whose votes this person sees.

    Answers with the `result`, or None and the `reason`: a page that asks is no error while a blind round is open.
    """

    def get(self, request: Request, uuid: UUID) -> Response:
        campaigns = Campaign.objects.visible_to(request.user).select_related("galaxy__team", "scheme")
        campaign = get_object_or_404(campaigns, uuid=uuid)
        rounds = rounds_with_results(campaign, user_of(request))
        if reason := why_predictions_are_hidden(campaign.galaxy, user_of(request)):
            return Response({"reason": reason, "result": None})
        if not rounds:
            return Response({"reason": ONLY_WHEN_CLOSED, "result": None})
        catalog = rounds[-1].catalog
        rounds = [round_ for round_ in rounds if round_.catalog_id == catalog.pk]
        return Response(self.found(campaign, catalog, rounds))

    def found(self, campaign: Campaign, catalog: Catalog, rounds: list[Round]) -> dict[str, Any]:
        raise NotImplementedError


class CampaignCountsView(OfCampaignView):
    @extend_schema(responses=dict[str, Any])
    def get(self, request: Request, uuid: UUID) -> Response:
        """How many sources of each class the whole catalogue has, with 95 % intervals, and how contaminated the model's classes are."""
        return super().get(request, uuid)

    def found(self, campaign: Campaign, catalog: Catalog, rounds: list[Round]) -> dict[str, Any]:
        return {"reason": None, "result": counts_of(campaign, catalog, rounds)}


class CampaignTogetherView(OfCampaignView):
    @extend_schema(responses=dict[str, Any])
    def get(self, request: Request, uuid: UUID) -> Response:
        """People and model together (CROWDLAB): what each vote is worth, and the consensus least to be trusted."""
        return super().get(request, uuid)

    def found(self, campaign: Campaign, catalog: Catalog, rounds: list[Round]) -> dict[str, Any]:
        return remembered("together", campaign, catalog, rounds, lambda: together_of(campaign, catalog, rounds))
