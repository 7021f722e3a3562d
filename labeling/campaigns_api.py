"""Campaigns and their dashboards over `/api/v1/`."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from galaxycat.accounts.http import user_of
from labeling.dashboard import dashboard_of
from labeling.models import Campaign


class CampaignSerializer(serializers.ModelSerializer):
    galaxy = serializers.SlugRelatedField("slug", read_only=True)
    scheme = serializers.CharField(read_only=True)
    rounds = serializers.SlugRelatedField("uuid", many=True, read_only=True)

    class Meta:
        model = Campaign
        fields = ["uuid", "galaxy", "name", "scheme", "rounds", "created_at"]


class ScopeSerializer(serializers.Serializer):
    round = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False, allow_null=True, default=None)


class CampaignViewSet(viewsets.ReadOnlyModelViewSet):
    """Campaigns of your teams: rounds on one galaxy in one label scheme."""

    lookup_field = "uuid"
    serializer_class = CampaignSerializer
    queryset = Campaign.objects.none()

    def get_queryset(self) -> QuerySet[Campaign]:
        campaigns = Campaign.objects.visible_to(self.request.user).select_related("galaxy__team", "scheme")
        return campaigns.prefetch_related("rounds").order_by("pk")

    @extend_schema(
        parameters=[OpenApiParameter("round", OpenApiTypes.INT, description="Number of the only round to take.")],
        responses=dict[str, Any],
    )
    @action(detail=True)
    def dashboard(self, request: Request, uuid: str) -> Response:
        """Progress, pace, agreement with intervals, pairs and confusion, of the rounds whose votes you may see."""
        scope = ScopeSerializer(data=request.query_params)
        scope.is_valid(raise_exception=True)
        return Response(dashboard_of(self.get_object(), user_of(request), scope.validated_data["round"]))
