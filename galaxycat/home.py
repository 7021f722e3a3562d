"""The first page: your galaxies, and the rounds that wait for you."""

from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalogs.models import Galaxy, Mosaic
from galaxycat.accounts.models import Membership, Role, User
from labeling.models import Assignment, Observer, Round, RoundSource


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Everybody's front page; without log-in it shows what is published."""
    galaxies = (
        Galaxy.objects.visible_to(request.user)
        .select_related("team")
        .annotate(n_catalogs=Count("catalogs", distinct=True))
        .prefetch_related(Prefetch("mosaics", Mosaic.objects.order_by("-version").prefetch_related("renditions")))
    )
    context: dict[str, Any] = {
        "galaxies": galaxies,
        "rounds": Round.objects.none(),
        "memberships": Membership.objects.none(),
    }
    if request.user.is_authenticated:
        memberships = request.user.memberships.current().select_related("team").order_by("team__name")
        roles = {membership.role for membership in memberships}
        context |= {
            "rounds": open_rounds(request.user),
            "memberships": memberships,
            "can_curate": bool(roles & set(Role.at_least(Role.CURATOR))),
            "can_open_round": Role.PI in roles,
        }
    return render(request, "home.html", context)


def open_rounds(user: User) -> QuerySet[Round]:
    """Open rounds of the user's teams, with `n_drawn`, the user's `n_answered`, and `is_watched` for their observer."""
    answered = Assignment.objects.filter(round=OuterRef("pk")).for_annotator(user).answered().order_by()
    drawn = (
        RoundSource.objects.filter(round=OuterRef("pk")).order_by().values("round").annotate(n=Count("pk")).values("n")
    )
    counted = answered.values("round").annotate(n=Count("pk")).values("n")
    return (
        Round.objects.with_role(user, Role.ANNOTATOR)
        .open()
        .select_related("campaign__galaxy")
        .annotate(
            # Counted apart: joined with the draw, the other count would run once a source.
            n_drawn=Subquery(drawn, output_field=IntegerField()),
            n_answered=Coalesce(Subquery(counted), 0, output_field=IntegerField()),
            is_watched=Exists(Observer.objects.filter(round=OuterRef("pk"), user=user)),
        )
        .order_by("-opened_at")
    )
