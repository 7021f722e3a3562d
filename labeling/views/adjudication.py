"""The adjudication queue of a campaign: sources that votes left open, decided by a curator with a reason."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from catalogs.models import Galaxy, Rendition, Source
from galaxycat.accounts.http import UserRequest
from galaxycat.accounts.models import Role
from galaxycat.errors import BadInput, Conflict, DomainError, Forbidden
from labeling.adjudication import FILTERS, cases_of, queue_of, rows_of
from labeling.deciding import MAX_REASON, decide, withdraw_decision
from labeling.models import Campaign, Decision

PAGE_SIZE = 12
MAX_RENDITIONS = 2
REFUSED: tuple[tuple[type[DomainError], int], ...] = ((Conflict, 409), (BadInput, 422))


class DecideForm(forms.Form):
    """A decision as the page sends it; what is wrong with its content is `decide`'s to say."""

    source = forms.UUIDField()
    label = forms.CharField(max_length=16, required=False)
    reason = forms.CharField(max_length=MAX_REASON, required=False)
    supersedes = forms.UUIDField(required=False)


class WithdrawForm(forms.Form):
    decision = forms.UUIDField()
    reason = forms.CharField(max_length=MAX_REASON, required=False)


@dataclass(frozen=True)
class Refusal:
    """What was not done and why, with what the person had written."""

    message: str
    status: int
    source: UUID | None = None
    label: str = ""
    reason: str = ""


@login_required
@require_safe
def adjudication(request: UserRequest, slug: str, uuid: str) -> HttpResponse:
    """The queue, narrowed by `show`, a page at a time."""
    return _queue_page(request, _campaign_for(request, slug, uuid))


@login_required
@require_POST
def decide_source(request: UserRequest, slug: str, uuid: str) -> HttpResponse:
    """Decide what a source is. Refusals come back with the queue and with what was written."""
    campaign = _campaign_for(request, slug, uuid)
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _queue_page(request, campaign, Refusal(_first_error(form), 422))
    given = form.cleaned_data
    source = get_object_or_404(Source, uuid=given["source"], catalog__galaxy=campaign.galaxy_id)
    try:
        decision = decide(campaign=campaign, decided_by=request.user, **(given | {"source": source}))
    except (Conflict, BadInput) as error:
        written = Refusal(str(error), _status_of(error), source.uuid, given["label"], given["reason"])
        return _queue_page(request, campaign, written)
    messages.success(request, f"Source {source.number} is decided: class {decision.label and decision.label.value}.")
    return _back(request, campaign)


@login_required
@require_POST
def undo_decision(request: UserRequest, slug: str, uuid: str) -> HttpResponse:
    """Take a decision back."""
    campaign = _campaign_for(request, slug, uuid)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _queue_page(request, campaign, Refusal(_first_error(form), 422))
    given = form.cleaned_data
    decision = get_object_or_404(Decision.objects.select_related("source"), uuid=given["decision"], campaign=campaign)
    try:
        withdraw_decision(decision=decision, reason=given["reason"], withdrawn_by=request.user)
    except (Conflict, BadInput) as error:
        return _queue_page(request, campaign, Refusal(str(error), _status_of(error), decision.source.uuid))
    messages.success(request, f"The decision on source {decision.source.number} is taken back: its votes count again.")
    return _back(request, campaign)


def _campaign_for(request: UserRequest, slug: str, uuid: str) -> Campaign:
    seen = Campaign.objects.filter(galaxy__in=Galaxy.objects.with_role(request.user, Role.VIEWER), galaxy__slug=slug)
    campaign = get_object_or_404(seen.select_related("galaxy__team", "scheme"), uuid=uuid)
    if not campaign.galaxy.team.has_role(request.user, Role.CURATOR):
        raise Forbidden(f"Only curators and PIs of {campaign.galaxy.team} settle what votes left open")
    return campaign


def _queue_page(request: UserRequest, campaign: Campaign, refusal: Refusal | None = None) -> HttpResponse:
    show = _shown(request)
    labels = list(campaign.scheme.labels.all())
    queue = queue_of(campaign, request.user)
    page = Paginator(rows_of(queue, show), PAGE_SIZE).get_page(request.POST.get("page") or request.GET.get("page"))
    context: dict[str, Any] = {
        "campaign": campaign,
        "galaxy": campaign.galaxy,
        "labels": labels,
        "cases": cases_of(campaign, queue, [int(row) for row in page.object_list], labels),
        "page": page,
        "show": show,
        "filters": [(key, name, len(rows_of(queue, key))) for key, (name, _) in FILTERS.items()],
        "renditions": _renditions(campaign),
        "open_rounds": [round_ for round_ in queue.rounds if round_.is_open],
        "n_rounds": len(queue.rounds),
        "n_veiled": queue.n_veiled,
        "refusal": refusal,
    }
    return render(request, "labeling/adjudication.html", context, status=refusal.status if refusal else 200)


def _renditions(campaign: Campaign) -> list[Rendition]:
    """The first colour renditions and, beside them, the reference band, in which sources are judged."""
    mosaic = campaign.galaxy.latest_mosaic
    every = list(mosaic.renditions.all())
    return every[:MAX_RENDITIONS] + [each for each in every[MAX_RENDITIONS:] if each.name == mosaic.reference_band]


def _shown(request: UserRequest) -> str:
    chosen = request.POST.get("show") or request.GET.get("show", "")
    return chosen if chosen in FILTERS else next(iter(FILTERS))


def _back(request: UserRequest, campaign: Campaign) -> HttpResponse:
    page = request.POST.get("page", "1")
    query = urlencode({"show": _shown(request), "page": page if page.isdecimal() else "1"})
    return redirect(f"{reverse('adjudication', args=[campaign.galaxy.slug, campaign.uuid])}?{query}")


def _first_error(form: forms.Form) -> str:
    field, errors = next(iter(form.errors.items()))
    return f"{field}: {errors[0]}"


def _status_of(error: DomainError) -> int:
    return next(status for kind, status in REFUSED if isinstance(error, kind))
