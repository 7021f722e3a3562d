"""Pixels to sky and back for a galaxy, by astropy from the header cards in the database."""

import numpy as np
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS

from catalogs.imagery.fitswcs import pixels_at, quiet_astropy, wcs_from_cards
from catalogs.models import Galaxy

Degrees = list[float | None]


def galaxy_wcs(galaxy: Galaxy) -> WCS | None:
    """The reference band's celestial WCS, or None for a galaxy that works in pixels only."""
    return wcs_from_cards(galaxy.wcs_cards)


def sky_of(galaxy: Galaxy, x_px: np.ndarray, y_px: np.ndarray) -> tuple[Degrees, Degrees]:
    """ICRS right ascension and declination in degrees of 0-based pixels (n,); None without WCS."""
    wcs = galaxy_wcs(galaxy)
    if wcs is None or not len(x_px):
        return [None] * len(x_px), [None] * len(x_px)
    with quiet_astropy():
        sky = wcs.pixel_to_world(x_px, y_px).icrs
    ra_deg, dec_deg = np.atleast_1d(sky.ra.deg) % 360, np.atleast_1d(sky.dec.deg)
    good = np.isfinite(ra_deg) & np.isfinite(dec_deg)
    return (
        [float(value) if ok else None for value, ok in zip(ra_deg, good, strict=True)],
        [float(value) if ok else None for value, ok in zip(dec_deg, good, strict=True)],
    )


def pixels_of(galaxy: Galaxy, ra_deg: np.ndarray, dec_deg: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """0-based pixels (n,) of ICRS degrees; NaN without WCS and where the projection has no such point."""
    wcs = galaxy_wcs(galaxy)
    if wcs is None:
        return np.full(len(ra_deg), np.nan), np.full(len(ra_deg), np.nan)
    return pixels_at(wcs, SkyCoord(ra_deg, dec_deg, unit="deg"))
