"""Emission lines that narrow bands were made for, and the band that stands for the continuum under each."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """An emission line, and the narrow filters that hold it."""

    slug: str
    name: str
    wavelength_nm: float
    filters: tuple[str, ...]


# Wavelengths in air. Source: NIST Atomic Spectra Database; filters from the WFC3 and ACS instrument handbooks.
LINES = (
    Line("halpha", "Hα", 656.28, ("F656N", "F657N", "F658N")),
    Line("pabeta", "Paβ", 1281.81, ("F128N",)),
)
# Hβ, [O III] and the two above: the lines of an HII region that show in a broad band.
BRIGHT_LINES_NM = (486.13, 500.68, *(line.wavelength_nm for line in LINES))
# Where a broad filter lets through half of its most, in nm. Source: WFC3 and ACS instrument handbooks, JDox for NIRCam;
# Bessell 1990 and 2MASS for the letters.
PASSBANDS_NM = {
    "F435W": (390.0, 480.0), "F438W": (395.0, 468.0), "F475W": (400.0, 550.0), "F547M": (505.0, 588.0), "F550M": (530.0, 586.0),
    "F555W": (458.0, 621.0), "F606W": (471.0, 709.0), "F625W": (547.0, 710.0), "F775W": (690.0, 861.0),
    "F814W": (697.0, 958.0), "F850LP": (828.0, 1050.0), "F105W": (901.0, 1205.0), "F110W": (884.0, 1400.0),
    "F125W": (1100.0, 1401.0), "F140W": (1192.0, 1601.0), "F160W": (1400.0, 1687.0),
    "F090W": (795.0, 1005.0), "F115W": (1013.0, 1282.0), "F150W": (1331.0, 1668.0),
    "V": (470.0, 620.0), "R": (560.0, 740.0), "I": (720.0, 880.0), "J": (1110.0, 1400.0), "H": (1480.0, 1810.0),
}  # fmt: skip
# A source's colour makes the continuum under the line uncertain the more, the further away it is measured.
FURTHEST_SHARE = 0.25


@dataclass(frozen=True)
class FilterBand:
    """What choosing needs to know of a band."""

    name: str
    filter_name: str | None
    pivot_wavelength_nm: float | None


@dataclass(frozen=True)
class LinePair:
    """A line with the names of the narrow band that holds it and of the broad one whose light is taken off.

    `continuum_holds` are the wavelengths in nm of the bright lines in the broad band: what it loses of them.
    """

    line: Line
    narrow: str
    continuum: str
    continuum_holds: tuple[float, ...]

    @property
    def name(self) -> str:
        return f"{self.line.name} {self.narrow}"

    @property
    def title(self) -> str:
        return f"{self.line.name} ({self.narrow} − continuum)"


def line_pairs(bands: Sequence[FilterBand]) -> list[LinePair]:
    """Each narrow band of a known line with its continuum, in the bands' order; narrow bands without one are left out.

    The continuum is the band nearest in pivot wavelength, within a quarter of the line's, among those that hold no
    bright line, and only where there is none among the others: F814W before F555W ([O III]) and F606W (the line itself)
    for Hα, F160W before F110W and F125W (the line itself) for Paβ. What a line inside the continuum band and a source's colour do
    to the result: Spector et al. 2012, arXiv:1110.5636.
    """
    pairs = [(line, band) for band in bands for line in LINES if _filter_in(band, line.filters)]
    return [pair for line, band in pairs if (pair := _paired(line, band, bands))]


def _paired(line: Line, narrow: FilterBand, bands: Sequence[FilterBand]) -> LinePair | None:
    near: list[tuple[bool, float, FilterBand]] = []
    for band in bands:
        passband = _filter_in(band, tuple(PASSBANDS_NM))
        if passband and band.pivot_wavelength_nm:
            off_nm = abs(band.pivot_wavelength_nm - line.wavelength_nm)
            near.append((bool(_held(passband)), off_nm, band))
    near = [each for each in near if each[1] <= FURTHEST_SHARE * line.wavelength_nm]
    if not near:
        return None
    *_, best = min(near, key=lambda each: each[:2])
    return LinePair(line, narrow.name, best.name, _held(_filter_in(best, tuple(PASSBANDS_NM)) or ""))


def _held(filter_name: str) -> tuple[float, ...]:
    blue_nm, red_nm = PASSBANDS_NM.get(filter_name, (0.0, 0.0))
    return tuple(line_nm for line_nm in BRIGHT_LINES_NM if blue_nm <= line_nm <= red_nm)


def _filter_in(band: FilterBand, filters: tuple[str, ...]) -> str | None:
    """The band's filter by its header, else by its own name, where it is one of these."""
    name = (band.filter_name or band.name).strip().upper()
    return name if name in filters else None
