"""Calibration from headers that tell the truth, lie, or say nothing."""

import re

import numpy as np
import pytest
from astropy.io import fits

from catalogs.imagery.calibration import read_calibration


def calibrate(**cards):
    warnings: list[str] = []
    return read_calibration(fits.Header(list(cards.items())), "a.fits", warnings), warnings


def test_hst_zero_point():
    # WFC3/UVIS F606W: 1.1579e-19 erg/s/cm2/A per e-/s at 5889.2 A; the handbook's AB zero point is 26.08.
    calibration, warnings = calibrate(FILTER="F606W", BUNIT="ELECTRONS/S", PHOTFLAM=1.1579e-19, PHOTPLAM=5889.2)
    assert calibration.zero_point_mag == pytest.approx(26.083, abs=0.002)
    assert calibration.pivot_wavelength_nm == pytest.approx(588.92)
    assert calibration.origins["zero_point_mag"] == calibration.origins["pivot_wavelength_nm"] == "header"
    assert warnings == []


@pytest.mark.parametrize("unit", ["MJy/sr", "MJy sr^-1", "MJy sr-1", "MJy.sr-1", "MJy / steradian"])
def test_jwst_zero_point(unit):
    # 0.063 arcsec pixels: 9.3e-14 sr.
    calibration, warnings = calibrate(FILTER="F444W", BUNIT=unit, PIXAR_SR=9.31e-14)
    assert calibration.zero_point_mag == pytest.approx(-6.10 + 32.5776, abs=1e-3)
    assert calibration.pivot_wavelength_nm == 4421.0
    assert warnings == []


@pytest.mark.parametrize(
    ("told_sr", "sky_sr", "taken_sr", "said"),
    [
        (9.31e-14, 9.35e-14, 9.31e-14, None),
        # Brought from 0.063 to 0.03 arcsec with the old card.
        (
            9.31e-14,
            2.1e-14,
            2.1e-14,
            r"PIXAR_SR is 9.31e-14, but a pixel has 2.1e-14 sr by the WCS: that of the WCS is taken",
        ),
        (None, 2.1e-14, 2.1e-14, None),
    ],
)
def test_the_pixel_area_of_a_surface_brightness_is_that_of_the_sky(told_sr, sky_sr, taken_sr, said):
    header = fits.Header({"FILTER": "F444W", "BUNIT": "MJy/sr"} | ({"PIXAR_SR": told_sr} if told_sr else {}))
    warnings = []
    calibration = read_calibration(header, "a.fits", warnings, sky_sr)
    assert calibration.zero_point_mag == pytest.approx(-6.10 - 2.5 * np.log10(taken_sr))
    assert warnings == ([f"a.fits: {said}"] if said else [])


@pytest.mark.parametrize("photflam", [0.0, -1e-19, None, "N/A"])
def test_impossible_photflam_is_unknown_with_a_warning(photflam):
    calibration, warnings = calibrate(FILTER="F606W", PHOTFLAM=photflam)
    assert calibration.photflam is None
    assert calibration.zero_point_mag is None
    assert calibration.origins["photflam"] is None
    assert any("PHOTFLAM" in line for line in warnings)


def test_acs_wheel_that_is_not_clear():
    assert calibrate(FILTER1="CLEAR1L", FILTER2="F435W")[0].filter_name == "F435W"
    assert calibrate(FILTER1="F606W", FILTER2="CLEAR2L")[0].filter_name == "F606W"
    assert calibrate(FILTER1="CLEAR1S", FILTER2="CLEAR2S")[0].filter_name is None


def test_band_name_gives_a_pivot_and_then_a_zero_point():
    calibration = calibrate(PHOTFLAM=1.1579e-19)[0]
    assert calibration.zero_point_mag is None
    named = calibration.named("f606w")
    assert named.pivot_wavelength_nm == 588.9
    assert named.zero_point_mag == pytest.approx(26.083, abs=0.002)
    assert named.origins["zero_point_mag"] == "default"
    assert calibration.named("narrow") == calibration


def test_counts_are_not_rates():
    _, warnings = calibrate(FILTER="F606W", BUNIT="ELECTRONS", PHOTFLAM=1e-19, PHOTPLAM=5889.2)
    assert ["not per second" in line for line in warnings] == [True]


HST = {"FILTER": "F606W", "PHOTFLAM": 1e-19, "PHOTPLAM": 5889.2, "EXPTIME": 1000.0}


@pytest.mark.parametrize("unit", ["CPS", "counts/second", "counts s-1", "electrons s^-1", "e-/s/pixel"])
def test_a_rate_however_written_has_the_zero_point_of_photflam(unit):
    calibration, warnings = calibrate(**HST, BUNIT=unit)
    assert calibration.zero_point_mag == calibrate(**HST, BUNIT="ELECTRONS/S")[0].zero_point_mag
    assert warnings == []


@pytest.mark.parametrize(("unit", "expected"), [("10.0*nanoJansky", 28.9), ("nJy", 31.4), ("uJy", 23.9), ("Jy", 8.9)])
def test_a_flux_is_its_own_zero_point_whatever_photflam_says(unit, expected):
    for cards in (HST, {"FILTER": "F444W"}):
        calibration, warnings = calibrate(**cards, BUNIT=unit)
        assert calibration.zero_point_mag == pytest.approx(expected)
        assert calibration.origins["zero_point_mag"] == "header"
        assert warnings == []


def test_a_flux_that_a_person_says_is_a_zero_point_of_theirs():
    told = calibrate(**HST)[0].as_told({"BUNIT": "10*nJy"})
    assert (told.zero_point_mag, told.origins["zero_point_mag"]) == (pytest.approx(28.9), "user")
    filtered = calibrate(**HST)[0].as_told({"FILTER": "F606W"})
    assert (filtered.zero_point_mag, filtered.origins["zero_point_mag"]) == (pytest.approx(26.242, abs=1e-3), "header")


@pytest.mark.parametrize(
    ("unit", "mend"),
    [
        ("erg/s/cm2/A", r"values are in erg/s/cm2/A, whose .*\[unit=ELECTRONS/S\]"),
        ("MJy/sr", "values are in MJy/sr without PIXAR_SR or WCS"),
    ],
)
def test_without_a_known_unit_there_is_no_zero_point_but_a_warning(unit, mend):
    calibration, warnings = calibrate(PHOTFLAM=1e-19, PHOTPLAM=5889.2, BUNIT=unit)
    assert (calibration.zero_point_mag, calibration.origins["zero_point_mag"]) == (None, None)
    assert [re.search(mend, warning) is not None for warning in warnings] == [True]
    assert calibrate(PHOTFLAM=1e-19, BUNIT=unit)[0].named("F606W").zero_point_mag is None


@pytest.mark.parametrize(
    ("cards", "name", "pivot_nm"),
    [
        ({"FILTER": "F444W", "PUPIL": "F405N"}, "F405N", 4055.0),
        ({"FILTER": "CLEAR", "PUPIL": "F200W"}, "F200W", 1990.0),
        ({"FILTER": "F356W", "PUPIL": "CLEARP"}, "F356W", 3563.0),
        ({"FILTER": "F444W", "PUPIL": "MASKRND"}, "F444W", 4421.0),
        ({"FILTER": "F150W2", "PUPIL": "CLEAR"}, "F150W2", 1671.0),
        ({"FILTER": "F322W2", "PUPIL": "CLEAR"}, "F322W2", 3247.0),
    ],
)
def test_a_filter_in_jwsts_pupil_wheel_is_the_bands(cards, name, pivot_nm):
    calibration, _ = calibrate(**cards)
    assert (calibration.filter_name, calibration.pivot_wavelength_nm) == (name, pivot_nm)


def test_text_that_is_a_number_counts():
    assert calibrate(PHOTFLAM="1.5E-19")[0].photflam == pytest.approx(1.5e-19)
    assert np.isclose(calibrate(EXPTIME=600)[0].exposure_s, 600)
