"""Limits of a grey scale that a person may choose by name."""

from collections.abc import Mapping

import numpy as np
from astropy.visualization import ZScaleInterval
from numpy.typing import NDArray

from catalogs.imagery.recipes import Recipe
from catalogs.imagery.statistics import without_border

Limits = tuple[float, float]
# Name -> per cent of the values between black and white, half of the others on either side.
PERCENTILES = {"99": 99.0, "99.9": 99.9, "100": 100.0}
ZSCALE = "zscale"


def auto_limits(values: NDArray[np.floating]) -> dict[str, Limits]:
    """(black, white) of `values` of any shape by IRAF's zscale (astropy's defaults) and by each of PERCENTILES.

    NaN is left out, and so is a blank border (`without_border`). A way that finds no range (constant or empty values) is not there.
    """
    finite = without_border(values[np.isfinite(values)]).astype(np.float64)
    if finite.size == 0:
        return {}
    found = {ZSCALE: ZScaleInterval().get_limits(finite)}
    for name, percent in PERCENTILES.items():
        tail = (100 - percent) / 2
        found[name] = np.percentile(finite, [tail, 100 - tail])
    return {name: (float(black), float(white)) for name, (black, white) in found.items() if black < white}


def recipe_limits(recipe: Recipe, sample: Mapping[str, NDArray[np.float32]]) -> dict[str, list[Limits]]:
    """`auto_limits` of red, green and blue by each way that all three have, in the units of the recipe's own limits.

    `sample` is band -> (n,) at the same pixels; a pixel that is NaN in one of a channel's bands is left out of it.
    """
    channels = [
        auto_limits(np.sum([np.float64(weight) * sample[band] for band, weight in channel], axis=0))
        for channel in recipe.channels
    ]
    return {how: [found[how] for found in channels] for how in channels[0] if all(how in found for found in channels)}
