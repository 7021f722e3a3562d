"""What a person looks at to classify a source: its pixels, its profile and its numbers, and nothing that anybody said of it."""

import base64
import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np
from django.core.cache import cache

from catalogs.imagery.display import DisplayScale, encode
from catalogs.imagery.evidence import (
    Cutout,
    Sky,
    StarProfile,
    fitted_fwhm,
    radial_profile,
    radii,
    read_cutout,
    sky_about,
    star_profile,
)
from catalogs.models import Band, Catalog, Mosaic, Source
from catalogs.readings import BandName, Reading, colours, concentration, magnitude, width, width_ratio

VERSION = 1  # raise it when the same pixels would give another answer: it is part of the ETag
SIZE_PX = 48  # the sky ring of the profile, and the corners of 32 pixels turned by any angle
PSF_SAMPLE = 300
PSF_CACHE_S = 7 * 86_400
NO_STARS = "none"


def evidence_of(source: Source, mosaic: Mosaic) -> dict[str, Any]:
    """JSON for `static/catalogs/evidence`: 16-bit codes of each band's pixels, sky and noise, the reference band's
    profile, the point source's, and the numbers."""
    bands = sorted(mosaic.bands.all(), key=_by_wavelength)
    reference = next(band for band in bands if band.name == mosaic.reference_band)
    cutout = read_cutout(mosaic.science_path, source.x_px, source.y_px, SIZE_PX)
    radius_px = radii(cutout, source.x_px, source.y_px)
    values = cutout.values[reference.position - 1]
    sky = sky_about(values, radius_px)
    star = _star_of(source.catalog, mosaic, reference)
    fwhm_px = _finite(fitted_fwhm(values, radius_px))
    return {
        "source": _source(source),
        "image": mosaic.science_sha256,
        "size_px": SIZE_PX,
        "left_px": cutout.left_px,
        "bottom_px": cutout.bottom_px,
        "pixel_scale_arcsec": mosaic.galaxy.pixel_scale_arcsec,
        "reference": reference.name,
        "bands": [_band(band, cutout, radius_px) for band in bands],
        "profile": _profile(values, radius_px, sky),
        "psf": star,
        "readings": [asdict(each) for each in _readings(source, bands, reference, fwhm_px, star)],
    }


def etag_of(source: Source, mosaic: Mosaic) -> str:
    """Names the answer: pixels by their content, a catalogue's rows never change."""
    return f'"{mosaic.science_sha256[:16]}-{source.uuid}-{VERSION}"'


def _by_wavelength(band: Band) -> tuple[float, int]:
    return (band.pivot_wavelength_nm or math.inf, band.position)


def _source(source: Source) -> dict[str, Any]:
    names = ("number", "x_px", "y_px", "ra_deg", "dec_deg")
    return {"uuid": str(source.uuid)} | {name: getattr(source, name) for name in names}


def _band(band: Band, cutout: Cutout, radius_px: np.ndarray) -> dict[str, Any]:
    values = cutout.values[band.position - 1]
    sky = sky_about(values, radius_px)
    codes = encode(values, band.background, band.noise)
    return {
        "name": band.name,
        "unit": band.unit,
        "wavelength_nm": band.pivot_wavelength_nm,
        "scale": DisplayScale(band.background, band.noise).to_json(),
        "codes": base64.b64encode(codes.astype("<u2").tobytes()).decode("ascii"),
        # Where too little sky is in view the band's own stands for it.
        "sky": band.background if math.isnan(sky.level) else sky.level,
        "noise": sky.sigma if sky.sigma > 0 else band.noise,
    }


def _profile(values: np.ndarray, radius_px: np.ndarray, sky: Sky) -> dict[str, list[float]] | None:
    if sky.n_pixels == 0:
        return None
    profile = radial_profile(values, radius_px, sky)
    columns = {"radius_px": profile.radius_px, "value": profile.value, "error": profile.error}
    return {name: [float(f"{each:.7g}") for each in column] for name, column in columns.items()}


def _readings(
    source: Source, bands: Iterable[Band], reference: Band, fwhm_px: float | None, star: dict[str, Any] | None
) -> list[Reading]:
    measured, descriptions = source.measurements, source.catalog.descriptions
    names = [BandName(band.name, band.pivot_wavelength_nm) for band in bands]
    magnitudes = {name.name: magnitude(name, measured, descriptions) for name in names}
    shown = magnitudes[reference.name]
    star_fwhm_px: float | None = star["fwhm_px"] if star else None
    # A width is compared with one measured the same way.
    if star and star["origin"] == "catalogue":
        fwhm_px = _finite(measured.get("fwhm_px", math.nan)) or fwhm_px
    return [
        shown,
        concentration(measured, shown.name),
        width(fwhm_px, star_fwhm_px),
        width_ratio(fwhm_px, star_fwhm_px),
        *colours(list(magnitudes.values())),
    ]


def _star_of(catalog: Catalog, mosaic: Mosaic, band: Band) -> dict[str, Any] | None:
    """The band's point source: as the catalogue has it, else estimated once from its narrowest sources and kept."""
    known = catalog.parameters.get("psf", {}).get(band.name)
    if known:
        names = ("fwhm_px", "radii_px", "profile", "n_stars")
        return {name: known[name] for name in names} | {"origin": "catalogue"}
    key = f"catalogs.evidence.psf:{VERSION}:{mosaic.science_sha256}:{catalog.uuid}:{band.position}"
    found = cache.get(key)
    if found is None:
        star = estimate_star(catalog, mosaic, band)
        found = _star_json(star) if star else NO_STARS
        cache.set(key, found, PSF_CACHE_S)
    return None if found == NO_STARS else found


def estimate_star(catalog: Catalog, mosaic: Mosaic, band: Band) -> StarProfile | None:
    """The band's point source from up to 300 of the catalogue's sources, evenly over their numbers."""
    places = list(catalog.sources.on_image().order_by("number").values_list("x_px", "y_px"))
    step = max(1, len(places) // PSF_SAMPLE)
    stamps = []
    for x_px, y_px in places[::step][:PSF_SAMPLE]:
        cutout = read_cutout(mosaic.science_path, x_px, y_px, SIZE_PX, [band.position])
        stamps.append((cutout.values[0], radii(cutout, x_px, y_px)))
    return star_profile(stamps)


def _star_json(star: StarProfile) -> dict[str, Any]:
    return {
        "fwhm_px": star.fwhm_px,
        "radii_px": star.radii_px.tolist(),
        "profile": [float(f"{each:.5g}") for each in star.profile],
        "n_stars": star.n_stars,
        "origin": "estimated",
    }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
