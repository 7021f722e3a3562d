import assert from "node:assert/strict";
import { test } from "node:test";

import { PointGrid } from "../../static/catalogs/pointgrid.js";

/** @param {number} seed */
function randomNumbers(seed) {
  let state = seed;
  return () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
}

test("a box holds the points a plain loop finds in it, edges included", () => {
  const random = randomNumbers(7);
  const x = Array.from({ length: 3000 }, () => Math.round(random() * 1000));
  const y = Array.from({ length: 3000 }, () => Math.round(random() * 400));
  const grid = new PointGrid(x, y);
  for (const [x0, y0, x1, y1] of [[0, 0, 1000, 400], [100, 50, 300, 60], [500, 200, 500, 400], [-50, -50, 20, 20]]) {
    const expected = x.flatMap((_, i) => (x[i] >= x0 && x[i] <= x1 && y[i] >= y0 && y[i] <= y1 ? [i] : []));
    assert.ok(expected.length > 0);
    assert.deepEqual(grid.inBox(x0, y0, x1, y1).sort((a, b) => a - b), expected);
  }
});

test("a box beside all points is empty", () => {
  assert.deepEqual(new PointGrid([1, 2], [1, 2]).inBox(5, 5, 9, 9), []);
});

test("the nearest point within reach is found, and none beyond it", () => {
  const grid = new PointGrid([10, 14, 90], [10, 10, 90]);
  assert.equal(grid.nearest(13, 10, 5), 1);
  assert.equal(grid.nearest(11, 10, 5), 0);
  assert.equal(grid.nearest(50, 50, 5), null);
  assert.equal(grid.nearest(93, 94, 5), 2); // exactly at its reach
});

test("no points and one point are catalogues too", () => {
  assert.equal(new PointGrid([], []).nearest(0, 0, 100), null);
  assert.deepEqual(new PointGrid([5], [5]).inBox(0, 0, 10, 10), [0]);
});

test("points in one column are told apart", () => {
  const grid = new PointGrid([3, 3, 3, 3], [0, 100, 200, 300]);
  assert.equal(grid.nearest(3, 210, 50), 2);
});

test("columns of unequal length are refused", () => {
  assert.throws(() => new PointGrid([1], [1, 2]), RangeError);
});

test("a hundred thousand points are indexed and hit within a frame or few", () => {
  const random = randomNumbers(1);
  const x = Float64Array.from({ length: 100_000 }, () => random() * 10_000);
  const y = Float64Array.from({ length: 100_000 }, () => random() * 10_000);
  const grid = new PointGrid(x, y);
  const begin = performance.now();
  for (let k = 0; k < 1000; k++) grid.nearest(random() * 10_000, random() * 10_000, 20);
  // A loop over all points takes about 100 ms for a thousandth of this.
  assert.ok((performance.now() - begin) / 1000 < 1, "a hover took more than 1 ms");
});
