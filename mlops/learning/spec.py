"""What an encoder looks at and how wide it is: frozen data with a digest, which is part of every model's identity."""

import hashlib
import json
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike

MAX_BANDS = 12
# How long pre-training is: steps, not epochs or seconds, since the result must not depend on the machine
# (docs/decisions/0011 has what more would gain).
STEPS = 1200
# At 16 px a cut-out of 1,024 image pixels a side.
MAX_SCALE = 64
# A cut-out is at least so many times as wide as the median source. At 2 that source ends a quarter of the width from the
# middle, well before the outskirts that tell its surroundings (`inputs.OUTSKIRTS`, from 3/8 on).
ROOM = 2.0
# Raise it whenever the same spec would mean another network or another input: caches and encoders are then made anew.
ARCHITECTURE = "strided-stem-2"


@dataclass(frozen=True)
class EncoderSpec:
    """An encoder of `n_bands` (1 to 12) bands in cut-outs of `size_px`, whose first layer has `width` channels.

    `scale` is the image pixels a cut-out pixel is averaged from, along either axis. Raises ValueError on a size that the network
    cannot take: `size_px` must be a multiple of 8 from 16 to 128, `scale` from 1 to 64.
    """

    n_bands: int
    size_px: int = 16
    width: int = 24
    scale: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.n_bands <= MAX_BANDS:
            raise ValueError(f"n_bands {self.n_bands} is outside 1 to {MAX_BANDS}")
        if self.size_px % 8 or not 16 <= self.size_px <= 128:
            raise ValueError(f"size_px {self.size_px} is not a multiple of 8 from 16 to 128")
        if self.width < 1:
            raise ValueError(f"width {self.width} must be at least 1")
        if not 1 <= self.scale <= MAX_SCALE:
            raise ValueError(f"scale {self.scale} is outside 1 to {MAX_SCALE}")

    @property
    def n_channels(self) -> int:
        """The bands, and one channel that says how much of a pixel is not valid."""
        return self.n_bands + 1

    @property
    def feature_dim(self) -> int:
        """Length of a feature vector: the last layer's 4 x `width` channels at the source and over the whole cut-out."""
        return 8 * self.width

    def digest(self) -> str:
        """SHA-256 (hex) of the spec and the architecture's version."""
        record = {**asdict(self), "architecture": ARCHITECTURE}
        return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def scale_for(areas_px: ArrayLike, size_px: int, largest: int = MAX_SCALE) -> int:
    """The smallest scale, 1 to `largest`, at which a cut-out of `size_px` is ROOM times as wide as the median source.

    `areas_px` (n,) are the image pixels that each source covers; what is not above 0 does not count. A source is
    as wide as the circle of its area; the median, since a few giants or fragments must not choose for all. 1 where no
    area is known.
    """
    areas = np.asarray(areas_px, dtype=np.float64)
    areas = areas[np.isfinite(areas) & (areas > 0)]
    if not len(areas):
        return 1
    diameter_px = 2 * np.sqrt(np.median(areas) / np.pi)
    return int(np.clip(np.ceil(ROOM * diameter_px / size_px), 1, largest))
