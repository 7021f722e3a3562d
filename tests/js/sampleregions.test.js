import assert from "node:assert/strict";
import { test } from "node:test";

import { PointGrid } from "../../static/catalogs/pointgrid.js";
import { countInside, isInside, outlinesOfRegions, parseRegions, regionsOfOutlines } from "../../static/labeling/sampleregions.js";

/** @param {[number, number][]} ring @returns {import("../../static/labeling/sampleregions.js").Regions} */
const regionOf = (...ring) => ({
  type: "FeatureCollection",
  features: [{ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } }],
});
/** @type {[number, number][]} */
const SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10]];

test("the map's corner of the bottom left pixel is -0.5, -0.5 in the image", () => {
  const regions = regionsOfOutlines([[{ lat: -596, lng: 0 }, { lat: -596, lng: 10 }, { lat: -586, lng: 10 }]], 596);
  assert.deepEqual(regions.features[0].geometry.coordinates, [[[-0.5, -0.5], [9.5, -0.5], [9.5, 9.5], [-0.5, -0.5]]]);
});

test("corners are rounded to 1/64 px, and come back where they were drawn", () => {
  const outline = [{ lat: -100.003, lng: 20.2 }, { lat: -90, lng: 20.2 }, { lat: -90, lng: 31.7 }];
  const regions = regionsOfOutlines([outline], 596);
  assert.deepEqual(regions.features[0].geometry.coordinates[0][0], [19.703125, 495.5]);
  const [back] = outlinesOfRegions(regions, 596);
  assert.equal(back.length, 3);
  back.forEach((corner, i) => assert.ok(Math.hypot(corner.lat - outline[i].lat, corner.lng - outline[i].lng) < 1 / 64));
});

test("edges and corners are inside, what lies beside is not", () => {
  for (const [x, y] of [[5, 5], [0, 5], [10, 10], [0, 0], [10, 3]]) assert.equal(isInside(x, y, SQUARE), true, `${x}, ${y}`);
  for (const [x, y] of [[-0.1, 5], [10.1, 10], [5, 10.1], [20, 0], [-5, 10]]) assert.equal(isInside(x, y, SQUARE), false, `${x}, ${y}`);
});

test("a notch is outside", () => {
  /** @type {[number, number][]} */
  const notched = [[0, 0], [10, 0], [10, 10], [5, 4], [0, 10]];
  assert.equal(isInside(5, 8, notched), false);
  assert.equal(isInside(5, 3, notched), true);
  assert.equal(isInside(1, 8, notched), true);
});

test("a source in two regions counts once", () => {
  const points = new PointGrid([1, 5, 9, 30], [1, 5, 9, 30]);
  const two = regionOf(...SQUARE);
  two.features.push(regionOf([4, 4], [12, 4], [12, 12], [4, 12]).features[0]);
  assert.equal(countInside(points, two), 3);
  assert.equal(countInside(points, { type: "FeatureCollection", features: [] }), 0);
});

test("a field that holds no regions gives none", () => {
  for (const text of ["", "null", "{", '{"type":"Point"}', '{"type":"FeatureCollection","features":[{}]}']) {
    assert.deepEqual(parseRegions(text), { type: "FeatureCollection", features: [] });
  }
  assert.deepEqual(parseRegions(JSON.stringify(regionOf(...SQUARE))), regionOf(...SQUARE));
});
