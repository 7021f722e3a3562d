"""The labelling page, and the examples of each class that it shows when asked."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalogs.models import Mosaic
from catalogs.viewer import viewer_config
from catalogs.views.evidence import closer_config, closer_words, evidence_url
from catalogs.views.galaxies import leaflet_overrides
from galaxycat.accounts.http import UserRequest
from galaxycat.accounts.models import Role
from labeling.examples import examples_of
from labeling.models import Round
from labeling.views.finding import round_for


@login_required
@require_safe
def label_page(request: UserRequest, uuid: str) -> HttpResponse:
    """Classify the round's sources by keyboard."""
    round_ = round_for(request, uuid, Role.ANNOTATOR)
    mosaic = round_.galaxy.latest_mosaic
    context = {
        "round": round_,
        "galaxy": round_.galaxy,
        "labels": round_.campaign.scheme.labels.all(),
        "leaflet_overrides": leaflet_overrides(round_.galaxy),
        "closer": closer_words(mosaic, round_.catalog),
        "config": _config(request, round_, mosaic),
    }
    return render(request, "labeling/label.html", context)


def _config(request: UserRequest, round_: Round, mosaic: Mosaic) -> dict[str, Any]:
    config = {
        "round": str(round_.uuid),
        "round_name": str(round_),
        "mode": round_.mode,
        "user": str(request.user.uuid),
        "viewer": viewer_config(mosaic),
        "labels": [
            {"value": label.value, "name": label.name, "hot_key": label.hot_key, "colour": label.colour,
             "group": label.group, "definition": label.definition}
            for label in round_.campaign.scheme.labels.all()
        ],
        "batch_size": round_.batch_size,
        "claims_url": reverse("api:round-claims", args=[round_.uuid]),
        "votes_url": reverse("api:vote-list"),
        "remarks_url": reverse("api:remark-list"),
        "evidence_url": evidence_url(mosaic),
        "closer": closer_config(mosaic),
        "examples_url": reverse("round_examples", args=[round_.uuid]),
        "round_url": reverse("round", args=[round_.uuid]),
    }  # fmt: skip
    return config | _predictions(round_)


def _predictions(round_: Round) -> dict[str, Any]:
    """Where predictions come from; a blind round's page holds no such address."""
    if not round_.shows_predictions:
        return {}
    # Answered by the layer above this one, so it has no name here.
    url = f"{reverse('api:round-detail', args=[round_.uuid])}predictions/"
    return {"predictions_url": url, "predictions_topic": f"roundpredictions.{round_.uuid}"}


@login_required
@require_safe
def round_examples(request: UserRequest, uuid: str) -> HttpResponse:
    """Sources that earlier rounds agreed on, as a fragment for the labelling page's dialog."""
    round_ = round_for(request, uuid, Role.ANNOTATOR)
    context = {
        "examples": examples_of(round_, request.user),
        "rendition": round_.galaxy.latest_mosaic.renditions.first(),
    }
    return render(request, "labeling/_examples.html", context)
