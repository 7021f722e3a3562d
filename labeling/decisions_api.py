"""Curators' decisions over `/api/v1/decisions/`."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalogs.models import Galaxy, Source
from galaxycat.accounts.http import user_of
from galaxycat.accounts.models import Role
from galaxycat.errors import BadInput
from labeling.access import waiting_blind
from labeling.deciding import MAX_REASON, decide, withdraw_decision
from labeling.models import Campaign, Decision


class DecisionSerializer(serializers.ModelSerializer):
    """A link of a source's chain of decisions; a withdrawal has no label."""

    campaign = serializers.SlugRelatedField("uuid", read_only=True)
    source = serializers.SlugRelatedField("uuid", read_only=True)
    label = serializers.SlugRelatedField("value", read_only=True, allow_null=True)
    supersedes = serializers.SlugRelatedField("uuid", read_only=True, allow_null=True)
    decided_by = serializers.CharField(source="decided_by.label", read_only=True)

    class Meta:
        model = Decision
        fields = [
            "uuid", "campaign", "source", "label", "reason", "is_withdrawal", "supersedes", "decided_by", "decided_at",
        ]  # fmt: skip


class DecideSerializer(serializers.Serializer):
    """What `labeling.deciding.decide` needs."""

    campaign = serializers.UUIDField()
    source = serializers.UUIDField()
    label = serializers.CharField(max_length=16)
    reason = serializers.CharField(max_length=MAX_REASON)
    supersedes = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="The source's last link that you saw; null for none."
    )


class WithdrawDecisionSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=MAX_REASON)


@extend_schema_view(
    list=extend_schema(parameters=[OpenApiParameter("campaign", UUID, description="Only decisions of this campaign.")])
)
class DecisionViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Decisions of campaigns you curate, oldest first, without those on sources that wait for you in a blind round."""

    lookup_field = "uuid"
    serializer_class = DecisionSerializer
    queryset = Decision.objects.none()

    def get_queryset(self) -> QuerySet[Decision]:
        user = user_of(self.request)
        curated = Galaxy.objects.with_role(user, Role.CURATOR)
        decisions = Decision.objects.filter(campaign__galaxy__in=curated)
        decisions = decisions.exclude(source__in=waiting_blind(user).values("source"))
        if wanted := self.request.query_params.get("campaign"):
            try:
                decisions = decisions.filter(campaign__uuid=UUID(wanted))
            except ValueError:
                raise BadInput(f"campaign: {wanted!r} is no UUID") from None
        related = ("campaign__galaxy__team", "source", "label", "supersedes", "decided_by")
        return decisions.select_related(*related).order_by("pk")

    @extend_schema(request=DecideSerializer, responses={201: DecisionSerializer})
    def create(self, request: Request) -> Response:
        """Decide what a source is. 409 where another decision came since the one you name in `supersedes`."""
        form = DecideSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        arguments = dict(form.validated_data)
        user = user_of(request)
        campaigns = Campaign.objects.filter(galaxy__in=Galaxy.objects.with_role(user, Role.VIEWER))
        campaign = get_object_or_404(campaigns.select_related("galaxy__team", "scheme"), uuid=arguments.pop("campaign"))
        source = get_object_or_404(Source, uuid=arguments.pop("source"), catalog__galaxy=campaign.galaxy_id)
        made = decide(campaign=campaign, source=source, decided_by=user, **arguments)
        return Response(DecisionSerializer(made).data, status=201)

    @extend_schema(request=WithdrawDecisionSerializer, responses={201: DecisionSerializer})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, uuid: str) -> Response:
        """Take a standing decision back: the votes count again."""
        form = WithdrawDecisionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user = user_of(request)
        withdrawal = withdraw_decision(
            decision=self.get_object(), reason=form.validated_data["reason"], withdrawn_by=user
        )
        return Response(DecisionSerializer(withdrawal).data, status=201)
