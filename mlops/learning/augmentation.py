"""What does not change a source's class: another view of each cut-out, drawn for each by itself."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from mlops.learning.inputs import STRETCH


@dataclass(frozen=True)
class Augmentation:
    """How far a view may go. `shift_px` either way on either axis; the crop about the source has `smallest_crop` to 1 of the side;
    `gain_mag` brightness of all bands and `band_gain_mag` of each, standard deviations; `noise` up to so many of the
    sky's sigmas, added; `blur` the largest share of a 3 x 3 binomial smoothing that is mixed in."""

    shift_px: float = 1.0
    smallest_crop: float = 0.7
    gain_mag: float = 0.5
    band_gain_mag: float = 0.1
    noise: float = 1.0
    blur: float = 0.3


def augmented(inputs: Tensor, how: Augmentation, generator: torch.Generator) -> Tensor:
    """One view of each of `inputs` (batch, bands + 1, size, size), as `inputs.prepare` makes them; each with a turn or mirror
    image, shift, crop centred on the source, brightness, noise and blur of its own."""
    moved = _moved(inputs, how, generator)
    bands, invalid = moved[:, :-1], moved[:, -1:]
    batch, n_bands = bands.shape[:2]
    smoothed = _smoothed(bands)
    share = torch.rand((batch, 1, 1, 1), generator=generator) * how.blur
    # Light is added and multiplied in units of the noise, not of its asinh.
    light = torch.sinh((bands + share * (smoothed - bands)) / STRETCH)
    magnitudes = how.gain_mag * torch.randn((batch, 1, 1, 1), generator=generator)
    magnitudes = magnitudes + how.band_gain_mag * torch.randn((batch, n_bands, 1, 1), generator=generator)
    sigma = how.noise * torch.rand((batch, n_bands, 1, 1), generator=generator)
    noise = torch.randn(bands.shape, generator=generator) * sigma
    return torch.cat([torch.asinh(light * 10 ** (-0.4 * magnitudes) + noise) * STRETCH * (1 - invalid), invalid], dim=1)


def _moved(inputs: Tensor, how: Augmentation, generator: torch.Generator) -> Tensor:
    """Turned, mirrored, shifted and magnified by one bilinear resampling; what comes in from outside is invalid."""
    batch, size = len(inputs), inputs.shape[-1]
    quarter = torch.randint(4, (batch,), generator=generator) * (math.pi / 2)
    mirror = 1 - 2 * torch.randint(2, (batch,), generator=generator).float()
    crop = how.smallest_crop + (1 - how.smallest_crop) * torch.rand(batch, generator=generator)
    # affine_grid counts in half sides.
    shift = (2 * torch.rand((batch, 2), generator=generator) - 1) * (how.shift_px * 2 / size)
    cosine, sine = torch.cos(quarter) * crop, torch.sin(quarter) * crop
    rows = [torch.stack([cosine * mirror, -sine, shift[:, 0]], 1), torch.stack([sine * mirror, cosine, shift[:, 1]], 1)]
    grid = functional.affine_grid(torch.stack(rows, 1), list(inputs.shape), align_corners=False)
    # 1 less the invalid share, so that the zeros from outside come out as invalid.
    valid = torch.cat([inputs[:, :-1], 1 - inputs[:, -1:]], dim=1)
    moved = functional.grid_sample(valid, grid, align_corners=False)
    return torch.cat([moved[:, :-1], 1 - moved[:, -1:]], dim=1)


def _smoothed(bands: Tensor) -> Tensor:
    """(batch, bands, h, w) under a 3 x 3 binomial kernel: a point-spread function wider by half a pixel (rms 0.7 px)."""
    across = torch.tensor([0.25, 0.5, 0.25])
    kernel = torch.outer(across, across).expand(bands.shape[1], 1, 3, 3)
    return functional.conv2d(functional.pad(bands, (1, 1, 1, 1), mode="replicate"), kernel, groups=bands.shape[1])
