"""Tiles and cut-outs. The URL carries content hashes only, so what it names never changes."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from catalogs.grants import PUBLIC_IMAGES, give_grant
from catalogs.imagery.encoding import FORMATS, media_type
from catalogs.models import Mosaic, Rendition, Source
from catalogs.tileanswers import FOR_GOOD, TileAddress, TileAnswer, data_tile, headers, is_known, rendered_tile
from catalogs.tileplans import PLANS
from galaxycat.errors import BadInput, NotFound

MAX_CUTOUT_PX = 512
MAX_CUTOUT_ZOOM = 8


@require_safe
def tile(request: HttpRequest, image: str, style: str, z: int, x: int, y: int) -> HttpResponse:
    """A 256 px tile of a rendition; outside the image 404. `?format=` png or jpeg, else JPEG where all of it has data."""
    fmt = request.GET.get("format", "auto")
    if fmt not in FORMATS:
        raise BadInput(f"format: {fmt[:20]!r} is not one of {', '.join(FORMATS)}")
    rendition = _rendition(request, mosaic__display_sha256=image, style_hash=style)
    address = TileAddress(image, z, x, y, style=style, fmt=fmt)
    return _tile(request, rendition.mosaic, address, lambda: rendered_tile(PLANS.of(rendition), address))


@require_safe
def data_block(request: HttpRequest, image: str, band: int, z: int, x: int, y: int) -> HttpResponse:
    """A 256 px block of a band's 16-bit codes as it is stored: deflated, rows as differences; outside the image 404."""
    mosaics = Mosaic.objects.visible_to(request.user).select_related("galaxy")
    mosaic = mosaics.filter(display_sha256=image).first()
    if mosaic is None:
        raise NotFound("No such image, or not one you may see")
    address = TileAddress(image, z, x, y, band=band)
    return _tile(request, mosaic, address, lambda: data_tile(address))


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
        lambda: PLANS.of(rendition).cutout(source.x_px, source.y_px, size_px, zoom),
    )


def _rendition(request: HttpRequest, **lookup: object) -> Rendition:
    rendition = Rendition.objects.visible_to(request.user).select_related("mosaic__galaxy").filter(**lookup).first()
    if rendition is None:
        raise NotFound("No such image, or not one you may see")
    return rendition


def _tile(request: HttpRequest, mosaic: Mosaic, address: TileAddress, make: Callable[[], TileAnswer]) -> HttpResponse:
    """The tile, or 304 without making it; and leave to be answered ahead of Django for the next minute."""
    answer = None if is_known(request.headers.get("If-None-Match", ""), address.etag) else make()
    is_public = mosaic.galaxy.published_at is not None
    response = HttpResponse(answer.body if answer else b"", status=200 if answer else 304)
    for name, value in headers(address, "public" if is_public else "private", answer).items():
        response[name] = value
    if is_public:
        # A shared cache may keep this answer: it must not hand out anybody's cookie.
        PUBLIC_IMAGES.add(address.image)
    elif session_key := request.COOKIES.get(settings.SESSION_COOKIE_NAME):
        give_grant(response, address.image, session_key)
    # Whoever may see a tile sees the same one. An answer that varied by the Cookie header, where the grant changes
    # every minute, would be asked for again every minute.
    request.session.accessed = False
    return response


def _answer(request: HttpRequest, rendition: Rendition, name: str, render: Callable[[], bytes]) -> HttpResponse:
    """The picture, or 304 without rendering it: what a URL names never changes."""
    etag = f'"{rendition.mosaic.display_sha256[:16]}-{name}"'
    if is_known(request.headers.get("If-None-Match", ""), etag):
        response = HttpResponse(status=304)
    else:
        body = render()
        response = HttpResponse(body, content_type=media_type(body))
    response["ETag"] = etag
    scope = "public" if rendition.mosaic.galaxy.published_at else "private"
    response["Cache-Control"] = f"{scope}, {FOR_GOOD}"
    return response


def _whole(request: HttpRequest, name: str, default: int, most: int) -> int:
    text = request.GET.get(name, str(default))
    if not text.isdecimal() or len(text) > 6 or not 1 <= int(text) <= most:
        raise BadInput(f"{name}: {text!r} is not a whole number from 1 to {most}")
    return int(text)
