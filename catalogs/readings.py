"""The line of numbers about a source: magnitude, concentration, width and colours, each missing one with its reason.

Only what was measured: a published class, or anything else a table brought along, never comes from here.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

# LEGUS' names of the bands, by the wavelengths of their filters.
LETTERS = (("nuv", 200.0, 310.0), ("u", 310.0, 400.0), ("b", 400.0, 500.0), ("v", 500.0, 650.0), ("i", 750.0, 900.0))
SYSTEMS = ("Vega", "AB", "ST")


@dataclass(frozen=True)
class BandName:
    """A band of the mosaic: its name, and its pivot wavelength where that is known."""

    name: str
    wavelength_nm: float | None


@dataclass(frozen=True)
class Reading:
    """A number as it stands on the page; where `value` is None, `reason` says why."""

    name: str
    value: float | None
    error: float | None = None
    unit: str = ""
    note: str = ""
    reason: str = ""


def letter_of(band: BandName) -> str:
    """The band's short name: V for 555 nm; its own name where no letter fits."""
    nm = band.wavelength_nm
    found = next((letter for letter, low, high in LETTERS if nm is not None and low <= nm < high), None)
    return found.upper() if found else band.name


def magnitude(band: BandName, measured: Mapping[str, Any], descriptions: Mapping[str, str]) -> Reading:
    """The band's magnitude: `mag_<name>`, or `mag_<letter>` as LEGUS writes it; the system is what the catalogue says."""
    name = letter_of(band)
    keys = [f"mag_{band.name.lower()}", f"mag_{name.lower()}"]
    listed = [key for key in keys if key in measured or key in descriptions]
    key = next((key for key in listed if _number(measured.get(key)) is not None), listed[0] if listed else None)
    if key is None:
        return Reading(name, None, reason=f"The catalogue has no {name} magnitudes")
    value = _number(measured.get(key))
    if value is None:
        return Reading(name, None, reason=f"No {name} magnitude of this source: not detected, or not measured")
    note = descriptions.get(key, "")
    return Reading(name, value, _number(measured.get(f"{key}_error")), system_of(note), note or "System not stated")


def catalogue_readings(
    measured: Mapping[str, Any], descriptions: Mapping[str, str], bands: Sequence[BandName]
) -> list[Reading]:
    """What a catalogue says of a source: its magnitude in each of the bands, concentration, width; only what there is."""
    magnitudes = [magnitude(band, measured, descriptions) for band in bands]
    found = [*magnitudes, concentration(measured, ""), width(_number(measured.get("fwhm_px")), None)]
    return [reading for reading in found if reading.value is not None]


def system_of(description: str) -> str:
    """AB, Vega or ST where the description of a magnitude names it as a word of its own; else nothing."""
    words = description.replace(",", " ").replace("(", " ").replace(")", " ").lower().split()
    return next((system for system in SYSTEMS if system.lower() in words), "")


def colours(magnitudes: Sequence[Reading]) -> list[Reading]:
    """Differences of neighbouring bands, the bluer first."""
    return [_colour(blue, red) for blue, red in pairwise(magnitudes)]


def _colour(blue: Reading, red: Reading) -> Reading:
    name = f"{blue.name} − {red.name}"
    if blue.value is None or red.value is None:
        return Reading(name, None, reason=blue.reason if blue.value is None else red.reason)
    both = blue.error is not None and red.error is not None
    error = math.hypot(blue.error or 0.0, red.error or 0.0) if both else None
    return Reading(name, blue.value - red.value, error, unit="mag", note=blue.note)


def concentration(measured: Mapping[str, Any], reference: str) -> Reading:
    """CI = m(r = 1 px) - m(r = 3 px)."""
    value = _number(measured.get("concentration_index"))
    reason = "" if value is not None else "The catalogue has no concentration index of this source"
    return Reading("CI", value, unit="mag", note=f"{reference}(r = 1 px) − {reference}(r = 3 px)", reason=reason)


def width(fwhm_px: float | None, star_fwhm_px: float | None) -> Reading:
    """FWHM in pixels; its note holds how it compares with a point source."""
    if fwhm_px is None:
        return Reading("FWHM", None, reason="No peak stands out here: no width was fitted")
    note = "" if star_fwhm_px is None else f"Stars here measure {star_fwhm_px:.2f} px"
    return Reading("FWHM", fwhm_px, unit="px", note=note)


def width_ratio(fwhm_px: float | None, star_fwhm_px: float | None) -> Reading:
    """FWHM in units of a point source's."""
    if star_fwhm_px is None:
        return Reading("FWHM / PSF", None, reason="Too few clear point sources in this catalogue to know the PSF")
    if fwhm_px is None:
        return Reading("FWHM / PSF", None, reason="No peak stands out here: no width was fitted")
    return Reading("FWHM / PSF", fwhm_px / star_fwhm_px, note=f"Stars here measure {star_fwhm_px:.2f} px")


def _number(value: object) -> float | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None  # type: ignore[arg-type]
