"""Seamless random textures with a power-law spectrum: what makes clouds and dust look fractal."""

import numpy as np
from scipy import fft, ndimage

TEXTURE_SIDE = 1024


def fractal_texture(
    rng: np.random.Generator, slope: float, side: int = TEXTURE_SIDE, flat_below: float = 0.0
) -> np.ndarray:
    """A periodic (side, side) float32 field of zero mean and unit deviation, amplitude proportional to k^-slope.

    The spectrum is flat below `flat_below` waves a side: no clouds larger than that.
    """
    noise = fft.rfft2(rng.standard_normal((side, side), dtype=np.float32))
    k = np.hypot(fft.fftfreq(side)[:, None], fft.rfftfreq(side)[None, :])
    k = np.hypot(k, flat_below / side)
    k[0, 0] = np.inf
    field = fft.irfft2(noise * k**-slope, s=(side, side))
    return np.asarray((field - field.mean()) / field.std(), dtype=np.float32)


def sample(texture: np.ndarray, v_turns: np.ndarray, u_turns: np.ndarray) -> np.ndarray:
    """The texture at fractions of its period (any real numbers, wrapped); cubic, so that no facets show.

    `texture` must have gone through `spline`.
    """
    side = texture.shape[0]
    return np.asarray(
        ndimage.map_coordinates(
            texture, [v_turns * side, u_turns * side], order=3, mode="grid-wrap", prefilter=False, output=np.float32
        )
    )


def spline(texture: np.ndarray) -> np.ndarray:
    """The cubic spline coefficients of a periodic texture."""
    return np.asarray(ndimage.spline_filter(texture, order=3, mode="grid-wrap", output=np.float32))
