import assert from "node:assert/strict";
import { test } from "node:test";

import { parsePlace, toPixel } from "../../static/catalogs/place.js";

/** A tangent plane at (ra0, dec0), 0.04 arcsec a pixel, turned, north up and east left but for that. @param {number} ra0 @param {number} dec0 @param {number} turnDeg */
function tangent(ra0, dec0, turnDeg) {
  const rad = Math.PI / 180;
  const [c, s] = [Math.cos(turnDeg * rad), Math.sin(turnDeg * rad)];
  return {
    toSky: (/** @type {number} */ xPx, /** @type {number} */ yPx) => {
      const scale = (0.04 / 3600) * rad;
      const [xi, eta] = [-(c * (xPx - 500) - s * (yPx - 400)) * scale, (s * (xPx - 500) + c * (yPx - 400)) * scale];
      const below = Math.cos(dec0 * rad) - eta * Math.sin(dec0 * rad);
      const ra = ra0 * rad + Math.atan2(xi, below);
      const dec = Math.atan2(Math.sin(dec0 * rad) + eta * Math.cos(dec0 * rad), Math.hypot(xi, below));
      return { raDeg: (ra / rad + 360) % 360, decDeg: dec / rad };
    },
  };
}

const IMAGE = { width_px: 1001, height_px: 801 };

test("a place is read as people write it", () => {
  for (const text of ["11:36:30.0 -15:30:00", "11 36 30 -15 30 00", "11h36m30s −15d30m00s", "11h36m30s, -15°30'00\"", "174.125 -15.5", "174.125, −15.5", "174.125° -15.5°"]) {
    const found = parsePlace(text);
    assert.ok(found?.kind === "sky", text);
    assert.ok(Math.abs(found.raDeg - 174.125) < 1e-9 && Math.abs(found.decDeg + 15.5) < 1e-9, `${text}: ${JSON.stringify(found)}`);
  }
  assert.deepEqual(parsePlace("x 12.5 y 300"), { kind: "pixel", xPx: 12.5, yPx: 300 });
  assert.deepEqual(parsePlace("X=12 Y=-3"), { kind: "pixel", xPx: 12, yPx: -3 });
  assert.deepEqual(parsePlace("12, 300 px"), { kind: "pixel", xPx: 12, yPx: 300 });
  assert.deepEqual(parsePlace("#17"), { kind: "source", number: 17 });
  assert.deepEqual(parsePlace("source 17"), { kind: "source", number: 17 });
  // Declinations just below zero keep their sign.
  assert.deepEqual(parsePlace("00:00:00 -00:30:00"), { kind: "sky", raDeg: 0, decDeg: -0.5 });
});

test("what is no place is none", () => {
  for (const text of ["", "M51", "11:36", "24:00:00 +10:00:00", "11:60:00 +10:00:00", "11:36:30 +10:00:60", "360.0 10", "10 91", "1 2 3", "x 1", "#", "#1.5"]) {
    assert.equal(parsePlace(text), null, text);
  }
});

test("a place in the sky is found on the image, across 0h and near the pole", () => {
  for (const [ra, dec, turn] of [[174, 15, 0], [0.001, -60, 30], [10, 89.9, 100], [359.9999, 0, 179]]) {
    const sky = tangent(ra, dec, turn);
    for (const [x, y] of [[0, 0], [1000, 800], [123.4, 567.8], [500, 400]]) {
      const found = toPixel(sky, sky.toSky(x, y), IMAGE);
      assert.ok(found && Math.hypot(found.xPx - x, found.yPx - y) < 0.02, `${ra} ${dec}: ${JSON.stringify(found)} for ${x}, ${y}`);
    }
  }
});

test("a place off the image, near or far, is none", () => {
  const sky = tangent(174, 15, 20);
  for (const place of [sky.toSky(-2, 100), sky.toSky(500, 803), { raDeg: 174.2, decDeg: 15 }, { raDeg: 354, decDeg: -15 }, { raDeg: 20, decDeg: 80 }]) {
    assert.equal(toPixel(sky, place, IMAGE), null, JSON.stringify(place));
  }
});
