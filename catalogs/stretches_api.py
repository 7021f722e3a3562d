"""How one shows a rendition, over `/api/v1/galaxies/SLUG/stretches/RENDITION/`."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalogs.models import Galaxy
from catalogs.stretching import forget_stretch, keep_stretch
from galaxycat.accounts.http import user_of


class StyleSerializer(serializers.Serializer):
    """`catalogs.imagery.styles.checked_style` says what is in it."""

    style = serializers.JSONField(
        help_text="Channels with weights, black and white; stretch, softness, gamma, colourMap."
    )


class StretchView(APIView):
    """Your own stretch of a rendition, seen by nobody else. The galaxy's own renditions never change by it."""

    @extend_schema(request=StyleSerializer, responses=StyleSerializer)
    def put(self, request: Request, slug: str, rendition: str) -> Response:
        """Keep it, in place of the one before."""
        form = StyleSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        style = form.validated_data["style"]
        kept = keep_stretch(galaxy=self._galaxy(slug), rendition=rendition, style=style, user=user_of(request))
        return Response({"style": kept.style})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, rendition: str) -> Response:
        """Back to the galaxy's own."""
        forget_stretch(galaxy=self._galaxy(slug), rendition=rendition, user=user_of(request))
        return Response(status=204)

    def _galaxy(self, slug: str) -> Galaxy:
        return get_object_or_404(Galaxy.objects.visible_to(self.request.user), slug=slug)
