"""Photometry of a list of positions in every band of a mosaic, one band in memory at a time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import astropy.units as u
import numpy as np
import rasterio

from catalogs.imagery.calibration import effective_zero_point, electrons_per_unit
from catalogs.imagery.detection import DetectionParameters, concentration_index
from catalogs.imagery.fitswcs import wcs_from_cards
from catalogs.imagery.photometry import (
    Aperture,
    BandPixels,
    aperture_photometry,
    magnitudes,
    subtract_background,
    touches_ceiling,
    usable,
)
from catalogs.imagery.psf import NoPsf, estimate_psf, source_fwhm
from catalogs.imagery.reprojection import is_surface_brightness, on_other
from catalogs.imagery.science import gdal
from catalogs.imagery.sky import pixel_scale_arcsec
from catalogs.models import Band, Mosaic
from catalogs.readings import band_keys
from catalogs.sky import galaxy_wcs

Progress = Callable[[float | None, str], None]
# Where the empty apertures lie: fixed, so that the same image gives the same errors.
EMPTY_APERTURE_SEED = 20260101
SIGNIFICANT_DIGITS = 7
CI_RADIUS_PX = 3.0
SMALLEST_MESH_PX = 16
OFF_IMAGE_PX = -1e6
# What headers write, as the units that astropy and TOPCAT know.
FITS_UNITS = {
    "ELECTRONS/S": "electron / s",
    "ELECTRONS/SEC": "electron / s",
    "ELECTRONS": "electron",
    "COUNTS": "ct",
    "COUNTS/S": "ct / s",
    "DN": "adu",
}


@dataclass
class Measured:
    """`columns` (n,) by measurement key with nan for no value, their `units` and `descriptions`, and for the catalogue's
    parameters: zero points used, noise and PSF by band, and `warnings`."""

    columns: dict[str, np.ndarray] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    zero_points_mag: dict[str, float] = field(default_factory=dict)
    background_rms: dict[str, float] = field(default_factory=dict)
    noise_factor: dict[str, float] = field(default_factory=dict)
    psf: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def add(self, key: str, values: np.ndarray, unit: str, description: str) -> None:
        self.columns[key] = rounded(values)
        self.units[key], self.descriptions[key] = unit, description

    def to_parameters(self, aperture: Aperture) -> dict[str, Any]:
        """As Catalog.parameters holds it; `psf` is absent where no band has one."""
        return {
            "aperture_radius_px": aperture.radius_px,
            "sky_annulus_px": list(aperture.annulus_px or ()),
            "magnitude_system": "AB",
            "zero_points_mag": self.zero_points_mag,
            "band_background_rms": self.background_rms,
            "noise_factor": self.noise_factor,
            "warnings": self.warnings,
        } | ({"psf": self.psf} if self.psf else {})


def band_unit(band: Band) -> str:
    return FITS_UNITS.get(band.unit.upper(), band.unit)


def sum_unit(band: Band) -> str:
    """Of a sum over pixels: that of a surface brightness is no flux, and goes with the pixels' area."""
    unit = band_unit(band)
    if not is_surface_brightness(band.unit):
        return unit
    try:
        return str((u.Unit(unit) * u.pix).to_string())
    except ValueError:
        return f"{unit} pix"


def band_pixels(mosaic: Mosaic, position: int) -> np.ndarray:
    """The band's float32 pixels (h, w) on the mosaic's grid, bottom row first."""
    return _pixels(mosaic.science_path, position)


def _pixels(path: Path, position: int) -> np.ndarray:
    with gdal(), rasterio.open(path) as dataset:
        return np.ascontiguousarray(dataset.read(position)[::-1])


@dataclass(frozen=True)
class Grid:
    """The pixels that a band is measured on: where the positions lie on them, and how many of the mosaic's one is wide."""

    pixels: np.ndarray
    x_px: np.ndarray
    y_px: np.ndarray
    pixel_ratio: float
    pixel_scale_arcsec: float | None

    def aperture(self, aperture: Aperture) -> Aperture:
        """The same circle on the sky; the ring of sky about it is never thinner in pixels, or it would hold too few."""
        return Aperture(aperture.radius_px / self.pixel_ratio, aperture.sky_thick_px / min(self.pixel_ratio, 1.0))

    def mesh_px(self, mesh_px: int) -> int:
        return max(SMALLEST_MESH_PX, round(mesh_px / self.pixel_ratio))


def own_grid(mosaic: Mosaic, band: Band, x_px: np.ndarray, y_px: np.ndarray) -> Grid:
    """The band's own pixels where it was reprojected, else the mosaic's, and the positions (n,) on them."""
    galaxy = mosaic.galaxy
    native, path = wcs_from_cards(band.wcs_cards), band.native_path
    reference = galaxy_wcs(galaxy)
    if path is None or native is None or reference is None:
        return Grid(band_pixels(mosaic, band.position), x_px, y_px, 1.0, galaxy.pixel_scale_arcsec)
    own_x, own_y = on_other(reference, native, x_px, y_px)
    scale_arcsec = pixel_scale_arcsec(native)
    # What has no place on the band's sky is nowhere on its image.
    return Grid(
        _pixels(path, 1),
        np.where(np.isfinite(own_x), own_x, OFF_IMAGE_PX),
        np.where(np.isfinite(own_y), own_y, OFF_IMAGE_PX),
        scale_arcsec / pixel_scale_arcsec(reference),
        scale_arcsec,
    )


def measure_bands(
    *, mosaic: Mosaic, x_px: np.ndarray, y_px: np.ndarray, parameters: DetectionParameters, progress: Progress
) -> Measured:
    """Fluxes, AB magnitudes and errors of the positions (n,) in every band, each on its own pixels in the same circle on
    the sky; in the reference band also the concentration index and widths. A band that cannot be measured is left out, with a warning.
    """
    measured, bands = Measured(), list(mosaic.bands.order_by("position"))
    keys, aperture = band_keys([band.name for band in bands]), parameters.aperture
    for done, band in enumerate(bands):
        progress(done / len(bands), f"photometry in {band.name}")
        grid = own_grid(mosaic, band, x_px, y_px)
        try:
            pixels = subtract_background(grid.pixels, grid.mesh_px(parameters.BACK_SIZE), parameters.BACK_FILTERSIZE)
        except ValueError as error:
            measured.warnings.append(f"{band.name}: not measured: {error}")
            continue
        _measure_band(measured, band, keys[band.name], pixels, grid, aperture)
        if band.name == mosaic.reference_band:
            _measure_shapes(measured, pixels, x_px, y_px)
    return measured


def rounded(values: np.ndarray) -> np.ndarray:
    """To 7 significant digits: pixels are 32-bit floats, which have no more."""
    return np.array([float(f"{value:.{SIGNIFICANT_DIGITS}g}") for value in values])


def _measure_band(
    measured: Measured, band: Band, key: str, pixels: BandPixels, grid: Grid, mosaic_aperture: Aperture
) -> None:
    aperture, x_px, y_px = grid.aperture(mosaic_aperture), grid.x_px, grid.y_px
    gain = electrons_per_unit(band.unit, band.exposure_s)
    rng = np.random.default_rng(EMPTY_APERTURE_SEED)
    found = aperture_photometry(pixels, x_px, y_px, aperture, rng, gain)
    circle = f"in {band.name}, circle of {mosaic_aperture.radius_px:g} px radius"
    if band.native_sha256:
        circle += f" ({aperture.radius_px:.3g} of the band's own pixels)"
    measured.add(f"flux_{key}", found.flux, sum_unit(band), f"Flux {circle}, above the sky")
    measured.add(f"flux_{key}_error", found.flux_error, sum_unit(band), f"Error of the flux in {band.name}")
    measured.background_rms[band.name] = pixels.global_rms
    measured.noise_factor[band.name] = round(found.noise_factor, 4)
    if not found.n_empty:
        measured.warnings.append(f"{band.name}: too few empty places: errors assume that pixels are independent")
    if gain is None:
        measured.warnings.append(f"{band.name}: errors are without the light's own Poisson noise: no exposure or unit")
    _add_magnitudes(measured, band, key, found.flux, found.flux_error, circle)
    try:
        snr = found.flux / np.where(found.flux_error > 0, found.flux_error, np.inf)
        saturated = touches_ceiling(pixels, x_px, y_px, aperture.radius_px)
        psf = estimate_psf(pixels.values, x_px, y_px, snr=np.nan_to_num(snr), bad=pixels.bad, saturated=saturated)
        measured.psf[band.name] = psf.to_json()
    except NoPsf as reason:
        measured.warnings.append(f"{band.name}: no PSF: {reason}")


def _add_magnitudes(
    measured: Measured, band: Band, key: str, flux: np.ndarray, flux_error: np.ndarray, circle: str
) -> None:
    zero_point, reason = effective_zero_point(band.zero_point_mag, band.unit, band.exposure_s)
    if zero_point is None:
        measured.warnings.append(f"{band.name}: fluxes only, no magnitudes: {reason}")
        return
    mag, mag_error = magnitudes(flux, flux_error, zero_point)
    measured.add(f"mag_{key}", mag, "mag", f"AB magnitude {circle}, no aperture or extinction correction")
    measured.add(f"mag_{key}_error", mag_error, "mag", f"Error of the magnitude in {band.name}")
    measured.zero_points_mag[band.name] = zero_point


def _measure_shapes(measured: Measured, pixels: BandPixels, x_px: np.ndarray, y_px: np.ndarray) -> None:
    has_value, _ = usable(pixels.bad, x_px, y_px, CI_RADIUS_PX)
    index = concentration_index(pixels.values, x_px, y_px, pixels.bad)
    measured.add(
        "concentration_index", np.where(has_value, index, np.nan), "mag", "m(r = 1 px) - m(r = 3 px), local sky"
    )
    widths = source_fwhm(pixels.values, x_px, y_px, pixels.bad)
    measured.add("fwhm_px", widths, "pix", "Full width at half maximum of the core")
