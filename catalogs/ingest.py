"""Bringing a galaxy's bands in: FITS files become a science COG, a display pyramid and their rows, or nothing at all."""

import hashlib
import json
import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from catalogs.imagery.calibration import number
from catalogs.imagery.fitsband import BandArgument, BandFile, open_band
from catalogs.imagery.recipes import style_hash, to_json
from catalogs.imagery.reprojection import ReprojectedBand, reprojected
from catalogs.imagery.science import Progress
from catalogs.imagery.sharedfilters import doubt_shared_filters
from catalogs.imagery.sky import offset_px, pixel_scale_arcsec, sky_grid
from catalogs.imagery.unpacking import Room
from catalogs.models import Band, Galaxy, Mosaic, Rendition
from catalogs.mosaicfiles import GridBand, Images, native_key, stored_images
from catalogs.sky import galaxy_wcs
from catalogs.storage import image_storage
from galaxycat.accounts.models import Team, User
from galaxycat.accounts.teams import keep_team
from galaxycat.errors import BadInput, Conflict

# A band farther off is brought to the grid, a new version farther off refused: sources keep their pixels.
MAX_OFFSET_PX = 0.01
SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


@dataclass(frozen=True)
class Ingested:
    """A galaxy's mosaic; `is_new` is False when the same content had been ingested before."""

    mosaic: Mosaic
    is_new: bool


def ingest_galaxy(
    *,
    slug: str,
    bands: Sequence[BandArgument],
    team: Team,
    created_by: User | None = None,
    reference: str | None = None,
    name: str | None = None,
    max_image_bytes: int | None = None,
    progress: Progress = lambda fraction, stage: None,
) -> Ingested:
    """Ingest the bands as the galaxy's mosaic, its first or a new version on the same grid.

    The same content again returns the mosaic it made before. `max_image_bytes` is the most that an image may come to,
    unpacked. A team of `operators_team` is saved with the galaxy. Raises BadInput for a file that cannot be used and
    Conflict for another grid; then nothing is left behind.
    """
    require_names(slug, name, [band.name for band in bands], reference)
    with ExitStack() as stack:
        drafts = stack.enter_context(image_storage().draft_folder())
        room = Room(drafts, max_image_bytes)
        files = []
        for band in bands:
            progress(0.0, f"opening {band.name}")
            files.append(stack.enter_context(open_band(band.path, band.ext, band.name, band.plane, band.told, room)))
        doubt_shared_filters(files)
        first = _reference(files, reference)
        on_grid = _on_one_grid(files, first)
        progress(0.0, "looking for the same content")
        digest = _content_sha256(files, bands, first)
        draft = Galaxy(slug=slug, name=name or slug, team=team, created_by=created_by)
        known = Galaxy.objects.filter(slug=slug).first()
        if known is not None and (mosaic := _known_mosaic(known, draft, first, digest)):
            return Ingested(mosaic, is_new=False)
        with stored_images(drafts, files, on_grid, progress) as images:
            return _record(draft, first, digest, files, images)


@transaction.atomic
def _record(draft: Galaxy, first: BandFile, digest: str, files: Sequence[BandFile], images: Images) -> Ingested:
    """The rows of a new mosaic, under the galaxy's lock: two ingests at once make two versions, or one of the same content."""
    keep_team(draft.team)
    galaxy = _locked_galaxy(draft, first)
    if mosaic := _known_mosaic(galaxy, draft, first, digest):
        return Ingested(mosaic, is_new=False)
    mosaic = Mosaic.objects.create(
        galaxy=galaxy,
        version=galaxy.mosaics.count() + 1,
        content_sha256=digest,
        science_sha256=images.keys["science"],
        display_sha256=images.keys["display"],
        reference_band=first.name,
        max_zoom=images.max_zoom,
        # Whoever may see the galaxy sees the warnings: a file's name is theirs to see, its place on the server is not.
        warnings=[warning.replace(str(file.path), file.path.name) for file in files for warning in file.warnings]
        + images.warnings,
        derived_planes=[line.to_json(galaxy.pixel_scale_arcsec) for line in images.lines],
        created_by=draft.created_by,
    )
    _create_rows(mosaic, files, images)
    return Ingested(mosaic, is_new=True)


def _locked_galaxy(draft: Galaxy, first: BandFile) -> Galaxy:
    """The galaxy of the draft's name, made when there is none, held until the transaction ends."""
    locked = Galaxy.objects.select_for_update(no_key=True).filter(slug=draft.slug)
    if (galaxy := locked.first()) is not None:
        return galaxy
    try:
        with transaction.atomic():
            return _create_galaxy(draft, first)
    except IntegrityError:
        # Somebody else ingested the first mosaic of the same galaxy meanwhile.
        return locked.get()


def _known_mosaic(galaxy: Galaxy, draft: Galaxy, first: BandFile, digest: str) -> Mosaic | None:
    """The galaxy's mosaic of the same content. Raises Conflict when the galaxy cannot take the draft's ingest."""
    if galaxy.team_id != draft.team.pk:
        # Whose it is, the operator may know, and not everybody.
        whose = f"belongs to the team {galaxy.team}" if draft.created_by is None else "is another team's"
        raise Conflict(f"{galaxy.slug}: a galaxy of this name {whose}; choose another name")
    if galaxy.withdrawn_at is not None:
        raise Conflict(f"{galaxy.slug}: this galaxy was withdrawn; choose another name")
    _require_same_grid(galaxy, first)
    return galaxy.mosaics.filter(content_sha256=digest).first()


def require_names(slug: str, name: str | None, bands: Sequence[str], reference: str | None) -> None:
    """Raises BadInput unless the galaxy, its bands and its reference band can be called so."""
    if len(slug) > 60 or not SLUG.fullmatch(slug):
        raise BadInput(f"{slug!r}: a galaxy's short name has small letters, digits and dashes, such as ngc-628")
    if name is not None and not (0 < len(name.strip()) <= 100 and name.isprintable()):
        raise BadInput("--name: a galaxy's name has 1 to 100 printable characters")
    _require_distinct(bands)
    if reference is not None and reference not in bands:
        raise BadInput(f"--reference: {reference!r} is not one of the bands {', '.join(bands)}")


def _require_distinct(names: Sequence[str]) -> None:
    if not names:
        raise BadInput("--band: name at least one band as NAME=FILE")
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"--band: {name} is given twice; give each band a name of its own")
        if len(name) > 32:
            raise BadInput(f"--band: the name {name[:40]} is longer than 32 characters")
        # Neither XML, where GDAL reads it, nor a database takes all others.
        if not name.isprintable():
            raise BadInput(f"--band: the name {name!r} has characters that cannot be printed: write it with others")


def _reference(files: Sequence[BandFile], reference: str | None) -> BandFile:
    """The band that fixes the grid and its sky: the one asked for, else among those with a WCS V or its filters, else the middle
    wavelength."""
    with_wcs = [file for file in files if file.wcs is not None] or list(files)
    if reference is not None:
        first = next(file for file in files if file.name == reference)
        if first not in with_wcs:
            first.warnings.append(
                f"{first.path}: the reference band has no WCS, so the galaxy gets no sky, though {with_wcs[0].path.name} has one"
            )
        return first
    for wanted in ("V", "F555W", "F606W"):
        for file in with_wcs:
            if wanted in (file.name.upper(), (file.calibration.filter_name or "").upper()):
                return file
    by_wavelength = sorted(with_wcs, key=lambda file: file.calibration.pivot_wavelength_nm or 0.0)
    return by_wavelength[len(by_wavelength) // 2]


def _on_one_grid(files: Sequence[BandFile], first: BandFile) -> list[GridBand]:
    """The bands on the reference's grid, those that are not reprojected. Raises BadInput where one cannot be."""
    return [file if _is_on_grid(file, first) else _brought_over(file, first) for file in files]


def _is_on_grid(file: BandFile, first: BandFile) -> bool:
    if file.shape != first.shape:
        return False
    # Pixel for pixel, as they are given; an image of the whole sky has corners without a place on it to compare.
    if file.wcs is None or first.wcs is None or file.wcs_cards == first.wcs_cards:
        return True
    height_px, width_px = first.shape
    return offset_px(first.wcs, file.wcs, width_px, height_px) <= MAX_OFFSET_PX


def _brought_over(file: BandFile, first: BandFile) -> ReprojectedBand:
    band = reprojected(file, first)
    scale_arcsec = pixel_scale_arcsec(band.band_wcs)
    file.warnings.append(
        f"{file.path}: on a grid of its own ({scale_arcsec:.3g} arcsec a pixel): reprojected onto that of {first.name} for "
        "display; its photometry uses its own pixels"
    )
    return band


def _require_same_grid(galaxy: Galaxy, first: BandFile) -> None:
    has_size = first.shape == (galaxy.height_px, galaxy.width_px)
    if has_size and _has_sky_of(galaxy, first):
        return
    its_own = "another WCS" if has_size else f"{first.shape[1]} x {first.shape[0]} px"
    known = galaxy.latest_mosaic.reference_band
    mend = f"choose {known} as the reference band, as before, or " if first.name != known else ""
    raise Conflict(
        f"{first.path}: {galaxy.slug} has a grid of {galaxy.width_px} x {galaxy.height_px} px, fixed at its first "
        f"ingest, and this file has {its_own}; {mend}ingest it under another name"
    )


def _has_sky_of(galaxy: Galaxy, first: BandFile) -> bool:
    if first.wcs_cards == galaxy.wcs_cards:
        return True
    # By numbers, since dates stand among the cards too.
    known = galaxy_wcs(galaxy)
    if known is None or first.wcs is None:
        return False
    return offset_px(known, first.wcs, galaxy.width_px, galaxy.height_px) <= MAX_OFFSET_PX


def _content_sha256(files: Sequence[BandFile], bands: Sequence[BandArgument], first: BandFile) -> str:
    content = {
        # In whatever order they are named.
        "bands": sorted([band.name, file.sha256, band.part] for band, file in zip(bands, files, strict=True)),
        "reference": first.name,
    }
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _create_galaxy(draft: Galaxy, first: BandFile) -> Galaxy:
    draft.height_px, draft.width_px = first.shape
    draft.wcs_cards = first.wcs_cards
    draft.pixel_scale_arcsec = pixel_scale_arcsec(first.wcs) if first.wcs is not None else None
    draft.sky_grid = _browser_grid(first)
    draft.is_simulated = bool(number(first.header, "SIMULATD", first.path))
    draft.save(force_insert=True)
    return draft


def _browser_grid(first: BandFile) -> dict[str, Any] | None:
    """The sky for the browser; none, with a warning, where some pixels have no place on the sky."""
    if first.wcs is None:
        return None
    height_px, width_px = first.shape
    try:
        return sky_grid(first.wcs, width_px, height_px).to_json()
    except BadInput as error:
        first.warnings.append(f"{first.path}: no coordinates under the cursor: {error}")
        return None


def _create_rows(mosaic: Mosaic, files: Sequence[BandFile], images: Images) -> None:
    rows = zip(files, images.statistics, images.scales, strict=True)
    for position, (file, statistics, scale) in enumerate(rows, start=1):
        known = file.calibration
        Band.objects.create(
            mosaic=mosaic,
            position=position,
            name=file.name,
            file_name=file.path.name[-255:],
            file_sha256=file.sha256,
            filter_name=(known.filter_name or "")[:32],
            instrument=(known.instrument or "")[:64],
            unit=(known.unit or "")[:64],
            pivot_wavelength_nm=known.pivot_wavelength_nm,
            photflam=known.photflam,
            zero_point_mag=known.zero_point_mag,
            exposure_s=known.exposure_s,
            provenance=dict(known.origins),
            wcs_cards=file.wcs_cards,
            native_sha256=images.keys.get(native_key(file.name), ""),
            valid_fraction=statistics.valid_fraction,
            background=statistics.background,
            noise=statistics.noise_sigma,
            display_scale=scale.to_json(),
        )
    Rendition.objects.bulk_create(
        Rendition(
            mosaic=mosaic,
            position=position,
            slug=recipe.slug,
            name=recipe.name,
            recipe=to_json(recipe),
            style_hash=style_hash(recipe),
            limits=limits,
        )
        for position, (recipe, limits) in enumerate(zip(images.recipes, images.limits, strict=True))
    )
