"""Regions over `/api/v1/regions/`."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from catalogs.models import Galaxy, Region
from catalogs.regions.drawing import change_region, draw_region
from catalogs.regions.ds9 import LONGEST_LABEL
from catalogs.regions.shapes import from_json
from galaxycat.accounts.http import user_of


class RegionSerializer(serializers.ModelSerializer):
    galaxy = serializers.SlugRelatedField("slug", read_only=True)
    author = serializers.CharField(source="author.label", read_only=True)
    is_mine = serializers.SerializerMethodField()
    shape = serializers.JSONField(
        source="geometry", help_text='{"kind": "circle", "x_px": 10, "y_px": 20, "radius_px": 5}'
    )

    class Meta:
        model = Region
        fields = [
            "uuid", "galaxy", "shape", "label", "author", "is_mine", "is_shared", "version", "created_at", "changed_at",
            "removed_at",
        ]  # fmt: skip

    def get_is_mine(self, region: Region) -> bool:
        return region.author_id == self.context["request"].user.pk


class NewRegionSerializer(serializers.Serializer):
    """What `draw_region` needs; the `uuid` makes a resend harmless."""

    uuid = serializers.UUIDField()
    galaxy = serializers.CharField(max_length=60)
    shape = serializers.JSONField()
    label = serializers.CharField(max_length=LONGEST_LABEL, required=False, allow_blank=True, default="")


class ChangedRegionSerializer(serializers.Serializer):
    """What changes, and the version that was looked at."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    shape = serializers.JSONField(required=False)
    label = serializers.CharField(max_length=LONGEST_LABEL, required=False, allow_blank=True)
    is_removed = serializers.BooleanField(required=False)


@extend_schema_view(list=extend_schema(parameters=[OpenApiParameter("galaxy", str, description="Slug of a galaxy.")]))
class RegionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Regions drawn on your teams' galaxies: your own, and those of curators and PIs."""

    lookup_field = "uuid"
    lookup_value_converter = "uuid"
    serializer_class = RegionSerializer
    queryset = Region.objects.none()

    def get_queryset(self) -> QuerySet[Region]:
        regions = Region.objects.visible_to(self.request.user).select_related("galaxy__team", "author")
        if self.action == "list":
            regions = regions.standing()
        if slug := self.request.query_params.get("galaxy"):
            regions = regions.filter(galaxy__slug=slug.replace("\0", ""))
        return regions

    @extend_schema(request=NewRegionSerializer, responses={200: RegionSerializer, 201: RegionSerializer})
    def create(self, request: Request) -> Response:
        """201 when the region is new, 200 when this `uuid` brought it before."""
        form = NewRegionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        visible = Galaxy.objects.visible_to(request.user).select_related("team")
        galaxy = get_object_or_404(visible, slug=said["galaxy"].replace("\0", ""))
        region, is_new = draw_region(
            uuid=said["uuid"],
            galaxy=galaxy,
            shape=from_json(said["shape"]),
            label=said["label"],
            author=user_of(request),
        )
        return Response(self.get_serializer(region).data, status=201 if is_new else 200)

    @extend_schema(request=ChangedRegionSerializer, responses=RegionSerializer)
    def partial_update(self, request: Request, uuid: str) -> Response:
        """Move, reshape or rename a region, remove it or bring it back. 409 when it was changed meanwhile."""
        region = self.get_object()
        form = ChangedRegionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        shape = from_json(said.pop("shape")) if "shape" in said else None
        changed = change_region(region=region, by=user_of(request), shape=shape, **said)
        return Response(self.get_serializer(changed).data)
