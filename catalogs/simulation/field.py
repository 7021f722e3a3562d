"""What the arms are made of between the listed sources: faint field stars, and glowing HII regions."""

from dataclasses import dataclass

import numpy as np

from catalogs.simulation.disk import DiffuseLight
from catalogs.simulation.instrument import REFERENCE
from catalogs.simulation.population import draw_positions, power_law_mags, star_offsets
from catalogs.simulation.rendering import paste
from catalogs.simulation.sources import Source
from catalogs.simulation.spec import SimulationSpec
from catalogs.simulation.spectra import EXTINCTION, ratios_of_offsets
from catalogs.simulation.texture import fractal_texture

FIELD_STARS_PER_PX2 = 0.045
YOUNG_SHARE = 0.6
BRIGHTEST_FIELD_V_MAG, FAINTEST_FIELD_V_MAG = 24.4, 28.6
HII_PER_PX2 = 1.1e-4
HII_LOG_AGE = 6.8  # clusters younger than this still sit in the gas they were born from
HII_BRIGHTEST_V_MAG, HII_FAINTEST_V_MAG = 17.8, 23.2


@dataclass(frozen=True)
class FieldStars:
    """Positions (n,) in px and F555W rates (n,) with each star's ratios to it in the bands, (n, 5), dust included."""

    x_px: np.ndarray
    y_px: np.ndarray
    v_rate: np.ndarray
    ratios: np.ndarray

    def rates(self, band_index: int) -> np.ndarray:
        return np.asarray(self.v_rate * self.ratios[:, band_index])


def field_stars(spec: SimulationSpec, light: DiffuseLight, rng: np.random.Generator) -> FieldStars:
    """Stars below the catalogue's limit: hot ones (and a few red supergiants) in the arms, giants in the disk."""
    count = round(FIELD_STARS_PER_PX2 * spec.size_px**2)
    young = round(YOUNG_SHARE * count)
    place = draw_positions(light, young, count - young, rng)
    v_mag = power_law_mags(BRIGHTEST_FIELD_V_MAG, FAINTEST_FIELD_V_MAG, count, rng)
    v_mag[young:] += 0.8  # red giants do not reach what supergiants do
    blue = np.clip(rng.normal(-0.2, 0.1, young), -0.3, 0.2)
    blue = np.where(rng.random(young) < 0.06, rng.uniform(1.3, 1.9, young), blue)
    colours = np.concatenate([blue, np.clip(rng.normal(1.25, 0.25, count - young), 0.6, 1.9)])
    tau = light.tau_v[np.rint(place[:, 1]).astype(int), np.rint(place[:, 0]).astype(int)]
    dust = np.exp(-(rng.random(count) * tau)[:, None] * EXTINCTION)
    ratios = (ratios_of_offsets(star_offsets(colours)) * dust).astype(np.float32)
    return FieldStars(place[:, 0], place[:, 1], REFERENCE.rate(v_mag), ratios)


def _ragged_glow(side: int, texture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """An HII region of unit flux: a soft ball or a shell, torn by turbulence, (side, side)."""
    half = side // 2
    y, x = np.mgrid[-half : half + 1, -half : half + 1] / (0.28 * side)
    radius = np.hypot(x * rng.uniform(0.8, 1.2), y)
    hollow = rng.uniform(0.0, 1.0) if rng.random() < 0.4 else 0.0
    glow = np.exp(-1.2 * (radius - 0.9 * hollow) ** 2 / (1 - 0.55 * hollow) ** 2)
    # A window that ends at the stamp's edge, so that no square shows.
    glow *= np.clip(1 - (radius * 0.28 / 0.5) ** 2, 0, None) ** 1.5
    row, column = rng.integers(0, texture.shape[0] - side, 2)
    glow *= np.exp(0.95 * texture[row : row + side, column : column + side])
    return np.asarray(glow / glow.sum())


def add_nebulae(spec: SimulationSpec, light: DiffuseLight, sources: list[Source], rng: np.random.Generator) -> None:
    """Fill the nebula plane of `light` in place: around the youngest clusters, and more along the arms."""
    texture = fractal_texture(rng, 1.4, 512)
    births = [(s.x_px, s.y_px) for s in sources if s.legus_class in (1, 2, 3) and s.log_age < HII_LOG_AGE]
    births = [place for place in births if rng.random() < 0.7]
    arms = draw_positions(light, round(HII_PER_PX2 * spec.size_px**2), 0, rng)
    places = np.concatenate([np.array(births).reshape(-1, 2), arms])
    for (x, y), v_mag in zip(
        places, power_law_mags(HII_BRIGHTEST_V_MAG, HII_FAINTEST_V_MAG, len(places), rng), strict=True
    ):
        # Luminosity grows with the area: one surface brightness, with scatter (sizes of 15 to 170 pc across).
        size = 26.0 * 10 ** (-0.2 * (v_mag - 20.9)) * np.exp(0.3 * rng.standard_normal())
        side = 2 * int(np.clip(size, 5, 110) / 2 / spec.parsec_per_px * 1.536) + 1
        glow = _ragged_glow(min(side, 255), texture, rng) * float(REFERENCE.rate(np.array(v_mag)))
        paste(light.nebula, glow.astype(np.float32), round(x), round(y))
