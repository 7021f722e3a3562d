"""Asking for a detection."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from catalogs.detectform import DetectForm
from catalogs.jobs import start_detection
from catalogs.views.galaxies import curated_galaxy
from galaxycat.accounts.http import UserRequest


@login_required
@require_http_methods(["GET", "POST"])
def detect(request: UserRequest, slug: str) -> HttpResponse:
    """The form, and the job that it starts; the galaxy's page shows its progress, then its catalogue."""
    galaxy = curated_galaxy(request, slug)
    form = DetectForm(request.POST or None, galaxy=galaxy)
    if request.method == "POST" and form.is_valid():
        start_detection(
            galaxy=galaxy,
            band=form.cleaned_data["band"],
            parameters=form.parameters(),
            started_by=request.user,
            url=reverse("galaxy", args=[slug]),
        )
        messages.success(request, "The detection is in the queue; its progress shows with the catalogues.")
        return redirect("galaxy", slug=slug)
    status = 422 if request.method == "POST" else 200
    return render(request, "catalogs/detect.html", {"galaxy": galaxy, "form": form}, status=status)
