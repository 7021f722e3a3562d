"""A rendition's recipe: how bands become a colour picture, as plain data with a hash."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from catalogs.imagery.stretch import CURVES
from galaxycat.errors import BadInput

Channel = tuple[tuple[str, float], ...]
Triple = tuple[float, float, float]
LUPTON = "lupton"
STRETCHES = (*CURVES, LUPTON)
# Part of the style hash: raise it when the arithmetic of rendering changes, since tile addresses are immutable.
RENDERING_VERSION = 1


@dataclass(frozen=True)
class Recipe:
    """Each channel is a sum of (band, weight), shown from `black` to `white` (of red, green, blue, in the sum's units)
    through `stretch`, one of STRETCHES; `softness` is the slope of asinh and log at black."""

    slug: str
    name: str
    red: Channel
    green: Channel
    blue: Channel
    stretch: str = "asinh"
    black: Triple = (0.0, 0.0, 0.0)
    white: Triple = (1.0, 1.0, 1.0)
    softness: float = 10.0

    @property
    def channels(self) -> tuple[Channel, Channel, Channel]:
        return self.red, self.green, self.blue

    @property
    def bands(self) -> tuple[str, ...]:
        """Names of the bands it uses, each once, in order of first use."""
        return tuple(dict.fromkeys(band for channel in self.channels for band, _ in channel))

    @property
    def is_grey(self) -> bool:
        """Whether the three channels are the same, so that one need be computed."""
        return self.red == self.green == self.blue and len(set(self.black)) == 1 and len(set(self.white)) == 1


def to_json(recipe: Recipe) -> dict[str, Any]:
    """The recipe as what `json.dumps` takes, tuples as lists; `from_json` is its inverse."""
    as_lists: dict[str, Any] = json.loads(json.dumps(asdict(recipe)))
    return as_lists


def from_json(data: Mapping[str, Any]) -> Recipe:
    """Read `to_json`'s form. Raises BadInput naming the field that is missing or impossible."""
    try:
        recipe = Recipe(
            slug=str(data["slug"]),
            name=str(data["name"]),
            red=_channel(data["red"]),
            green=_channel(data["green"]),
            blue=_channel(data["blue"]),
            stretch=str(data["stretch"]),
            black=_triple(data["black"]),
            white=_triple(data["white"]),
            softness=float(data["softness"]),
        )
    except KeyError as error:
        raise BadInput(f"rendition: field {error} is missing: give all of them") from error
    except (TypeError, ValueError) as error:
        raise BadInput(f"rendition: {error}: channels are lists of [band, weight], limits three numbers") from error
    _require_sound(recipe)
    return recipe


def style_hash(recipe: Recipe) -> str:
    """16 hexadecimal digits of what the recipe looks like; its slug and name do not count."""
    style = {key: value for key, value in to_json(recipe).items() if key not in {"slug", "name"}}
    text = json.dumps([RENDERING_VERSION, style], sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _channel(data: Any) -> Channel:
    return tuple((str(band), float(weight)) for band, weight in data)


def _triple(data: Any) -> Triple:
    red, green, blue = (float(value) for value in data)
    return red, green, blue


def _require_sound(recipe: Recipe) -> None:
    if recipe.stretch not in STRETCHES:
        raise BadInput(f"rendition {recipe.slug}: stretch {recipe.stretch!r} is none of {', '.join(STRETCHES)}")
    if not recipe.bands or not all(recipe.channels):
        raise BadInput(f"rendition {recipe.slug}: a channel has no band: give each at least one [band, weight]")
    numbers = [*recipe.black, *recipe.white, recipe.softness, *(w for channel in recipe.channels for _, w in channel)]
    if not all(map(math.isfinite, numbers)) or recipe.softness <= 0:
        raise BadInput(f"rendition {recipe.slug}: weights and limits must be finite, and softness above 0")
    if any(black >= white for black, white in zip(recipe.black, recipe.white, strict=True)):
        raise BadInput(f"rendition {recipe.slug}: black must be below white in each channel")
