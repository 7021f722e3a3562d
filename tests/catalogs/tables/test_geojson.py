"""GeoJSON: what the file says, and what is made of other people's."""

import json

import numpy as np
import pytest

from catalogs.tables.registry import read_table, write_table
from galaxycat.errors import BadInput
from tests.catalogs.tables.samples import NAN, sample


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
