"""What a person looks at to classify a source: its pixels, its profile and its numbers, and nothing that anybody said of it."""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from django.core.cache import cache, caches

from catalogs.imagery.display import DisplayScale, encode
from catalogs.imagery.evidence import (
    Sky,
    fitted_fwhm,
    psf_of_cutouts,
    radial_profile,
    radii,
    read_cutout,
    skies_about,
)
from catalogs.imagery.growth import curve_of_growth, enclosed_light
from catalogs.imagery.statistics import blank_border
from catalogs.models import Band, Catalog, Mosaic, Source
from catalogs.neighbours import neighbours
from catalogs.readings import (
    BandName,
    Reading,
    band_names,
    catalogue_readings,
    colours,
    concentration,
    faintest,
    is_faint,
    magnitude,
    width,
    width_ratio,
)

VERSION = 4  # raise it when the same pixels would give another answer: it is part of the ETag
SIZE_PX = 48  # the sky ring of the profile, and the corners of 32 pixels turned by any angle
WIDE_PX = 144  # the corners of 100 pixels turned by any angle
PSF_SAMPLE = 300
PSF_CACHE_S = 7 * 86_400
NO_STARS = "none"


def evidence_of(source: Source, mosaic: Mosaic, size_px: int = SIZE_PX) -> dict[str, Any]:
    """`measured_evidence`; of the usual field once for all who look at the source at about the same time."""
    if size_px != SIZE_PX:
        return measured_evidence(source, mosaic, size_px)
    kept, key = caches["evidence"], etag_of(source, mosaic, size_px)
    found: dict[str, Any] | None = kept.get(key)
    if found is None:
        found = measured_evidence(source, mosaic, size_px)
        kept.set(key, found)
    return found


def measured_evidence(source: Source, mosaic: Mosaic, size_px: int = SIZE_PX) -> dict[str, Any]:
    """JSON for `static/catalogs/evidence`: 16-bit codes of each band's pixels, sky and noise, the reference band's
    profile and curve of growth, the point source's, magnitudes by wavelength, the numbers, and the neighbours."""
    bands = sorted(mosaic.bands.all(), key=_by_wavelength)
    names = _names_of(bands)
    reference = next(band for band in bands if band.name == mosaic.reference_band)
    cutout = read_cutout(mosaic.science_path, source.x_px, source.y_px, size_px)
    radius_px = radii(cutout, source.x_px, source.y_px)
    light = np.array([_without_border(plane) for plane in cutout.values])
    skies = skies_about(light, radius_px)
    values, sky = light[reference.position - 1], skies[reference.position - 1]
    star = _star_of(source.catalog, mosaic, reference)
    fwhm_px = _finite(fitted_fwhm(values, radius_px))
    magnitudes = _magnitudes(source, names)
    return {
        "source": _source(source),
        "image": mosaic.content_sha256,
        "size_px": size_px,
        "left_px": cutout.left_px,
        "bottom_px": cutout.bottom_px,
        "pixel_scale_arcsec": mosaic.galaxy.pixel_scale_arcsec,
        "reference": reference.name,
        "bands": [_band(band, cutout.values[band.position - 1], skies[band.position - 1]) for band in bands],
        "profile": _profile(values, radius_px, sky),
        "growth": _growth(values, source.x_px - cutout.left_px, source.y_px - cutout.bottom_px, sky, star),
        "psf": star,
        "sed": [_sed_point(band, magnitudes[band.name]) for band in bands],
        "readings": [asdict(each) for each in _readings(source, reference, magnitudes, fwhm_px, star)],
        "neighbours": [asdict(each) for each in neighbours(source, names[reference.name])],
    }


def etag_of(source: Source, mosaic: Mosaic, size_px: int = SIZE_PX) -> str:
    """Names the answer: the image by its version, a catalogue's rows never change."""
    return f'"{mosaic.address}-{source.uuid}-{size_px}-{VERSION}"'


def card_of(source: Source, mosaic: Mosaic) -> list[Reading]:
    """What the catalogue says of the source, magnitudes by wavelength of the mosaic's bands."""
    bands = sorted(mosaic.bands.all(), key=_by_wavelength)
    return catalogue_readings(source.measurements, source.catalog.descriptions, list(_names_of(bands).values()))


def _without_border(plane: np.ndarray) -> np.ndarray:
    """Zeros of a blank border are neither sky nor light."""
    border = blank_border(plane)
    return plane if border is None else np.where(border, np.nan, plane)


def _by_wavelength(band: Band) -> tuple[float, int]:
    return (band.pivot_wavelength_nm or math.inf, band.position)


def _source(source: Source) -> dict[str, Any]:
    names = ("number", "x_px", "y_px", "ra_deg", "dec_deg")
    return {"uuid": str(source.uuid)} | {name: getattr(source, name) for name in names}


def _band(band: Band, values: np.ndarray, sky: Sky) -> dict[str, Any]:
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


def _profile(values: np.ndarray, radius_px: np.ndarray, sky: Sky) -> dict[str, list[float | None]] | None:
    if sky.n_pixels == 0:
        return None
    profile = radial_profile(values, radius_px, sky)
    return _columns(radius_px=profile.radius_px, value=profile.value, error=profile.error)


def _growth(
    values: np.ndarray, x_px: float, y_px: float, sky: Sky, star: dict[str, Any] | None
) -> dict[str, list[float | None]] | None:
    """The source's light within each radius, and the share of a point source's."""
    if sky.n_pixels == 0:
        return None
    growth = curve_of_growth(values, x_px, y_px, sky.level, sky.sigma)
    columns = {"radius_px": growth.radius_px, "flux": growth.flux, "error": growth.error}
    if star:
        columns["star"] = enclosed_light(np.array(star["radii_px"]), np.array(star["profile"]), growth.radius_px)
    return _columns(**columns)


def _columns(**columns: np.ndarray) -> dict[str, list[float | None]]:
    """For JSON: seven digits, None for what is not finite."""
    return {
        name: [float(f"{each:.7g}") if math.isfinite(each) else None for each in column]
        for name, column in columns.items()
    }


def _names_of(bands: Sequence[Band]) -> dict[str, BandName]:
    """By name, in the order given."""
    placed = sorted(bands, key=lambda band: band.position)
    names = band_names([(band.name, band.filter_name, band.pivot_wavelength_nm) for band in placed])
    return {band.name: names[band.name] for band in bands}


def _magnitudes(source: Source, names: Mapping[str, BandName]) -> dict[str, Reading]:
    """Band name -> its magnitude in the catalogue."""
    measured, descriptions = source.measurements, source.catalog.descriptions
    return {name: magnitude(band, measured, descriptions) for name, band in names.items()}


def _sed_point(band: Band, reading: Reading) -> dict[str, Any]:
    is_limit = is_faint(reading.error)
    return {"band": band.name, "wavelength_nm": band.pivot_wavelength_nm, "is_limit": is_limit} | {
        "magnitude": faintest(reading) if is_limit else reading.value, "error": None if is_limit else reading.error,
        "system": reading.unit, "reason": reading.reason,
    }  # fmt: skip


def _readings(
    source: Source,
    reference: Band,
    magnitudes: dict[str, Reading],
    fwhm_px: float | None,
    star: dict[str, Any] | None,
) -> list[Reading]:
    measured, shown = source.measurements, magnitudes[reference.name]
    # A width is compared with one measured the same way.
    star_fwhm_px: float | None = star["width_px"] if star else None
    if star and star["origin"] == "catalogue":
        fwhm_px = _finite(measured.get("fwhm_px", math.nan)) or fwhm_px
    return [
        # A number has a unit, whatever the catalogue says of its system.
        replace(shown, unit=shown.unit or "mag") if shown.value is not None else shown,
        concentration(measured, shown.name if _is_measured_in(source.catalog, reference) else ""),
        width(fwhm_px, star_fwhm_px),
        width_ratio(fwhm_px, star_fwhm_px),
        *colours(list(magnitudes.values())),
    ]


def _is_measured_in(catalog: Catalog, band: Band) -> bool:
    """Whether the reference band is that in which the catalogue's shapes were measured."""
    return catalog.mosaic is None or catalog.mosaic.reference_band == band.name


def _star_of(catalog: Catalog, mosaic: Mosaic, band: Band) -> dict[str, Any] | None:
    """The band's point source, None where there are too few: as the catalogue has it, where it was measured on this image or
    estimated when it came in; else, for an image that came later, estimated once from its sources and kept."""
    if catalog.mosaic is None or catalog.mosaic.science_sha256 == mosaic.science_sha256:
        known = catalog.parameters.get("psf", {}).get(band.name)
        if known:
            return {"width_px": known["fwhm_px"]} | known | {"origin": "catalogue"}
        if band.name in catalog.parameters.get("band_background_rms", {}):
            return None
    estimated: dict[str, Any] = catalog.parameters.get("estimated_psf", {})
    if (estimated.get("image"), estimated.get("version")) == (mosaic.content_sha256, VERSION):
        star: dict[str, Any] | None = estimated["found"]
        return star
    key = f"catalogs.evidence.psf:{VERSION}:{mosaic.content_sha256}:{catalog.uuid}:{band.position}"
    found = cache.get(key)
    if found is None:
        places = np.array(catalog.sources.on_image().order_by("number").values_list("x_px", "y_px")).reshape(-1, 2)
        found = _estimated_star(places, mosaic, band) or NO_STARS
        cache.set(key, found, PSF_CACHE_S)
    return None if found == NO_STARS else found


def estimated_psf(places: np.ndarray, mosaic: Mosaic) -> dict[str, Any]:
    """As Catalog.parameters["estimated_psf"] holds it: the point source of the reference band of an image, from sources at
    `places` (n, 2) in px, in order of their number; `found` is None where there are too few. Takes half a second on a large mosaic."""
    band = mosaic.bands.get(name=mosaic.reference_band)
    return {"image": mosaic.content_sha256, "version": VERSION, "found": _estimated_star(places, mosaic, band)}


def _estimated_star(places: np.ndarray, mosaic: Mosaic, band: Band) -> dict[str, Any] | None:
    """From up to 300 of the sources, evenly over their numbers."""
    places = places[:: max(1, len(places) // PSF_SAMPLE)][:PSF_SAMPLE]
    cutouts = [read_cutout(mosaic.science_path, x_px, y_px, SIZE_PX, [band.position]) for x_px, y_px in places]
    try:
        psf = psf_of_cutouts(cutouts, places[:, 0], places[:, 1])
    except ValueError:  # NoPsf, or stars of which no pixel is left
        return None
    is_sound = np.isfinite([psf.fwhm_px, psf.width_px, *psf.profile]).all()
    return psf.to_json() | {"origin": "estimated"} if is_sound else None


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
