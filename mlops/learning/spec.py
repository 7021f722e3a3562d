"""What an encoder looks at and how wide it is: frozen data with a digest, which is part of every model's identity."""

import hashlib
import json
from dataclasses import asdict, dataclass

MAX_BANDS = 12
# How long pre-training is: steps, not epochs or seconds, since the result must not depend on the machine
# (docs/decisions/0011 has what more would gain).
STEPS = 1200
# Raise it whenever the same spec would mean another network or another input: caches and encoders are then made anew.
ARCHITECTURE = "strided-stem-2"


@dataclass(frozen=True)
class EncoderSpec:
    """An encoder of `n_bands` (1 to 12) bands in cut-outs of `size_px`, whose first layer has `width` channels.

    `scale` is the image pixels a cut-out pixel is averaged from, along either axis. Raises ValueError on a size that the network
    cannot take: `size_px` must be a multiple of 8 from 16 to 128.
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
        if self.width < 1 or self.scale < 1:
            raise ValueError(f"width {self.width} and scale {self.scale} must be at least 1")

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
