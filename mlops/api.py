"""Models and predictions over `/api/v1/`. Who may see them: `mlops.access`."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalogs.models import Source
from galaxycat.accounts.http import user_of
from galaxycat.accounts.models import Role
from galaxycat.errors import BadInput, Forbidden
from labeling.access import veiled_sources
from labeling.models import Round
from mlops.models import ModelVersion
from mlops.predicting import MAX_SOURCES, current_version, predictions_for, shown_token

SOURCES = OpenApiParameter(
    "source", UUID, many=True, description=f"UUIDs of 1 to {MAX_SOURCES} sources.", required=True
)


class ModelSerializer(serializers.ModelSerializer):
    model = serializers.CharField(source="__str__", read_only=True)
    kind = serializers.CharField(source="predictor.kind", read_only=True)
    galaxy = serializers.SlugField(source="predictor.catalog.galaxy.slug", read_only=True)
    catalog = serializers.UUIDField(source="predictor.catalog.uuid", read_only=True)
    campaign = serializers.CharField(source="predictor.campaign.name", read_only=True, default=None)
    encoder = serializers.CharField(source="encoder.sha256", read_only=True, default=None)
    evaluation = serializers.SerializerMethodField(help_text="Metrics with how they were measured; null until then.")

    class Meta:
        model = ModelVersion
        fields = [
            "uuid", "model", "kind", "galaxy", "catalog", "campaign", "encoder", "labels", "vote_cut", "n_votes",
            "n_simulated_votes", "n_labelled", "content_sha256", "evaluation", "created_at",
        ]  # fmt: skip

    def get_evaluation(self, version: ModelVersion) -> dict[str, Any] | None:
        found = getattr(version, "evaluation", None)
        return found and {"method": found.method, **found.metrics}


class PredictionSerializer(serializers.Serializer):
    source = serializers.UUIDField()
    label = serializers.CharField()
    probabilities = serializers.DictField(child=serializers.FloatField())


class ModelPredictionsSerializer(serializers.Serializer):
    model = serializers.CharField()
    predictions = PredictionSerializer(many=True)


class ShownPredictionSerializer(PredictionSerializer):
    token = serializers.CharField(help_text="Sent with the vote as `shown.prediction_token`.")


class RoundPredictionsSerializer(serializers.Serializer):
    model = serializers.CharField(allow_null=True)
    predictions = ShownPredictionSerializer(many=True)


class ModelViewSet(viewsets.ReadOnlyModelViewSet):
    """Versions of your teams' models; none of a galaxy in which a blind round is open, unless you watch it."""

    lookup_field = "uuid"
    serializer_class = ModelSerializer
    queryset = ModelVersion.objects.none()

    def get_queryset(self) -> QuerySet[ModelVersion]:
        versions = ModelVersion.objects.visible_to(self.request.user).defer("content")
        related = ("predictor__catalog__galaxy", "predictor__campaign", "encoder", "evaluation")
        return versions.select_related(*related).order_by("-pk")

    @extend_schema(responses=ModelPredictionsSerializer, parameters=[SOURCES])
    @action(detail=True)
    def predictions(self, request: Request, uuid: str) -> Response:
        """What the version says of some sources of its catalogue."""
        version = self.get_object()
        wanted = named_sources(request.query_params.getlist("source"))
        sources = list(Source.objects.filter(catalog=version.predictor.catalog, uuid__in=wanted).order_by("number"))
        found = predictions_for(version, sources)
        return Response({"model": str(version), "predictions": [prediction.as_json() for prediction in found]})


class RoundPredictionsView(APIView):
    """What the model says of sources of a round whose voters are shown it."""

    @extend_schema(responses=RoundPredictionsSerializer, parameters=[SOURCES])
    def get(self, request: Request, uuid: UUID) -> Response:
        """The newest predictions of some of the round's sources, each with the token that a vote sends back.

        404 for a round that shows none. Sources that you may still classify blind elsewhere are left out.
        """
        rounds = Round.objects.visible_to(request.user).filter(shows_predictions=True)
        round_ = get_object_or_404(rounds.select_related("campaign__galaxy__team", "catalog"), uuid=uuid)
        if not round_.galaxy.team.has_role(request.user, Role.ANNOTATOR):
            raise Forbidden(f"Only annotators of {round_.galaxy.team} are shown predictions")
        wanted = named_sources(request.query_params.getlist("source"))
        version = current_version(round_.campaign, round_.catalog)
        if version is None:
            return Response({"model": None, "predictions": []})
        # Of the round's own sources only: another may be veiled somewhere this round knows nothing of.
        drawn = Source.objects.filter(draws__round=round_, uuid__in=wanted).order_by("number")
        drawn = drawn.exclude(pk__in=veiled_sources(round_, user_of(request)).values("source"))
        found = predictions_for(version, list(drawn))
        shown = [prediction.as_json() | {"token": shown_token(prediction, round_, version)} for prediction in found]
        return Response({"model": str(version) if shown else None, "predictions": shown})


def named_sources(texts: Sequence[str]) -> list[UUID]:
    """The UUIDs in repeated `source` parameters. Raises BadInput."""
    if not 1 <= len(texts) <= MAX_SOURCES:
        raise BadInput(f"source: name 1 to {MAX_SOURCES} sources by their UUID; there are {len(texts)}")
    try:
        return [UUID(text) for text in texts]
    except ValueError:
        raise BadInput("source: not a UUID") from None
