"""The sources a catalogue lists: how each LEGUS class looks, drawn one by one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from catalogs.simulation.shapes import Component

# Points of light: a star of our own Galaxy, a single supergiant of that one.
POINTS = ("star", "supergiant")
# Kinds that are drawn without the PSF: the telescope never saw them.
ARTEFACTS = ("cosmic_ray", "hot_pixels")
CLASS_OF_KIND = {
    "symmetric_cluster": 1,
    "asymmetric_cluster": 2,
    "association": 3,
    "star": 4,
    "supergiant": 4,
    "background_galaxy": 4,
    "close_pair": 4,
    "cosmic_ray": 4,
    "hot_pixels": 4,
}
CLASS_SHARES = {1: 0.20, 2: 0.20, 3: 0.20, 4: 0.40}
SPURIOUS_SHARES = {
    "star": 0.22,
    "supergiant": 0.24,
    "background_galaxy": 0.20,
    "close_pair": 0.20,
    "cosmic_ray": 0.08,
    "hot_pixels": 0.06,
}
KIND_OF_CLUSTER = {1: "symmetric_cluster", 2: "asymmetric_cluster", 3: "association"}


@dataclass(frozen=True)
class Source:
    """One listed source. Positions are 0-based px, pixel centres on integers; magnitudes are Vega, (5,), total,
    as observed behind the dust, nan where the source is not in a band (artefacts)."""

    id: int
    x_px: float
    y_px: float
    kind: str
    log_age: float
    ebv_mag: float
    mags_vega: np.ndarray
    effective_radius_px: float
    components: tuple[Component, ...]

    @property
    def legus_class(self) -> int:
        return CLASS_OF_KIND[self.kind]

    @property
    def is_artefact(self) -> bool:
        return self.kind in ARTEFACTS


@dataclass(frozen=True)
class Shape:
    """How a source looks: its components and the half-light radius it is listed with."""

    effective_radius_px: float
    components: tuple[Component, ...]


def draw_kinds(classes: np.ndarray, rng: np.random.Generator) -> list[str]:
    """A kind for each LEGUS class, class 4 split by SPURIOUS_SHARES."""
    spurious = rng.choice(list(SPURIOUS_SHARES), size=len(classes), p=list(SPURIOUS_SHARES.values()))
    return [KIND_OF_CLUSTER.get(int(legus), str(other)) for legus, other in zip(classes, spurious, strict=True)]


def draw_classes(count: int, rng: np.random.Generator) -> np.ndarray:
    """LEGUS classes in fixed shares (the rest goes to class 4), in random order, (count,)."""
    counts = {legus: round(share * count) for legus, share in CLASS_SHARES.items()}
    counts[4] = max(count - counts[1] - counts[2] - counts[3], 0)
    return rng.permutation(np.repeat(list(counts), list(counts.values())))[:count]


def _cluster_radius_px(rng: np.random.Generator, parsec_per_px: float) -> float:
    """Log-normal around 2.6 pc, cut at 1.5 and 6 pc (Ryon et al. 2017, doi:10.3847/1538-4357/aa719e)."""
    return float(np.clip(2.6 * np.exp(0.38 * rng.standard_normal()), 1.5, 6.0)) / parsec_per_px


def _symmetric_cluster(rng: np.random.Generator, parsec_per_px: float, old: bool) -> Shape:
    radius = _cluster_radius_px(rng, parsec_per_px)
    profile, parameter = ("king", rng.uniform(15, 50)) if old else ("eff", rng.uniform(2.2, 3.5))
    body = Component(0, 0, 1.0, radius, profile, float(np.round(parameter, 1)), rng.uniform(0.9, 1.0), _angle(rng))
    return Shape(radius, (body,))


def _angle(rng: np.random.Generator) -> float:
    return float(rng.uniform(0, 2 * np.pi))


def _asymmetric_cluster(rng: np.random.Generator, parsec_per_px: float, old: bool) -> Shape:
    """An elongated body with a second, fainter knot to one side."""
    radius = 1.1 * _cluster_radius_px(rng, parsec_per_px)
    gamma = float(np.round(rng.uniform(2.2, 3.2), 1))
    body = Component(0, 0, 1.0, radius, "eff", gamma, rng.uniform(0.42, 0.72), _angle(rng))
    away, share = rng.uniform(1.5, 2.6) * max(radius, 1.2), rng.uniform(0.15, 0.35)
    angle = body.angle_rad + rng.normal(0, 0.7)
    knot = Component(away * np.cos(angle), away * np.sin(angle), share, 0.8 * radius, "eff", 2.6)
    return Shape(radius, (body, knot))


def _association(rng: np.random.Generator, parsec_per_px: float, old: bool) -> Shape:
    """Several stellar peaks over shared diffuse light."""
    extent = rng.uniform(4.0, 9.0) / parsec_per_px
    parts = [Component(0, 0, rng.uniform(0.6, 1.4), extent, "eff", 3.2, rng.uniform(0.5, 0.9), _angle(rng))]
    for _ in range(int(rng.integers(3, 7))):
        dx, dy = extent * 0.85 * rng.standard_normal(2)
        if rng.random() < 0.5:
            parts.append(Component(dx, dy, rng.uniform(0.15, 0.6)))
        else:
            parts.append(Component(dx, dy, rng.uniform(0.2, 0.7), rng.uniform(0.8, 2.0) / parsec_per_px, "eff", 2.8))
    return Shape(extent, tuple(parts))


def _background_galaxy(rng: np.random.Generator, parsec_per_px: float, old: bool) -> Shape:
    radius = float(np.clip(4.5 * np.exp(0.5 * rng.standard_normal()), 2.0, 13.0))
    index = float(rng.choice([1.0, 1.0, 1.5, 2.5, 4.0]))
    body = Component(0, 0, 1.0, radius, "sersic", index, rng.uniform(0.25, 0.95), _angle(rng))
    return Shape(radius, (body,))


def _close_pair(rng: np.random.Generator, parsec_per_px: float, old: bool) -> Shape:
    """Two stars that the PSF barely parts; the listed position is that of the light's centre."""
    apart, share, angle = rng.uniform(1.3, 3.0), rng.uniform(0.3, 0.5), _angle(rng)
    step = np.array([np.cos(angle), np.sin(angle)]) * apart
    first = Component(-share * step[0], -share * step[1], 1 - share)
    second = Component((1 - share) * step[0], (1 - share) * step[1], share)
    return Shape(0.0, (first, second))


def _point(rng: np.random.Generator, parsec_per_px: float, old: bool) -> Shape:
    return Shape(0.0, (Component(0, 0, 1.0),))


SHAPES: dict[str, Callable[[np.random.Generator, float, bool], Shape]] = {
    "symmetric_cluster": _symmetric_cluster,
    "asymmetric_cluster": _asymmetric_cluster,
    "association": _association,
    "background_galaxy": _background_galaxy,
    "close_pair": _close_pair,
    "star": _point,
    "supergiant": _point,
    "cosmic_ray": _point,
    "hot_pixels": _point,
}


def draw_shape(kind: str, rng: np.random.Generator, parsec_per_px: float, log_age: float) -> Shape:
    """A shape of its kind; clusters above 3 Gyr are tidally limited King models."""
    return SHAPES[kind](rng, parsec_per_px, log_age > 9.5)
