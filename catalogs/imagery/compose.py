"""From display codes to pixels of a picture: the recipe's tables, made once and kept."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from catalogs.imagery.display import NO_DATA, DisplayScale
from catalogs.imagery.recipes import LUPTON, Channel, Recipe
from catalogs.imagery.stretch import fraction_table, lupton_parameters, lupton_rgb, stretch_table, value_table

Scales = Mapping[str, DisplayScale]
Tables = dict[str, NDArray[np.float32]]


class Composer:
    """Turns codes of `recipe.bands` into RGB. A band without data counts as background where another one has data."""

    def __init__(self, recipe: Recipe, scales: Scales) -> None:
        self.recipe = recipe
        self.bands = recipe.bands
        self._position = {band: index for index, band in enumerate(self.bands)}
        self._direct = [self._direct_table(index, scales) for index in range(3)]
        # Where one table does, the others are not made: they are three quarters of a megabyte, and many recipes are kept.
        self._fractions = [
            {} if direct is not None else self._fraction_tables(i, scales) for i, direct in enumerate(self._direct)
        ]
        self._grey = fraction_table("asinh" if recipe.stretch == LUPTON else recipe.stretch, recipe.softness)

    def compose(self, codes: NDArray[np.uint16]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """(rgb (h, w, 3), valid (h, w)) of `codes`, (n_bands, h, w) in the order of `self.bands`."""
        valid = (codes != NO_DATA).any(axis=0)
        if self.recipe.stretch == LUPTON:
            stretch, q = lupton_parameters(self.recipe.softness)
            red, green, blue = (self._fraction(index, codes) for index in range(3))
            rgb = lupton_rgb(red, green, blue, stretch, q)
        else:
            indexes = (0, 0, 0) if self.recipe.is_grey else (0, 1, 2)
            done = {index: self._level(index, codes) for index in set(indexes)}
            rgb = np.stack([done[index] for index in indexes], axis=-1)
        if not valid.all():
            rgb[~valid] = 0
        return rgb, valid

    def _level(self, index: int, codes: NDArray[np.uint16]) -> NDArray[np.uint8]:
        """(h, w) grey levels of one channel: one table for one band, else a sum and a table."""
        channel, table = self.recipe.channels[index], self._direct[index]
        if table is not None:
            return np.asarray(table.take(codes[self._position[channel[0][0]]]))
        fraction = np.clip(self._fraction(index, codes), 0, 1)
        return np.asarray(self._grey.take((fraction * 65535 + 0.5).astype(np.uint16)))

    def _fraction(self, index: int, codes: NDArray[np.uint16]) -> NDArray[np.float32]:
        tables = self._fractions[index]
        first, *others = tables
        total = np.asarray(tables[first].take(codes[self._position[first]]))
        for band in others:
            total += tables[band].take(codes[self._position[band]])
        return total

    def _direct_table(self, index: int, scales: Scales) -> NDArray[np.uint8] | None:
        recipe, channel = self.recipe, self.recipe.channels[index]
        if recipe.stretch == LUPTON or len(channel) > 1:
            return None
        ((band, weight),) = channel
        black, white = recipe.black[index], recipe.white[index]
        return stretch_table(scales[band], black, white, recipe.stretch, recipe.softness, weight)

    def _fraction_tables(self, index: int, scales: Scales) -> Tables:
        """Tables whose sum over the channel's bands is (weighted sum - black) / (white - black)."""
        channel: Channel = self.recipe.channels[index]
        black, white = self.recipe.black[index], self.recipe.white[index]
        tables: Tables = {}
        for band, weight in channel:
            share = value_table(scales[band], weight / (white - black)).astype(np.float64)
            tables[band] = (share - black / (white - black) / len(channel)).astype(np.float32)
        return tables


def composer(recipe: Recipe, scales: Scales) -> Composer:
    """The composer of a recipe, kept for the next tile. Raises KeyError for a band without a scale."""
    return _kept(recipe, tuple((band, scales[band]) for band in recipe.bands))


@lru_cache(maxsize=64)
def _kept(recipe: Recipe, scales: tuple[tuple[str, DisplayScale], ...]) -> Composer:
    return Composer(recipe, dict(scales))
