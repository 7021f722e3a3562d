"""Recipes: which mix for which bands, the limits, and the hash."""

import numpy as np
import pytest

from catalogs.imagery.recipes import Recipe, from_json, style_hash, to_json
from catalogs.imagery.renditions import BandInfo, channel_limits, default_recipes
from catalogs.imagery.statistics import BandStatistics
from galaxycat.errors import BadInput

STATISTICS = BandStatistics(0.5, 1.0, 1.0, 0.5, 20.0, -1.0, 100.0)
GREY = Recipe("v", "V", (("V", 1.0),), (("V", 1.0),), (("V", 1.0),))


def band(name, pivot_nm=None, photflam=None, filter_name=None):
    return BandInfo(name, pivot_nm, photflam, STATISTICS, filter_name)


def names(channel):
    return [name for name, _ in channel]


def hst_bands(names=("NUV", "U", "B", "V", "I"), filters=(None,) * 5, photflam=2e-19):
    return [band(name, 300 + i, photflam * (i + 1), f) for i, (name, f) in enumerate(zip(names, filters, strict=True))]


@pytest.mark.parametrize(
    "bands",
    [
        hst_bands(),
        hst_bands(("F275W", "F336W", "f438w", "F555W", "F814W")),
        hst_bands(("a", "b", "c", "d", "e"), ("F275W", "F336W", "F435W", "F606W", "F814W")),
    ],
)
def test_five_hst_bands_are_mixed_as_in_appendix_a(bands):
    nuv, u, b, v, i = (entry.name for entry in bands)
    colour = default_recipes(bands)[0]
    g = 2e-19
    assert dict(colour.red) == pytest.approx({v: 4 * g / 2, i: 5 * g / 2}, rel=1e-12)
    assert dict(colour.green) == pytest.approx({b: 3 * g}, rel=1e-12)
    assert dict(colour.blue) == pytest.approx({nuv: g / 2, u: 2 * g / 2}, rel=1e-12)


def test_without_photflam_wavelength_decides():
    colour = default_recipes(hst_bands(photflam=0.0))[0]
    assert (names(colour.red), names(colour.green), names(colour.blue)) == (["I"], ["B"], ["NUV"])


@pytest.mark.parametrize(
    ("bands", "expected"),
    [
        ([band("H", 1662.0), band("K", 2159.0), band("J", 1235.0)], (["K"], ["H"], ["J"])),
        ([band("F160W", 1537.0), band("F105W", 1055.0)], (["F160W"], ["F105W", "F160W"], ["F105W"])),
        ([band("first"), band("second"), band("third")], (["third"], ["second"], ["first"])),
    ],
)
def test_wavelength_order(bands, expected):
    colour = default_recipes(bands)[0]
    assert (names(colour.red), names(colour.green), names(colour.blue)) == expected
    assert colour.stretch == "asinh"


def test_slugs_of_what_is_offered():
    two = default_recipes([band("F160W", 1537.0), band("F105W", 1055.0)])
    assert [recipe.slug for recipe in two] == ["colour", "colour-lupton", "grey-f160w", "grey-f105w"]
    one = default_recipes([band("V", 550.0)])
    assert [recipe.slug for recipe in one] == ["grey-v"]
    assert one[0].is_grey


@pytest.mark.parametrize(
    ("called", "slugs"),
    [(("α", "β"), ["grey-band", "grey-band-2"]), (("v", "V", "v-2"), ["grey-v", "grey-v-2", "grey-v-2-2"])],
)
def test_bands_whose_names_differ_only_in_signs_have_slugs_of_their_own(called, slugs):
    recipes = default_recipes([band(name) for name in called])
    assert [recipe.slug for recipe in recipes] == ["colour", "colour-lupton", *slugs]
    assert [names(recipe.red) for recipe in recipes[2:]] == [[name] for name in called]


def test_the_longest_names_of_bands_make_names_that_can_be_kept():
    recipes = default_recipes([band(letter * 32) for letter in "ABC"])
    assert max(len(recipe.name) for recipe in recipes) == 80
    assert max(len(recipe.slug) for recipe in recipes) == 37


def test_limits_are_those_of_the_combined_channel():
    rng = np.random.default_rng(3)
    sky = {name: rng.normal(10, 1, (200, 200)).astype(np.float32) for name in "ab"}
    for values in sky.values():
        values[:, :20] = np.nan
        values[100, 100] = 500
    mixed = Recipe("m", "M", (("a", 1.0), ("b", 1.0)), (("a", 1.0),), (("b", 2.0),))
    limits = channel_limits(mixed, sky)
    # background 20, sigma sqrt(2): black at 1.5 sigma below
    assert limits.black == pytest.approx((20 - 1.5 * 2**0.5, 10 - 1.5, 20 - 3), abs=0.15)
    assert limits.white == pytest.approx((20 + 8 * 2**0.5, 18, 36), abs=0.5)


def test_json_round_trip_and_hash():
    recipe = default_recipes(hst_bands())[0]
    assert from_json(to_json(recipe)) == recipe
    assert style_hash(from_json(to_json(recipe))) == style_hash(recipe)


def test_hash_is_stable_and_of_the_style_only():
    # A change here breaks immutable tile addresses: raise RENDERING_VERSION when rendering changes, and only then.
    assert style_hash(GREY) == "b96ad583394aa71c"
    assert style_hash(Recipe("other", "Other", GREY.red, GREY.green, GREY.blue)) == style_hash(GREY)
    assert style_hash(Recipe("v", "V", GREY.red, GREY.green, GREY.blue, softness=11.0)) != style_hash(GREY)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stretch": "magic"}, "stretch 'magic'"),
        ({"red": []}, "no band"),
        ({"black": [1, 2]}, "three numbers"),
        ({"black": [5, 0, 0], "white": [5, 1, 1]}, "black must be below white"),
        ({"softness": 0}, "softness above 0"),
        ({"softness": float("nan")}, "finite"),
        ({"red": [["V"]]}, "lists of"),
    ],
)
def test_unsound_recipes_are_refused(change, message):
    with pytest.raises(BadInput, match=message):
        from_json(to_json(GREY) | change)


def test_a_missing_field_is_named():
    data = to_json(GREY)
    del data["white"]
    with pytest.raises(BadInput, match="'white' is missing"):
        from_json(data)


@pytest.mark.parametrize(
    ("wavelengths_nm", "expected"),
    [
        ({"V": 531, "J": 1250, "H": 1540, "K": 2200}, (["K"], ["H"], ["J"])),
        ({"V": 531, "J": 1250, "H": 1540}, (["H"], ["J", "H"], ["J"])),
        ({"J": 1250, "H": 1540, "K": 2200}, None),  # the colour rendition is just that
        ({"V": 531, "I": 804, "H": 1540}, None),
        ({"V": 531, "I": None}, None),
    ],
)
def test_the_near_infrared_by_itself(wavelengths_nm, expected):
    offered = {recipe.slug: recipe for recipe in default_recipes([band(*each) for each in wavelengths_nm.items()])}
    found = offered.get("near-infrared")
    assert (found and tuple(names(channel) for channel in found.channels)) == expected
    assert list(offered)[:2] == ["colour", "colour-lupton"]


@pytest.mark.parametrize(
    ("called", "colours"),
    [("J clear H K", ["colour", "colour-lupton"]), ("J H clear K", ["colour", "colour-lupton", "near-infrared"])],
)
def test_a_near_infrared_that_looks_as_the_colour_is_not_offered_again(called, colours):
    nm = {"J": 1235.0, "H": 1662.0, "K": 2159.0}
    recipes = default_recipes([band(name, nm.get(name)) for name in called.split()])
    assert [recipe.slug for recipe in recipes if not recipe.is_grey] == colours
    assert [recipe.name for recipe in recipes if recipe.is_grey] == called.split()
    assert len({style_hash(recipe) for recipe in recipes}) == len(recipes)
