"""What the model adds to a campaign's figures, over `/api/v1/campaigns/`. Who may see it: whoever sees predictions."""

from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import Max
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalogs.models import Catalog
from galaxycat.accounts.http import user_of
from labeling.access import ONLY_WHEN_CLOSED, rounds_with_results
from labeling.models import Campaign, Decision, Round, Vote
from mlops.access import why_predictions_are_hidden
from mlops.counting import count_catalog
from mlops.predicting import current_version
from mlops.together import together_of

# Ten fits of the probe for each answer: the same votes and model are answered from memory.
KEPT_S = 3600


class OfCampaignView(APIView):
    """A figure of a campaign on its newest catalogue, of the rounds whose votes this person sees.

    Answers with the `result`, or None and the `reason`: a page that asks is no error while a blind round is open.
    """

    figure = ""

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
        key = self._key(campaign, catalog, rounds)
        found = cache.get(key)
        if found is None:
            found = self.found(campaign, catalog, rounds)
            cache.set(key, found, KEPT_S)
        return Response(found)

    def found(self, campaign: Campaign, catalog: Catalog, rounds: list[Round]) -> dict[str, Any]:
        raise NotImplementedError

    def _key(self, campaign: Campaign, catalog: Catalog, rounds: list[Round]) -> str:
        """Names all that the figure depends on: votes and decisions are only ever added, versions never change."""
        votes = Vote.objects.filter(assignment__round__in=rounds).aggregate(last=Max("pk"))["last"]
        decisions = Decision.objects.filter(campaign=campaign).aggregate(last=Max("pk"))["last"]
        version = current_version(campaign, catalog)
        numbers = "-".join(str(round_.pk) for round_ in rounds)
        return f"{self.figure}:{campaign.pk}:{catalog.pk}:{numbers}:{votes}:{decisions}:{version and version.pk}"


class CampaignCountsView(OfCampaignView):
    figure = "counts"

    @extend_schema(responses=dict[str, Any])
    def get(self, request: Request, uuid: UUID) -> Response:
        """How many sources of each class the whole catalogue has, with 95 % intervals, and how contaminated the model's classes are."""
        return super().get(request, uuid)

    def found(self, campaign: Campaign, catalog: Catalog, rounds: list[Round]) -> dict[str, Any]:
        found = count_catalog(campaign=campaign, catalog=catalog, rounds=[round_.number for round_ in rounds])
        return {"reason": None, "result": found}


class CampaignTogetherView(OfCampaignView):
    figure = "together"

    @extend_schema(responses=dict[str, Any])
    def get(self, request: Request, uuid: UUID) -> Response:
        """People and model together (CROWDLAB): what each vote is worth, and the consensus least to be trusted."""
        return super().get(request, uuid)

    def found(self, campaign: Campaign, catalog: Catalog, rounds: list[Round]) -> dict[str, Any]:
        return together_of(campaign, catalog, rounds)
