"""Tiles and cut-outs. The URL carries content hashes only, so what it names never changes."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from catalogs.imagery.display import DisplayScale
from catalogs.imagery.encoding import media_type
from catalogs.imagery.recipes import Recipe, from_json
from catalogs.imagery.tiles import render_cutout, render_tile
from catalogs.models import Rendition, Source
from galaxycat.errors import BadInput, NotFound

MAX_CUTOUT_PX = 512
MAX_CUTOUT_ZOOM = 8


@require_safe
def tile(request: HttpRequest, image: str, style: str, z: int, x: int, y: int) -> HttpResponse:
    """A 256 px tile of a rendition. Outside the image 404."""
    rendition = _rendition(request, mosaic__display_sha256=image, style_hash=style)
    return _answer(
        request,
        rendition,
        f"{style}-{z}-{x}-{y}",
        lambda: render_tile(rendition.mosaic.display_path, *_style(rendition), z=z, x=x, y=y),
    )


@require_safe
def cutout(request: HttpRequest, style: str, uuid: str) -> HttpResponse:
    """A square of `size` image pixels centred on a source, enlarged `zoom` times."""
    source = get_object_or_404(Source.objects.visible_to(request.user).select_related("catalog"), uuid=uuid)
    rendition = _rendition(request, mosaic__galaxy=source.catalog.galaxy_id, style_hash=style)
    size_px, zoom = _whole(request, "size", 64, MAX_CUTOUT_PX), _whole(request, "zoom", 2, MAX_CUTOUT_ZOOM)
    return _answer(
        request,
        rendition,
        f"{style}-{uuid}-{size_px}-{zoom}",
        lambda: render_cutout(
            rendition.mosaic.display_path, *_style(rendition), source.x_px, source.y_px, size_px, zoom
        ),
    )


def _rendition(request: HttpRequest, **lookup: object) -> Rendition:
    rendition = Rendition.objects.visible_to(request.user).select_related("mosaic__galaxy").filter(**lookup).first()
    if rendition is None:
        raise NotFound("No such image, or not one you may see")
    return rendition


def _style(rendition: Rendition) -> tuple[Recipe, dict[str, DisplayScale]]:
    """The recipe, and band name -> scale of its 16-bit codes."""
    bands = rendition.mosaic.bands.all()
    return from_json(rendition.recipe), {band.name: DisplayScale.from_json(band.display_scale) for band in bands}


def _answer(request: HttpRequest, rendition: Rendition, name: str, render: Callable[[], bytes]) -> HttpResponse:
    """The picture, or 304 without rendering it: what a URL names never changes."""
    etag = f'"{rendition.mosaic.display_sha256[:16]}-{name}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        body = render()
        response = HttpResponse(body, content_type=media_type(body))
    response["ETag"] = etag
    scope = "public" if rendition.mosaic.galaxy.published_at else "private"
    response["Cache-Control"] = f"{scope}, max-age=31536000, immutable"
    return response


def _whole(request: HttpRequest, name: str, default: int, most: int) -> int:
    text = request.GET.get(name, str(default))
    if not text.isdecimal() or len(text) > 6 or not 1 <= int(text) <= most:
        raise BadInput(f"{name}: {text!r} is not a whole number from 1 to {most}")
    return int(text)
