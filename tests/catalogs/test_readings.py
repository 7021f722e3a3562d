"""The numbers beside a source: systems, missing values with reasons, colours."""

import math

import pytest

from catalogs.readings import (
    Reading,
    band_names,
    catalogue_readings,
    colours,
    concentration,
    faintest,
    is_faint,
    magnitude,
    system_of,
    width_ratio,
)

LEGUS = "V magnitude, Vega, aperture and extinction corrected"


def named(*bands):
    """The bands of a mosaic in its order: (name, pivot wavelength), the name a filter's."""
    return list(band_names([(name, name, nm) for name, nm in bands]).values())


(V,) = named(("F555W", 531.0))


@pytest.mark.parametrize(
    ("bands", "short"),
    [
        ([("F555W", 531.0)], ["V"]),
        ([("F275W", 270.4), ("F200W", 1990.0), ("red", None)], ["NUV", "F200W", "red"]),
        # One letter is one band's: the usual filter's, before others as wide, those before medium ones, and no narrow one's.
        (
            [("F502N", 501.0), ("F547M", 545.0), ("F555W", 531.0), ("F606W", 589.0), ("F631N", 630.0)],
            ["F502N", "F547M", "V", "F606W", "F631N"],
        ),
        ([("F547M", 545.0), ("F606W", 589.0)], ["F547M", "V"]),
        ([("FQ508N", 509.1), ("FR459M", 459.0), ("F606W", 589.0)], ["FQ508N", "B", "V"]),
        ([("F547M", 545.0), ("F775W", 765.0), ("F814W", 804.0)], ["V", "F775W", "I"]),
        ([("F555W", 531.0), ("V", 540.0)], ["F555W", "V"]),
        ([("V", 531.0), ("v", 540.0)], ["V", "v"]),
    ],
)
def test_a_band_goes_by_its_letter_where_it_is_the_one_of_that_letter(bands, short):
    assert [band.short for band in named(*bands)] == short


def test_a_narrow_filter_has_no_letter_by_whatever_name_it_goes():
    assert [each.short for each in band_names([("OIII", "F502N", 501.0), ("green", "F555W", 531.0)]).values()] == [
        "OIII",
        "V",
    ]


def test_a_band_without_a_value_of_its_own_has_no_other_band_s():
    line, broad = band_names([("OIII", "F502N", 501.0), ("V", "F555W", 531.0)]).values()
    described = {"mag_oiii": "AB magnitude in OIII", "mag_v": "AB magnitude in V"}
    assert magnitude(line, {"mag_v": 20.5}, described).reason.startswith("No OIII magnitude of this source")
    assert magnitude(broad, {"mag_v": 20.5}, described).value == 20.5
    wide, other = named(("F555W", 531.0), ("F606W", 589.0))
    assert magnitude(wide, {"mag_v": 20.5}, {}).value == 20.5
    assert magnitude(other, {"mag_v": 20.5}, {}).value is None
    listed, described = {"mag_v": 20.5}, {"mag_f555w": "AB magnitude", "mag_v": LEGUS}
    assert magnitude(wide, listed, described).value is None


def test_a_band_of_any_name_finds_its_column():
    bands = named(("F405N-F444W", 4055.0), ("V deep", 531.0), ("V", 532.0), ("v", 533.0))
    measured = {"mag_f405n_f444w": 1.0, "mag_v_deep": 2.0, "mag_v": 3.0, "mag_v_4": 4.0}
    assert [magnitude(band, measured, {}).value for band in bands] == [1.0, 2.0, 3.0, 4.0]


def test_below_three_times_its_error_a_magnitude_is_a_limit_and_makes_no_colour():
    # Flux 10 with an error of 5: 2 sigma; 15 is three times the error.
    faint = Reading("NUV", 25.0, 2.5 / math.log(10) * 5 / 10)
    assert is_faint(faint.error)
    assert faintest(faint) == pytest.approx(25.0 - 2.5 * math.log10(15 / 10))
    assert not is_faint(2.5 / math.log(10) * 0.33)
    assert not is_faint(None)
    (colour,) = colours([faint, Reading("U", 22.0, 0.1)])
    assert (colour.value, colour.reason) == (None, "Below three times its error in NUV: no colour")


@pytest.mark.parametrize(
    ("text", "system"),
    [(LEGUS, "Vega"), ("AB magnitude (aperture 5 px)", "AB"), ("stable absolute magnitude", ""), ("", "")],
)
def test_the_magnitude_system_is_what_the_catalogue_says(text, system):
    assert system_of(text) == system


def test_a_magnitude_is_found_by_the_bands_name_or_its_letter():
    legus = magnitude(V, {"mag_v": 21.5, "mag_v_error": 0.03}, {"mag_v": LEGUS})
    assert (legus.name, legus.value, legus.error, legus.unit, legus.reason) == ("V", 21.5, 0.03, "Vega", "")
    assert magnitude(V, {"mag_f555w": 22.0, "mag_v": 21.5}, {}).value == 22.0
    assert magnitude(V, {"mag_v": 21.5}, {}).note == "System not stated"


def test_a_missing_magnitude_has_its_reason():
    assert "catalogue has no V" in magnitude(V, {"published": 3}, {}).reason
    assert "of this source" in magnitude(V, {}, {"mag_v": LEGUS}).reason
    assert magnitude(V, {"mag_v": float("nan")}, {"mag_v": LEGUS}).value is None


def test_colours_are_bluer_minus_redder_with_errors_added_in_squares():
    bands = named(("B", 430.0), ("F555W", 531.0), ("I", 800.0))
    measured = {"mag_b": 22.0, "mag_b_error": 0.03, "mag_v": 21.5, "mag_v_error": 0.04}
    described = {f"mag_{band}": LEGUS for band in "bvi"}
    b_v, v_i = colours([magnitude(band, measured, described) for band in bands])
    assert (b_v.name, b_v.value, b_v.error) == ("B − V", 0.5, pytest.approx(0.05))
    assert (v_i.name, v_i.value) == ("V − I", None)
    assert "No I magnitude of this source" in v_i.reason


def test_the_other_numbers_say_why_they_are_missing():
    assert concentration({}, "V").reason
    assert concentration({"concentration_index": 1.4}, "V").value == 1.4
    assert width_ratio(3.0, 2.0).value == 1.5
    assert "PSF" in width_ratio(3.0, None).reason
    assert "No peak" in width_ratio(None, 2.0).reason


def test_what_a_catalogue_says_of_a_source_comes_in_the_order_of_its_bands_and_only_where_it_is_there():
    bands = named(("F275W", 270.4), ("F555W", 531.0), ("F657N", 656.6), ("F814W", 803.9))
    measured = {
        "fwhm_px": 8.04, "mag_i": 21.0, "mag_f555w": 21.9, "mag_f555w_error": 0.02, "mag_f275w": None, "mag_auto": 20.0,
        "concentration_index": 2.19,
    }  # fmt: skip
    found = catalogue_readings(measured, {"mag_f555w": "AB magnitude in F555W"}, bands)
    assert [(each.name, each.value, each.error, each.unit) for each in found] == [
        ("V", 21.9, 0.02, "AB"),
        ("I", 21.0, None, ""),
        ("CI", 2.19, None, "mag"),
        ("FWHM", 8.04, None, "px"),
    ]
    assert catalogue_readings({"concentration_index": float("nan")}, {}, bands) == []
