import assert from "node:assert/strict";
import { test } from "node:test";

import { outlinesOfRegions, parseRegions, regionsOfOutlines } from "../../static/labeling/sampleregions.js";

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

test("a field that holds no regions gives none", () => {
  for (const text of ["", "null", "{", '{"type":"Point"}', '{"type":"FeatureCollection","features":[{}]}']) {
    assert.deepEqual(parseRegions(text), { type: "FeatureCollection", features: [] });
  }
  assert.deepEqual(parseRegions(JSON.stringify(regionOf(...SQUARE))), regionOf(...SQUARE));
});
