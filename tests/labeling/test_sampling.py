"""Regions against pixels looked at by hand and an independent even-odd test; draws against their own promises."""

import json
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogs.regions.inside import points_in_regions
from galaxycat.errors import BadInput
from labeling.sampling import random_sample, regions_from_geojson

SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10]]
HOLE = [[4, 4], [6, 4], [6, 6], [4, 6]]
ELSEWHERE = [[20, 20], [30, 20], [25, 30]]


def polygon(*rings):
    return {"type": "Polygon", "coordinates": [ring + ring[:1] for ring in rings]}


def feature(geometry):
    return {"type": "Feature", "properties": {}, "geometry": geometry}


def is_inside(regions, x_px, y_px) -> bool:
    return bool(points_in_regions(np.array([x_px]), np.array([y_px]), regions)[0])


def inside_by_winding_of_parity(x, y, ring) -> bool:
    """The textbook's loop for one point and one ring; points on edges are not asked of it."""
    inside = False
    for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            inside = not inside
    return inside


@pytest.mark.parametrize(
    ("x_px", "y_px", "expected"),
    [
        (5, 5, True), (2.5, 9.9, True), (-0.1, 5, False), (10.1, 5, False), (5, 10.1, False), (5, -0.1, False),
        (0, 0, True), (10, 10, True), (0, 5, True), (10, 5, True), (5, 0, True), (5, 10, True),  # edges and corners
        (11, 0, False), (-1, 10, False), (11, 10, False),  # level with an edge, beside it
        (np.nan, 5, False), (5, np.nan, False), (np.inf, 5, False), (5, -np.inf, False),
    ],
)  # fmt: skip
def test_a_square_with_its_edges(x_px, y_px, expected):
    assert is_inside([np.array(SQUARE)], x_px, y_px) is expected
    assert is_inside([np.array(SQUARE[::-1])], x_px, y_px) is expected


def test_a_concave_region_and_a_bow_tie_are_even_odd():
    notched = [[0, 0], [10, 0], [10, 10], [5, 2], [0, 10]]
    assert [is_inside([notched], 5, y) for y in (1, 2, 3)] == [True, True, False]
    bow_tie = [[0, 0], [10, 10], [10, 0], [0, 10]]
    assert [is_inside([bow_tie], x, y) for x, y in ((2, 5), (8, 5), (5, 8), (5, 2), (5, 5))] == [
        True, True, False, False, True,
    ]  # fmt: skip


def test_regions_unite_where_they_overlap():
    shifted = [[5, 5], [15, 5], [15, 15], [5, 15]]
    regions = [np.array(SQUARE), np.array(shifted)]
    assert [is_inside(regions, c, c) for c in (2, 7, 12, 16)] == [True, True, True, False]


def test_a_hole_is_outside_and_its_edge_is_not():
    regions = regions_from_geojson(polygon(SQUARE, HOLE))
    assert len(regions) == 1
    assert [is_inside(regions, x, 5) for x in (3, 4, 5, 6, 7)] == [True, True, False, True, True]
    # The rings are not joined by an edge that would let points of the hole or of the outside in.
    assert not is_inside(regions, 5, 5.5)


def test_regions_may_touch_in_a_corner_of_the_ray():
    diamond = [[5, 0], [10, 5], [5, 10], [0, 5]]
    assert [is_inside([diamond], x, 5) for x in (-1, 0, 5, 10, 11)] == [False, True, True, True, False]


def test_no_points_no_regions_and_empty_regions():
    assert points_in_regions([], [], [SQUARE]).tolist() == []
    assert points_in_regions([1.0], [1.0], []).tolist() == [False]
    assert points_in_regions([1.0], [1.0], [np.empty((0, 2))]).tolist() == [False]


@pytest.mark.parametrize(("x_px", "y_px"), [([1.0], [1.0, 2.0]), ([[1.0]], [[1.0]])])
def test_points_of_other_shapes_are_refused(x_px, y_px):
    with pytest.raises(ValueError, match="x_px and y_px"):
        points_in_regions(x_px, y_px, [SQUARE])


def test_a_region_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="a region must be"):
        points_in_regions([1.0], [1.0], [np.zeros((3, 3))])


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=8))
def test_any_ring_of_whole_corners_is_as_the_loop_says(ring):
    # Offset so that no point lies on an edge between whole corners.
    x_px, y_px = (
        axis.ravel() + offset for axis, offset in zip(np.mgrid[0:12, 0:12], (0.5 + 1 / 1009, 0.5), strict=True)
    )
    expected = [inside_by_winding_of_parity(x, y, ring) for x, y in zip(x_px, y_px, strict=True)]
    assert points_in_regions(x_px, y_px, [np.array(ring)]).tolist() == expected


def test_a_hundred_thousand_points_and_a_hand_drawn_outline_are_fast():
    rng = np.random.default_rng(2)
    x_px, y_px = rng.uniform(0, 10_000, size=(2, 100_000))
    angle = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    outline = np.stack([5000 + 3000 * np.cos(angle), 5000 + 3000 * np.sin(angle)], axis=1)
    started = time.process_time()
    found = points_in_regions(x_px, y_px, [outline, np.array(SQUARE) * 100])
    assert time.process_time() - started < 0.5
    expected = (np.hypot(x_px - 5000, y_px - 5000) < 3000) | ((x_px <= 1000) & (y_px <= 1000))
    assert (found != expected).mean() < 1e-4


# --- GeoJSON ---


@pytest.mark.parametrize(
    ("obj", "n_regions"),
    [
        (polygon(SQUARE), 1),
        (feature(polygon(SQUARE, HOLE)), 1),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE], [ELSEWHERE]]}, 2),
        ({"type": "FeatureCollection", "features": [feature(polygon(SQUARE)), feature(polygon(ELSEWHERE))]}, 2),
    ],
)
def test_polygons_of_every_kind(obj, n_regions):
    regions = regions_from_geojson(json.loads(json.dumps(obj)))
    assert [region.shape[1] for region in regions] == [2] * n_regions
    assert is_inside(regions, 1, 1)
    assert is_inside(regions, 25, 24) is (n_regions == 2)


def test_a_third_coordinate_is_left_out():
    [region] = regions_from_geojson({"type": "Polygon", "coordinates": [[[0, 0, 7], [1, 0, 7], [0, 1, 7]]]})
    assert region.tolist() == [[0, 0], [1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        (None, "the region is NoneType: give a GeoJSON Polygon"),
        ([], "the region is list"),
        ({"type": ["Polygon"]}, "the region is dict"),
        ({"type": "Point", "coordinates": [1, 2]}, "the region is Point"),
        ({"type": "Feature", "geometry": None}, "the region is NoneType"),
        ({"type": "FeatureCollection", "features": []}, "holds no polygon"),
        ({"type": "FeatureCollection", "features": [feature({"type": "LineString"})]}, "feature 1 is LineString"),
        ({"type": "FeatureCollection"}, "the region's features must be a list"),
        ({"type": "Polygon"}, "the region's coordinates must be a list"),
        ({"type": "Polygon", "coordinates": []}, "the region has no ring"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, "ring 1 of the region has fewer than three"),
        ({"type": "Polygon", "coordinates": [SQUARE, [[1, 1], "x", [2, 2]]]}, "ring 2 of the region must be a list of"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, float("nan")], [1, 1]]]}, "finite numbers"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 10**400], [1, 1]]]}, "finite numbers"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [True, 1], [1, 1]]]}, "finite numbers"),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE], 7]}, "polygon 2 of the region must be a list"),
        (feature(feature(polygon(SQUARE))), "the region is Feature"),
    ],
)
def test_what_is_no_region_is_refused_with_its_place(obj, message):
    with pytest.raises(BadInput, match=message):
        regions_from_geojson(obj)


# --- draws ---


def test_a_draw_is_without_replacement_reproducible_and_knows_its_probability():
    indices, probability = random_sample(1000, 250, np.random.default_rng(4))
    assert probability == 0.25
    assert len(set(indices.tolist())) == 250
    assert (indices.min() >= 0) & (indices.max() < 1000)
    again, _ = random_sample(1000, 250, np.random.default_rng(4))
    assert again.tolist() == indices.tolist()
    assert indices.tolist() != sorted(indices.tolist())


def test_a_larger_draw_begins_with_the_smaller():
    small, _ = random_sample(100, 10, np.random.default_rng(4))
    large, _ = random_sample(100, 60, np.random.default_rng(4))
    assert large[:10].tolist() == small.tolist()


def test_all_candidates_can_be_drawn():
    indices, probability = random_sample(5, 5, np.random.default_rng(0))
    assert (sorted(indices.tolist()), probability) == ([0, 1, 2, 3, 4], 1.0)


def test_every_candidate_is_as_likely_in_every_place():
    rng = np.random.default_rng(11)
    places = np.zeros((5, 2))
    for _ in range(5000):
        indices, _ = random_sample(5, 2, rng)
        places[indices, [0, 1]] += 1
    # 1,000 expected in each cell with a standard deviation of 28.
    assert np.abs(places - 1000).max() < 5 * 28.3


@pytest.mark.parametrize(
    ("n_candidates", "n", "message"),
    [(10, 0, "ask for at least one"), (10, -3, "cannot draw -3"), (10, 11, "only 10 can be drawn"), (0, 1, "only 0")],
)
def test_draws_that_cannot_be_are_refused(n_candidates, n, message):
    with pytest.raises(BadInput, match=message):
        random_sample(n_candidates, n, np.random.default_rng(0))
