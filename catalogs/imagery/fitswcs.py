"""A band's celestial WCS and the header cards that rebuild it."""

import logging
import math
import re
import warnings as python_warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from astropy.wcs.utils import wcs_to_celestial_frame
from numpy.typing import NDArray

from catalogs.imagery.calibration import number

LINEAR_KEYS = [
    *(f"{key}{axis}" for key in ("CRVAL", "CRPIX", "CDELT") for axis in (1, 2)),
    *(f"{key}{row}_{col}" for key in ("CD", "PC") for row in (1, 2) for col in (1, 2)),
]
MATRIX_KEY = re.compile(r"(CD|PC)\d+_\d+")
CDELT_KEY = re.compile(r"CDELT\d+")
LOOKUP_KEYS = ("CPDIS1", "CPDIS2", "D2IMDIS1", "D2IMDIS2")


@contextmanager
def quiet_astropy() -> Iterator[None]:
    """Keep astropy's warnings and log lines about headers off the terminal: ours say it in one line."""
    logger = logging.getLogger("astropy")
    level = logger.level
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("ignore")
        logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            logger.setLevel(level)


def wcs_from_cards(cards: Sequence[str]) -> WCS | None:
    """The celestial WCS of `wcs_cards`, or None where there are no cards."""
    if not cards:
        return None
    with quiet_astropy():
        return WCS(fits.Header([fits.Card.fromstring(card) for card in cards]), naxis=2)


def pixels_at(wcs: WCS, sky: SkyCoord) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """0-based pixels of places on the sky, of the same shape, whatever the frame and the order of the header's axes; NaN
    where the projection has no such point."""
    with quiet_astropy(), np.errstate(invalid="ignore"):
        own = sky.transform_to(wcs_to_celestial_frame(wcs)).spherical
        places = (own.lon.deg, own.lat.deg)
        # Quiet: far from the image its distortion has no inverse, and does not matter.
        x_px, y_px = wcs.all_world2pix(*(places if wcs.wcs.lng < wcs.wcs.lat else places[::-1]), 0, quiet=True)
    return np.asarray(x_px, dtype=np.float64), np.asarray(y_px, dtype=np.float64)


def celestial_cards(header: fits.Header, shape: tuple[int, int], path: object, warnings: list[str]) -> list[str]:
    """The WCS-related cards, enough to rebuild the same WCS, of an image of `shape` (height, width).

    SIP polynomials are kept, with or without the -SIP suffix. An empty list, with a warning, where the header has no
    celestial WCS that works. Raises BadInput for text in a numeric card.
    """
    for key in LINEAR_KEYS:
        number(header, key, path)
    plain = _one_matrix(header)
    if len(plain) < len(header):
        warnings.append(f"{path}: both CD and PC matrices in the header: CD is taken, PC and CDELT are not")
    wcs = _read(plain)
    if wcs is None:
        warnings.append(f"{path}: no usable celestial WCS in the header: this band works in pixels only")
        return []
    if wcs.sip is not None and not str(header.get("CTYPE1", "")).endswith("-SIP"):
        warnings.append(f"{path}: SIP coefficients without the -SIP suffix in CTYPE: they are applied")
    if any(key in header for key in LOOKUP_KEYS):
        warnings.append(f"{path}: look-up-table distortions (CPDIS, D2IM) are not applied: use a drizzled image")
    return _cards(wcs, shape)


def _one_matrix(header: fits.Header) -> fits.Header:
    """The header without PC and CDELT where it has both matrices, which FITS forbids: wcslib would take the PC that a program
    left there, with no CDELT even 1 degree a pixel."""
    pc = [key for key in header if MATRIX_KEY.fullmatch(key) and key.startswith("PC")]
    if not pc or not any(MATRIX_KEY.fullmatch(key) for key in header if key.startswith("CD")):
        return header
    plain = header.copy()
    for key in (*pc, *(key for key in header if CDELT_KEY.fullmatch(key))):
        plain.remove(key, ignore_missing=True)
    return plain


def _read(header: fits.Header) -> WCS | None:
    """The header's celestial WCS without look-up tables, or None where there is none or its numbers do not work."""
    plain = header.copy()
    for key in LOOKUP_KEYS:
        plain.remove(key, ignore_missing=True)
    with quiet_astropy():
        try:
            wcs = WCS(plain, naxis=2)
            if not wcs.has_celestial:
                return None
            wcs_to_celestial_frame(wcs)  # raises for one that cannot be brought to ICRS, such as RADESYS = 'GAPPT'
            sky = wcs.wcs.p2s([[wcs.wcs.crpix[0], wcs.wcs.crpix[1]]], 1)["world"]
            scales = np.abs(np.linalg.det(wcs.pixel_scale_matrix))
        # wcslib and astropy raise a dozen unrelated types for a broken header; each means "no WCS".
        except Exception:
            return None
    return wcs if np.all(np.isfinite(sky)) and math.isfinite(scales) and scales > 0 else None


def _cards(wcs: WCS, shape: tuple[int, int]) -> list[str]:
    size = fits.Header([("NAXIS", 2), ("NAXIS1", shape[1]), ("NAXIS2", shape[0])])
    with quiet_astropy():
        cards = [*size.cards, *wcs.to_header(relax=True).cards]
    return [str(card).rstrip() for card in cards if card.keyword not in {"COMMENT", "HISTORY", ""}]
