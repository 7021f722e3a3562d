import assert from "node:assert/strict";
import { test } from "node:test";

import { scaleBar, skyDirections } from "../../static/catalogs/skyframe.js";

/**
 * A flat sky at (ra, dec) whose north is turned by `turnDeg` from up towards east at the left.
 * @param {number} ra
 * @param {number} dec
 * @param {number} turnDeg
 */
function turnedSky(ra, dec, turnDeg) {
  const [c, s] = [Math.cos((turnDeg * Math.PI) / 180), Math.sin((turnDeg * Math.PI) / 180)];
  const step = 1e-5;
  return {
    toSky: (/** @type {number} */ x, /** @type {number} */ y) => {
      const [east, north] = [-x * c - y * s, -x * s + y * c];
      return { raDeg: (ra + (east * step) / Math.cos((dec * Math.PI) / 180) + 360) % 360, decDeg: dec + north * step };
    },
  };
}

/** @param {{x: number, y: number} | undefined} direction @param {number} x @param {number} y */
function assertPoints(direction, x, y) {
  assert.ok(direction && Math.hypot(direction.x - x, direction.y - y) < 1e-4, JSON.stringify(direction));
}

test("north is up and east left on a plain image", () => {
  const found = skyDirections(turnedSky(202, 47, 0), 0, 0);
  assertPoints(found?.north, 0, 1);
  assertPoints(found?.east, -1, 0);
});

test("a turned image turns both, across 0h and at high declination", () => {
  const found = skyDirections(turnedSky(0, 80, 90), 0, 0);
  assertPoints(found?.north, -1, 0);
  assertPoints(found?.east, 0, -1);
});

test("a mirrored image has east on the right", () => {
  const sky = turnedSky(150, -20, 0);
  const found = skyDirections({ toSky: (x, y) => sky.toSky(-x, y) }, 0, 0);
  assertPoints(found?.east, 1, 0);
});

test("no direction where the sky does not change", () => {
  assert.equal(skyDirections({ toSky: () => ({ raDeg: 1, decDeg: 1 }) }, 0, 0), null);
});

test("a scale bar is round and fits", () => {
  assert.deepEqual(scaleBar(8, 0.04, 140), { lengthScreen: 100, text: "0.5″" });
  assert.deepEqual(scaleBar(0.5, 0.5, 140), { lengthScreen: 120, text: "2′" });
  assert.deepEqual(scaleBar(2, null, 140), { lengthScreen: 100, text: "50 px" });
});
