"""Releases over `/api/v1/releases/`."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.permissions import AllowAny

from catalogs.models import Release
from catalogs.releases.access import require_open


class ReleaseSerializer(serializers.ModelSerializer):
    galaxy = serializers.SlugRelatedField("slug", read_only=True)
    catalog = serializers.SlugRelatedField("uuid", read_only=True)

    class Meta:
        model = Release
        fields = [
            "uuid", "galaxy", "version", "catalog", "content_sha256", "created_at", "published_at", "withdrawn_at",
            "withdrawn_because",
        ]  # fmt: skip


class ReleaseDetailSerializer(ReleaseSerializer):
    manifest = serializers.SerializerMethodField(help_text="What it holds, with checksums.")
    files = serializers.SerializerMethodField(help_text="Format -> address of the file.")

    class Meta(ReleaseSerializer.Meta):
        fields = [*ReleaseSerializer.Meta.fields, "manifest", "files"]

    def get_manifest(self, release: Release) -> dict[str, Any]:
        return release.manifest

    def get_files(self, release: Release) -> dict[str, str]:
        build = self.context["request"].build_absolute_uri
        return {
            format_: build(reverse("release_file", args=[release.uuid, format_]))
            for format_ in release.manifest["files"]
        }


@extend_schema_view(list=extend_schema(parameters=[OpenApiParameter("galaxy", str, description="Slug of a galaxy.")]))
class ReleaseViewSet(viewsets.ReadOnlyModelViewSet):
    """Published releases, and those of your teams."""

    lookup_field = "uuid"
    lookup_value_converter = "uuid"
    permission_classes = [AllowAny]  # the queryset decides: without log-in only what is published
    queryset = Release.objects.none()

    def get_queryset(self) -> QuerySet[Release]:
        releases = Release.objects.visible_to(self.request.user).select_related("galaxy__team", "catalog")
        if slug := self.request.query_params.get("galaxy"):
            releases = releases.filter(galaxy__slug=slug.replace("\0", ""))
        return releases.defer("manifest_text") if self.action == "list" else releases

    def get_serializer_class(self) -> type[ReleaseSerializer]:
        return ReleaseSerializer if self.action == "list" else ReleaseDetailSerializer

    def get_object(self) -> Release:
        release = super().get_object()
        require_open(release, self.request.user)
        return release
