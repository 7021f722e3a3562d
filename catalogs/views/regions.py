"""DS9 files of a galaxy's regions, out and in."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from catalogs.models import Galaxy, Region
from catalogs.regions.drawing import export_regions, import_regions
from catalogs.regions.ds9 import MOST_BYTES
from galaxycat.accounts.http import UserRequest
from galaxycat.errors import BadInput


@require_safe
def region_file(request: HttpRequest, slug: str) -> HttpResponse:
    """The regions that the person sees as a DS9 file, in ICRS, or `?frame=image` in pixels; ICRS needs a WCS."""
    galaxy = get_object_or_404(Galaxy.objects.visible_to(request.user), slug=slug)
    frame = request.GET.get("frame") or ("icrs" if galaxy.wcs_cards else "image")
    text = export_regions(galaxy, Region.objects.visible_to(request.user).standing().filter(galaxy=galaxy), frame)
    headers = {
        "Content-Disposition": f'attachment; filename="{galaxy.slug}_regions.reg"',
        "Cache-Control": "private, no-cache",
    }
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


@login_required
@require_POST
def import_region_file(request: UserRequest, slug: str) -> HttpResponse:
    """Bring in the regions of a DS9 file."""
    galaxy = get_object_or_404(Galaxy.objects.visible_to(request.user).select_related("team"), slug=slug)
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise BadInput("file: choose a DS9 region file (.reg) to import")
    if upload.size > min(MOST_BYTES, settings.UPLOAD_MAX_BYTES):
        raise BadInput(f"file: {upload.name} has {upload.size:,} bytes; at most {MOST_BYTES:,} are taken here")
    try:
        text = upload.read().decode("utf-8-sig")  # Windows editors put a mark before it
    except UnicodeDecodeError:
        raise BadInput(f"file: {upload.name} is not text: choose a DS9 region file (.reg)") from None
    imported = import_regions(galaxy=galaxy, text=text, author=request.user)
    messages.success(request, f"{imported.sentence}.")
    return redirect("galaxy", slug=slug)
