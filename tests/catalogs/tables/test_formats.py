"""ECSV and GeoJSON there and back, what the files say to others, and the registry."""

import json
import os

import numpy as np
import pytest
from astropy.table import Column, MaskedColumn, Table
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogs.tables.columns import RESERVED_NAMES
from catalogs.tables.export import BASE_COLUMNS, export_table
from catalogs.tables.registry import TABLE_READERS, TABLE_WRITERS, guess_format, read_table, write_table
from galaxycat.errors import BadInput

NAN = np.nan


def sample(ra_deg=(24.5, 359.75), **extra):
    return export_table(
        number=np.array([3, 8]),
        x_px=np.array([0.0, 99.25]),
        y_px=np.array([10.5, NAN]) if extra.pop("holes", False) else np.array([10.5, 4.0]),
        ra_deg=np.array(ra_deg),
        dec_deg=np.where(np.isnan(ra_deg), NAN, [-66.5, 15.25]),
        extra={"label": np.array(["2", ""]), "mag_v": np.array([22.5, NAN]), **extra},
        units={"mag_v": "mag", "absent": "yr"},
        descriptions={"mag_v": "V magnitude, Vega", "label": "class"},
        meta={"galaxy": "ngc628", "distance_mpc": 9.9},
    )


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


@pytest.mark.parametrize("format_", sorted(TABLE_WRITERS))
@settings(max_examples=40, deadline=None)
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


def written_json(tmp_path, table):
    path = write_table(table, tmp_path / "out.geojson", "geojson")

    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(path.read_text(), parse_constant=refuse)


def test_geojson_on_the_sky(tmp_path):
    found = written_json(tmp_path, sample())
    assert (found["type"], found["coordinates_are"]) == ("FeatureCollection", "icrs_deg")
    first, second = found["features"]
    assert first["geometry"] == {"type": "Point", "coordinates": [24.5, -66.5]}
    assert first["id"] == 3
    assert first["properties"] == {
        "number": 3, "ra_deg": 24.5, "dec_deg": -66.5, "x_px": 0.0, "y_px": 10.5, "X_IMAGE": 1.0, "Y_IMAGE": 11.5,
        "label": "2", "mag_v": 22.5,
    }  # fmt: skip
    assert second["properties"]["mag_v"] is None
    assert found["units"]["mag_v"] == "mag"
    assert found["metadata"] == {"galaxy": "ngc628", "distance_mpc": 9.9}


def test_geojson_in_pixels_where_one_source_has_no_sky(tmp_path):
    found = written_json(tmp_path, sample((24.5, NAN), holes=True))
    assert found["coordinates_are"] == "pixel_0based"
    assert found["features"][0]["geometry"]["coordinates"] == [0.0, 10.5]
    assert found["features"][1]["geometry"] is None
    assert found["features"][1]["properties"]["ra_deg"] is None


def test_geojson_without_numbers_that_json_lacks(tmp_path):
    table = sample(flux=np.array([np.inf, 1.0]))
    table.meta |= {"depth_mag": NAN, "n": np.int64(3), "when": np.datetime64("2026-01-01")}
    found = written_json(tmp_path, table)
    assert found["features"][0]["properties"]["flux"] is None
    assert found["metadata"] == {
        "galaxy": "ngc628",
        "distance_mpc": 9.9,
        "depth_mag": None,
        "n": 3,
        "when": "2026-01-01",
    }


def point(coordinates, **properties):
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": coordinates}, "properties": properties}


def geojson(tmp_path, features, **members):
    path = tmp_path / "in.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **members}))
    return path


@pytest.mark.parametrize(("kind", "x_px", "ra_deg"), [("pixel_0based", 24.5, NAN), ("icrs_deg", NAN, 24.5)])
def test_geojson_coordinates_where_the_properties_have_none(tmp_path, kind, x_px, ra_deg):
    table = read_table(geojson(tmp_path, [point([24.5, 15.0], **{"class": 2})], coordinates_are=kind))
    np.testing.assert_array_equal([table.x_px[0], table.ra_deg[0]], [x_px, ra_deg])
    assert table.label.tolist() == ["2"]


def test_geojson_features_that_cannot_be_used(tmp_path):
    line = {"type": "Feature", "geometry": {"type": "LineString", "coordinates": []}, "properties": {}}
    features = [point([1, 2], id=1), line, point([1], id=3), 5, point([1, 2], id=1), point([1, 2], id="four")]
    table = read_table(geojson(tmp_path, features, coordinates_are="pixel_0based"))
    assert table.number.tolist() == [1]
    assert [(rejection.row, rejection.reason) for rejection in table.rejected] == [
        (2, "geometry 'LineString' is no Point"),
        (3, "coordinates '[1]' are not two numbers"),
        (4, "is no GeoJSON feature with properties"),
        (5, "number 1 is already taken by row 1"),
        (6, "id: 'four' is not a positive whole number"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no valid JSON"),
        ("[]", "is no GeoJSON FeatureCollection"),
        ('{"type": "Feature"}', "is no GeoJSON FeatureCollection"),
        ('{"features": []}', "no rows"),
        ('{"features": [5]}', "none of its 1 rows can be used"),
        (json.dumps({"features": [point([1, 2])]}), "nothing tells what its coordinates are"),
    ],
)
def test_geojson_that_cannot_be_used(tmp_path, text, message):
    path = tmp_path / "bad.geojson"
    path.write_text(text)
    with pytest.raises(BadInput, match=message) as caught:
        read_table(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "format_"),
    [
        ("a.csv", "id,x\n", "csv"),
        ("a.tsv", "id\tx\n", "tsv"),
        ("a.tab", "1 2 3\n", "legus"),
        ("a.tab", "id\tx\ty\n", "tsv"),
        ("a.txt", "# note\nid x y\n", "csv"),
        ("a.dat", "1 2 3\n", "legus"),
        ("a.csv", "# %ECSV 1.0\n", "ecsv"),
        ("a.ecsv", "# %ECSV 1.0\n", "ecsv"),
        ("a.JSON", "{}", "geojson"),
        ("a.txt", '{"type": "FeatureCollection"}', "geojson"),
    ],
)
def test_guessed_formats(tmp_path, name, content, format_):
    (tmp_path / name).write_text(content)
    assert guess_format(tmp_path / name) == format_


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.csv", None, "none.csv: no such file"),
        ("empty.csv", b"", "empty.csv: is empty"),
        ("blank.tab", b" \n\n", "blank.tab: is empty"),
        ("image.csv", b"SIMPLE  =                    T", "image.csv: is a FITS file"),
        ("image.fits", b"SIMPLE  =                    T", "image.fits: is a FITS file"),
        ("packed.csv", b"\x1f\x8b\x08", "packed.csv: is gzip-compressed"),
        ("binary.csv", b"id,x\n\x00\x01", "binary.csv: is a binary file"),
        ("latin.csv", b"id,x_px,y_px\n1,2,3\n2,caf\xe9,3\n", "latin.csv: line 3 is not UTF-8 .byte 0xe9."),
        ("table.xyz", b"id,x\n", "table.xyz: its format cannot be guessed from '.xyz'; give format, one of csv, tsv"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=message) as caught:
        read_table(tmp_path / name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("format_", [None, *TABLE_READERS])
def test_a_folder_is_no_file(tmp_path, format_):
    with pytest.raises(BadInput, match="is a folder"):
        read_table(tmp_path, format_)


def test_a_pipe_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(BadInput, match="is a device or a pipe"):
        read_table(tmp_path / "pipe.csv")


def test_unknown_formats_list_the_known(tmp_path):
    with pytest.raises(BadInput, match="format: 'xls' is not one of csv, tsv, ecsv, geojson, legus"):
        read_table(tmp_path / "a.csv", "xls")
    with pytest.raises(BadInput, match="format: 'xls' is not one of ecsv, geojson"):
        write_table(sample(), tmp_path / "a.xls", "xls")


def test_writing_is_all_or_nothing(tmp_path, monkeypatch):
    path = tmp_path / "out.ecsv"
    path.write_text("what was there")

    def fail(table, unfinished):
        unfinished.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(TABLE_WRITERS, "ecsv", fail)
    with pytest.raises(BadInput, match=r"cannot be written .No space left on device."):
        write_table(sample(), path, "ecsv")
    assert os.listdir(tmp_path) == ["out.ecsv"]
    assert path.read_text() == "what was there"


@pytest.mark.parametrize("name", ["", "absent/out.ecsv"])
def test_places_that_cannot_be_written(tmp_path, name):
    with pytest.raises(BadInput, match="is a folder or in a folder that is not there"):
        write_table(sample(), tmp_path / name, "ecsv")


def test_an_export_replaces_the_last_one(tmp_path):
    for mag_v in (20.0, 21.0):
        table = sample()
        table["mag_v"] = [mag_v, mag_v]
        write_table(table, tmp_path / "out.ecsv", "ecsv")
    assert read_table(tmp_path / "out.ecsv").measurements["mag_v"].tolist() == [21.0, 21.0]
