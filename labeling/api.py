"""Rounds, claims and votes over `/api/v1/`."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalogs.api import PLACES_PARAMETERS, PlacesSerializer, places_of
from catalogs.models import Catalog, Source
from galaxycat.accounts.http import user_of
from galaxycat.accounts.models import Role
from galaxycat.errors import BadInput, Forbidden
from labeling.access import require_results, watch
from labeling.assignments import MAX_HELD, claim, progress_of
from labeling.drawing import candidates_of
from labeling.models import Assignment, Round, Vote
from labeling.remarks import remarks_seen_by
from labeling.remarks_api import RemarkSerializer
from labeling.results import results_of
from labeling.rounds import CONTROL_SHARE, MAX_BATCH, MAX_OVERLAP, MAX_SEED, close_round, open_round
from labeling.schemes import legus_scheme
from labeling.shown import consensus_shown, previous_consensus
from labeling.storable import require_storable
from labeling.voting import cast_vote

MAX_SHOWN_BYTES = 4096
DAY_S = 86_400
MAX_SOURCES_ASKED = 100


class RoundSerializer(serializers.ModelSerializer):
    galaxy = serializers.SlugField(source="campaign.galaxy.slug", read_only=True)
    campaign = serializers.CharField(source="campaign.name", read_only=True)
    catalog = serializers.SlugRelatedField("uuid", read_only=True)
    previous = serializers.SlugRelatedField("uuid", read_only=True, allow_null=True)
    scheme = serializers.CharField(source="campaign.scheme", read_only=True)
    is_open = serializers.BooleanField(read_only=True)

    class Meta:
        model = Round
        fields = [
            "uuid", "galaxy", "campaign", "number", "catalog", "scheme", "mode", "previous", "shows_predictions",
            "overlap", "retirement", "batch_size", "sampler", "seed", "parameters", "regions", "is_simulated", "is_open", "opened_at", "closed_at",
        ]  # fmt: skip


class OpenRoundSerializer(serializers.Serializer):
    """What `labeling.rounds.open_round` needs."""

    catalog = serializers.UUIDField()
    campaign_name = serializers.CharField(max_length=100)
    n_sources = serializers.IntegerField(min_value=1)
    regions = serializers.JSONField(required=False, allow_null=True, help_text="GeoJSON in pixels.")
    overlap = serializers.IntegerField(min_value=1, max_value=MAX_OVERLAP, required=False, allow_null=True)
    retirement = serializers.CharField(
        max_length=100,
        allow_blank=True,
        default="",
        help_text="agreeing/1 agreeing=3 most=5, for one; docs/retirement.md.",
    )
    control_share = serializers.FloatField(
        min_value=0, max_value=1, default=CONTROL_SHARE, help_text="With a rule: the share that is never retired early."
    )
    mode = serializers.ChoiceField(choices=Round.Mode.choices, default=Round.Mode.BLIND)
    among_previous = serializers.BooleanField(default=False)
    sampler = serializers.CharField(max_length=40, default="random")
    sampler_parameters = serializers.DictField(
        required=False, help_text="disagreement: round, the UUID of a closed one."
    )
    n_anchors = serializers.IntegerField(
        min_value=0, default=0, help_text="Beside n_sources; the campaign's, once drawn."
    )
    shows_predictions = serializers.BooleanField(default=False, help_text="Informed rounds only.")
    batch_size = serializers.IntegerField(min_value=1, max_value=MAX_BATCH, default=50)
    seed = serializers.IntegerField(min_value=0, max_value=MAX_SEED, required=False, allow_null=True)


class CandidatesSerializer(serializers.Serializer):
    """Where a round would draw from."""

    catalog = serializers.UUIDField()
    regions = serializers.JSONField(
        required=False, allow_null=True, help_text="GeoJSON in pixels; the whole image without."
    )


class ClaimSerializer(serializers.Serializer):
    count = serializers.IntegerField(min_value=1, max_value=MAX_HELD, default=3)


class ProgressSerializer(serializers.Serializer):
    answered = serializers.IntegerField()
    skipped = serializers.IntegerField()
    remaining = serializers.IntegerField()


class AssignmentSerializer(serializers.ModelSerializer):
    source = serializers.SerializerMethodField()
    previous_consensus = serializers.SerializerMethodField(help_text="Of the previous round; informed rounds only.")

    class Meta:
        model = Assignment
        fields = ["uuid", "state", "source", "previous_consensus"]

    def get_source(self, assignment: Assignment) -> dict[str, Any]:
        source = assignment.draw.source
        names = ("number", "x_px", "y_px", "ra_deg", "dec_deg")
        return {"uuid": str(source.uuid)} | {name: getattr(source, name) for name in names}

    def get_previous_consensus(self, assignment: Assignment) -> dict[str, Any] | None:
        row = self.context.get("previous", {}).get(assignment.draw.source_id)
        return row and consensus_shown(row)


class HandedSerializer(serializers.Serializer):
    """What a claim answers with."""

    assignments = AssignmentSerializer(many=True)
    progress = ProgressSerializer()


class RoundViewSet(mixins.CreateModelMixin, viewsets.ReadOnlyModelViewSet):
    """Rounds of your teams."""

    lookup_field = "uuid"
    serializer_class = RoundSerializer
    queryset = Round.objects.none()

    def get_queryset(self) -> QuerySet[Round]:
        rounds = Round.objects.visible_to(self.request.user)
        return rounds.select_related("campaign__galaxy__team", "campaign__scheme", "catalog", "previous").order_by("pk")

    def _require(self, round_: Round, role: Role) -> Round:
        if not round_.galaxy.team.has_role(self.request.user, role):
            raise Forbidden(f"Only {role.label}s of {round_.galaxy.team} do that")
        return round_

    def _to_draw_from(self, uuid: UUID) -> Catalog:
        catalogs = Catalog.objects.visible_to(self.request.user).select_related("galaxy__team")
        catalog: Catalog = get_object_or_404(catalogs, uuid=uuid)
        if not catalog.galaxy.team.has_role(self.request.user, Role.PI):
            raise Forbidden(f"Only PIs of {catalog.galaxy.team} open rounds")
        return catalog

    @extend_schema(request=CandidatesSerializer, responses=dict[str, int])
    @action(detail=False, methods=["post"])
    def candidates(self, request: Request) -> Response:
        """How many sources a round could be drawn from. PIs only."""
        form = CandidatesSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        catalog, regions = self._to_draw_from(form.validated_data["catalog"]), form.validated_data.get("regions")
        whole = catalog.sources.on_image()
        return Response({"n_sources": whole.count() if regions is None else len(candidates_of(catalog, regions, None))})

    @extend_schema(request=OpenRoundSerializer, responses={201: RoundSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Open a round on a catalogue of a galaxy of yours. PIs only."""
        form = OpenRoundSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        arguments = dict(form.validated_data)
        catalog = self._to_draw_from(arguments.pop("catalog"))
        round_ = open_round(catalog=catalog, scheme=legus_scheme(), opened_by=user_of(request), **arguments)
        return Response(RoundSerializer(round_).data, status=201)

    @extend_schema(request=None, responses=RoundSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, uuid: str) -> Response:
        """Take no more votes. PIs only."""
        return Response(RoundSerializer(close_round(round_=self._require(self.get_object(), Role.PI))).data)

    @extend_schema(request=ClaimSerializer, responses=HandedSerializer)
    @action(detail=True, methods=["post"])
    def claims(self, request: Request, uuid: str) -> Response:
        """Your next assignments: those you hold, then fresh ones. Asking again gives the same ones."""
        form = ClaimSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        round_ = self._require(self.get_object(), Role.ANNOTATOR)
        assignments = claim(round_=round_, annotator=user_of(request), count=form.validated_data["count"])
        context = {"previous": previous_consensus(round_, assignments, user_of(request))}
        return Response(
            {
                "assignments": AssignmentSerializer(assignments, many=True, context=context).data,
                "progress": progress_of(round_, user_of(request)),
            }
        )

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def watch(self, request: Request, uuid: str) -> Response:
        """Choose to watch an open blind round's votes, and so not to vote in it. Curators and PIs only."""
        watch(round_=self.get_object(), user=user_of(request))
        return Response(status=204)

    @extend_schema(responses=PlacesSerializer, parameters=PLACES_PARAMETERS)
    @action(detail=True)
    def places(self, request: Request, uuid: str) -> Response:
        """Where the round's sources are, as columns."""
        places = places_of(Source.objects.filter(draws__round=self.get_object()), request.query_params)
        # A class published with the catalogue would tell a blind voter the answer.
        return Response(places | {"label": [""] * len(places["label"])})

    @extend_schema(
        parameters=[OpenApiParameter("source", UUID, many=True, description="Only remarks on these sources.")],
        responses=RemarkSerializer(many=True),
    )
    @action(detail=True)
    def remarks(self, request: Request, uuid: str) -> Response:
        """The standing flags and comments that you may see: your own and, for curators who see the votes, all."""
        rows = remarks_seen_by(self.get_object(), user_of(request)).select_related("draw__source", "author")
        if wanted := request.query_params.getlist("source"):
            rows = rows.filter(draw__source__uuid__in=[_uuid_or_refusal(value) for value in wanted[:MAX_SOURCES_ASKED]])
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(RemarkSerializer(page, many=True).data)

    @extend_schema(responses=dict[str, Any])
    @action(detail=True)
    def results(self, request: Request, uuid: str) -> Response:
        """Agreement and class counts, on labels and on groups; hidden from those who vote blind."""
        round_ = self.get_object()
        require_results(round_, user_of(request))
        return Response(results_of(round_))


def _uuid_or_refusal(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise BadInput(f"source: {value!r} is no UUID") from None


class VoteSerializer(serializers.Serializer):
    """A vote as a client sends it; `client_id` makes a resend harmless."""

    client_id = serializers.UUIDField()
    assignment = serializers.UUIDField()
    outcome = serializers.ChoiceField(choices=Vote.Outcome.choices)
    label = serializers.CharField(max_length=16, required=False, allow_null=True, default=None)
    is_unsure = serializers.BooleanField(default=False)
    seconds_spent = serializers.FloatField(min_value=0, max_value=DAY_S, required=False, allow_null=True, default=None)
    shown = serializers.DictField(required=False, default=dict)

    def validate_shown(self, shown: dict[str, Any]) -> dict[str, Any]:
        if len(require_storable("shown", shown)) > MAX_SHOWN_BYTES:
            raise serializers.ValidationError(f"at most {MAX_SHOWN_BYTES} characters")
        return shown


class CastSerializer(serializers.Serializer):
    """What a cast vote answers with."""

    client_id = serializers.UUIDField()
    assignment = AssignmentSerializer()
    progress = ProgressSerializer()


class VoteViewSet(viewsets.GenericViewSet):
    """Cast votes. Undo is a vote with the outcome `withdrawn`."""

    serializer_class = VoteSerializer
    queryset = Vote.objects.none()

    @extend_schema(request=VoteSerializer, responses={200: CastSerializer, 201: CastSerializer})
    def create(self, request: Request) -> Response:
        """201 when the vote is new, 200 when this `client_id` brought the same vote before, 409 when another."""
        form = VoteSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        arguments = dict(form.validated_data)
        visible = Assignment.objects.filter(round__in=Round.objects.visible_to(request.user))
        assignment = get_object_or_404(
            visible.select_related("round__campaign__galaxy__team"), uuid=arguments.pop("assignment")
        )
        if not assignment.round.galaxy.team.has_role(request.user, Role.ANNOTATOR):
            raise Forbidden("Only annotators vote")
        vote, is_new = cast_vote(assignment=assignment, annotator=user_of(request), **arguments)
        return Response(
            {
                "client_id": str(vote.client_id),
                "assignment": AssignmentSerializer(vote.assignment).data,
                "progress": progress_of(vote.assignment.round, user_of(request)),
            },
            status=201 if is_new else 200,
        )
