"""A campaign's dashboard: the page, its figures as JSON or CSV, and the cut-outs behind a cell of a table."""

import csv
from collections.abc import Iterable

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from galaxycat.accounts.http import UserRequest
from galaxycat.accounts.models import Role
from galaxycat.errors import BadInput, NotFound
from labeling.dashboard.figures import TIE
from labeling.dashboard.page import TABLE_COLUMNS, Cell, dashboard_of, draws_in_cell, require_round, table_of
from labeling.dashboard.votes import CampaignVotes, read_votes_of
from labeling.models import Campaign, Consensus, Level, RoundSource, Vote

PAGE_SIZE = 24


def campaign_for(request: UserRequest, slug: str, uuid: str) -> Campaign:
    """The campaign of an address, if this person may see it; else 404."""
    campaigns = Campaign.objects.visible_to(request.user).select_related("galaxy__team", "scheme")
    return get_object_or_404(campaigns, galaxy__slug=slug, uuid=uuid)


def round_number(request: UserRequest) -> int | None:
    """The only round that the query asks for. Raises BadInput."""
    text = request.GET.get("round", "")
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise BadInput(f"round: {text[:20]!r} is not the number of a round")
    return int(text)


@login_required
@require_safe
def campaign_page(request: UserRequest, slug: str, uuid: str) -> HttpResponse:
    """How a campaign goes, over the rounds whose votes this person may see."""
    campaign = campaign_for(request, slug, uuid)
    dashboard = dashboard_of(campaign, request.user, round_number(request))
    context = {
        "campaign": campaign,
        "galaxy": campaign.galaxy,
        "dashboard": dashboard,
        "can_decide": campaign.galaxy.team.has_role(request.user, Role.CURATOR),
    }
    return render(request, "labeling/campaign.html", context)


@login_required
@require_safe
def campaign_data(request: UserRequest, slug: str, uuid: str) -> HttpResponse:
    """The dashboard's figures: JSON, or with `format=csv` one table, of one `figure` and `level` only if asked."""
    campaign = campaign_for(request, slug, uuid)
    dashboard = dashboard_of(campaign, request.user, round_number(request))
    if request.GET.get("format") != "csv":
        return JsonResponse(dashboard)
    wanted = {key: request.GET[key] for key in ("figure", "level") if request.GET.get(key)}
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}_{slugify(campaign.name)}_dashboard.csv"'
    table = csv.DictWriter(response, TABLE_COLUMNS)
    table.writeheader()
    table.writerows(row for row in table_of(dashboard) if wanted.items() <= row.items())
    return response


def _cell_of(request: UserRequest) -> Cell:
    level = request.GET.get("level", Level.LABEL)
    if level not in Level.values:
        raise NotFound(f"level: choose one of {', '.join(Level.values)}")
    others, own = request.GET.get("others", ""), request.GET.get("vote", "")
    return Cell(Level(level), others, own, request.GET.get("who", "all"))


@login_required
@require_safe
def campaign_cell(request: UserRequest, slug: str, uuid: str) -> HttpResponse:
    """The sources behind a cell of the confusion table: a page of its own, or a fragment for the dashboard's drawer."""
    campaign = campaign_for(request, slug, uuid)
    cell, number = _cell_of(request), round_number(request)
    votes = read_votes_of(campaign, request.user, number)
    require_round(votes, number)
    page = Paginator(draws_in_cell(votes, cell), PAGE_SIZE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    is_fragment = request.headers.get("HX-Request") == "true"
    context = {
        "is_fragment": is_fragment,
        "campaign": campaign,
        "galaxy": campaign.galaxy,
        "title": _title_of(cell, votes),
        "round_number": number,
        "page": page,
        "draws": _draws_of(page, cell),
        "query": query.urlencode(),
        "n_veiled": votes.n_veiled,
        "rendition": campaign.galaxy.latest_mosaic.renditions.first(),
    }
    response = render(request, "labeling/_cell.html" if is_fragment else "labeling/campaign_cell.html", context)
    response["Vary"] = "HX-Request"
    return response


def _title_of(cell: Cell, votes: CampaignVotes) -> str:
    others = "The others tie" if cell.others == TIE else f"The others say {cell.others}"
    who = next((person.label for person in votes.people if str(person.uuid) == cell.who), "the vote")
    return f"{others}, {who} says {cell.own}"


def _draws_of(pks: Iterable[int], cell: Cell) -> list[RoundSource]:
    """The draws with their consensus (`at_level`) and votes (`given`), for one page of them."""
    consensus = Prefetch("consensus", Consensus.objects.filter(level=cell.level), to_attr="at_level")
    chosen = RoundSource.objects.filter(pk__in=list(pks)).select_related("source", "round").order_by("pk")
    draws = {draw.pk: draw for draw in chosen.prefetch_related(consensus)}
    votes = Vote.objects.counted().filter(assignment__draw__in=draws).select_related("label", "assignment__annotator")
    for draw in draws.values():
        draw.given = []
    for vote in votes.order_by("assignment__annotator__username"):
        draws[vote.assignment.draw_id].given.append(vote)
    return list(draws.values())
