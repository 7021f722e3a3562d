"""Campaigns and their dashboards over `/api/v1/`."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from galaxycat.accounts.http import user_of
from labeling.dashboard.comparison import comparison_of
from labeling.dashboard.constancy import constancy_of
from labeling.dashboard.latent import latent_of
from labeling.dashboard.page import dashboard_of
from labeling.dashboard.replay import ProductRule, replay_of
from labeling.dashboard.strata import strata_of
from labeling.models import Campaign, Level
from labeling.retirement import Agreeing, FixedOverlap, OneCoin
from labeling.rounds import MAX_OVERLAP


class CampaignSerializer(serializers.ModelSerializer):
    galaxy = serializers.SlugRelatedField("slug", read_only=True)
    scheme = serializers.CharField(read_only=True)
    rounds = serializers.SlugRelatedField("uuid", many=True, read_only=True)

    class Meta:
        model = Campaign
        fields = ["uuid", "galaxy", "name", "scheme", "rounds", "created_at"]


class ScopeSerializer(serializers.Serializer):
    round = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False, allow_null=True, default=None)


class LevelSerializer(ScopeSerializer):
    level = serializers.ChoiceField(Level.choices, default=Level.LABEL, required=False)


class StrataSerializer(LevelSerializer):
    column = serializers.CharField(max_length=100)
    ranges = serializers.IntegerField(default=4, required=False)


class ComparisonSerializer(serializers.Serializer):
    level = serializers.ChoiceField(Level.choices, default=Level.LABEL, required=False)
    before = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False, default=None)
    after = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False, default=None)


ROUND = OpenApiParameter("round", OpenApiTypes.INT, description="Number of the only round to take.")
LEVEL = OpenApiParameter("level", str, enum=Level.values, description="label or group.")


class RetirementSerializer(LevelSerializer):
    """A rule by its name and parameters; `validated_data["made"]` is the rule."""

    RULES: ClassVar[dict[str, tuple[type[ProductRule], tuple[str, ...]]]] = {
        "fixed": (FixedOverlap, ("overlap",)),
        "agreeing": (Agreeing, ("agreeing", "most")),
        "posterior": (OneCoin, ("above", "most", "accuracy")),
    }
    rule = serializers.ChoiceField(list(RULES))
    overlap = serializers.IntegerField(min_value=1, max_value=MAX_OVERLAP, required=False)
    agreeing = serializers.IntegerField(min_value=1, max_value=MAX_OVERLAP, required=False)
    most = serializers.IntegerField(min_value=1, max_value=MAX_OVERLAP, required=False)
    above = serializers.FloatField(required=False)
    accuracy = serializers.FloatField(required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        make, names = self.RULES[given["rule"]]
        if missing := [name for name in names if name not in given]:
            raise serializers.ValidationError({missing[0]: f"the rule {given['rule']} needs it"})
        try:
            return given | {"made": make(**{name: given[name] for name in names})}
        except ValueError as error:
            field = str(error).partition(" ")[0]
            raise serializers.ValidationError({"above" if field == "posterior" else field: str(error)}) from error


class CampaignViewSet(viewsets.ReadOnlyModelViewSet):
    """Campaigns of your teams: rounds on one galaxy in one label scheme."""

    lookup_field = "uuid"
    serializer_class = CampaignSerializer
    queryset = Campaign.objects.none()

    def get_queryset(self) -> QuerySet[Campaign]:
        campaigns = Campaign.objects.visible_to(self.request.user).select_related("galaxy__team", "scheme")
        return campaigns.prefetch_related("rounds").order_by("pk")

    @extend_schema(
        parameters=[ROUND],
        responses=dict[str, Any],
    )
    @action(detail=True)
    def dashboard(self, request: Request, uuid: str) -> Response:
        """Progress, pace, agreement with intervals, pairs and confusion, of the rounds whose votes you may see."""
        campaign, wanted = self._asked(ScopeSerializer)
        return Response(dashboard_of(campaign, user_of(request), wanted["round"]))

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "column", str, required=True, description="class, field, mode, round, neighbour, or a measurement."
            ),
            OpenApiParameter(
                "ranges", OpenApiTypes.INT, description="Of a measurement, as equally filled as ties allow."
            ),
            LEVEL,
            ROUND,
        ],
        responses=dict[str, Any],
    )
    @action(detail=True)
    def strata(self, request: Request, uuid: str) -> Response:
        """Agreement by what is known of the sources, with N and 95 % intervals, of the rounds whose votes you may see."""
        campaign, wanted = self._asked(StrataSerializer)
        found = strata_of(
            campaign,
            user_of(request),
            wanted["column"],
            n_ranges=wanted["ranges"],
            level=Level(wanted["level"]),
            round_number=wanted["round"],
        )
        return Response(found)

    @extend_schema(
        parameters=[
            OpenApiParameter("rule", str, required=True, enum=list(RetirementSerializer.RULES)),
            OpenApiParameter("overlap", OpenApiTypes.INT, description="Of fixed: votes on each source."),
            OpenApiParameter("agreeing", OpenApiTypes.INT, description="Of agreeing: votes for one label."),
            OpenApiParameter("most", OpenApiTypes.INT, description="Of agreeing and posterior: the most votes."),
            OpenApiParameter("above", OpenApiTypes.FLOAT, description="Of posterior: a label's probability."),
            OpenApiParameter("accuracy", OpenApiTypes.FLOAT, description="Of posterior: how often a vote is right."),
            LEVEL,
            ROUND,
        ],
        responses=dict[str, Any],
    )
    @action(detail=True)
    def retirement(self, request: Request, uuid: str) -> Response:
        """What a retirement rule would have done to the votes you may see: votes saved, labels changed, ties."""
        campaign, wanted = self._asked(RetirementSerializer)
        found = replay_of(
            campaign,
            user_of(request),
            wanted["made"],
            level=Level(wanted["level"]),
            round_number=wanted["round"],
        )
        return Response(found)

    @extend_schema(
        parameters=[
            OpenApiParameter("before", OpenApiTypes.INT, description="Number of a round; with `after`, or neither."),
            OpenApiParameter("after", OpenApiTypes.INT, description="Number of the round to compare it with."),
            LEVEL,
        ],
        responses=dict[str, Any],
    )
    @action(detail=True)
    def comparison(self, request: Request, uuid: str) -> Response:
        """The change of agreement between two rounds on their shared sources: blind against informed, say."""
        campaign, wanted = self._asked(ComparisonSerializer)
        found = comparison_of(
            campaign, user_of(request), wanted["before"], wanted["after"], level=Level(wanted["level"])
        )
        return Response(found)

    @extend_schema(parameters=[LEVEL, ROUND], responses=dict[str, Any])
    @action(detail=True)
    def constancy(self, request: Request, uuid: str) -> Response:
        """How far people agree with themselves on a source seen again, and how they drift over a sitting."""
        return self._at_level(request, constancy_of)

    @extend_schema(parameters=[LEVEL, ROUND], responses=dict[str, Any])
    @action(detail=True)
    def latent(self, request: Request, uuid: str) -> Response:
        """Dawid and Skene's model of the votes: how each person answers, with intervals, and where it leaves the majority."""
        return self._at_level(request, latent_of)

    def _at_level(self, request: Request, found_by: Callable[..., dict[str, Any]]) -> Response:
        campaign, wanted = self._asked(LevelSerializer)
        level, number = Level(wanted["level"]), wanted["round"]
        return Response(found_by(campaign, user_of(request), level=level, round_number=number))

    def _asked(self, serializer: type[ScopeSerializer | ComparisonSerializer]) -> tuple[Campaign, dict[str, Any]]:
        """The campaign, which must be one that this person sees before anything is said of the parameters, and these."""
        campaign = self.get_object()
        asked = serializer(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        return campaign, asked.validated_data
