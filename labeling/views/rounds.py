"""Rounds: the list on a galaxy's page, opening one, its page, watching it, closing it."""

import csv
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogs.models import Galaxy
from catalogs.viewer import viewer_config
from catalogs.views.galaxies import leaflet_overrides
from galaxycat.accounts.http import UserRequest
from galaxycat.accounts.models import Role
from galaxycat.errors import DomainError, Forbidden
from labeling.access import MUST_CHOOSE, require_results, veiled_sources, watch, why_results_are_hidden
from labeling.assignments import progress_of
from labeling.forms import OpenRoundForm
from labeling.models import Round
from labeling.results import VOTE_COLUMNS, vote_rows
from labeling.rounds import close_round, open_round
from labeling.schemes import legus_scheme
from labeling.views.finding import round_for
from labeling.views.results import asked_of, results_context, waiting_for


@login_required
@require_safe
def round_list(request: UserRequest, slug: str) -> HttpResponse:
    """A galaxy's rounds, as a fragment for its page."""
    galaxy = get_object_or_404(Galaxy.objects.with_role(request.user, Role.VIEWER), slug=slug)
    rounds = (
        Round.objects.visible_to(request.user)
        .filter(campaign__galaxy=galaxy)
        .select_related("campaign", "catalog")
        .annotate(n_drawn=Count("draw"))
        .order_by("campaign__name", "-number")
    )
    context = {"galaxy": galaxy, "rounds": rounds, "can_annotate": galaxy.team.has_role(request.user, Role.ANNOTATOR)}
    return render(request, "labeling/_rounds.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_round(request: UserRequest, slug: str) -> HttpResponse:
    """Draw regions on the map, choose a catalogue and a number, open a round."""
    galaxy = get_object_or_404(Galaxy.objects.visible_to(request.user), slug=slug)
    if not galaxy.team.has_role(request.user, Role.PI):
        raise Forbidden(f"Only a PI of {galaxy.team} opens a round")
    form = OpenRoundForm(request.POST or None, galaxy=galaxy)
    if request.method == "POST" and form.is_valid():
        try:
            round_ = open_round(scheme=legus_scheme(), opened_by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_refusal(error)
        else:
            messages.success(request, f"{round_} is open. Send its link to your annotators.")
            return redirect("round", uuid=round_.uuid)
    context = {
        "galaxy": galaxy,
        "form": form,
        "viewer": viewer_config(galaxy.latest_mosaic),
        "leaflet_overrides": leaflet_overrides(galaxy),
        "has_catalogs": galaxy.catalogs.filter(withdrawn_at=None).exists(),
        "campaigns": _campaigns(galaxy),
        "campaigns_of_choices": form.campaigns_of_choices,
    }
    return render(request, "labeling/new_round.html", context, status=422 if form.errors else 200)


def _campaigns(galaxy: Galaxy) -> dict[str, dict[str, Any]]:
    """Name -> what the form's module needs to know of each campaign: how many rounds and anchors it has."""
    counted = galaxy.campaigns.annotate(
        n_rounds=Count("rounds", distinct=True), n_anchors=Count("anchors", distinct=True)
    )
    return {each.name: {"rounds": each.n_rounds, "anchors": each.n_anchors} for each in counted}


@login_required
@require_safe
def round_page(request: UserRequest, uuid: str) -> HttpResponse:
    """Where a round stands, and, for those who may see them, its consensus and agreement."""
    round_ = round_for(request, uuid)
    hidden_because = why_results_are_hidden(round_, request.user)
    may_see = hidden_because is None
    context = {
        "round": round_,
        "galaxy": round_.galaxy,
        "labels": round_.campaign.scheme.labels.all(),
        "n_drawn": round_.draw.count(),
        "can_annotate": round_.galaxy.team.has_role(request.user, Role.ANNOTATOR),
        "can_decide": round_.galaxy.team.has_role(request.user, Role.CURATOR),
        "can_close": round_.is_open and round_.galaxy.team.has_role(request.user, Role.PI),
        "progress": progress_of(round_, request.user),
        "hidden_because": hidden_because,
        "must_choose": hidden_because == MUST_CHOOSE,
        "may_see": may_see,
    }
    if may_see:
        context |= results_context(round_, asked_of(request), waiting_for(round_, request.user))
    return render(request, "labeling/round.html", context)


@login_required
@require_safe
def votes_csv(request: UserRequest, uuid: str) -> HttpResponse:
    """The round's counted votes, as the `agreement` command reads them."""
    round_ = round_for(request, uuid)
    require_results(round_, request.user)
    if veiled_sources(round_, request.user).exists():
        raise Forbidden(
            "Some of its sources wait for you in another round that is blind and open: classify them first, or watch it"
        )
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_file_stem(round_)}_votes.csv"'
    table = csv.writer(response)
    table.writerow(VOTE_COLUMNS)
    table.writerows(vote_rows(round_, *VOTE_COLUMNS.values()))
    return response


def _file_stem(round_: Round) -> str:
    return f"{round_.galaxy.slug}_{slugify(round_.campaign.name)}_round{round_.number}"


@login_required
@require_POST
def watch_round(request: UserRequest, uuid: str) -> HttpResponse:
    """Choose to watch an open blind round instead of voting in it."""
    watch(round_=round_for(request, uuid), user=request.user)
    return redirect("round", uuid=uuid)


@login_required
@require_POST
def close(request: UserRequest, uuid: str) -> HttpResponse:
    """Take no more votes."""
    round_ = round_for(request, uuid, Role.PI)
    close_round(round_=round_)
    messages.success(request, f"{round_} is closed.")
    return redirect("round", uuid=uuid)
