import assert from "node:assert/strict";
import { test } from "node:test";

import { RecentlyUsed, undoDifferences } from "../../static/catalogs/gl/blocks.js";
import { COLOUR_MAPS, coloursOf } from "../../static/catalogs/gl/colourmaps.js";
import { measuredLimits, percentileLimits } from "../../static/catalogs/gl/limits.js";
import { bandsOf, isStyle, limitedStyle, numbersOf, skyOf, styleOf } from "../../static/catalogs/gl/style.js";

const scale = { background: 10, noise: 2, zero_code: 32768, codes_per_unit: 2048 };
const bands = [
  { name: "V", position: 1, unit: "e-/s", scale },
  { name: "I", position: 2, unit: "e-/s", scale: { ...scale, background: 0, noise: 1 } },
];
const recipe = {
  red: [["V", 5e-20], ["I", 1e-19]], green: [["V", 1]], blue: [["I", -2]],
  black: [1e-19, 0, -4], white: [2e-19, 20, 0], stretch: "asinh", softness: 12,
};

test("a block's rows are summed up, modulo 65,536, each from its own beginning", () => {
  const differences = new Uint16Array(256 * 256);
  differences.set([5, 3, 65535], 0); // 5, 8, 7, 7 ...
  differences.set([65535, 2], 256); // 65535, 1, 1 ...
  const codes = undoDifferences(differences.buffer);
  assert.deepEqual([...codes.subarray(0, 4)], [5, 8, 7, 7]);
  assert.deepEqual([...codes.subarray(255, 259)], [7, 65535, 1, 1]);
  assert.throws(() => undoDifferences(new ArrayBuffer(100)), /a block of 100 bytes, not 131072/);
});

test("what was used last is kept, as many bytes as allowed", () => {
  const dropped = [];
  const kept = new RecentlyUsed(250, (value) => dropped.push(value.name));
  for (const name of ["a", "b"]) kept.put(name, { name, byteLength: 100 });
  assert.equal(kept.get("a").name, "a");
  kept.put("c", { name: "c", byteLength: 100 });
  assert.deepEqual(dropped, ["b"]);
  assert.deepEqual(["a", "b", "c"].map((name) => kept.has(name)), [true, false, true]);
  assert.equal(kept.bytes, 200);
  kept.put("large", { name: "large", byteLength: 900 });
  assert.deepEqual(dropped, ["b", "a", "c"]);
  assert.equal(kept.get("large").name, "large"); // what is wanted now is there, however large
});

test("a recipe's channels are in units of their strongest band", () => {
  const style = styleOf(recipe);
  assert.deepEqual(style.channels[0], { weights: { V: 0.5, I: 1 }, black: 1, white: 2 });
  assert.deepEqual(style.channels[2], { weights: { I: -1 }, black: -2, white: 0 });
  assert.deepEqual(bandsOf(style), ["V", "I"]);
  assert.deepEqual(skyOf(style.channels[0], bands), { background: 5, noise: Math.SQRT2 });
});

test("three equal channels are one of grey", () => {
  const channel = [["V", 2]];
  const style = styleOf({ ...recipe, red: channel, green: channel, blue: channel, black: [4, 4, 4], white: [8, 8, 8] });
  assert.deepEqual(style.channels, [{ weights: { V: 1 }, black: 2, white: 4 }]);
});

test("gains and offset give the fraction between black and white", () => {
  const { gains, offsets } = numbersOf(styleOf(recipe), bands);
  const [sinhV, sinhI] = [1.5, -0.25];
  const [v, i] = [10 + 2 * sinhV, sinhI];
  const expected = [(0.5 * v + i - 1) / 1, v / 20, (-i + 2) / 2];
  for (const [channel, fraction] of expected.entries()) {
    const found = gains[channel] * sinhV + gains[3 + channel] * sinhI + offsets[channel];
    assert.ok(Math.abs(found - fraction) < 1e-12, `${channel}: ${found} is not ${fraction}`);
  }
});

test("only a style for these bands is taken from the storage", () => {
  const style = styleOf(recipe);
  assert.equal(isStyle(style, bands), true);
  for (const wrong of [
    null, 7, {}, { ...style, channels: [] }, { ...style, stretch: "cubic" }, { ...style, softness: 0 }, { ...style, gamma: null },
    { ...style, softness: 1e-9 }, { ...style, softness: 2001 }, { ...style, gamma: 0.2 }, { ...style, softness: Infinity },
    { ...style, colourMap: "toString" }, { ...style, channels: [{ weights: { Z: 1 }, black: 0, white: 1 }] },
    { ...style, channels: [{ weights: { V: 1 }, black: 1, white: 1 }] }, { ...style, channels: [{ weights: {}, black: 0, white: 1 }] },
  ]) assert.equal(isStyle(wrong, bands), false, JSON.stringify(wrong));
});

test("no style shows more bands than one picture can be made of", () => {
  const many = Array.from({ length: 16 }, (_, i) => ({ ...bands[0], name: `B${i}`, position: i + 1 }));
  const of = (/** @type {number} */ n) => ({ ...styleOf(recipe), channels: [{ weights: Object.fromEntries(many.slice(0, n).map(({ name }) => [name, 1])), black: 0, white: 1 }] });
  assert.deepEqual([1, 14, 15, 16].map((n) => isStyle(of(n), many)), [true, true, false, false]);
});

test("every map of colours has 256, and grey is the level itself", () => {
  const grey = coloursOf("grey");
  for (let level = 0; level < 256; level++) assert.deepEqual([...grey.subarray(4 * level, 4 * level + 4)], [level, level, level, 255]);
  for (const name of Object.keys(COLOUR_MAPS)) {
    const colours = coloursOf(name);
    assert.equal(colours.length, 1024);
    assert.notDeepEqual(colours.subarray(0, 3), colours.subarray(1020, 1023), name);
  }
});

/** @type {import("../../static/catalogs/gl/style.js").Channel} */
const doubleV = { weights: { V: 2 }, black: 0, white: 1 };
const valueOf = (/** @type {number} */ sigmas) => 2 * (10 + 2 * Math.sinh(sigmas));

/** A patch one unit above the background. @param {[number, number]} rows @param {[number, number]} [columns] */
function patch(rows, columns = [0, 256]) {
  return { rows, columns, codes: { V: new Uint16Array(256 * 256).fill(32768 + 2048) } };
}

test("limits leave out what has no data and what is not in view", () => {
  const seen = patch([0, 100], [50, 256]);
  seen.codes.V.fill(0, 0, 256 * 10);
  seen.codes.V.fill(60000, 256 * 100);
  for (let row = 0; row < 100; row++) seen.codes.V.fill(60000, 256 * row, 256 * row + 50);
  for (const how of ["99", "100", "zscale"]) {
    const { black, white } = measuredLimits(how, [seen], doubleV, bands);
    assert.ok(Math.abs(black - valueOf(1)) < 1e-9 && Math.abs(white - valueOf(1)) < 1e-9, how);
  }
  assert.equal(measuredLimits("99", [patch([0, 5])].map((each) => (each.codes.V.fill(0), each)), doubleV, bands), null);
  assert.equal(measuredLimits("100", [], doubleV, bands), null);
});

test("all is from the faintest to the brightest pixel of a whole screen, however few they are", () => {
  const patches = Array.from({ length: 12 }, () => patch([0, 256]));
  patches[5].codes.V[256 * 77 + 31] = 32768 + 4 * 2048;
  patches[9].codes.V[256 * 3 + 200] = 32768 - 2048;
  assert.deepEqual(measuredLimits("100", patches, doubleV, bands), { black: valueOf(-1), white: valueOf(4) });
});

test("a blank border of exact zeros counts in no limit, a few zeros do", () => {
  const zero = Math.round(2048 * Math.asinh(-10 / 2)) + 32768;
  const bordered = patch([0, 256]);
  bordered.codes.V.fill(zero, 0, 256 * 100);
  for (const how of ["99", "100", "zscale"]) {
    const { black } = measuredLimits(how, [bordered], doubleV, bands);
    assert.ok(black > valueOf(-1), how);
  }
  const speckled = patch([0, 256]);
  speckled.codes.V.fill(zero, 0, 256 * 10);
  assert.ok(Math.abs(measuredLimits("100", [speckled], doubleV, bands)?.black ?? 9) < 0.01);
});

test("percentiles have half of the others on either side", () => {
  const sorted = Float64Array.from({ length: 1001 }, (_, i) => i);
  assert.deepEqual(percentileLimits(sorted, 90), { black: 50, white: 950 });
  assert.deepEqual(percentileLimits(sorted, 100), { black: 0, white: 1000 });
});

test("the whole image's limits are those of the recipe's own mix, in the style's units", () => {
  /** @type {[string, number][]} */
  const terms = [["V", 4], ["I", 2]];
  const recipe = { red: terms, green: terms, blue: terms, black: [0, 0, 0], white: [8, 8, 8], stretch: "asinh", softness: 10, limits: { zscale: /** @type {[number, number][]} */ ([[2, 6], [2, 6], [2, 6]]) } };
  const style = { ...styleOf(recipe), gamma: 2 };
  assert.deepEqual(limitedStyle(style, recipe, "zscale"), { ...style, channels: [{ weights: { V: 1, I: 0.5 }, black: 0.5, white: 1.5 }] });
  const again = { ...style, channels: [{ ...style.channels[0], weights: { I: 0.5, U: 0, V: 1 } }] }; // as an address has them
  assert.deepEqual(limitedStyle(again, recipe, "zscale"), limitedStyle(style, recipe, "zscale"));
  assert.equal(limitedStyle(style, recipe, "99"), null);
  assert.equal(limitedStyle({ ...style, channels: [{ weights: { V: 1 }, black: 0, white: 1 }] }, recipe, "zscale"), null);
});
