"""The numbers beside a source: systems, missing values with reasons, colours."""

import pytest

from catalogs.readings import (
    BandName,
    catalogue_readings,
    colours,
    concentration,
    letter_of,
    magnitude,
    system_of,
    width_ratio,
)

LEGUS = "V magnitude, Vega, aperture and extinction corrected"
V = BandName("F555W", 531.0)


@pytest.mark.parametrize(
    ("band", "letter"),
    [(V, "V"), (BandName("F275W", 270.4), "NUV"), (BandName("F200W", 1990.0), "F200W"), (BandName("red", None), "red")],
)
def test_a_band_goes_by_its_letter_where_it_has_one(band, letter):
    assert letter_of(band) == letter


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
    bands = [BandName("B", 430.0), V, BandName("I", 800.0)]
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
    bands = [BandName("F275W", 270.4), V, BandName("F657N", 656.6), BandName("F814W", 803.9)]
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
