"""WFC3/UVIS as simulated: five bands, their calibration, sky, noise, headers and WCS."""

from dataclasses import dataclass
from math import cos, log10, radians, sin
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS

from catalogs.simulation.spec import SimulationSpec

# The pixel scale at which the sky rates below hold; other scales are scaled by pixel area.
SKY_PIXEL_SCALE_ARCSEC = 0.0396
DARK_RATE = 0.0022  # e-/s/px: 8 e-/h, WFC3 Instrument Handbook 5.4.8
READ_NOISE_E = 3.1  # e- a read-out
N_EXPOSURES = 3
FULL_WELL_E = 72_000.0  # e- a pixel and exposure


@dataclass(frozen=True)
class Band:
    """A filter of WFC3/UVIS: calibration to an infinite aperture, sharpness and sky.

    photflam in erg/s/cm2/A per e-/s and photplam in A after Calamida et al. 2022 (doi:10.3847/1538-3881/ac73f0),
    rounded; `vega_ab_mag` is the AB magnitude of Vega; `extinction` is A_band / A_V for R_V = 3.1; sky in e-/s/px.
    """

    name: str
    legus: str
    photflam: float
    photplam_angstrom: float
    photbw_angstrom: float
    vega_ab_mag: float
    extinction: float
    psf_fwhm_px: float
    sky_rate: float
    exposure_ratio: float

    @property
    def zero_point_ab_mag(self) -> float:
        return -2.5 * log10(self.photflam) - 5 * log10(self.photplam_angstrom) - 2.408

    @property
    def zero_point_vega_mag(self) -> float:
        return self.zero_point_ab_mag - self.vega_ab_mag

    def rate(self, mag_vega: np.ndarray) -> np.ndarray:
        """Electrons per second of Vega magnitudes."""
        return np.power(10.0, -0.4 * (np.asarray(mag_vega) - self.zero_point_vega_mag))

    def exposure_s(self, spec: SimulationSpec) -> float:
        return spec.exposure_s * self.exposure_ratio

    def sky(self, spec: SimulationSpec) -> float:
        """Sky and dark together, e-/s/px."""
        return self.sky_rate * (spec.pixel_scale_arcsec / SKY_PIXEL_SCALE_ARCSEC) ** 2 + DARK_RATE

    def saturation_rate(self, spec: SimulationSpec) -> float:
        """The rate (e-/s/px) at which a single exposure fills the well."""
        return FULL_WELL_E * N_EXPOSURES / self.exposure_s(spec)


BANDS = (
    Band("f275w", "NUV", 3.22e-18, 2709.7, 164.4, 1.50, 2.02, 1.82, 0.0008, 2.20),
    Band("f336w", "U", 1.285e-18, 3354.7, 158.4, 1.19, 1.66, 1.86, 0.0020, 1.00),
    Band("f438w", "B", 6.68e-19, 4326.2, 197.3, -0.15, 1.33, 1.92, 0.0130, 0.88),
    Band("f555w", "V", 1.838e-19, 5308.4, 517.1, -0.02, 1.04, 2.00, 0.0370, 1.00),
    Band("f814w", "I", 1.497e-19, 8039.1, 666.8, 0.42, 0.60, 2.15, 0.0350, 0.89),
)
REFERENCE = BANDS[3]
BAND_NAMES = tuple(band.name for band in BANDS)


def read_variance(band: Band, spec: SimulationSpec) -> float:
    """Variance of the read-outs in (e-/s/px)^2."""
    return float(N_EXPOSURES * READ_NOISE_E**2 / band.exposure_s(spec) ** 2)


def galaxy_wcs(spec: SimulationSpec) -> WCS:
    """The TAN projection of every band: north up, turned by a few degrees as real pointings are, in ICRS degrees."""
    wcs = WCS(naxis=2)
    scale_deg, turn = spec.pixel_scale_arcsec / 3600, radians(4.0)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.cunit = ["deg", "deg"]
    wcs.wcs.crval = [spec.ra_deg, spec.dec_deg]
    wcs.wcs.crpix = [spec.size_px / 2 + 0.5] * 2
    wcs.wcs.cd = scale_deg * np.array([[-cos(turn), sin(turn)], [sin(turn), cos(turn)]])
    wcs.wcs.radesys = "ICRS"
    wcs.wcs.set()
    return wcs


def _wcs_cards(spec: SimulationSpec) -> list[tuple[str, Any, str]]:
    # astropy writes PC; HST headers carry CD, which is what readers of HST data are used to.
    wcs = galaxy_wcs(spec).wcs
    cards: list[tuple[str, Any, str]] = [
        ("WCSAXES", 2, "number of axes"),
        ("RADESYS", "ICRS", "celestial frame"),
    ]
    for axis in (0, 1):
        cards += [
            (f"CTYPE{axis + 1}", wcs.ctype[axis], "gnomonic projection"),
            (f"CUNIT{axis + 1}", "deg", ""),
            (f"CRPIX{axis + 1}", float(wcs.crpix[axis]), "1-based reference pixel"),
            (f"CRVAL{axis + 1}", float(wcs.crval[axis]), "[deg]"),
        ]
        cards += [(f"CD{axis + 1}_{other + 1}", float(wcs.cd[axis, other]), "[deg/px]") for other in (0, 1)]
    return cards


def band_header(band: Band, spec: SimulationSpec, content: str) -> fits.Header:
    """The header of a science (`content` "science") or noise ("rms") image; nothing in it depends on the clock."""
    cards: list[tuple[str, Any, str]] = [
        ("SIMULATD", True, "simulated by GalaxyCat, not an observation"),
        ("SIMSEED", spec.seed, "seed of the simulation"),
        ("SIMDIST", spec.distance_mpc, "[Mpc] distance assumed"),
        ("CONTENT", content, "science image or its 1-sigma noise"),
        ("TARGNAME", spec.name.upper(), "made-up target"),
        ("TELESCOP", "HST", "simulated"),
        ("INSTRUME", "WFC3", "simulated"),
        ("DETECTOR", "UVIS", "simulated"),
        ("FILTER", band.name.upper(), f"LEGUS {band.legus}"),
        ("BUNIT", "ELECTRONS/S", "brightness unit"),
        ("EXPTIME", band.exposure_s(spec), "[s] total exposure"),
        ("NCOMBINE", N_EXPOSURES, "exposures combined"),
        ("PHOTMODE", f"WFC3 UVIS1 {band.name.upper()}", "observation configuration"),
        ("PHOTFLAM", band.photflam, "[erg/s/cm2/Angstrom per electron/s]"),
        ("PHOTPLAM", band.photplam_angstrom, "[Angstrom] pivot wavelength"),
        ("PHOTBW", band.photbw_angstrom, "[Angstrom] rms band width"),
        ("PHOTZPT", -21.1, "ST magnitude zero point"),
        ("VEGAZPT", round(band.zero_point_vega_mag, 4), "[mag] Vega magnitude of 1 electron/s"),
        ("SATURATE", band.saturation_rate(spec), "[electrons/s] full well"),
        ("MDRIZSKY", band.sky(spec), "[electrons/s/px] sky and dark subtracted"),
        ("READNSEA", READ_NOISE_E, "[electrons] read noise an exposure"),
        *_wcs_cards(spec),
    ]
    return fits.Header(cards)
