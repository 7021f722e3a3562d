"""Every writer there and back, and ECSV as others write and read it."""

import os

import numpy as np
import pytest
from astropy.table import Column, MaskedColumn, Table
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogs.tables.export import export_table
from catalogs.tables.registry import read_table, write_table
from galaxycat.errors import BadInput
from tests.catalogs.tables.samples import NAN, sample


@pytest.mark.parametrize("format_", ["ecsv", "geojson"])
@pytest.mark.parametrize("ra_deg", [(24.5, 359.75), (24.5, NAN), (NAN, NAN)])
def test_there_and_back(tmp_path, format_, ra_deg):
    path = tmp_path / f"out.{format_}"
    assert write_table(sample(ra_deg), path, format_) == path
    assert os.listdir(tmp_path) == [f"out.{format_}"]
    back = read_table(path)
    assert back.number.tolist() == [3, 8]
    assert (back.x_px.tolist(), back.y_px.tolist()) == ([0.0, 99.25], [10.5, 4.0])
    np.testing.assert_array_equal(back.ra_deg, ra_deg)
    np.testing.assert_array_equal(back.dec_deg, np.where(np.isnan(ra_deg), NAN, [-66.5, 15.25]))
    assert back.label.tolist() == ["2", ""]
    np.testing.assert_array_equal(back.measurements["mag_v"], [22.5, NAN])
    assert list(back.measurements) == ["mag_v"]
    assert (back.units, back.descriptions) == ({"mag_v": "mag"}, {"mag_v": "V magnitude, Vega"})
    assert back.rejected == []


finite = st.floats(allow_nan=False, allow_infinity=False, width=64)
row = st.tuples(
    st.integers(1, 2**63 - 1),
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 1e6),
    st.floats(0, 360, exclude_max=True),
    st.floats(-90, 90),
    st.sampled_from(["", "1", "2", "3", "4", 'a, "b"']),
    st.one_of(finite, st.just(NAN)),
)


@pytest.mark.parametrize("format_", ["ecsv", "geojson"])
@settings(max_examples=40)
@given(rows=st.lists(row, min_size=1, max_size=8, unique_by=lambda values: values[0]))
def test_any_catalogue_survives(tmp_path_factory, format_, rows):
    number, x_px, y_px, ra_deg, dec_deg, label, flux = (np.array(values) for values in zip(*rows, strict=True))
    table = export_table(
        number=number, x_px=x_px, y_px=y_px, ra_deg=ra_deg, dec_deg=dec_deg,
        extra={"label": label, "flux": flux}, units={"flux": "electron / s"}, descriptions={}, meta={},
    )  # fmt: skip
    path = tmp_path_factory.mktemp("any") / f"out.{format_}"
    write_table(table, path, format_)
    back = read_table(path)
    assert back.number.tolist() == number.tolist()
    for name, expected in (("x_px", x_px), ("y_px", y_px), ("ra_deg", ra_deg), ("dec_deg", dec_deg)):
        np.testing.assert_array_equal(getattr(back, name), expected)
    np.testing.assert_array_equal(back.measurements["flux"], flux)
    assert back.label.tolist() == label.tolist()
    assert back.units == {"flux": "electron / s"}


def test_ecsv_is_read_by_astropy_with_units(tmp_path):
    path = write_table(sample(), tmp_path / "out.ecsv", "ecsv")
    table = Table.read(path, format="ascii.ecsv")
    assert [str(table[name].unit) for name in ("ra_deg", "x_px", "mag_v")] == ["deg", "pix", "mag"]
    assert table["mag_v"].mask.tolist() == [False, True]
    assert table["ra_deg"].meta["ucd"] == "pos.eq.ra;meta.main"
    assert table.meta["distance_mpc"] == 9.9


def test_ecsv_of_others(tmp_path):
    others = Table(
        {
            "ID": [5, 6],
            "RA": Column([12.0, 13.0], unit="hourangle"),
            "DEC": Column([10.0, -10.0], unit="deg"),
            "flux": MaskedColumn([1.5, 0.0], mask=[False, True], unit="Jy", description="total"),
            "n": MaskedColumn([1, 2], mask=[True, False]),
            "good": [True, False],
            "name": ["a", "b"],
            "vector": [[1, 2], [3, 4]],
        }
    )
    others.write(tmp_path / "others.txt", format="ascii.ecsv")
    table = read_table(tmp_path / "others.txt")
    assert table.number.tolist() == [5, 6]
    assert table.ra_deg.tolist() == [pytest.approx(180.0), pytest.approx(195.0)]
    np.testing.assert_array_equal(table.measurements["flux"], [1.5, NAN])
    np.testing.assert_array_equal(table.measurements["n"], [NAN, 2])
    np.testing.assert_array_equal(table.measurements["good"], [1, 0])
    assert (table.units, table.descriptions) == ({"flux": "Jy"}, {"flux": "total"})
    assert "vector is no plain column: left out" in table.layout
    assert "text columns left out: name" in table.layout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,x_px,y_px\n1,2,3\n", "is no ECSV; read it as csv"),
        ("# %ECSV 1.0\n# ---\n# datatype:\n# - {name: x_px, datatype: float64}\nx_px\nabc\n", "is no readable ECSV"),
        ("# %ECSV 1.0\n# ---\n# datatype: [\nx_px\n1\n", "is no readable ECSV"),
        (
            "# %ECSV 1.0\n# ---\n# datatype:\n# - {name: ra, unit: kg, datatype: float64}\n# - {name: dec, datatype: float64}\nra dec\n1 2\n",
            "column ra has unit 'kg', which is no angle",
        ),
        ("# %ECSV 1.0\n# ---\n# datatype:\n# - {name: x_px, datatype: float64}\n# - {name: y_px, datatype: float64}\nx_px y_px\n", "a header and no rows"),
    ],
)  # fmt: skip
def test_ecsv_that_cannot_be_used(tmp_path, text, message):
    path = tmp_path / "bad.ecsv"
    path.write_text(text)
    with pytest.raises(BadInput, match=message) as caught:
        read_table(path, "ecsv")
    assert "\n" not in str(caught.value)
