"""The table behind every export: order, units, masks, UCDs, both pixel conventions."""

import numpy as np
import pytest

from catalogs.tables.columns import RESERVED_NAMES
from catalogs.tables.export import BASE_COLUMNS, export_table
from galaxycat.errors import BadInput
from tests.catalogs.tables.samples import NAN, sample


def test_export_table_columns():
    table = sample(uuid=np.array(["a", "b"]))
    assert table.colnames == [
        "number", "uuid", "ra_deg", "dec_deg", "x_px", "y_px", "X_IMAGE", "Y_IMAGE", "label", "mag_v",
    ]  # fmt: skip
    assert table["x_px"].tolist() == [0.0, 99.25]
    assert table["X_IMAGE"].tolist() == [1.0, 100.25]
    assert table["Y_IMAGE"].tolist() == [11.5, 5.0]
    assert [str(table[name].unit) for name in ("ra_deg", "x_px", "X_IMAGE", "mag_v")] == ["deg", "pix", "pix", "mag"]
    assert table["mag_v"].mask.tolist() == [False, True]
    assert table["mag_v"].description == "V magnitude, Vega"
    assert {name: table[name].meta["ucd"] for name in BASE_COLUMNS} == {
        "number": "meta.id;meta.main",
        "ra_deg": "pos.eq.ra;meta.main",
        "dec_deg": "pos.eq.dec;meta.main",
        "x_px": "pos.cartesian.x;instr.det",
        "y_px": "pos.cartesian.y;instr.det",
        "X_IMAGE": "pos.cartesian.x;instr.det",
        "Y_IMAGE": "pos.cartesian.y;instr.det",
    }
    assert table.meta["galaxy"] == "ngc628"


def test_export_table_of_objects_and_unknown_units():
    table = export_table(
        number=np.array([1, 2]), x_px=np.array([1, 2]), y_px=np.array([1, 2]), ra_deg=np.full(2, NAN), dec_deg=np.full(2, NAN),
        extra={"votes": np.array([3, None], dtype=object), "name": np.array([None, "b"], dtype=object)},
        units={"votes": "furlongs per jiffy"}, descriptions={}, meta={},
    )  # fmt: skip
    assert table["votes"].tolist() == [3.0, None]
    assert table["name"].tolist() == [None, "b"]
    assert str(table["votes"].unit) == "furlongs per jiffy"
    assert table["ra_deg"].mask.all()


@pytest.mark.parametrize("name", ["x_px", "x_image", "NUMBER"])
def test_extra_columns_may_not_take_the_name_of_another(name):
    with pytest.raises(BadInput, match=f"column {name}: this name is kept"):
        sample(**{name: np.array([1.0, 2.0])})


def test_extra_columns_must_have_the_length_of_the_others():
    with pytest.raises(BadInput, match="column snr: has 1 values for 2 sources"):
        sample(snr=np.array([1.0]))


def test_no_reader_keeps_a_measurement_under_a_name_of_the_export():
    assert {name.lower() for name in BASE_COLUMNS} <= set(RESERVED_NAMES)
