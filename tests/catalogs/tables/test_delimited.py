"""CSV and TSV: columns by name, both pixel conventions, sexagesimal sky, and every row left out with its reason."""

import numpy as np
import pytest

from catalogs.tables.registry import read_table
from galaxycat.errors import BadInput


def read(tmp_path, text, name="sources.csv", **options):
    path = tmp_path / name
    path.write_text(text)
    return read_table(path, **options)


@pytest.mark.parametrize(
    ("names", "options", "place"),
    [
        ("x_px,y_px", {}, (10.0, 20.5)),
        ("X_PX,Y_PX", {}, (10.0, 20.5)),
        ("X_IMAGE,Y_IMAGE", {}, (9.0, 19.5)),
        ("x,y", {}, (9.0, 19.5)),
        ("x,y", {"origin": 1}, (9.0, 19.5)),
        ("x,y", {"origin": "0"}, (10.0, 20.5)),
        ("X_IMAGE,Y_IMAGE", {"origin": 0}, (9.0, 19.5)),
    ],
)
def test_pixel_conventions(tmp_path, names, options, place):
    table = read(tmp_path, f"id,{names}\n7,10.0,20.5\n", **options)
    assert (table.x_px[0], table.y_px[0]) == place
    assert table.number.tolist() == [7]
    assert np.isnan(table.ra_deg[0])


def test_layout_tells_what_was_assumed(tmp_path):
    assert "x, y (1-based as in FITS; origin=0 if not)" in read(tmp_path, "x,y\n1,1\n").layout
    assert "x, y (0-based)" in read(tmp_path, "x,y\n1,1\n", origin=0).layout
    assert "numbered in file order" in read(tmp_path, "x,y\n1,1\n").layout


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", " "])
def test_delimiters_are_found(tmp_path, delimiter):
    lines = ["id x_px y_px class mag_v", "3 1.5 2.5 2 22.25", "4 3.5 4.5 0 23.5"]
    table = read(tmp_path, "\r\n".join(line.replace(" ", delimiter) for line in lines), "sources.txt")
    assert table.number.tolist() == [3, 4]
    assert table.x_px.tolist() == [1.5, 3.5]
    assert table.label.tolist() == ["2", ""]
    assert table.measurements["mag_v"].tolist() == [22.25, 23.5]


@pytest.mark.parametrize(
    ("ra", "dec"),
    [
        ("187.70583333333", "12.39111111111"),
        ("12:30:49.4", "+12:23:28"),
        ("12h30m49.4s", "12d23m28s"),
        ("12 30 49.4", "12 23 28"),
    ],
)
def test_sky_in_degrees_or_sexagesimal(tmp_path, ra, dec):
    table = read(tmp_path, f"source,RA,Dec\n1,{ra},{dec}\n2,180.5,-45.25\n")
    assert table.ra_deg.tolist() == [pytest.approx(187.7058333, abs=1e-6), 180.5]
    assert table.dec_deg.tolist() == [pytest.approx(12.3911111, abs=1e-6), -45.25]
    assert np.isnan(table.x_px).all()


@pytest.mark.parametrize("names", ["ra_deg,dec_deg", "ALPHA_J2000,DELTA_J2000", "RAJ2000,DEJ2000"])
def test_names_of_sky_columns(tmp_path, names):
    table = read(tmp_path, f"{names}\n360,-0.5\n")
    assert (table.ra_deg[0], table.dec_deg[0]) == (0.0, -0.5)


def test_measurements_labels_and_text_columns(tmp_path):
    text = "number,x_px,y_px,Label,kind,snr,note,depth\n1,1,2,1.0,star,5,,nan\n2,3,4,,cluster,--,x,\n3,5,6,blend,star,7.5,,1e2\n"
    table = read(tmp_path, text)
    assert table.label.tolist() == ["1", "", "blend"]
    assert table.classes == {"1": 1}
    assert list(table.measurements) == ["snr", "depth"]
    np.testing.assert_array_equal(table.measurements["snr"], [5, np.nan, 7.5])
    np.testing.assert_array_equal(table.measurements["depth"], [np.nan, np.nan, 100])
    assert "text columns left out: kind, note" in table.layout
    assert table.rejected == []


def test_names_of_our_own_exports_are_not_taken_by_measurements(tmp_path):
    table = read(tmp_path, "id,x_px,y_px,class,label,ra_deg,is_outside\n1,1,2,3,4,5,1\n")
    assert table.label.tolist() == ["3"]
    assert {name: values[0] for name, values in table.measurements.items()} == {
        "label_published": 4,
        "ra_deg_published": 5,
    }


def test_text_identifiers_give_way_to_file_order(tmp_path):
    table = read(tmp_path, "source,x_px,y_px\nA1,1,2\nB2,3,4\n")
    assert table.number.tolist() == [1, 2]
    assert "numbered in file order" in table.layout
    assert "text columns left out: source" in table.layout


def test_large_identifiers_are_exact(tmp_path):
    table = read(tmp_path, "id,x_px,y_px\n9223372036854775807,1,2\n9007199254740993,3,4\n")
    assert table.number.tolist() == [9223372036854775807, 9007199254740993]


def test_comments_blank_lines_quotes_and_byte_order_mark(tmp_path):
    path = tmp_path / "sources.csv"
    path.write_bytes('﻿# made by hand\n\nid,x_px,"y_px"\n# another\n"1", 2 ,3\n'.encode())
    table = read_table(path)
    assert (table.number[0], table.x_px[0], table.y_px[0]) == (1, 2.0, 3.0)


def test_rows_that_cannot_be_used(tmp_path):
    text = """id,x_px,y_px,ra,dec,mag_v,class
1,10,20,24.1,15.8,22.5,1
2,ten,20,24.1,15.8,22.5,1
3,10,20,24.1,15.8,faint,1
4,10,20,24.1
1,11,21,24.1,15.8,22.5,2
6,,,,,22.5,1
7,10,,24.1,15.8,22.5,1
8,10,20,24.1,,22.5,1
9,10,20,400,15.8,22.5,1
,10,20,24.1,15.8,22.5,1
-3,10,20,24.1,15.8,22.5,1
12,10,20,24.1,15.8,inf,1
13,10,20,24.1,15.8,1_0,1
14,10,20,24.1,15.8,22.5,a label that is far too long
15,10,20,12:61:00,15.8,22.5,1

17,,,24.2,15.9,,,
"""
    table = read(tmp_path, text)
    assert table.number.tolist() == [1, 17]
    assert [(rejection.row, rejection.reason) for rejection in table.rejected] == [
        (3, "x_px: 'ten' is not a finite number"),
        (4, "mag_v: 'faint' is not a finite number"),
        (5, "has 4 columns, the header has 7"),
        (6, "number 1 is already taken by row 2"),
        (7, "has neither pixel nor sky position"),
        (8, "x_px is given without y_px"),
        (9, "ra is given without dec"),
        (10, "RA 400 deg is outside 0 to 360"),
        (11, "id: '' is not a positive whole number"),
        (12, "id: '-3' is not a positive whole number"),
        (13, "mag_v: 'inf' is not a finite number"),
        (14, "mag_v: '1_0' is not a finite number"),
        (15, "class: 'a label that is far too long' is not a label of at most 16 characters"),
        (16, "ra: '12:61:00' is not an angle in degrees or sexagesimal"),
    ]


def test_both_pixel_conventions_must_agree(tmp_path):
    table = read(tmp_path, "id,x_px,y_px,X_IMAGE,Y_IMAGE\n1,10,20,11,21\n2,10,20,10,20\n3,,,11.5,21.5\n")
    assert table.number.tolist() == [1, 3]
    assert table.x_px.tolist() == [10.0, 10.5]
    assert [(rejection.row, rejection.reason) for rejection in table.rejected] == [
        (3, "X_IMAGE, Y_IMAGE are not x_px + 1, y_px + 1; leave one pair out")
    ]
    assert table.measurements == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,x_px,y_px\n", "has a header and no rows"),
        ("1,2,3\n2,3,4\n", "its first line holds numbers, not column names"),
        ("id,mag\n1,2\n", "has no position columns; name them .* .found: id, mag."),
        ("id,x_px,y_px,x_px\n1,2,3,4\n", "two columns are named 'x_px'"),
        ("id,x_px,y_px\n1,2\n2,3\n", "none of its 2 rows can be used; row 2: has 2 columns, the header has 3"),
        ("id,x_px,y_px\n1,a,b\n", "none of its 1 rows can be used; row 2: x_px: 'a' is not a finite number"),
        ("# nothing\n", "has comments and no table"),
    ],
)
def test_files_that_cannot_be_used(tmp_path, text, message):
    with pytest.raises(BadInput, match=message) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith("sources.csv: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"origin": 2}, "origin: 2 is neither 0 nor 1"),
        ({"delimiter": "ab"}, "delimiter: 'ab' is not one character"),
        ({"class_column": 3}, "class_column: is no option of format csv, which has origin, delimiter"),
    ],
)
def test_options_that_cannot_be_used(tmp_path, options, message):
    with pytest.raises(BadInput, match=message):
        read(tmp_path, "id,x_px,y_px\n1,2,3\n", **options)


def test_sign_of_a_declination_just_below_the_equator(tmp_path):
    table = read(tmp_path, "ra,dec\n00:00:01,-00:30:00\n")
    assert (table.ra_deg[0], table.dec_deg[0]) == (pytest.approx(15 / 3600), -0.5)


def test_tsv(tmp_path):
    table = read(tmp_path, "id\tx_px\ty_px\tname\n1\t2\t3\ta, b\n", "sources.tsv")
    assert (table.number[0], table.x_px[0]) == (1, 2.0)
