"""A round's consensus, agreement and annotators: a part of its page, and the fragment that watchers fetch after each vote."""

from threading import Condition
from typing import Any, NamedTuple

from cachetools import TTLCache, cached
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, F, Max, Q
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from galaxycat.accounts.http import UserRequest
from galaxycat.accounts.models import User
from galaxycat.events.reading import last_seq
from labeling.access import require_results, veiled_sources
from labeling.live import round_topic
from labeling.models import Assignment, Consensus, Level, Round
from labeling.results import results_of
from labeling.views.finding import round_for

PAGE_SIZE = 48
# Names and pictures may change without a vote.
KEPT_S = 20

FILTERS: dict[str, tuple[str, Q]] = {
    "voted": ("With votes", Q(n_votes__gt=0)),
    "ties": ("Ties", Q(is_tie=True)),
    "split": ("Not unanimous", Q(top__lt=F("n_votes"))),
    "all": ("All sources", Q()),
}


class Asked(NamedTuple):
    show: str
    page: str


def asked_of(request: UserRequest) -> Asked:
    """Which sources to list: one of FILTERS, and a page of them."""
    show = request.GET.get("show", "")
    return Asked(show if show in FILTERS else "voted", request.GET.get("page", "")[:9])


def waiting_for(round_: Round, user: User) -> frozenset[int]:
    """Keys of the round's sources that are not listed for this person yet."""
    return frozenset(veiled_sources(round_, user).values_list("source", flat=True))


@login_required
@require_safe
def round_results(request: UserRequest, uuid: str) -> HttpResponse:
    """Consensus and agreement as a fragment, fetched again when the round's socket says that a vote came."""
    round_ = round_for(request, uuid)
    require_results(round_, request.user)
    # The number comes first: what is made after it holds at least the votes it counts.
    n_events = last_seq(round_topic(round_.uuid))
    return HttpResponse(_fragment(round_, n_events, asked_of(request), waiting_for(round_, request.user)))


def _key(round_: Round, n_events: int, asked: Asked, veiled: frozenset[int]) -> tuple[Any, ...]:
    return (round_.uuid, round_.is_open, n_events, asked, veiled)


@cached(TTLCache(maxsize=64, ttl=KEPT_S), key=_key, condition=Condition())
def _fragment(round_: Round, n_events: int, asked: Asked, veiled: frozenset[int]) -> str:
    """Made once for all who ask after the same vote, and who may see the same; those who ask meanwhile wait for it."""
    context = {"round": round_, "labels": round_.campaign.scheme.labels.all()} | results_context(round_, asked, veiled)
    return render_to_string("labeling/_results.html", context)


def results_context(round_: Round, asked: Asked, veiled: frozenset[int]) -> dict[str, Any]:
    """What `_results.html` shows, without the sources in `veiled`."""
    rows = (
        Consensus.objects.of_round(round_, Level.LABEL)
        .filter(FILTERS[asked.show][1])
        .exclude(draw__source__in=veiled)
        .select_related("draw__source")
        .order_by("-is_tie", "draw__source__number")
    )
    page = Paginator(rows, PAGE_SIZE).get_page(asked.page)
    groups = Consensus.objects.of_round(round_, Level.GROUP).filter(draw__in=[row.draw_id for row in page])
    group_of = {row.draw_id: row for row in groups}
    for row in page:
        row.group = group_of[row.draw_id]
    annotators = (
        Assignment.objects.filter(round=round_)
        .values("annotator__username", "annotator__first_name", "annotator__last_name", "annotator__is_simulated")
        .annotate(
            answered=Count("pk", filter=Q(state=Assignment.State.ANSWERED), distinct=True),
            skipped=Count("pk", filter=Q(state=Assignment.State.SKIPPED), distinct=True),
            last_vote=Max("votes__cast_at"),
        )
        .order_by("annotator__username")
    )
    return {
        "results": results_of(round_),
        "n_full": round_.draw.full().count() if round_.retirement else None,
        "n_retired": round_.draw.exclude(retired_at=None).count() if round_.retirement else None,
        "n_veiled": len(veiled),
        "page": page,
        "show": asked.show,
        "filters": [(key, name) for key, (name, _) in FILTERS.items()],
        "annotators": annotators,
        "rendition": round_.galaxy.latest_mosaic.renditions.first(),
    }
