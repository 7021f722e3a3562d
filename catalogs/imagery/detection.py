"""Source extraction with SEP, the library of SExtractor's algorithms (Bertin & Arnouts 1996; Barbary 2016)."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import sep
from astropy.table import Table
from numpy.typing import NDArray

from catalogs.imagery.photometry import Aperture
from catalogs.imagery.statistics import usable_pixels
from galaxycat.errors import BadInput

LARGEST = {
    "DEBLEND_NTHRESH": 64, "BACK_SIZE": 10_000, "BACK_FILTERSIZE": 99, "DETECT_MINAREA": 1_000_000,
    "PHOT_APERTURES": 100, "BACKPHOTO_THICK": 50,
}  # fmt: skip
MAY_BE_ZERO = {"DEBLEND_MINCONT", "CLEAN", "FILTER"}
CHOICES = {"BACKPHOTO_TYPE": ("LOCAL", "GLOBAL")}
PIXEL_STACK = 10_000_000
SUB_OBJECTS = 8192
CI_RADII_PX = (1.0, 3.0)
SKY_ANNULUS_PX = (7.0, 9.0)
# SExtractor's default.conv: an all-round kernel of about two pixels.
KERNEL = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]], dtype=np.float32)


@dataclass(frozen=True)
class DetectionParameters:
    """Named as in SExtractor, with defaults for a nearby galaxy: a fine background mesh and fine deblending, or the sources in
    bright arms are lost (docs/decisions/0007). DETECT_THRESH counts global background rms; sizes are in pixels; FILTER 0 switches off
    the smoothing before detection. PHOT_APERTURES is the diameter of the one photometric aperture, as in SExtractor;
    its sky is the median in an annulus BACKPHOTO_THICK wide (LOCAL), or the background map alone (GLOBAL)."""

    DETECT_THRESH: float = 5.0
    DETECT_MINAREA: int = 5
    BACK_SIZE: int = 16
    BACK_FILTERSIZE: int = 3
    DEBLEND_NTHRESH: int = 32
    DEBLEND_MINCONT: float = 0.0005
    CLEAN: int = 1
    CLEAN_PARAM: float = 1.0
    FILTER: int = 1
    PHOT_APERTURES: float = 8.0
    BACKPHOTO_TYPE: str = "LOCAL"
    BACKPHOTO_THICK: float = 2.0

    @property
    def aperture(self) -> Aperture:
        """The aperture that these describe."""
        return Aperture(self.PHOT_APERTURES / 2, self.BACKPHOTO_THICK if self.BACKPHOTO_TYPE == "LOCAL" else 0.0)

    def with_overrides(self, settings: Sequence[str]) -> "DetectionParameters":
        """These with each "KEY=VALUE" of `settings`. Raises BadInput for an unknown key or a value that will not do."""
        values: dict[str, Any] = dict(_override(setting) for setting in settings)
        changed = replace(self, **values)
        _require_sound(changed)
        return changed


@dataclass(frozen=True)
class DetectionResult:
    """`table`, brightest first: x_px, y_px (0-based), flux (isophotal), peak, a_px, b_px, theta_deg
    (counter-clockwise from +x), npix, flag (SEP's), ci (mag, NaN where a flux is not positive), background (that of the
    mesh at its pixel, NaN where that is not used). `background_rms` is in the image's units, as flux, peak and background."""

    table: Table
    background_rms: float


def detect(
    data: NDArray[np.float32], parameters: DetectionParameters, mask: NDArray[np.bool_] | None = None
) -> DetectionResult:
    """Sources of `data` (h, w), bottom row first, above DETECT_THRESH times the global rms of its background.

    Pixels that are not finite, of a blank border or True in `mask` (h, w) are not used. Raises BadInput, naming the setting to change,
    where nothing is left to use or the field is too crowded for the settings.
    """
    bad = ~usable_pixels(data, mask)
    if bad.all():
        raise BadInput("detection: every pixel is masked or NaN: choose another band or mask")
    pixels = np.where(bad, np.float32(0), data).astype(np.float32)
    box_px = min(parameters.BACK_SIZE, *pixels.shape)
    background = sep.Background(
        pixels, mask=bad, bw=box_px, bh=box_px, fw=parameters.BACK_FILTERSIZE, fh=parameters.BACK_FILTERSIZE
    )
    background.subfrom(pixels)
    pixels[bad] = 0
    rms = float(background.globalrms)
    # SEP says 1 where there is no noise at all.
    if rms <= 0 or (rms == 1 and not background.rms().any()):
        raise BadInput("detection: the background has no noise, so no threshold: choose another band or BACK_SIZE")
    objects = _extract(pixels, rms, bad, parameters)
    table = _table(objects, pixels, bad)
    table["background"] = _background_at(table, data, pixels, bad)
    return DetectionResult(table, rms)


def concentration_index(
    pixels: NDArray[np.float32],
    x_px: NDArray[np.float64],
    y_px: NDArray[np.float64],
    mask: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """m(r = 1 px) - m(r = 3 px) in mag of each position; sky from an annulus of 7-9 px, exact apertures, no aperture
    correction.

    NaN where either flux is not positive.
    """
    inner, outer = (
        sep.sum_circle(pixels, x_px, y_px, radius, mask=mask, bkgann=SKY_ANNULUS_PX, subpix=0)[0]
        for radius in CI_RADII_PX
    )
    good = (inner > 0) & (outer > 0)
    ratio = np.where(good, inner, 1.0) / np.where(good, outer, 1.0)
    return np.where(good, -2.5 * np.log10(ratio), np.nan)


def _extract(
    pixels: NDArray[np.float32], rms: float, bad: NDArray[np.bool_], parameters: DetectionParameters
) -> NDArray[np.void]:
    # SEP fills the whole stack with links: of a small image no more than its pixels are ever on it.
    sep.set_extract_pixstack(max(min(PIXEL_STACK, pixels.size), pixels.size // 4))
    sep.set_sub_object_limit(SUB_OBJECTS)
    try:
        objects: NDArray[np.void] = sep.extract(
            pixels,
            parameters.DETECT_THRESH * rms,
            mask=bad,
            minarea=parameters.DETECT_MINAREA,
            filter_kernel=KERNEL if parameters.FILTER else None,
            # A matched filter needs a noise map; SExtractor's plain convolution does not.
            filter_type="conv",
            deblend_nthresh=parameters.DEBLEND_NTHRESH,
            deblend_cont=parameters.DEBLEND_MINCONT,
            clean=bool(parameters.CLEAN),
            clean_param=parameters.CLEAN_PARAM,
        )
    except Exception as error:  # SEP raises bare Exception, with the reason in its text
        raise _too_crowded(error, parameters) from error
    return objects


def _too_crowded(error: Exception, parameters: DetectionParameters) -> BadInput:
    if "deblending overflow" in str(error):
        return BadInput(
            f"detection: one patch of sky holds more than {SUB_OBJECTS} blended sources: raise DEBLEND_MINCONT (now "
            f"{parameters.DEBLEND_MINCONT}), DETECT_THRESH (now {parameters.DETECT_THRESH}), or lower BACK_SIZE"
        )
    if "pixel buffer full" in str(error):
        return BadInput(
            f"detection: too many pixels above the threshold: raise DETECT_THRESH (now {parameters.DETECT_THRESH})"
        )
    return BadInput(f"detection: SEP gave up ({error}): change DETECT_THRESH, BACK_SIZE or DEBLEND_NTHRESH")


def _table(objects: NDArray[Any], pixels: NDArray[np.float32], bad: NDArray[np.bool_]) -> Table:
    ordered = objects[np.argsort(-objects["flux"], kind="stable")]
    return Table(
        {
            "x_px": ordered["x"],
            "y_px": ordered["y"],
            "flux": ordered["flux"],
            "peak": ordered["peak"],
            "a_px": ordered["a"],
            "b_px": ordered["b"],
            "theta_deg": np.degrees(ordered["theta"]),
            "npix": ordered["npix"],
            "flag": ordered["flag"],
            "ci": concentration_index(pixels, ordered["x"], ordered["y"], bad),
        }
    )


def _background_at(
    table: Table, data: NDArray[np.float32], pixels: NDArray[np.float32], bad: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """What was taken off each source's pixel, (n,): without the map of it, which is as large as the image."""
    height, width = data.shape
    column = np.clip(np.rint(table["x_px"]), 0, width - 1).astype(int)
    row = np.clip(np.rint(table["y_px"]), 0, height - 1).astype(int)
    taken = data[row, column].astype(np.float64) - pixels[row, column]
    return np.where(bad[row, column], np.nan, taken)


def _override(setting: str) -> tuple[str, float | int | str]:
    key, separator, text = setting.partition("=")
    kinds = {field.name: field.type for field in fields(DetectionParameters)}
    name = key.strip().upper()
    if not separator or name not in kinds:
        raise BadInput(f"--set {setting!r}: write KEY=VALUE with KEY one of {', '.join(kinds)}")
    if name in CHOICES:
        return name, text.strip().upper()
    kind = int if kinds[name] in (int, "int") else float
    try:
        return name, kind(text)
    except ValueError as error:
        expected = "a whole number" if kind is int else "a number"
        raise BadInput(f"--set {setting!r}: {text.strip()!r} is not {expected}") from error


def _require_sound(parameters: DetectionParameters) -> None:
    for field in fields(parameters):
        value = getattr(parameters, field.name)
        if field.name in CHOICES:
            _require_choice(field.name, value)
            continue
        may_be_zero = field.name in MAY_BE_ZERO
        if not np.isfinite(value) or value < 0 or (value == 0 and not may_be_zero):
            raise BadInput(f"--set {field.name}={value}: must be {'0 or more' if may_be_zero else 'above 0'}")
        # SEP allocates by these and dies without a word where there is not enough memory.
        if value > LARGEST.get(field.name, np.inf):
            raise BadInput(f"--set {field.name}={value}: must be at most {LARGEST[field.name]}")


def _require_choice(name: str, value: str) -> None:
    if value not in CHOICES[name]:
        raise BadInput(f"--set {name}={value}: must be one of {', '.join(CHOICES[name])}")
