"""A source's evidence: the page with its panel, and the JSON that the panel draws."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalogs.evidence import VERSION
from catalogs.models import Catalog, Mosaic, Source
from catalogs.neighbours import REACH_PX
from catalogs.viewer import viewer_config
from catalogs.views.galaxies import leaflet_overrides

ANY_SOURCE = "00000000-0000-0000-0000-000000000000"


def evidence_url(mosaic: Mosaic) -> str:
    """Template of the JSON's address with {source}; it names image and form, so an answer may be kept for good."""
    url = reverse("api:source-evidence", args=[ANY_SOURCE]).replace(ANY_SOURCE, "{source}")
    return f"{url}?image={mosaic.address}&v={VERSION}"


def visible_source(request: HttpRequest, uuid: str) -> Source:
    """The source with its catalogue and galaxy; 404 for whom may not see it."""
    sources = Source.objects.visible_to(request.user).select_related("catalog__galaxy__team")
    return get_object_or_404(sources, uuid=uuid)


@require_safe
def numbered_source(request: HttpRequest, uuid: str, number: int) -> HttpResponse:
    """To the evidence of the source with this number in a catalogue."""
    sources = Source.objects.visible_to(request.user).filter(catalog__uuid=uuid)
    return redirect("source_evidence", get_object_or_404(sources, number=number).uuid)


def closer_config(mosaic: Mosaic) -> dict[str, Any]:
    """What the closer look needs: addresses with {source} of the evidence of a wide field and of the page, and the recipe by
    which the bands make colours."""
    return {
        "evidence_url": f"{evidence_url(mosaic)}&field=wide",
        "source_url": reverse("source_evidence", args=[ANY_SOURCE]).replace(ANY_SOURCE, "{source}"),
        "recipe": mosaic.renditions.all()[0].recipe,
    }


def closer_words(mosaic: Mosaic, catalog: Catalog) -> dict[str, Any]:
    """What templates/catalogs/_closer.html writes."""
    return {"reach_px": int(REACH_PX), "catalog": catalog.name, "band_name": mosaic.reference_band}


@require_safe
def source_evidence(request: HttpRequest, uuid: str) -> HttpResponse:
    """One source's image, context, heat map, profile, bands and numbers."""
    source = visible_source(request, uuid)
    galaxy = source.catalog.galaxy
    mosaic = galaxy.latest_mosaic
    context: dict[str, Any] = {
        "source": source,
        "galaxy": galaxy,
        "leaflet_overrides": leaflet_overrides(galaxy),
        "closer": closer_words(mosaic, source.catalog),
        "config": {
            "viewer": viewer_config(mosaic),
            "evidence_url": evidence_url(mosaic) + "&field=wide",
            "closer": closer_config(mosaic),
            "source": {"uuid": str(source.uuid), "number": source.number, "x_px": source.x_px, "y_px": source.y_px},
        },
    }
    return render(request, "catalogs/evidence.html", context)
