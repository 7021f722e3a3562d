"""The line of numbers about a source: magnitude, concentration, width and colours, each missing one with its reason.

Only what was measured: a published class, or anything else a table brought along, never comes from here.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

# LEGUS' names of the bands: the wavelengths in nm that a filter called so may have, and that of the usual one.
LETTERS = (
    ("NUV", 200.0, 310.0, 271.0),
    ("U", 310.0, 400.0, 336.0),
    ("B", 400.0, 500.0, 433.0),
    ("V", 500.0, 650.0, 531.0),
    ("I", 750.0, 900.0, 804.0),
)
# FQ508N is a quadrant's, FR505N a ramp's.
NARROW, MEDIUM = re.compile(r"F[QR]?\d+N", re.IGNORECASE), re.compile(r"F[QR]?\d+M", re.IGNORECASE)
# The flux of an error this large is not three times its error.
FAINT_ERROR_MAG = 2.5 / math.log(10) / 3
SYSTEMS = ("Vega", "AB", "ST")


@dataclass(frozen=True)
class BandName:
    """A band of the mosaic: its name, how the columns of its measurements end, and LEGUS' letter where it has one. Made by
    `band_names`."""

    name: str
    key: str
    letter: str = ""

    @property
    def short(self) -> str:
        """V for 555 nm; its own name where no letter fits."""
        return self.letter or self.name


@dataclass(frozen=True)
class Reading:
    """A number as it stands on the page; where `value` is None, `reason` says why."""

    name: str
    value: float | None
    error: float | None = None
    unit: str = ""
    note: str = ""
    reason: str = ""


def band_keys(names: Sequence[str]) -> dict[str, str]:
    """Band name -> how its measurements end, in lower case as the LEGUS import has it: V -> v, F555W -> f555w; in the order of
    the mosaic."""
    keys: dict[str, str] = {}
    for position, name in enumerate(names, start=1):
        key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "band"
        keys[name] = f"{key}_{position}" if key in keys.values() else key
    return keys


def band_names(bands: Sequence[tuple[str, str, float | None]]) -> dict[str, BandName]:
    """The bands of a mosaic by name, from each one's name, filter and pivot wavelength (nm), in the order of the mosaic. A
    letter is one band's: of that name, else of the wide filter next to the usual one; never a narrow filter's."""
    lettered: dict[str, str] = {}
    for letter, low, high, usual in LETTERS:
        fitting = [
            (name.upper() != letter, bool(MEDIUM.search(f"{filter_name} {name}")), abs(nm - usual), name)
            for name, filter_name, nm in bands
            if nm is not None and low <= nm < high and not NARROW.search(f"{filter_name} {name}")
        ]
        if fitting:
            lettered[min(fitting)[-1]] = letter
    keys = band_keys([name for name, _, _ in bands])
    return {name: BandName(name, keys[name], lettered.get(name, "")) for name, _, _ in bands}


def magnitude(band: BandName, measured: Mapping[str, Any], descriptions: Mapping[str, str]) -> Reading:
    """The band's magnitude: `mag_<key>`, or `mag_<letter>` as LEGUS writes it where there is no such column; the system is
    what the catalogue says."""
    name = band.short
    keys = [f"mag_{band.key}", *([f"mag_{band.letter.lower()}"] if band.letter else [])]
    # A band with a column of its own is not detected where that is empty, whatever stands in another.
    key = next((key for key in keys if key in measured or key in descriptions), None)
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
    faint = [each.name for each in (blue, red) if is_faint(each.error)]
    if faint:
        return Reading(name, None, reason=f"Below three times its error in {' and '.join(faint)}: no colour")
    both = blue.error is not None and red.error is not None
    error = math.hypot(blue.error or 0.0, red.error or 0.0) if both else None
    return Reading(name, blue.value - red.value, error, unit="mag", note=blue.note)


def is_faint(error_mag: float | None) -> bool:
    """Whether a magnitude with this error is of a flux below three times its error, so that it says no more than a limit."""
    return error_mag is not None and error_mag > FAINT_ERROR_MAG


def faintest(reading: Reading) -> float | None:
    """The magnitude of three times the error of the flux."""
    if reading.value is None or reading.error is None:
        return reading.value
    return reading.value - 2.5 * math.log10(reading.error / FAINT_ERROR_MAG)


def concentration(measured: Mapping[str, Any], reference: str) -> Reading:
    """CI = m(r = 1 px) - m(r = 3 px)."""
    value = _number(measured.get("concentration_index"))
    reason = "" if value is not None else "The catalogue has no concentration index of this source"
    reference = reference or "m"
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
