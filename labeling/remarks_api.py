"""Flags and comments over `/api/v1/remarks/`."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from galaxycat.accounts.http import user_of
from galaxycat.accounts.models import Role
from galaxycat.errors import Forbidden
from labeling.models import Assignment, Remark, Round
from labeling.remarks import MAX_TEXT, remark, withdraw_remark


class RemarkSerializer(serializers.ModelSerializer):
    """A flag or a comment as people may see it."""

    source = serializers.UUIDField(source="draw.source.uuid", read_only=True)
    author = serializers.CharField(source="author.label", read_only=True)

    class Meta:
        model = Remark
        fields = ["client_id", "source", "author", "kind", "text", "created_at", "withdrawn_at"]


class NewRemarkSerializer(serializers.Serializer):
    """What `labeling.remarks.remark` needs; `client_id` makes a resend harmless."""

    client_id = serializers.UUIDField()
    assignment = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Remark.Kind.choices)
    text = serializers.CharField(max_length=MAX_TEXT, required=False, allow_blank=True, default="")


class RemarkViewSet(viewsets.GenericViewSet):
    """Flag or comment on a source you hold or answered, and take it back. `rounds/<uuid>/remarks/` lists them."""

    lookup_field = "client_id"
    serializer_class = RemarkSerializer
    queryset = Remark.objects.none()

    def get_queryset(self) -> QuerySet[Remark]:
        user = user_of(self.request)
        mine = Remark.objects.filter(author=user, draw__round__in=Round.objects.visible_to(user))
        return mine.select_related("draw__source", "draw__round", "author")

    @extend_schema(request=NewRemarkSerializer, responses={200: RemarkSerializer, 201: RemarkSerializer})
    def create(self, request: Request) -> Response:
        """201 when the remark is new, 200 when this `client_id` brought the same remark before, 409 when another."""
        form = NewRemarkSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        arguments = dict(form.validated_data)
        visible = Assignment.objects.filter(round__in=Round.objects.visible_to(request.user))
        assignment = get_object_or_404(
            visible.select_related("round__campaign__galaxy__team"), uuid=arguments.pop("assignment")
        )
        if not assignment.round.galaxy.team.has_role(request.user, Role.ANNOTATOR):
            raise Forbidden("Only annotators flag and comment")
        made, is_new = remark(assignment=assignment, author=user_of(request), **arguments)
        return Response(RemarkSerializer(made).data, status=201 if is_new else 200)

    @extend_schema(request=None, responses=RemarkSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, client_id: str) -> Response:
        """Take your own flag or comment back."""
        return Response(RemarkSerializer(withdraw_remark(remark=self.get_object(), author=user_of(request))).data)
