"""The renditions offered for a set of bands, with limits that show both the sky and the core."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from catalogs.imagery.lines import LinePair
from catalogs.imagery.recipes import LUPTON, Channel, Recipe, Triple, from_json, style_hash, to_json
from catalogs.imagery.statistics import BandStatistics, display_limits, without_border

__all__ = [
    "BandInfo",
    "Recipe",
    "channel_limits",
    "default_recipes",
    "from_json",
    "style_hash",
    "to_json",
    "with_limits",
]

Overview = Mapping[str, NDArray[np.float32]]
HST_FILTERS = {
    "NUV": ("F275W",), "U": ("F336W",), "B": ("F435W", "F438W"), "V": ("F555W", "F606W"), "I": ("F814W",),
}  # fmt: skip
NEAR_IR, NEAR_IR_NM = "near-infrared", 1000.0
# Grey of the median pixel: the sky just above black.
SKY_LEVEL = 0.10
SOFTNESS_RANGE = (2.0, 500.0)
LONGEST_SLUG, LONGEST_NAME = 40, 80


@dataclass(frozen=True)
class BandInfo:
    """What choosing a rendition needs to know of a band; `filter_name` as in the header, where there was one."""

    name: str
    pivot_wavelength_nm: float | None
    photflam: float | None
    statistics: BandStatistics
    filter_name: str | None = None


def default_recipes(
    bands: Sequence[BandInfo], overview: Overview | None = None, lines: Sequence[LinePair] = ()
) -> list[Recipe]:
    """Renditions to offer for `bands`, the best first: colour by per-channel asinh and by Lupton, the near infrared by
    itself where it has several of the bands, then in grey each image of `lines`, which `overview` must hold, and each band.

    The five HST bands with PHOTFLAM are mixed as in the paper's appendix A; else the longest wavelength is red.
    Limits are measured on `overview` (band -> (h, w) values, NaN for no data), else combined from the bands' own
    statistics.
    """
    colour = hst_recipe(bands) or wavelength_recipe(bands)
    infrared = near_infrared_recipe(bands)
    greys = [_grey(_slug(f"{pair.line.slug}-{pair.narrow}"), pair.title, ((pair.name, 1.0),)) for pair in lines]
    greys += [_grey(f"grey-{_slug(band.name)}", band.name, ((band.name, 1.0),)) for band in bands]
    recipes = [with_limits(recipe, overview, bands) for recipe in [each for each in (colour, infrared) if each] + greys]
    if colour:
        lupton = replace(recipes[0], slug=f"{colour.slug}-lupton", name=f"{colour.name} (Lupton)", stretch=LUPTON)
        recipes.insert(1, lupton)
    return _distinct(recipes)


def hst_recipe(bands: Sequence[BandInfo]) -> Recipe | None:
    """R = (gV V + gI I) / 2, G = gB B, B = (gNUV NUV + gU U) / 2 with g = PHOTFLAM, where all five are there, else
    None.

    Bands are known by filter, else by their LEGUS names. Source: the paper, appendix A.
    """
    found = {role: _hst_band(bands, role, filters) for role, filters in HST_FILTERS.items()}
    known = {role: band for role, band in found.items() if band is not None and band.photflam}
    if len(known) < len(HST_FILTERS):
        return None

    def term(role: str, factor: float) -> tuple[str, float]:
        band = known[role]
        return band.name, factor * (band.photflam or 0.0)

    return Recipe(
        slug="colour",
        name="Colour, five HST bands",
        red=(term("V", 0.5), term("I", 0.5)),
        green=(term("B", 1.0),),
        blue=(term("NUV", 0.5), term("U", 0.5)),
    )


def wavelength_recipe(bands: Sequence[BandInfo]) -> Recipe | None:
    """Longest wavelength red, shortest blue, the middle one green (of two: their mean); None for a single band.

    Weights are 1 / noise. A band without wavelength keeps its place in the order given, taken as blue to red.
    """
    if len(bands) < 2:
        return None
    known = all(band.pivot_wavelength_nm for band in bands)
    ordered = sorted(bands, key=lambda band: band.pivot_wavelength_nm or 0.0) if known else list(bands)
    terms = [(band.name, 1.0 / band.statistics.noise_sigma) for band in ordered]
    blue, red = terms[0], terms[-1]
    green: Channel = ((blue[0], blue[1] / 2), (red[0], red[1] / 2)) if len(terms) == 2 else (terms[len(terms) // 2],)
    name = f"Colour, {red[0]} and {blue[0]}" if len(terms) == 2 else f"Colour, {red[0]} {green[0][0]} {blue[0]}"
    return Recipe(slug="colour", name=name, red=(red,), green=green, blue=(blue,))


def near_infrared_recipe(bands: Sequence[BandInfo]) -> Recipe | None:
    """The bands beyond 1 um by wavelength, where there are two or more of them and bluer ones besides; else None."""
    red = [band for band in bands if (band.pivot_wavelength_nm or 0.0) >= NEAR_IR_NM]
    if len(red) in (0, 1, len(bands)):
        return None
    recipe = wavelength_recipe(red)
    return recipe and replace(recipe, slug=NEAR_IR, name=recipe.name.replace("Colour", "Near infrared"))


def with_limits(recipe: Recipe, overview: Overview | None, bands: Sequence[BandInfo]) -> Recipe:
    """The recipe with black, white and softness measured on `overview`, or guessed from the bands' statistics."""
    if overview is not None:
        return channel_limits(recipe, overview)
    statistics = {band.name: band.statistics for band in bands}
    black = _each(recipe, lambda channel: sum(weight * statistics[band].black for band, weight in channel))
    white = _each(recipe, lambda channel: sum(weight * statistics[band].white for band, weight in channel))
    sky = _each(recipe, lambda channel: sum(weight * statistics[band].background for band, weight in channel))
    fractions = [(s - b) / (w - b) for s, b, w in zip(sky, black, white, strict=True)]
    return replace(recipe, black=black, white=white, softness=softness_for(float(np.mean(fractions))))


def channel_limits(recipe: Recipe, overview: Overview) -> Recipe:
    """The recipe with black and white of each channel measured on its weighted sum of `overview` (band -> (h, w)).

    Pixels that are NaN in one of the channel's bands are left out. The softness of asinh is chosen to put the median
    pixel at SKY_LEVEL.
    """
    sums = [_channel_values(channel, overview) for channel in recipe.channels]
    limits = [display_limits(values) for values in sums]
    fractions = [_median_fraction(values, *limit) for values, limit in zip(sums, limits, strict=True)]
    (r0, r1), (g0, g1), (b0, b1) = limits
    softness = softness_for(float(np.mean(fractions)))
    return replace(recipe, black=(r0, g0, b0), white=(r1, g1, b1), softness=softness)


def softness_for(fraction: float) -> float:
    """The softness a for which asinh(a t) / asinh(a) is SKY_LEVEL at t = `fraction`, within SOFTNESS_RANGE, 2
    digits."""
    candidates = np.geomspace(*SOFTNESS_RANGE, 200)
    grey = np.arcsinh(candidates * max(fraction, 0.0)) / np.arcsinh(candidates)
    best = candidates[np.argmin(np.abs(grey - SKY_LEVEL))]
    return float(f"{best:.2g}")


def _channel_values(channel: Channel, overview: Overview) -> NDArray[np.float32]:
    total = sum(np.float64(weight) * overview[band].astype(np.float64) for band, weight in channel)
    return np.asarray(total, dtype=np.float32)


def _median_fraction(values: NDArray[np.float32], black: float, white: float) -> float:
    finite = without_border(values[np.isfinite(values)])
    return float((np.median(finite) - black) / (white - black)) if finite.size else 0.0


def _each(recipe: Recipe, measure: Callable[[Channel], float]) -> Triple:
    return measure(recipe.red), measure(recipe.green), measure(recipe.blue)


def _hst_band(bands: Sequence[BandInfo], role: str, filters: tuple[str, ...]) -> BandInfo | None:
    by_filter = [band for band in bands if {_upper(band.filter_name), _upper(band.name)} & set(filters)]
    by_name = [band for band in bands if band.name.strip().upper() == role]
    return next(iter(by_filter + by_name), None)


def _upper(name: str | None) -> str:
    return (name or "").strip().upper()


def _grey(slug: str, name: str, channel: Channel) -> Recipe:
    return Recipe(slug=slug, name=name, red=channel, green=channel, blue=channel)


def _distinct(recipes: Sequence[Recipe]) -> list[Recipe]:
    """The recipes that look different, the first of equals, with slugs of their own (bands may be called α and β, or v
    and V) and names that are not too long."""
    looks: dict[str, Recipe] = {}
    for recipe in recipes:
        looks.setdefault(style_hash(recipe), recipe)
    found: dict[str, Recipe] = {}
    for recipe in looks.values():
        slug, number = recipe.slug, 1
        while slug in found:
            number += 1
            ending = f"-{number}"
            slug = recipe.slug[: LONGEST_SLUG - len(ending)] + ending
        found[slug] = replace(recipe, slug=slug, name=recipe.name[:LONGEST_NAME])
    return list(found.values())


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "band"
