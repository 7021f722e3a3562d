"""How a round's sources are drawn. Layers above add their own samplers in `AppConfig.ready()`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from catalogs.models import Catalog
from labeling.sampling import random_sample


@dataclass(frozen=True)
class Draw:
    """Indices into the candidates in the order drawn, and each one's inclusion probability, both (n,)."""

    indices: np.ndarray
    probabilities: np.ndarray


# (catalog, primary keys of the candidates (n,), how many to draw, generator, parameters) -> Draw
Sampler = Callable[[Catalog, np.ndarray, int, np.random.Generator, Mapping[str, Any]], Draw]


def draw_at_random(
    catalog: Catalog, candidates: np.ndarray, n: int, rng: np.random.Generator, parameters: Mapping[str, Any]
) -> Draw:
    """Each candidate with the same probability, without replacement."""
    indices, probability = random_sample(len(candidates), n, rng)
    return Draw(indices, np.full(len(indices), probability))


SAMPLERS: dict[str, Sampler] = {"random": draw_at_random}
