"""What headers write as BUNIT, and what it is taken for."""

import pytest

from catalogs.imagery.units import is_mjy_per_sr, is_of_electrons, is_rate, is_sum, janskys

ELECTRON_RATES = [
    "ELECTRONS/S", "ELECTRONS/SEC", "electron / s", "e-/s", "e/s", "e-/s/pixel", "electrons/pix/s", "electrons/second",
    "electrons s^-1", "electron s-1", "electron s**-1", "e- s(-1)", "electron.s-1 pix-1",
]  # fmt: skip
COUNT_RATES = ["CPS", "counts/second", "counts s-1", "count s-1", "COUNTS/S", "ct / s", "DN/s", "adu / sec", "s-1"]
ELECTRON_SUMS, COUNT_SUMS = ["ELECTRONS", "electron", "e-", "e-/pixel"], ["COUNTS", "count", "ct", "cts", "DN", "ADU"]
SURFACE_BRIGHTNESS = ["MJy/sr", "MJy sr^-1", "MJy.sr-1", "MJy / steradian", "MJY/SR", "mjy/sr"]
FLUXES_JY = {
    "Jy": 1.0, "JY": 1.0, "mJy": 1e-3, "uJy": 1e-6, "nJy": 1e-9, "NJY": 1e-9, "nanoJansky": 1e-9, "microjansky": 1e-6,
    "10.0*nanoJansky": 1e-8, "10 nJy": 1e-8, "1e-8*Jy": 1e-8, "nJy/pixel": 1e-9,
}  # fmt: skip
OTHERS = [
    "erg/s/cm2/A", "erg/s", "erg/cm2/s", "W/m2/s", "K", "s", "electrons/foo", "electrons/cm2", "MJy", "mJy/sr", "uJy/arcsec2",
    "Jy/beam", "Jy/s", "0*Jy", "9e999*Jy", "10**-8 Jy", "-1 Jy", "pixel", "counts/s/sr",
]  # fmt: skip


def taken_for(unit):
    kinds = {"rate": is_rate, "sum": is_sum, "surface brightness": is_mjy_per_sr, "flux": janskys}
    return [kind for kind, holds in kinds.items() if holds(unit)]


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        (ELECTRON_RATES + COUNT_RATES, ["rate"]),
        (ELECTRON_SUMS + COUNT_SUMS, ["sum"]),
        (SURFACE_BRIGHTNESS, ["surface brightness"]),
        (FLUXES_JY, ["flux"]),
        (OTHERS, []),
    ],
)
def test_a_unit_is_one_thing_or_not_known(units, expected):
    assert {unit: taken_for(unit) for unit in units} == dict.fromkeys(units, expected)


def test_which_are_electrons():
    known = [*ELECTRON_RATES, *COUNT_RATES, *ELECTRON_SUMS, *COUNT_SUMS, *SURFACE_BRIGHTNESS, *FLUXES_JY, *OTHERS]
    assert [unit for unit in known if is_of_electrons(unit)] == ELECTRON_RATES + ELECTRON_SUMS


def test_fluxes_in_jansky():
    assert {unit: janskys(unit) for unit in FLUXES_JY} == pytest.approx(FLUXES_JY)
