"""What a browser sends as a style is taken only where the page could draw it."""

import copy
import json

import pytest

from catalogs.imagery.styles import checked_style
from galaxycat.errors import BadInput

BANDS = ["F438W", "F555W", "Hα (F657N − continuum)"]
GREY = {
    "channels": [{"weights": {"F555W": 1, "F438W": -0.5}, "black": -0.02, "white": 5}],
    "stretch": "asinh",
    "softness": 15,
    "gamma": 1,
    "colourMap": "viridis",
}


def changed(**fields):
    return copy.deepcopy(GREY) | fields


def channel(**fields):
    return changed(channels=[GREY["channels"][0] | fields])


def test_a_style_comes_out_as_it_went_in_without_what_else_was_there():
    colour = changed(channels=3 * GREY["channels"], colourMap="grey", more="<script>")
    assert checked_style(colour, BANDS) == {key: value for key, value in colour.items() if key != "more"}
    assert checked_style(GREY, BANDS) == GREY
    assert checked_style(channel(weights={BANDS[2]: 1}, note=2), BANDS) == channel(weights={BANDS[2]: 1})


@pytest.mark.parametrize(
    ("style", "why"),
    [
        (None, "it is an object with channels"),
        ([], "it is an object with channels"),
        ({key: value for key, value in GREY.items() if key != "gamma"}, "it is an object with channels"),
        (changed(stretch="cube"), "stretch 'cube' is none of linear"),
        (changed(stretch=["asinh"]), "stretch \\['asinh'\\] is none of"),
        (changed(softness=0.1), "softness is from 0.5 to 2000"),
        (changed(softness="15"), "softness is no finite number"),
        (changed(gamma=5), "gamma is from 0.25 to 4"),
        (changed(gamma=True), "gamma is no finite number"),
        (changed(colourMap="a\0b"), "colourMap is the name of a colour map"),
        (changed(colourMap=3), "colourMap is the name of a colour map"),
        (changed(channels=[]), "channels are three"),
        (changed(channels=2 * GREY["channels"]), "channels are three"),
        (changed(channels={"0": 1}), "channels are three"),
        (changed(channels=["F555W"]), "a channel is an object with weights"),
        (channel(weights=["F555W"]), "a channel is an object with weights"),
        (channel(weights={"F814W": 1}), "F814W is no band here; there are F438W, F555W"),
        (channel(weights={}), "a channel has no band"),
        (channel(weights={"F555W": 0}), "a channel has no band"),
        (channel(weights={"F555W": None}), "a weight is no finite number"),
        (channel(black=5), "black must be below white"),
        (channel(white=json.loads("1e999")), "white is no finite number"),
        (channel(black=json.loads("NaN")), "black is no finite number"),
        (channel(white=10**400), "white is no finite number"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_mend(style, why):
    with pytest.raises(BadInput, match=why):
        checked_style(style, BANDS)
