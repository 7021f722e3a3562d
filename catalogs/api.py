"""Read access to galaxies, catalogues and sources over `/api/v1/`."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Mod
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from catalogs.evidence import SIZE_PX, VERSION, WIDE_PX, card_of, etag_of, evidence_of
from catalogs.models import Band, Catalog, Galaxy, Mosaic, Rendition, Source
from catalogs.models.catalog import SourceQuerySet
from catalogs.resolving import resolve_name
from catalogs.selecting import parse_polygon, selection
from catalogs.tileanswers import is_known
from catalogs.viewer import tile_url, values_at
from galaxycat.errors import BadInput

MAX_SOURCES = 100_000
IMAGE_DIGITS = 16
FARTHEST_PX = 1e9
FIELDS_PX = {"usual": SIZE_PX, "wide": WIDE_PX}


class BandSerializer(serializers.ModelSerializer):
    class Meta:
        model = Band
        fields = [
            "name", "unit", "pivot_wavelength_nm", "photflam", "zero_point_mag", "exposure_s", "provenance",
            "valid_fraction", "background", "noise",
        ]  # fmt: skip


class RenditionSerializer(serializers.ModelSerializer):
    tile_url = serializers.SerializerMethodField(help_text="Template with {z}, {x} and {y}.")

    class Meta:
        model = Rendition
        fields = ["slug", "name", "style_hash", "recipe", "limits", "tile_url"]

    def get_tile_url(self, rendition: Rendition) -> str:
        return tile_url(rendition.mosaic, rendition)


class GalaxySerializer(serializers.ModelSerializer):
    team = serializers.SlugRelatedField("slug", read_only=True)
    is_published = serializers.SerializerMethodField()

    class Meta:
        model = Galaxy
        fields = [
            "uuid", "slug", "name", "team", "width_px", "height_px", "pixel_scale_arcsec", "distance_mpc",
            "foreground_ebv_mag", "is_simulated", "is_published", "created_at",
        ]  # fmt: skip

    def get_is_published(self, galaxy: Galaxy) -> bool:
        return galaxy.published_at is not None


class GalaxyDetailSerializer(GalaxySerializer):
    bands = BandSerializer(source="shown.bands", many=True, read_only=True)
    derived_planes = serializers.JSONField(
        source="shown.derived_planes", read_only=True, help_text="Images made of bands, to be shown only."
    )
    renditions = RenditionSerializer(source="shown.renditions", many=True, read_only=True)

    class Meta(GalaxySerializer.Meta):
        fields = [*GalaxySerializer.Meta.fields, "bands", "derived_planes", "renditions"]

    def to_representation(self, galaxy: Galaxy) -> dict[str, Any]:
        """All of one version, though another may come meanwhile."""
        with_mosaic: Any = galaxy
        with_mosaic.shown = galaxy.latest_mosaic
        return dict(super().to_representation(galaxy))


class PixelValueSerializer(serializers.Serializer):
    name = serializers.CharField()
    unit = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    is_measured = serializers.BooleanField(help_text="False for an image made of bands, read from the display pyramid.")


class GalaxyViewSet(viewsets.ReadOnlyModelViewSet):
    """Galaxies of your teams, and published ones."""

    lookup_field = "slug"
    permission_classes = [AllowAny]  # the queryset decides: without log-in only what is published
    queryset = Galaxy.objects.none()

    def get_queryset(self) -> QuerySet[Galaxy]:
        return Galaxy.objects.visible_to(self.request.user).select_related("team")

    def get_serializer_class(self) -> type[GalaxySerializer]:
        return GalaxyDetailSerializer if self.action == "retrieve" else GalaxySerializer

    @extend_schema(
        responses=PixelValueSerializer(many=True),
        parameters=[
            OpenApiParameter(name, float, required=True, description="0-based, centres on integers.")
            for name in ("x_px", "y_px")
        ],
        filters=False,
    )
    @action(detail=True, pagination_class=None)
    def values(self, request: Request, slug: str) -> Response:
        """Each band's value in the pixel that holds a position, as the science image has it, then those of images made of
        bands; null where there is none."""
        mosaic = self.get_object().latest_mosaic
        x_px, y_px = (_finite(name, request.query_params.get(name, "")) for name in ("x_px", "y_px"))
        return Response(
            [
                {"name": name, "unit": unit, "value": _json_number(value), "is_measured": is_measured}
                for name, unit, value, is_measured in values_at(mosaic, x_px, y_px)
            ]
        )


class PlaceOfNameSerializer(serializers.Serializer):
    name = serializers.CharField()
    ra_deg = serializers.FloatField()
    dec_deg = serializers.FloatField()


class PlaceOfNameView(APIView):
    """Where an object of a name is, by SIMBAD, NED and VizieR."""

    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "names"

    @extend_schema(
        responses=PlaceOfNameSerializer,
        parameters=[OpenApiParameter("name", str, required=True, description="Such as M 51.")],
    )
    def get(self, request: Request) -> Response:
        """ICRS degrees; 404 for a name that none of them knows, 503 where they do not answer."""
        name = request.query_params.get("name", "")
        try:
            ra_deg, dec_deg = resolve_name(name)
        except OSError:
            why = "The service that knows names does not answer: try again, or write coordinates."
            return Response({"detail": why}, status=503)
        return Response({"name": name, "ra_deg": ra_deg, "dec_deg": dec_deg})


class CatalogSerializer(serializers.ModelSerializer):
    galaxy = serializers.SlugRelatedField("slug", read_only=True)
    n_sources = serializers.IntegerField(read_only=True)

    class Meta:
        model = Catalog
        fields = [
            "uuid", "galaxy", "name", "kind", "method", "parameters", "units", "descriptions", "n_sources", "created_at",
        ]  # fmt: skip


class PlacesSerializer(serializers.Serializer):
    """Sources as columns of equal length, for drawing."""

    number = serializers.ListField(child=serializers.IntegerField())
    x_px = serializers.ListField(child=serializers.FloatField())
    y_px = serializers.ListField(child=serializers.FloatField())
    label = serializers.ListField(child=serializers.CharField())
    n_sources = serializers.IntegerField(help_text="How many there are, sent or not.")
    is_complete = serializers.BooleanField(help_text="False when there are more sources than are sent.")


PLACES_PARAMETERS = [
    OpenApiParameter("bbox", str, description="x0,y0,x1,y1 in pixels; all sources without it."),
    OpenApiParameter("sample", int, description="At most so many, evenly over the numbers."),
    OpenApiParameter("number", int, description="The source with this number alone."),
]


class SourceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Source
        fields = [
            "uuid",
            "number",
            "x_px",
            "y_px",
            "ra_deg",
            "dec_deg",
            "is_outside",
            "published_label",
            "measurements",
        ]


class ReadingSerializer(serializers.Serializer):
    name = serializers.CharField()
    value = serializers.FloatField()
    error = serializers.FloatField(allow_null=True)
    unit = serializers.CharField(help_text="Of a magnitude its system, where the catalogue says it.")
    note = serializers.CharField()
    reason = serializers.CharField()


class CardSerializer(SourceSerializer):
    """A source with what its catalogue measured, as it is read."""

    readings = ReadingSerializer(many=True, read_only=True)

    class Meta(SourceSerializer.Meta):
        fields = [*SourceSerializer.Meta.fields, "readings"]


@extend_schema_view(list=extend_schema(parameters=[OpenApiParameter("galaxy", str, description="Slug of a galaxy.")]))
class CatalogViewSet(viewsets.ReadOnlyModelViewSet):
    """Catalogues of the galaxies you may see."""

    lookup_field = "uuid"
    permission_classes = [AllowAny]
    serializer_class = CatalogSerializer
    queryset = Catalog.objects.none()

    def get_queryset(self) -> QuerySet[Catalog]:
        catalogs = Catalog.objects.visible_to(self.request.user).select_related("galaxy")
        if self.action in {"list", "retrieve"}:
            catalogs = catalogs.with_source_counts()
        if slug := self.request.query_params.get("galaxy"):
            catalogs = catalogs.filter(galaxy__slug=slug.replace("\0", ""))
        return catalogs

    @extend_schema(responses=PlacesSerializer, parameters=PLACES_PARAMETERS)
    @action(detail=True)
    def places(self, request: Request, uuid: str) -> Response:
        """Where the catalogue's sources on the image are, as columns."""
        return Response(places_of(self.get_object().sources.on_image(), request.query_params))

    @extend_schema(responses=CardSerializer, parameters=[OpenApiParameter("number", int, required=True)])
    @action(detail=True)
    def card(self, request: Request, uuid: str) -> Response:
        """The source with a number, and what the catalogue says of it: magnitudes by wavelength with system and error,
        concentration index, FWHM."""
        catalog = self.get_object()
        number = _whole("number", request.query_params.get("number", ""), 2**31 - 1)
        source = get_object_or_404(catalog.sources.select_related("catalog"), number=number)
        readings = card_of(source, catalog.galaxy.latest_mosaic)
        return Response(SourceSerializer(source).data | {"readings": [asdict(reading) for reading in readings]})

    @extend_schema(
        responses=dict[str, Any],
        parameters=[OpenApiParameter("polygon", str, required=True, description="x0,y0,x1,y1,... in pixels.")],
        filters=False,
    )
    @action(detail=True, pagination_class=None)
    def inside(self, request: Request, uuid: str) -> Response:
        """The catalogue's sources inside a polygon: how many, by published class, and the first of them."""
        return Response(selection(self.get_object(), parse_polygon(request.query_params.get("polygon", ""))))


def places_of(sources: SourceQuerySet, asked: Mapping[str, str]) -> dict[str, Any]:
    """Where sources are, as the columns of PlacesSerializer, in order of their number; `asked` as PLACES_PARAMETERS say. A
    sample is every second, third ... number. Raises BadInput."""
    sample = _whole("sample", asked.get("sample", "0"), MAX_SOURCES)
    if number := asked.get("number"):
        sources = sources.filter(number=_whole("number", number, 2**31 - 1))
    if box := asked.get("bbox"):
        x0, y0, x1, y1 = parse_box(box)
        sources = sources.filter(x_px__gte=x0, x_px__lte=x1, y_px__gte=y0, y_px__lte=y1)
    n_sources = sources.count() if sample else None
    if n_sources and n_sources > sample:
        sources = sources.annotate(turn=Mod("number", -(-n_sources // sample))).filter(turn=0)
    rows = list(sources.order_by("number").values_list("number", "x_px", "y_px", "published_label")[: MAX_SOURCES + 1])
    if n_sources is None:
        n_sources = len(rows) if len(rows) <= MAX_SOURCES else sources.count()
    columns = list(zip(*rows[:MAX_SOURCES], strict=True)) or [(), (), (), ()]
    names = ("number", "x_px", "y_px", "label")
    places = dict(zip(names, columns, strict=True))
    return places | {"n_sources": n_sources, "is_complete": len(places["number"]) == n_sources}


def parse_box(text: str) -> tuple[float, float, float, float]:
    """`x0,y0,x1,y1` in pixels. Raises BadInput."""
    try:
        x0, y0, x1, y1 = (float(part) for part in text.split(","))
    except ValueError:
        raise BadInput(f"bbox: {text[:60]!r} is not four numbers x0,y0,x1,y1 in pixels") from None
    if not (x0 <= x1 and y0 <= y1):
        raise BadInput("bbox: x0 must not exceed x1, nor y0 exceed y1")
    return x0, y0, x1, y1


class SourceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Sources of the catalogues you may see; `?catalog=UUID&number=N` finds one by its number."""

    lookup_field = "uuid"
    permission_classes = [AllowAny]
    serializer_class = SourceSerializer
    queryset = Source.objects.none()

    def get_queryset(self) -> QuerySet[Source]:
        sources = Source.objects.visible_to(self.request.user)
        if self.action == "evidence":
            sources = sources.select_related("catalog__galaxy", "catalog__mosaic")
        if catalog := self.request.query_params.get("catalog"):
            sources = sources.filter(catalog__uuid=_uuid("catalog", catalog))
        if number := self.request.query_params.get("number"):
            if not number.isdecimal() or len(number) > 18:
                raise BadInput(f"number: {number[:40]!r} is not a whole number")
            sources = sources.filter(number=int(number))
        return sources

    @extend_schema(
        responses=dict[str, Any],
        parameters=[
            OpenApiParameter(
                "image", str, description="Beginning of the image's hash: the answer may be kept for good."
            ),
            OpenApiParameter("field", str, enum=list(FIELDS_PX), description="How much is about the source."),
        ],
    )
    @action(detail=True)
    def evidence(self, request: Request, uuid: str) -> Response:
        """What the newest image says of the source: pixels of each band, profile, numbers. No vote, comment, prediction or class."""
        source: Source = self.get_object()
        mosaic = source.catalog.galaxy.latest_mosaic
        field = request.query_params.get("field", "usual")
        if field not in FIELDS_PX:
            raise BadInput(f"field: {field[:40]!r} is not one of {', '.join(FIELDS_PX)}")
        etag = etag_of(source, mosaic, FIELDS_PX[field])
        if is_known(request.headers.get("If-None-Match", ""), etag):
            response = Response(status=304)
        else:
            response = Response(evidence_of(source, mosaic, FIELDS_PX[field]))
        response["ETag"] = etag
        response["Cache-Control"] = _cache_control(mosaic, request.query_params)
        return response


def _cache_control(mosaic: Mosaic, said: Mapping[str, str]) -> str:
    scope = "public" if mosaic.galaxy.published_at else "private"
    image = said.get("image", "")
    names_it = len(image) >= IMAGE_DIGITS and mosaic.content_sha256.startswith(image) and said.get("v") == str(VERSION)
    return f"{scope}, max-age=31536000, immutable" if names_it else f"{scope}, no-cache"


def _whole(field: str, text: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 12 and int(text) <= most):
        raise BadInput(f"{field}: {text[:40]!r} is not a whole number from 0 to {most:,}")
    return int(text)


def _finite(field: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not abs(number) < FARTHEST_PX:
        raise BadInput(f"{field}: {text[:40]!r} is not a position in pixels, such as 512.0")
    return number


def _json_number(value: float) -> float | None:
    return float(f"{value:.7g}") if math.isfinite(value) else None


def _uuid(field: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadInput(f"{field}: {text[:40]!r} is not a UUID") from None
