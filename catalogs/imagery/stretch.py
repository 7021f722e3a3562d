"""Stretches from values to grey levels: curves, 65,536-entry tables of display codes, and Lupton's colour
arithmetic."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from catalogs.imagery.display import DisplayScale, decode

CODES = np.arange(65536, dtype=np.uint16)
Curve = Callable[[NDArray[np.float64], float], NDArray[np.float64]]


def _linear(t: NDArray[np.float64], softness: float) -> NDArray[np.float64]:
    return t


def _sqrt(t: NDArray[np.float64], softness: float) -> NDArray[np.float64]:
    return np.asarray(np.sqrt(t))


def _log(t: NDArray[np.float64], softness: float) -> NDArray[np.float64]:
    return np.asarray(np.log1p(softness * t) / np.log1p(softness))


def _asinh(t: NDArray[np.float64], softness: float) -> NDArray[np.float64]:
    return np.asarray(np.arcsinh(softness * t) / np.arcsinh(softness))


CURVES: dict[str, Curve] = {"linear": _linear, "sqrt": _sqrt, "log": _log, "asinh": _asinh}


def curve(fraction: NDArray[np.float64], stretch: str, softness: float) -> NDArray[np.float64]:
    """The stretch of `fraction`, clipped to 0..1, again in 0..1; `softness` > 0 is the slope at black of log and asinh
    before they are scaled to end at 1. Raises KeyError for a stretch that is not in CURVES."""
    return CURVES[stretch](np.clip(fraction, 0.0, 1.0), softness)


def value_table(scale: DisplayScale, weight: float = 1.0) -> NDArray[np.float32]:
    """(65536,) weight * value of each display code; code 0, no data, counts as background so that sums stay finite."""
    values = decode(CODES, scale)
    values[0] = scale.background
    return (weight * values.astype(np.float64)).astype(np.float32)


def stretch_table(
    scale: DisplayScale, black: float, white: float, stretch: str, softness: float, weight: float = 1.0
) -> NDArray[np.uint8]:
    """(65536,) grey level 0..255 of each display code of a band whose weighted value goes from `black` to `white`."""
    fraction = (value_table(scale, weight).astype(np.float64) - black) / (white - black)
    return levels(curve(fraction, stretch, softness))


def fraction_table(stretch: str, softness: float) -> NDArray[np.uint8]:
    """(65536,) grey level of the fraction index / 65535, for channels that are sums of bands."""
    return levels(curve(np.linspace(0.0, 1.0, 65536), stretch, softness))


def levels(grey: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Grey levels 0..255, rounded, of `grey` in 0..1."""
    return (np.clip(grey, 0.0, 1.0) * 255 + 0.5).astype(np.uint8)


def lupton_parameters(softness: float) -> tuple[float, float]:
    """(stretch, q) for which Lupton's asinh of intensity 1 is exactly white and its slope at black is `softness`."""
    q = 10 * np.sinh(np.arcsinh(softness) / 10)
    return float(q / softness), float(q)


def lupton_rgb(
    red: NDArray[np.float32], green: NDArray[np.float32], blue: NDArray[np.float32], stretch: float, q: float
) -> NDArray[np.uint8]:
    """(h, w, 3) picture that keeps the colour of bright sources: one asinh of the mean of the channels scales all
    three.

    Channels are (h, w) with black at 0. Source: Lupton et al. 2004, doi:10.1086/382245; astropy's make_lupton_rgb.
    """
    channels = np.stack([red, green, blue], axis=-1)
    intensity = channels.mean(axis=-1)
    positive = np.maximum(intensity, np.finfo(np.float32).tiny)
    slope = np.float32(0.1 * 255 / np.arcsinh(0.1 * q))
    factor = np.where(intensity > 0, np.arcsinh(positive * np.float32(q / stretch)) * slope / positive, 0)
    scaled = np.maximum(channels * factor[..., None], 0)
    # Where the brightest channel overflows, dim all three alike: the colour stays.
    overflow = np.maximum(scaled.max(axis=-1, keepdims=True) / 255, 1)
    return np.asarray(scaled / overflow).astype(np.uint8)
