"""Small pictures of a galaxy, put together from its tiles."""

import math
from typing import Any

from django import template
from django.urls import reverse

from catalogs.models import Galaxy, Mosaic, Rendition

register = template.Library()

TILE_PX = 256
THUMBNAIL_ZOOM = 1  # at most 2 x 2 tiles, 257 to 512 px across: sharp on a card


@register.inclusion_tag("catalogs/_thumbnail.html")
def galaxy_picture(galaxy: Galaxy) -> dict[str, Any]:
    """The galaxy in its first rendition; uses `mosaics` with their renditions where those are prefetched."""
    mosaic = max(galaxy.mosaics.all(), key=lambda mosaic: mosaic.version, default=None)
    renditions = list(mosaic.renditions.all()) if mosaic else []
    if not mosaic or not renditions:
        return {"galaxy": galaxy, "tiles": []}
    zoom = min(THUMBNAIL_ZOOM, mosaic.max_zoom)
    scale = 2 ** (mosaic.max_zoom - zoom)
    size_px = {"width_px": math.ceil(galaxy.width_px / scale), "height_px": math.ceil(galaxy.height_px / scale)}
    return {"galaxy": galaxy, "tiles": _tiles(mosaic, renditions[0], zoom, **size_px), **size_px}


def _tiles(mosaic: Mosaic, rendition: Rendition, zoom: int, width_px: int, height_px: int) -> list[dict[str, Any]]:
    """URL and top-left corner, in pixels of this zoom, of each tile that holds some of the image."""
    columns, rows = math.ceil(width_px / TILE_PX), math.ceil(height_px / TILE_PX)
    key = (mosaic.display_sha256, rendition.style_hash)
    return [
        {"url": reverse("tile", args=[*key, zoom, column, row]), "x": column * TILE_PX, "y": row * TILE_PX}
        for row in range(rows)
        for column in range(columns)
    ]
