"""A style: how a person shows an image in the browser. The page draws it; here what comes from a browser is checked."""

import re
from collections.abc import Collection
from typing import Any

from catalogs.imagery.recipes import STRETCHES
from galaxycat.errors import BadInput

SOFTNESS = (0.5, 2000.0)
GAMMA = (0.25, 4.0)
LARGEST = 1e300
COLOUR_MAP = re.compile(r"[a-z]{1,20}")


def checked_style(data: Any, bands: Collection[str]) -> dict[str, Any]:
    """The style in `data`, decoded JSON of a browser's, with nothing else that was in it.

    `channels` are red, green and blue, or one of grey: `weights` by name of a band in `bands`, shown from `black` to
    `white`, in units of the weighted sum. `stretch` is one of STRETCHES, `softness` its slope at black, `gamma` the
    power 1 / gamma after it, `colourMap` a name the page knows. Raises BadInput naming the field and the mend.
    """
    fields = {"channels", "stretch", "softness", "gamma", "colourMap"}
    if not isinstance(data, dict) or not fields <= data.keys():
        raise BadInput(f"style: it is an object with {', '.join(sorted(fields))}")
    if data["stretch"] not in STRETCHES:
        raise BadInput(f"style: stretch {data['stretch']!r} is none of {', '.join(STRETCHES)}")
    colours = data["colourMap"]
    if not isinstance(colours, str) or not COLOUR_MAP.fullmatch(colours):
        raise BadInput("style: colourMap is the name of a colour map, such as viridis")
    channels = data["channels"]
    if not isinstance(channels, list) or len(channels) not in (1, 3):
        raise BadInput("style: channels are three, red, green and blue, or one of grey")
    return {
        "channels": [_channel(channel, bands) for channel in channels],
        "stretch": data["stretch"],
        "softness": _within("softness", data["softness"], SOFTNESS),
        "gamma": _within("gamma", data["gamma"], GAMMA),
        "colourMap": colours,
    }


def _channel(data: Any, bands: Collection[str]) -> dict[str, Any]:
    if not isinstance(data, dict) or not isinstance(data.get("weights"), dict):
        raise BadInput("style: a channel is an object with weights by band, black and white")
    if unknown := data["weights"].keys() - set(bands):
        raise BadInput(f"style: {', '.join(sorted(unknown))} is no band here; there are {', '.join(bands)}")
    weights = {band: _finite("a weight", weight) for band, weight in data["weights"].items()}
    if not any(weights.values()):
        raise BadInput("style: a channel has no band: give one a weight")
    black, white = _finite("black", data.get("black")), _finite("white", data.get("white"))
    if black >= white:
        raise BadInput("style: black must be below white in each channel")
    return {"weights": weights, "black": black, "white": white}


def _finite(field: str, value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not abs(value) <= LARGEST:  # nan is not
        raise BadInput(f"style: {field} is no finite number")
    return float(value)


def _within(field: str, value: Any, limits: tuple[float, float]) -> float:
    number = _finite(field, value)
    if not limits[0] <= number <= limits[1]:
        raise BadInput(f"style: {field} is from {limits[0]:g} to {limits[1]:g}")
    return number
