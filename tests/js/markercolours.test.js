// Dots of several catalogues are told apart by their colours alone, whoever looks: three kinds of colour blindness, simulated.

import assert from "node:assert/strict";
import { test } from "node:test";

import { COLOURS, MARKER_STYLES } from "../../static/catalogs/sourcemarkers.js";

// Machado, Oliveira and Fernandes 2009 (doi:10.1109/TVCG.2009.113), severity 1, on linear RGB.
const VISIONS = {
  usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};
const TO_XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]];
const WHITE = [0.9505, 1, 1.089];

const times = (/** @type {number[][]} */ matrix, /** @type {number[]} */ vector) => matrix.map((row) => row.reduce((sum, each, i) => sum + each * vector[i], 0));

/** @param {string} colour "#rrggbb" */
function linear(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255).map((level) => (level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4));
}

/** @param {string} colour @param {number[][]} vision @returns {number[]} L*, a*, b* */
function seen(colour, vision) {
  const rgb = times(vision, linear(colour)).map((level) => Math.min(1, Math.max(0, level)));
  const [x, y, z] = times(TO_XYZ, rgb).map((value, i) => value / WHITE[i]).map((value) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

for (const [name, vision] of Object.entries(VISIONS)) {
  test(`marks are at least 20 apart, and from a dark sky at least 50, seen with ${name}`, () => {
    const colours = Object.values(COLOURS).map((colour) => seen(colour, vision));
    const apart = colours.flatMap((a, i) => colours.slice(i + 1).map((b) => Math.hypot(...a.map((each, axis) => each - b[axis]))));
    assert.equal(apart.length, 15);
    assert.ok(Math.min(...apart) >= 20, String(Math.min(...apart)));
    assert.ok(Math.min(...colours.map(([lightness]) => lightness)) >= 50);
  });
}

test("the usual marks are of these colours", () => {
  for (const kind of /** @type {const} */ (["detected", "reference"])) assert.ok(Object.values(COLOURS).includes(MARKER_STYLES[kind].colour), kind);
});
