"""Which narrow band is of which line, and which band stands for the continuum."""

import pytest

from catalogs.imagery.filters import PIVOT_WAVELENGTHS_NM
from catalogs.imagery.lines import LINES, PASSBANDS_NM, FilterBand, line_pairs


def bands(*names: str) -> list[FilterBand]:
    return [FilterBand(name, name, PIVOT_WAVELENGTHS_NM[name]) for name in names]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("F555W", "F657N", "F814W"), [("F657N", "F814W")]),
        (("F438W", "F555W", "F658N"), [("F658N", "F555W")]),  # holds [O III], and there is no other
        (("F606W", "F657N", "F814W"), [("F657N", "F814W")]),  # the nearer holds the line itself
        (("F606W", "F657N"), [("F657N", "F606W")]),
        (("F555W", "F625W", "F656N"), [("F656N", "F625W")]),
        (("F547M", "F657N", "F814W"), [("F657N", "F547M")]),
        (("F110W", "F128N", "F160W"), [("F128N", "F160W")]),
        (("F110W", "F128N"), [("F128N", "F110W")]),
        (("F657N", "F658N", "F814W", "F128N", "F125W"), [("F657N", "F814W"), ("F658N", "F814W"), ("F128N", "F125W")]),
        (("F275W", "F438W", "F657N"), []),  # none within a quarter of the wavelength
        (("F657N",), []),
        (("F657N", "F658N"), []),  # a narrow band is no continuum
        (("F555W", "F814W"), []),
        (("F502N", "F555W"), []),
    ],
)
def test_pairs(names, expected):
    assert [(pair.narrow, pair.continuum) for pair in line_pairs(bands(*names))] == expected


def test_what_a_pair_says_of_itself():
    alpha, beta = line_pairs(bands("F555W", "F657N", "F128N", "F110W"))
    assert (alpha.name, alpha.title, alpha.line.wavelength_nm) == ("Hα F657N", "Hα (F657N − continuum)", 656.28)
    assert (beta.name, beta.title, beta.line.slug) == ("Paβ F128N", "Paβ (F128N − continuum)", "pabeta")
    assert (alpha.continuum_holds, beta.continuum_holds) == ((486.13, 500.68), (1281.81,))


def test_the_header_says_the_filter_and_the_name_where_it_does_not():
    told = [FilterBand("red", "f657n", 656.7), FilterBand("I", None, 798.2), FilterBand("V", "F555W", 530.8)]
    (pair,) = line_pairs(told)
    assert (pair.narrow, pair.continuum, pair.name) == ("red", "I", "Hα red")
    assert line_pairs([FilterBand("F657N", "F555W", 530.8), *told[1:]]) == []


def test_every_filter_has_a_wavelength_within_its_band():
    named = [name for line in LINES for name in line.filters]
    assert set(named) <= set(PIVOT_WAVELENGTHS_NM)
    assert not set(named) & set(PASSBANDS_NM)
    inside = {
        name: blue < PIVOT_WAVELENGTHS_NM[name] < red for name, (blue, red) in PASSBANDS_NM.items() if name != "F550M"
    }
    assert all(inside.values())
    assert len(inside) == len(PASSBANDS_NM) - 1
