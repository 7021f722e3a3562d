"""Where the listed sources are, how old and how bright: drawn over the galaxy's light, or taken from a catalogue."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from catalogs.simulation.catalog_input import InputCatalog
from catalogs.simulation.disk import DiffuseLight
from catalogs.simulation.instrument import BANDS, REFERENCE, read_variance
from catalogs.simulation.sources import ARTEFACTS, Source, draw_classes, draw_kinds, draw_shape
from catalogs.simulation.spec import SimulationSpec
from catalogs.simulation.spectra import offsets_from_v

MARGIN_PX = 6
SEPARATION_PX = 7.0
BRIGHTEST_V_MAG, FAINTEST_V_MAG = 18.8, 24.6
BRIGHTEST_STAR_V_MAG = 16.0
BRIGHTEST_SUPERGIANT_V_MAG = 21.5
# Every drawn source is brightened until its V-band signal-to-noise ratio reaches this.
SNR_FLOOR = 14.0
REFERENCE_INDEX = BANDS.index(REFERENCE)
GALAXY_OFFSETS = np.array([2.0, 1.1, 0.9, 0.0, -1.15])  # Vega magnitudes minus V of a background galaxy
LOG_AGE_RANGE = {"asymmetric_cluster": (6.4, 8.3), "association": (6.3, 7.2)}
OLD_SHARE = 0.28  # of class 1


@dataclass(frozen=True)
class _Where:
    """Density maps, coarsened so that the cumulative sums stay small, from which positions are drawn."""

    cell_px: int
    size_px: int
    young: np.ndarray
    old: np.ndarray

    @classmethod
    def of(cls, light: DiffuseLight) -> "_Where":
        size = light.young.shape[0]
        cell = max(1, size // 700)
        return cls(cell, size, light.young[cell // 2 :: cell, cell // 2 :: cell] ** 1.2, _coarse_old(light, cell))

    def draw(self, density: np.ndarray | None, count: int, rng: np.random.Generator) -> np.ndarray:
        """(count, 2) positions x, y in px: a cell by its density, then anywhere in it; None is uniform."""
        low, high = MARGIN_PX, self.size_px - 1 - MARGIN_PX
        if density is None:
            return np.asarray(rng.uniform(low, high, (count, 2)))
        cumulative = np.cumsum(density, dtype=np.float64)
        chosen = np.searchsorted(cumulative, rng.random(count) * cumulative[-1])
        row, column = np.divmod(chosen, density.shape[1])
        centres = np.column_stack([column, row]) * self.cell_px + self.cell_px // 2
        return np.asarray(np.clip(centres + (rng.random((count, 2)) - 0.5) * self.cell_px, low, high))


def _region(kind: str, log_age: float) -> str:
    """Which of the density maps a source follows."""
    if kind in ("background_galaxy", "star", *ARTEFACTS):
        return "anywhere"
    return "old" if log_age > 9 else "young"


def _coarse_old(light: DiffuseLight, cell: int) -> np.ndarray:
    # Old clusters follow the disk's light, flattened so that they do not pile up on the nucleus.
    return np.asarray(light.disk[cell // 2 :: cell, cell // 2 :: cell] ** 0.7)


def draw_positions(light: DiffuseLight, young: int, old: int, rng: np.random.Generator) -> np.ndarray:
    """Positions (young + old, 2) of field stars, first those that follow the arms, then those of the disk."""
    where = _Where.of(light)
    return np.concatenate([where.draw(where.young, young, rng), where.draw(where.old, old, rng)])


def _separated(where: _Where, regions: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Positions (n, 2) by region; those too close to an earlier source are drawn again, a few times at most."""
    found = np.empty((len(regions), 2))
    pending = np.arange(len(regions))
    for attempt in range(40):
        for name, density in (("young", where.young), ("old", where.old), ("anywhere", None)):
            members = pending[regions[pending] == name]
            # Crowded arms may have no room left: the last attempts go anywhere.
            found[members] = where.draw(density if attempt < 30 else None, len(members), rng)
        pairs = cKDTree(found).query_pairs(SEPARATION_PX, output_type="ndarray")
        if not len(pairs):
            break
        pending = np.unique(pairs.max(axis=1))
    return found


def _draw_log_age(kind: str, rng: np.random.Generator) -> float:
    """log10(age / yr): associations are the youngest, some symmetric clusters as old as the galaxy."""
    if kind in LOG_AGE_RANGE:
        return float(rng.uniform(*LOG_AGE_RANGE[kind]))
    if kind == "symmetric_cluster":
        return float(rng.uniform(9.6, 10.1) if rng.random() < OLD_SHARE else rng.uniform(6.7, 8.9))
    return float(rng.uniform(6.5, 7.5))


def power_law_mags(bright: float, faint: float, count: int, rng: np.random.Generator) -> np.ndarray:
    """Magnitudes (count,) of dN/dL proportional to L^-2 between two limits."""
    inverse = rng.uniform(10 ** (0.4 * bright), 10 ** (0.4 * faint), count)
    return np.asarray(2.5 * np.log10(inverse))


def _draw_v_mag(kind: str, rng: np.random.Generator) -> float:
    if kind == "star":
        # Foreground counts rise gently with magnitude, which gives the few bright ones that every field has.
        return float(BRIGHTEST_STAR_V_MAG + (FAINTEST_V_MAG - BRIGHTEST_STAR_V_MAG) * rng.random() ** 0.55)
    if kind == "supergiant":
        return float(power_law_mags(BRIGHTEST_SUPERGIANT_V_MAG, FAINTEST_V_MAG, 1, rng)[0])
    return float(power_law_mags(BRIGHTEST_V_MAG, FAINTEST_V_MAG, 1, rng)[0])


def faintest_v_mag(spec: SimulationSpec, background_rate: float, radius_px: float) -> float:
    """The V magnitude at which a source of this radius on this background reaches SNR_FLOOR.

    S/N = f t / sqrt(f t + A (b + sky) t + A R^2 t^2) in electrons, A the area that holds the source.
    """
    time = REFERENCE.exposure_s(spec)
    area = np.pi * (2.0 + 1.5 * radius_px) ** 2
    noise2 = area * ((background_rate + REFERENCE.sky(spec)) * time + read_variance(REFERENCE, spec) * time**2)
    electrons = SNR_FLOOR / 2 * (SNR_FLOOR + np.sqrt(SNR_FLOOR**2 + 4 * noise2))
    return float(REFERENCE.zero_point_vega_mag - 2.5 * np.log10(electrons / time))


def _magnitudes(kind: str, v_mag: float, log_age: float, ebv: float, rng: np.random.Generator) -> np.ndarray:
    """Vega magnitudes (5,) in the order of BANDS; artefacts have light in V only, where they were detected."""
    if kind in ARTEFACTS:
        return np.where(np.arange(len(BANDS)) == REFERENCE_INDEX, v_mag, np.nan)
    if kind == "background_galaxy":
        return np.asarray(v_mag + GALAXY_OFFSETS * rng.normal(1.0, 0.25))
    if kind == "star" or (kind in ("supergiant", "close_pair") and rng.random() < 0.25):
        return np.asarray(v_mag + star_offsets(rng.uniform(0.5, 1.6, 1))[0])
    return np.asarray(v_mag + offsets_from_v(np.array(log_age), ebv))


def star_offsets(b_v: np.ndarray) -> np.ndarray:
    """Vega magnitudes minus V, (n, 5), along the main and giant sequences at B-V (after Pickles 1998)."""
    grid = np.array([-0.30, -0.10, 0.0, 0.3, 0.6, 1.0, 1.5, 1.9])
    u_b = np.interp(b_v, grid, [-1.10, -0.40, 0.0, 0.03, 0.12, 0.85, 1.35, 1.6])
    nuv_u = np.interp(b_v, grid, [-0.45, -0.15, 0.0, 0.45, 1.1, 1.9, 2.4, 2.6])
    v_i = np.interp(b_v, grid, [-0.32, -0.10, 0.0, 0.36, 0.70, 1.05, 1.9, 2.5])
    return np.asarray(np.stack([nuv_u + u_b + b_v, u_b + b_v, b_v, np.zeros_like(b_v), -v_i], axis=-1))


def _ebv(kind: str, tau_v: float, rng: np.random.Generator) -> float:
    """E(B-V) of a source somewhere within the dust at its place; foreground stars are before it."""
    if kind in ("star", *ARTEFACTS):
        return 0.0
    return float(np.clip(rng.exponential(0.07) + 0.35 * rng.random() * tau_v, 0.0, 0.9))


def draw_sources(
    spec: SimulationSpec, light: DiffuseLight, seeds: np.random.SeedSequence, given: InputCatalog | None
) -> list[Source]:
    """The listed sources, ids from 1: all drawn, or those of a catalogue with what it leaves open drawn."""
    rng = np.random.default_rng(seeds)
    count = spec.source_count if given is None else len(given.x_px)
    classes = draw_classes(count, rng)
    if given is not None:
        classes = np.where(given.legus_class > 0, given.legus_class, classes)
    kinds = draw_kinds(classes, rng)
    if given is not None:
        kinds = [known or drawn for known, drawn in zip(given.kinds, kinds, strict=True)]
    ages = np.array([_draw_log_age(kind, rng) for kind in kinds])
    if given is None:
        regions = np.array([_region(kind, age) for kind, age in zip(kinds, ages, strict=True)])
        places = _separated(_Where.of(light), regions, rng)
    else:
        places = np.column_stack([given.x_px, given.y_px])
    return [
        _source(spec, light, i, kinds[i], places[i], float(ages[i]), given, np.random.default_rng([spec.seed, 11, i]))
        for i in range(count)
    ]


def _source(
    spec: SimulationSpec,
    light: DiffuseLight,
    index: int,
    kind: str,
    place: np.ndarray,
    log_age: float,
    given: InputCatalog | None,
    rng: np.random.Generator,
) -> Source:
    pixel = (np.array([round(place[1])]), np.array([round(place[0])]))
    ebv = _ebv(kind, float(light.tau_v[pixel][0]), rng)
    shape = draw_shape(kind, rng, spec.parsec_per_px, log_age)
    background = float(light.rate(REFERENCE_INDEX, pixel)[0])
    v_mag = min(_draw_v_mag(kind, rng), faintest_v_mag(spec, background, shape.effective_radius_px))
    mags = _magnitudes(kind, v_mag, log_age, ebv, rng)
    if given is not None:
        shape = given.shape(index, shape)
        mags = given.magnitudes(index, mags)
    return Source(
        index + 1,
        float(place[0]),
        float(place[1]),
        kind,
        log_age,
        ebv,
        mags,
        shape.effective_radius_px,
        shape.components,
    )
