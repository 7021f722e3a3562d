"""What the model adds to a campaign's figures, over `/api/v1/campaigns/`. Who may see it: whoever sees predictions."""

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
from galaxycat.errors import Forbidden
from labeling.access import ONLY_WHEN_CLOSED, rounds_with_results
from labeling.models import Campaign, Round
from mlops.access import require_predictions
from mlops.counting import count_catalog
from mlops.remembered import remembered
from mlops.together import together_of


class OfCampaignView(APIView):
    """A figure of a campaign on its newest catalogue, of the rounds whose votes this person sees."""

    figure = ""

    def get(self, request: Request, uuid: UUID) -> Response:
        campaigns = Campaign.objects.visible_to(request.user).select_related("galaxy__team", "scheme")
        campaign = get_object_or_404(campaigns, uuid=uuid)
        require_predictions(campaign.galaxy, user_of(request))
        rounds = rounds_with_results(campaign, user_of(request))
        if not rounds:
            raise Forbidden(ONLY_WHEN_CLOSED)
        catalog = rounds[-1].catalog
        rounds = [round_ for round_ in rounds if round_.catalog_id == catalog.pk]
        # Ten fits of the probe for each answer that is not remembered.
        found = remembered(self.figure, campaign, catalog, rounds, partial(self.found, campaign, catalog, rounds))
        return Response(found)

    def found(self, campaign: Campaign, catalog: Catalog, rounds: list[Round]) -> dict[str, Any]:
        raise NotImplementedError


class CampaignCountsView(OfCampaignView):
    figure = "counts"

    @extend_schema(responses=dict[str, Any])
    def get(self, request: Request, uuid: UUID) -> Response:
        """How many sources of each class the whole catalogue has, with 95 % intervals, and how contaminated the model's classes are."""
        return super().get(request, uuid)

    def found(self, campaign: Campaign, catalog: Catalog, rounds: list[Round]) -> dict[str, Any]:
        return count_catalog(campaign=campaign, catalog=catalog, rounds=[round_.number for round_ in rounds])


class CampaignTogetherView(OfCampaignView):
    figure = "together"

    @extend_schema(responses=dict[str, Any])
    def get(self, request: Request, uuid: UUID) -> Response:
        """People and model together (CROWDLAB): what each vote is worth, and the consensus least to be trusted."""
        return super().get(request, uuid)

    def found(self, campaign: Campaign, catalog: Catalog, rounds: list[Round]) -> dict[str, Any]:
        return together_of(campaign, catalog, rounds)
