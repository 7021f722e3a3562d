"""A campaign's report: the page, and the same as files to keep."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from galaxycat.accounts.http import UserRequest
from galaxycat.errors import NotFound
from labeling.reporting.files import REPORT_WRITERS
from labeling.reporting.latex import latex_of, texts_of
from labeling.reporting.page import shown_sections
from labeling.reporting.report import report_of
from labeling.views.campaigns import campaign_for, round_number


@login_required
@require_safe
def campaign_report(request: UserRequest, slug: str, uuid: str) -> HttpResponse:
    """The report over the rounds whose votes this person may see."""
    campaign, scope = campaign_for(request, slug, uuid), round_number(request)
    report = report_of(campaign, request.user, scope)
    context = {
        "campaign": campaign,
        "galaxy": campaign.galaxy,
        "scope": scope,
        "report": report,
        "sections": shown_sections(report),
        "latex": latex_of(report),
        "methods": "\n\n".join(texts_of(report)),
        "formats": list(REPORT_WRITERS),
        "can_copy": True,
    }
    return render(request, "labeling/report.html", context)


@login_required
@require_safe
def report_file(request: UserRequest, slug: str, uuid: str, format: str) -> HttpResponse:
    """The report as a file of one of REPORT_WRITERS."""
    campaign, scope = campaign_for(request, slug, uuid), round_number(request)
    writer = REPORT_WRITERS.get(format)
    if writer is None:
        raise NotFound(f"format: {format[:20]!r} is not one of {', '.join(REPORT_WRITERS)}")
    report = report_of(campaign, request.user, scope)
    response = HttpResponse(writer.write(report), content_type=writer.content_type)
    response["Content-Disposition"] = f'attachment; filename="{report.file_stem}.{format}"'
    return response
