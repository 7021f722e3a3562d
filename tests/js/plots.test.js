// The plots' arithmetic: what is known of a curve of growth and of magnitudes, and the axes they make.

import assert from "node:assert/strict";
import { test } from "node:test";

import { knownPoints, starShares } from "../../static/catalogs/evidence/growthplot.js";
import { knownOf, sedAxes } from "../../static/catalogs/evidence/sedplot.js";

test("a curve of growth ends where it is unknown", () => {
  const growth = { radius_px: [1, 2, 3], flux: [10, 20, null], error: [1, 2, null] };
  assert.deepEqual(knownPoints(growth), [{ radius: 1, flux: 10, error: 1 }, { radius: 2, flux: 20, error: 2 }]);
});

test("a point source is as bright as the source where that ends", () => {
  const growth = { radius_px: [1, 2, 3], flux: [10, 20, null], error: [1, 2, null], star: [0.4, 0.8, 1] };
  assert.deepEqual(starShares(growth), [[1, 0.5], [2, 1]]);
  assert.deepEqual(starShares({ ...growth, flux: [null, null, null] }), []);
  assert.deepEqual(starShares({ ...growth, star: undefined }), []);
});

const point = (band, wavelength_nm, magnitude, error = null, is_limit = false) => ({ band, wavelength_nm, magnitude, error, system: "AB", reason: "", is_limit });

test("a band without wavelength or magnitude is left out, a missing error is none", () => {
  const known = knownOf([point("V", 531, 22, 0.1), point("I", 804, null), point("X", null, 20), point("B", 433, 23)]);
  assert.deepEqual(known.map(({ band, error }) => [band, error]), [["V", 0.1], ["B", 0]]);
});

test("the axis of magnitudes has the bright end above and round ticks within", () => {
  const { x, y } = sedAxes(knownOf([point("B", 433, 23.4, 0.2), point("V", 531, 22.9, 0.1), point("I", 804, 22.1, 0.1)]));
  assert.ok(y.low > 23.6 && y.high < 22.0);
  assert.deepEqual(y.ticks.map(({ text }) => text), ["22.0", "22.5", "23.0", "23.5"]);
  assert.ok(x.low < 433 && x.high > 804);
  assert.deepEqual(x.ticks.map(({ at }) => at), [433, 531, 804]);
});

test("a limit is known as one", () => {
  assert.deepEqual(knownOf([point("NUV", 271, 26.1, null, true), point("V", 531, 22, 0.1)]).map(({ isLimit }) => isLimit), [true, false]);
  const axis = (is_limit) => sedAxes(knownOf([point("NUV", 271, 26, null, is_limit), point("V", 531, 22)])).y;
  assert.ok(axis(true).low > axis(false).low + 0.4); // its arrow is within the frame
  assert.equal(axis(true).high, axis(false).high);
});

test("one magnitude stands in the middle of at least a magnitude", () => {
  const { y } = sedAxes(knownOf([point("V", 531, 20)]));
  assert.deepEqual([y.low, y.high], [20.5, 19.5]);
});

test("no magnitude makes empty axes", () => {
  const { x, y } = sedAxes([]);
  assert.deepEqual([x.ticks, y.ticks], [[], []]);
});
