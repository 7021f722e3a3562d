"""What a browser needs to show a galaxy: the pixel grid, the renditions' tiles, the sky, the catalogues."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import numpy as np
from django.templatetags.static import static
from django.urls import reverse

from catalogs.imagery.display import decode
from catalogs.imagery.evidence import read_cutout
from catalogs.models import Mosaic, Rendition
from catalogs.stretching import own_styles
from galaxycat.accounts.models import Person

SOURCE = UUID(int=0)  # stands for a source in a reversed URL, replaced by a placeholder
TILE = 7  # stands for z, x and y in a reversed URL, replaced by Leaflet's placeholders


def tile_url(mosaic: Mosaic, rendition: Rendition) -> str:
    """Leaflet's URL template of a rendition's tiles."""
    url = reverse("tile", args=[mosaic.display_sha256, rendition.style_hash, TILE, TILE, TILE])
    return url.removesuffix(f"{TILE}/{TILE}/{TILE}/") + "{z}/{x}/{y}/"


def stretching_config(mosaic: Mosaic, user: Person) -> dict[str, Any]:
    """JSON for a browser that combines and stretches the bands itself, from the display pyramid's blocks; `own` is null for
    whoever is not logged in, whose browser keeps what they make."""
    own_url = reverse("api:galaxy-stretch", args=[mosaic.galaxy.slug, "RENDITION"])
    own = {"url": own_url.replace("RENDITION", "{rendition}"), "styles": own_styles(mosaic.galaxy, user)}
    url = reverse("data_tile", args=[mosaic.display_sha256, TILE, TILE, TILE, TILE])
    return {
        "bands": [
            {"name": plane.name, "position": plane.position, "unit": plane.unit, "scale": plane.scale.to_json()}
            for plane in mosaic.display_planes.values()
        ],
        "recipes": {
            rendition.slug: rendition.recipe | {"limits": rendition.limits} for rendition in mosaic.renditions.all()
        },
        "block_url": url.removesuffix(f"{TILE}/{TILE}/{TILE}/{TILE}/") + "{band}/{z}/{x}/{y}/",
        "worker_url": static("catalogs/gl/blockworker.js"),
        "own": own if user.is_authenticated else None,
    }


def values_at(mosaic: Mosaic, x_px: float, y_px: float) -> Iterator[tuple[str, str, float, bool]]:
    """(name, unit, value, whether it is a band's) of every band, then of every image made of bands, in the pixel that holds a
    position; NaN without data. The latter are to a thousandth of their noise."""
    found = read_cutout(mosaic.science_path, x_px, y_px, 1).values[:, 0, 0]
    bands = mosaic.bands.all()
    for band in bands:
        yield band.name, band.unit, float(found[band.position - 1]), True
    made = list(mosaic.display_planes.values())[len(bands) :]
    if not made:
        return
    codes = read_cutout(mosaic.display_path, x_px, y_px, 1, [plane.position for plane in made]).values[:, 0, 0]
    for plane, code in zip(made, np.nan_to_num(codes).astype(np.uint16), strict=True):
        yield plane.name, plane.unit, float(decode(code, plane.scale)), False


def viewer_config(mosaic: Mosaic) -> dict[str, Any]:
    """JSON for the browser's viewer, all of one version, though another may come meanwhile."""
    galaxy = mosaic.galaxy
    return {
        "slug": galaxy.slug,
        "width_px": galaxy.width_px,
        "height_px": galaxy.height_px,
        "max_zoom": mosaic.max_zoom,
        "image": mosaic.science_sha256[:8],
        "name": galaxy.name,
        "is_simulated": galaxy.is_simulated,
        "pixel_scale_arcsec": galaxy.pixel_scale_arcsec,
        "distance_mpc": galaxy.distance_mpc,
        "values_url": reverse("api:galaxy-values", args=[galaxy.slug]),
        "sky_grid": galaxy.sky_grid,
        "renditions": [
            {
                "slug": rendition.slug,
                "name": rendition.name,
                "style_hash": rendition.style_hash,
                "tile_url": tile_url(mosaic, rendition),
                "cutout_url": reverse("cutout", args=[rendition.style_hash, SOURCE]).replace(str(SOURCE), "{source}"),
            }
            for rendition in mosaic.renditions.all()
        ],
        "sources_url": reverse("api:source-list"),
        "names_url": reverse("api:name"),
        "catalogs_url": reverse("api:catalog-list") + f"?galaxy={galaxy.slug}",
    }
