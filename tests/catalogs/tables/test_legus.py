"""LEGUS layouts on synthetic rows: which column is what, missing values, and what cannot be used."""

import numpy as np
import pytest

from catalogs.tables.legus_layouts import LAYOUT_OF_FIELD, field_of
from catalogs.tables.registry import read_table
from galaxycat.errors import BadInput

MAGNITUDES = "99.999 99.999 23.1 0.2 22.9 0.1 22.5 0.05 66.666 66.666 1.55"
FIT = "1.0e+07 2.0e+07 5.0e+06 3.0e+03 4.0e+03 2.0e+03 0.25 0.30 0.20 0.1 0.2 0.3 0.4 0.5 2.5 0.8 5"
NO_FIT = " ".join(["0.0"] * 17)


def standard_row(number=1, x=11.0, y=21.5, classes="2 1.667", fit=FIT, sky="24.17 15.8"):
    return f"{number} {x} {y} {sky} {MAGNITUDES} {fit} {classes}"


def write(tmp_path, name, *rows):
    path = tmp_path / name
    path.write_text("\n".join(rows) + "\n")
    return path


def test_standard_layout(tmp_path):
    table = read_table(write(tmp_path, "hlsp_legus_hst_acs-wfc3_ngc628-c_v1.tab", standard_row()))
    assert (table.number.tolist(), table.number.dtype) == ([1], np.int64)
    assert (table.x_px[0], table.y_px[0]) == (10.0, 20.5)
    assert (table.ra_deg[0], table.dec_deg[0]) == (24.17, 15.8)
    assert table.label.tolist() == ["2"]
    assert table.classes == {"2": 1}
    expected = {
        "mag_u": 23.1, "mag_u_error": 0.2, "mag_b": 22.9, "mag_b_error": 0.1, "mag_v": 22.5, "mag_v_error": 0.05,
        "concentration_index": 1.55, "age_yr": 1e7, "age_max_yr": 2e7, "age_min_yr": 5e6, "mass_msun": 3000.0,
        "mass_max_msun": 4000.0, "mass_min_msun": 2000.0, "ebv_mag": 0.25, "ebv_max_mag": 0.3, "ebv_min_mag": 0.2,
        "reduced_chi2": 2.5, "fit_probability": 0.8, "n_filters": 5.0, "mean_class": 1.667,
    }  # fmt: skip
    missing = {"mag_nuv", "mag_nuv_error", "mag_i", "mag_i_error"}
    assert {name: values[0] for name, values in table.measurements.items() if name not in missing} == expected
    assert all(np.isnan(table.measurements[name][0]) for name in missing)
    assert (table.units["mag_v"], table.units["age_yr"], table.units["mass_msun"]) == ("mag", "yr", "solMass")
    assert "Vega" in table.descriptions["mag_v"]
    assert table.layout == (
        "LEGUS ngc628-c, 35 columns, standard: 1-based x y in 2-3, RA Dec in 4-5, class in 34; "
        "fit residuals in 26-30 left out"
    )


def test_not_inspected_and_not_fitted(tmp_path):
    row = standard_row(classes="0 0.0", fit=NO_FIT)
    table = read_table(write(tmp_path, "ngc3344.tab", row))
    assert table.label.tolist() == [""]
    assert table.classes == {}
    absent = ("age_yr", "mass_msun", "ebv_mag", "reduced_chi2", "fit_probability", "mean_class")
    assert [name for name in absent if not np.isnan(table.measurements[name][0])] == []
    assert table.measurements["n_filters"][0] == 0


def test_fit_fillers_are_missing(tmp_path):
    # As published for NGC 4449 197 (no limits) and NGC 1705 2 (200 throughout).
    no_limits = "2e+06 0.0 0.0 6.5e+04 0.0 0.0 1.5 0.0 0.0 200 200 0 0 0 22.9 0.0 3"
    fillers = "2e+08 0.0 0.0 200 0 0 200 0 0 200 200 200 200 200 200 200 200"
    table = read_table(write(tmp_path, "ngc1705.tab", standard_row(1, fit=no_limits), standard_row(2, fit=fillers)))
    found = table.measurements
    assert (found["age_yr"][0], found["ebv_mag"][0], found["n_filters"][0]) == (2e6, 1.5, 3)
    assert np.isnan([found[name][0] for name in ("age_max_yr", "mass_min_msun", "ebv_max_mag")]).all()
    assert np.isnan([found[name][1] for name in ("age_yr", "mass_msun", "ebv_mag", "reduced_chi2", "n_filters")]).all()


def test_36th_column_is_the_selection_flag(tmp_path):
    table = read_table(write(tmp_path, "ngc3738.tab", standard_row(classes="2 1.667 0")))
    assert table.measurements["selection_flag"].tolist() == [0.0]


@pytest.mark.parametrize("field", ["ngc1313-e", "ngc1313-w", ""])
def test_two_pixel_pairs(tmp_path, field):
    """The field's name or, without one, the columns themselves tell the layout."""
    row = standard_row(sky="6030.197 4894.470 49.570166 -66.516867", classes="3 2.5")
    assert len(row.split()) == 37
    table = read_table(write(tmp_path, f"legus_{field}_v1.tab", row))
    assert (table.x_px[0], table.y_px[0], table.ra_deg[0], table.dec_deg[0]) == (10.0, 20.5, 49.570166, -66.516867)
    assert (table.label[0], table.measurements["mean_class"][0]) == ("3", 2.5)
    assert (table.measurements["mag_v"][0], table.measurements["n_filters"][0]) == (22.5, 5)
    assert table.measurements["x_other_px"][0] == pytest.approx(6029.197)
    assert "RA Dec in 6-7, class in 36" in table.layout


def test_second_pixel_pair_on_request(tmp_path):
    row = standard_row(sky="6030.197 4894.470 49.570166 -66.516867", classes="3 2.5")
    table = read_table(write(tmp_path, "ngc1313-e.tab", row), x_column="4")
    assert (table.x_px[0], table.y_px[0]) == (pytest.approx(6029.197), pytest.approx(4893.47))
    assert (table.measurements["x_other_px"][0], table.measurements["y_other_px"][0]) == (10.0, 20.5)
    assert "x y in 4-5" in table.layout


def test_ngc4449(tmp_path):
    classes = ["1 1 2 1 2", "5 0 0 3 0", "0 0 0 0 0"]
    rows = [standard_row(number, classes=f"{kind}") for number, kind in enumerate(classes, start=1)]
    table = read_table(write(tmp_path, "ngc4449.tab", *rows))
    assert table.label.tolist() == ["1", "", ""]
    assert table.measurements["classifier_class"][:2].tolist() == [1.0, 3.0]
    assert np.isnan(table.measurements["classifier_class"][2])
    assert table.measurements["quality_flag"][0] == 1
    assert table.measurements["halpha_flag"][0] == 2
    assert table.measurements["selection_flag"].tolist() == [2, 0, 0]
    assert "mean_class" not in table.measurements


@pytest.mark.parametrize("field", ["ngc3351", "ngc4242", "ngc45"])
def test_class_in_column_35(tmp_path, field):
    table = read_table(write(tmp_path, f"legus_{field}_v1.tab", standard_row(classes="7 3 2.5")))
    assert table.label.tolist() == ["3"]
    # Nothing says what these two are, so they keep their number.
    assert (table.measurements["column_34"][0], table.measurements["column_36"][0]) == (7.0, 2.5)


def test_ngc1566(tmp_path):
    path = write(tmp_path, "hlsp_legus_hst_wfc3_ngc1566_multiband_v1.tab", standard_row(classes="3 1 2 4 1 0"))
    table = read_table(path)
    assert table.label.tolist() == ["2"]
    kept = {
        name: table.measurements[name][0]
        for name in ("hybrid_class", "hybrid_method", "classifier_class", "verified_class")
    }
    assert kept == {"hybrid_class": 3, "hybrid_method": 1, "classifier_class": 4, "verified_class": 1}
    hybrid = read_table(path, class_column=34)
    assert hybrid.label.tolist() == ["3"]
    assert (hybrid.measurements["layout_class"][0], "hybrid_class" in hybrid.measurements) == (2, False)


def test_every_named_layout_is_tested():
    assert set(LAYOUT_OF_FIELD) == {"ngc1313-e", "ngc1313-w", "ngc3351", "ngc4242", "ngc45", "ngc4449", "ngc1566"}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("hlsp_legus_hst_wfc3_ngc1313-e_multiband_v1_padagb-mwext-avgapcor.tab", "ngc1313-e"),
        ("hlsp_legus_hst_acs-wfc3_ngc4449_multiband_v2.tab", "ngc4449"),
        ("NGC45.tab", "ngc45"),
        ("my-ngc4559.tab", "ngc4559"),
        ("hlsp_legus_hst_wfc3_eso486-g021_multiband.tab", "eso486-g021"),
        ("clusters.tab", ""),
    ],
)
def test_field_of_a_file_name(name, field):
    assert field_of(name) == field


def test_field_option_overrules_the_name(tmp_path):
    path = write(tmp_path, "clusters.tab", standard_row(classes="5 3"))
    with pytest.raises(BadInput, match="class 5 in column 34 is none of 0 to 4; set class_column"):
        read_table(path)
    assert read_table(path, field="NGC45").label.tolist() == ["3"]


def test_rows_that_cannot_be_used(tmp_path):
    rows = [
        standard_row(1),
        standard_row(2).replace("22.5", "bright"),
        standard_row(3) + " 9",
        standard_row(1),
        standard_row(5, classes="1.5 1.5"),
        standard_row(6, sky="361.0 15.8"),
        standard_row(7, sky="24.0 -90.5"),
        standard_row(0),
        standard_row(9),
        "",
        standard_row("10.5"),
    ]
    table = read_table(write(tmp_path, "ngc628-e.tab", *rows))
    assert table.number.tolist() == [1, 9]
    assert [(rejection.row, rejection.reason) for rejection in table.rejected] == [
        (2, "column 12: 'bright' is not a finite number"),
        (3, "has 36 columns, the others have 35"),
        (4, "number 1 is already taken by row 1"),
        (5, "class 1.5 in column 34 is none of 0 to 4; set class_column"),
        (6, "RA 361 deg is outside 0 to 360"),
        (7, "Dec -90.5 deg is outside -90 to 90"),
        (8, "column 1: '0' is not a positive whole number"),
        (11, "column 1: '10.5' is not a positive whole number"),
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"class_column": 36}, "class_column: 36 is not a column of the file, which has 1 to 35"),
        ({"x_column": "two"}, "x_column: 'two' is not a column number"),
        ({"x_column": 35}, "y_column: 36 is not a column"),
        ({"origin": 0}, "origin: is no option of format legus, which has field, class_column"),
    ],
)
def test_options_that_cannot_be_used(tmp_path, options, message):
    with pytest.raises(BadInput, match=message):
        read_table(write(tmp_path, "ngc628-e.tab", standard_row()), **options)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("1\t2422\t921\t4\t[0.00 - 0.00 - 0.02 - 0.98]\r\n", "looks like StarcNet predictions"),
        ("1 2.0 3.0 24.1 15.8\n", "has 5 columns, a LEGUS catalogue has 35 or more"),
        ("id x y\n1 2 3\n", "line 1 is a header"),
        ("# only a comment\n", "has comments and no rows"),
    ],
)
def test_files_that_are_something_else(tmp_path, content, message):
    path = tmp_path / "ngc628-e.tab"
    path.write_text(content)
    with pytest.raises(BadInput, match=message) as caught:
        read_table(path, "legus")
    assert str(caught.value).startswith("ngc628-e.tab: ")
    assert "\n" not in str(caught.value)
