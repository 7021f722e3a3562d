"""A band's calibration: what the header says, what is assumed, and which of the two it was."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from astropy.io import fits

from catalogs.imagery.filters import default_pivot_nm
from catalogs.imagery.units import is_mjy_per_sr, is_of_electrons, is_rate, is_sum, janskys
from galaxycat.errors import BadInput

Origin = Literal["header", "user", "default"] | None
CARD_FIELDS = {"FILTER": "filter_name", "BUNIT": "unit"}
NOT_GIVEN = {"", "N/A", "NA", "NONE", "NULL", "UNKNOWN", "INDEF", "UNDEFINED"}
FIELDS = (
    "unit", "pivot_wavelength_nm", "photflam", "zero_point_mag", "exposure_s", "instrument", "filter_name", "detector",
)  # fmt: skip


# Of JWST's own images the card and the distortion's mean differ by half a per cent.
AREA_TOLERANCE = 0.05


@dataclass(frozen=True)
class Calibration:
    """Every value may be None, unknown. `photflam` is erg/s/cm2/A per e-/s; `zero_point_mag` is AB, of one image unit
    (of one e-/s for HST, of one MJy/sr summed over pixels for JWST, of itself for a flux such as nJy). `origins` says
    where each value came from."""

    unit: str | None = None
    pivot_wavelength_nm: float | None = None
    photflam: float | None = None
    zero_point_mag: float | None = None
    exposure_s: float | None = None
    instrument: str | None = None
    filter_name: str | None = None
    detector: str | None = None
    origins: Mapping[str, Origin] = field(default_factory=lambda: dict.fromkeys(FIELDS), hash=False)

    def as_told(self, told: Mapping[str, str]) -> "Calibration":
        """The same with the values of these header cards, FILTER and BUNIT, from the person, and the zero point of a flux."""
        values: dict[str, Any] = {CARD_FIELDS[card]: value for card, value in told.items()}
        zero_point = zero_point_from_flux_unit(told.get("BUNIT", ""))
        if zero_point is not None:
            values["zero_point_mag"] = zero_point
        origins: dict[str, Origin] = {**self.origins, **dict.fromkeys(values, "user")}
        return replace(self, **values, origins=origins)

    def named(self, band_name: str) -> "Calibration":
        """The same with a pivot wavelength, and the zero point it allows, from the band's own name where both lack."""
        pivot_nm = default_pivot_nm(band_name)
        if self.pivot_wavelength_nm is not None or pivot_nm is None:
            return self
        origins: dict[str, Origin] = {**self.origins, "pivot_wavelength_nm": "default"}
        zero_point = self.zero_point_mag
        if zero_point is None and self.photflam is not None and is_of_photflam(self.unit):
            zero_point = zero_point_from_photflam(self.photflam, pivot_nm)
            origins["zero_point_mag"] = "default"
        return replace(self, pivot_wavelength_nm=pivot_nm, zero_point_mag=zero_point, origins=origins)


def zero_point_from_photflam(photflam: float, pivot_wavelength_nm: float) -> float:
    """AB magnitude of one e-/s. Source: WFC3 data handbook, ZP_AB = -2.5 log PHOTFLAM - 5 log PHOTPLAM[A] - 2.408."""
    return -2.5 * math.log10(photflam) - 5 * math.log10(10 * pivot_wavelength_nm) - 2.408


def zero_point_from_pixel_area(pixar_sr: float) -> float:
    """AB magnitude of one MJy/sr in one pixel of `pixar_sr` steradians. Source: JDox, NIRCam absolute calibration."""
    return -6.10 - 2.5 * math.log10(pixar_sr)


def zero_point_from_flux_unit(unit: str) -> float | None:
    """AB magnitude of one such unit, 8.90 of one Jy; None where it is no flux. Source: Oke & Gunn 1983."""
    flux_jy = janskys(unit)
    return None if flux_jy is None else 8.90 - 2.5 * math.log10(flux_jy)


def is_of_photflam(unit: str | None) -> bool:
    """Whether PHOTFLAM is of this unit, or of its rate; where no unit is given, e-/s is meant."""
    return not unit or is_rate(unit) or is_sum(unit)


def unknown_unit(unit: str) -> str:
    """Why values in this unit have no magnitudes, and the mend."""
    return (
        f"values are in {unit}, whose zero point is not known: ingest them in a unit that is known, or say which one they "
        "are in, such as [unit=ELECTRONS/S] or [unit=nJy]"
    )


def electrons_per_unit(unit: str, exposure_s: float | None) -> float | None:
    """How many electrons a value of 1 was, for Poisson noise; None where the unit or the exposure does not tell."""
    if not is_of_electrons(unit):
        return None
    return exposure_s if is_rate(unit) else 1.0


def effective_zero_point(zero_point_mag: float | None, unit: str, exposure_s: float | None) -> tuple[float | None, str]:
    """(AB magnitude of one image unit, "") or (None, why there is none).

    The zero point of HST is that of one e-/s, so electrons or counts summed over the exposure are divided by it. A flux is
    its own zero point, whatever the band's.
    """
    of_flux = zero_point_from_flux_unit(unit)
    if of_flux is not None:
        return of_flux, ""
    if not (is_of_photflam(unit) or is_mjy_per_sr(unit)):
        return None, unknown_unit(unit)
    if zero_point_mag is None:
        return None, "the band has no zero point"
    if not is_sum(unit):
        return zero_point_mag, ""
    if exposure_s is None:
        return None, f"values are in {unit}, not per second, and the exposure is unknown"
    return zero_point_mag + 2.5 * math.log10(exposure_s), ""


def number(header: fits.Header, key: str, path: object) -> float | None:
    """The card's number, None where it is missing or says that it is not known.

    Raises BadInput naming the file and the card where it holds text that is no number.
    """
    try:
        value = header.get(key)
    except (fits.VerifyError, ValueError) as error:
        raise BadInput(f"{path}: header card {key} cannot be read ({error}): rewrite it as a number") from error
    if value is None or isinstance(value, fits.card.Undefined):
        return None
    if isinstance(value, str) and value.strip().upper() in NOT_GIVEN:
        return None
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise BadInput(
            f"{path}: header card {key} is {value!r} where a number belongs: correct or delete the card"
        ) from error


def text(header: fits.Header, key: str, path: object) -> str | None:
    """The card's text, None where it is missing or blank. Raises BadInput naming the file and a card that is no FITS."""
    try:
        value = header.get(key)
    except (fits.VerifyError, ValueError) as error:
        raise BadInput(f"{path}: header card {key} cannot be read ({error}): write its text in quotes") from error
    if value is None or isinstance(value, fits.card.Undefined) or str(value).strip().upper() in NOT_GIVEN:
        return None
    return str(value).strip()


def filter_name(header: fits.Header, path: object) -> str | None:
    """PUPIL where it is a filter, else FILTER, else the one of FILTER1 and FILTER2 that is not CLEAR.

    ACS has two wheels, one of them open. NIRCam's narrow filters stand in the pupil wheel, behind a wide one (FILTER =
    F444W, PUPIL = F405N), and NIRISS has half of its filters there, behind CLEAR.
    """
    pupil = text(header, "PUPIL", path)
    if default_pivot_nm(pupil) is not None:
        return pupil
    names = [text(header, key, path) for key in ("FILTER", "FILTER1", "FILTER2")]
    return next((name for name in names if name and not name.upper().startswith("CLEAR")), None)


def positive(header: fits.Header, key: str, path: object, warnings: list[str]) -> float | None:
    """A number that means something only above zero; else None, with a warning where a card was given."""
    value = number(header, key, path)
    if value is None or (math.isfinite(value) and value > 0):
        return value
    warnings.append(f"{path}: {key} is {value!r} in the header, which cannot be: taken as unknown")
    return None


def read_calibration(
    header: fits.Header, path: object, warnings: list[str], sky_area_sr: float | None = None
) -> Calibration:
    """The calibration of a band whose merged header is `header`, and whose pixels have `sky_area_sr` by its world coordinates;
    appends to `warnings` what could not be believed.

    Raises BadInput for text in a numeric card.
    """
    name = filter_name(header, path)
    photplam_angstrom = positive(header, "PHOTPLAM", path, warnings)
    pivot_nm = photplam_angstrom / 10 if photplam_angstrom else default_pivot_nm(name)
    values = {
        "unit": text(header, "BUNIT", path),
        "photflam": positive(header, "PHOTFLAM", path, warnings),
        "exposure_s": positive(header, "EXPTIME", path, warnings) or positive(header, "XPOSURE", path, warnings),
        "instrument": text(header, "INSTRUME", path),
        "filter_name": name,
        "detector": text(header, "DETECTOR", path),
        "pivot_wavelength_nm": pivot_nm,
    }
    origins: dict[str, Origin] = {key: None if value is None else "header" for key, value in values.items()}
    if pivot_nm and not photplam_angstrom:
        origins["pivot_wavelength_nm"] = "default"
    zero_point, origins["zero_point_mag"] = _zero_point(header, values, origins, path, warnings, sky_area_sr)
    return Calibration(**values, zero_point_mag=zero_point, origins=origins)  # type: ignore[arg-type]


def _zero_point(
    header: fits.Header,
    values: Mapping[str, object],
    origins: Mapping[str, Origin],
    path: object,
    warnings: list[str],
    sky_area_sr: float | None,
) -> tuple[float | None, Origin]:
    unit = str(values["unit"] or "")
    told_area_sr = positive(header, "PIXAR_SR", path, warnings)
    of_flux = zero_point_from_flux_unit(unit)
    if of_flux is not None:
        return of_flux, "header"
    if is_mjy_per_sr(unit):
        area_sr = told_area_sr or sky_area_sr
        if area_sr is None:
            warnings.append(
                f"{path}: values are in {unit} without PIXAR_SR or WCS: no magnitudes until the header has either"
            )
            return None, None
        # Of an image brought to another grid the card is often that of the first one.
        if told_area_sr and sky_area_sr and abs(told_area_sr / sky_area_sr - 1) > AREA_TOLERANCE:
            warnings.append(
                f"{path}: PIXAR_SR is {told_area_sr:.4g}, but a pixel has {sky_area_sr:.4g} sr by the WCS: that of the WCS is taken"
            )
            area_sr = sky_area_sr
        return zero_point_from_pixel_area(area_sr), "header"
    if not is_of_photflam(unit):
        warnings.append(f"{path}: no magnitudes: {unknown_unit(unit)}")
        return None, None
    photflam, pivot_nm = values["photflam"], values["pivot_wavelength_nm"]
    if not isinstance(photflam, float):
        warnings.append(f"{path}: no usable PHOTFLAM in the header: no magnitudes until a zero point is given")
        return None, None
    if is_sum(unit):
        warnings.append(f"{path}: values are in {unit}, not per second: the zero point is that of one e-/s")
    if not isinstance(pivot_nm, float):
        return None, None
    return zero_point_from_photflam(photflam, pivot_nm), origins["pivot_wavelength_nm"]
