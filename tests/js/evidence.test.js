import assert from "node:assert/strict";
import { test } from "node:test";

import { decades, roundTicks } from "../../static/catalogs/evidence/axis.js";
import { coloursOf } from "../../static/catalogs/evidence/colours.js";
import { inferno } from "../../static/catalogs/evidence/colourmap.js";
import { contourLevels, contourSegments, smoothed } from "../../static/catalogs/evidence/contours.js";
import { decodePixels } from "../../static/catalogs/evidence/pixels16.js";
import { perPixel, placeText, readingText, unitText } from "../../static/catalogs/evidence/readings.js";
import { EvidenceStore } from "../../static/catalogs/evidence/store.js";
import { brightness, colourLimitsOf, limitsOf, STRETCHES, valueAt } from "../../static/catalogs/evidence/stretches.js";
import { apply, uprightMatrix } from "../../static/catalogs/evidence/turn.js";

const close = (found, expected, within = 1e-6) => assert.ok(Math.abs(found - expected) <= within, `${found} is not ${expected}`);

test("16-bit codes become values, code 0 no data", () => {
  const scale = { background: 10, noise: 2, zero_code: 32768, codes_per_unit: 2048 };
  const codes = Uint16Array.of(0, 32768, 32768 + 2048, 32768 - 2048);
  const text = Buffer.from(codes.buffer).toString("base64");
  const [none, zero, up, down] = decodePixels(text, scale);
  assert.ok(Number.isNaN(none));
  close(zero, 10);
  close(up, 10 + 2 * Math.sinh(1), 1e-5);
  close(down, 10 - 2 * Math.sinh(1), 1e-5);
});

test("white is the brightest near the source, not a neighbour's peak, and at least 12 sigma above the sky", () => {
  const values = new Float32Array(48 * 48).fill(5);
  values[24 * 48 + 24] = 100;
  values[2 * 48 + 2] = 9000;
  assert.deepEqual(limitsOf(values, 48, { x: 24, y: 24 }, 5, 2), { black: 3, white: 100 });
  assert.deepEqual(limitsOf(values, 48, { x: 24, y: 24 }, 5, 20), { black: -15, white: 245 });
});

test("every stretch goes from black to white, rises, and the harder it is the brighter the faint", () => {
  const limits = { black: 0, white: 10 };
  let faintBefore = 0;
  for (const { softness } of STRETCHES) {
    close(brightness(-3, limits, softness), 0);
    close(brightness(10, limits, softness), 1);
    close(brightness(99, limits, softness), 1);
    const faint = brightness(1, limits, softness);
    assert.ok(faint > faintBefore);
    close(valueAt(faint, limits, softness), 1);
    faintBefore = faint;
  }
  assert.ok(Number.isNaN(brightness(NaN, limits, 10)));
});

test("inferno grows brighter at each step, as people see it", () => {
  const table = inferno();
  const linear = (v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const luminance = (i) => 0.2126 * linear(table[3 * i]) + 0.7152 * linear(table[3 * i + 1]) + 0.0722 * linear(table[3 * i + 2]);
  for (let i = 8; i < 256; i += 8) assert.ok(luminance(i) > luminance(i - 8), `step ${i}`);
  assert.ok(luminance(0) < 0.001 && luminance(255) > 0.85);
});

test("the contour of a cone is a circle", () => {
  const size = 41;
  const values = Float32Array.from({ length: size * size }, (_, i) => 20 - Math.hypot((i % size) - 20, Math.floor(i / size) - 20));
  const segments = contourSegments(values, size, 10.5);
  assert.ok(segments.length > 40);
  for (const [x0, y0, x1, y1] of segments) {
    close(Math.hypot(x0 - 20, y0 - 20), 9.5, 0.05);
    close(Math.hypot(x1 - 20, y1 - 20), 9.5, 0.05);
  }
  const length = segments.reduce((sum, [x0, y0, x1, y1]) => sum + Math.hypot(x1 - x0, y1 - y0), 0);
  close(length, 2 * Math.PI * 9.5, 0.5);
});

test("a saddle joins the corners that its middle belongs to", () => {
  const joined = contourSegments(Float32Array.of(3, 0, 0, 3), 2, 1); // middle 1.5: above
  const apart = contourSegments(Float32Array.of(3, 0, 0, 3), 2, 2); // middle 1.5: below
  assert.equal(joined.length, 2);
  assert.equal(apart.length, 2);
  const near = ([x0, y0, x1, y1]) => Math.min(Math.hypot((x0 + x1) / 2, (y0 + y1) / 2), Math.hypot((x0 + x1) / 2 - 1, (y0 + y1) / 2 - 1));
  assert.ok(apart.every((segment) => near(segment) < 0.5)); // each line cuts a bright corner off
  assert.ok(joined.every((segment) => near(segment) > 0.5));
});

test("no contour runs where there is no data, and smoothing keeps it so", () => {
  const size = 8;
  const values = Float32Array.from({ length: 64 }, (_, i) => (i % size < 4 ? NaN : i % size));
  const even = smoothed(values, size);
  assert.ok(Number.isNaN(even[4]) && !Number.isNaN(even[5]));
  assert.ok(contourSegments(even, size, 5.5).every(([x0, , x1]) => x0 >= 5 && x1 >= 5));
});

test("smoothing keeps a flat field and a slope", () => {
  const flat = smoothed(new Float32Array(25).fill(7), 5);
  assert.deepEqual([...flat], Array(25).fill(7));
});

test("contours double from 3 sigma to below the peak", () => {
  assert.deepEqual(contourLevels(10, 2, 60).map(({ sigmas }) => sigmas), [3, 6, 12, 24]);
  assert.deepEqual(contourLevels(10, 2, 60).map(({ value }) => value), [16, 22, 34, 58]);
  assert.deepEqual(contourLevels(10, 2, 12), []);
  assert.deepEqual(contourLevels(10, 0, 99), []);
});

const unit = (degrees) => ({ x: Math.cos((degrees * Math.PI) / 180), y: Math.sin((degrees * Math.PI) / 180) });

test("north comes up and east left, whatever the image's turn and handedness", () => {
  for (const turn of [0, 37, 90, 200, 300]) {
    for (const hand of [90, -90]) {
      const [north, east] = [unit(90 + turn), unit(90 + turn + hand)];
      const matrix = uprightMatrix({ x: 24.3, y: 23.8 }, { north, east }, 32, 320);
      const at = (d, k) => apply(matrix, 24.3 + k * d.x, 23.8 + k * d.y);
      const [cx, cy] = apply(matrix, 24.3, 23.8);
      close(cx, 160);
      close(cy, 160);
      const [nx, ny] = at(north, 5);
      close(nx, 160);
      close(ny, 110); // 5 of 32 pixels up a picture of 320
      const [ex, ey] = at(east, 5);
      close(ex, 110);
      close(ey, 160);
    }
  }
});

test("without world coordinates x goes right and y up", () => {
  const matrix = uprightMatrix({ x: 10, y: 10 }, null, 10, 100);
  const [x, y] = apply(matrix, 12, 11);
  close(x, 70);
  close(y, 40);
});

test("the axis of a profile spans noise and peak, and carries whole decades", () => {
  const { low, high, ticks } = decades(830, 0.04);
  assert.equal(low, -2);
  assert.ok(10 ** high >= 830 && 10 ** high < 8300);
  assert.deepEqual(ticks, [-2, -1, 0, 1, 2, 3]);
  assert.ok(decades(1, 0.9).high - decades(1, 0.9).low >= 1);
});

test("ticks are round and end within the axis", () => {
  assert.deepEqual(roundTicks(12, 6), [0, 2, 4, 6, 8, 10, 12]);
  assert.deepEqual(roundTicks(0.475, 5), [0, 0.1, 0.2, 0.3, 0.4]);
});

test("numbers carry errors, systems and a true minus; what is missing says why", () => {
  const reading = { name: "V", value: 21.456, error: 0.034, unit: "Vega", note: "Vega, corrected", reason: "" };
  assert.deepEqual(readingText(reading), { value: "21.46", error: "± 0.03", unit: "Vega", hint: "Vega, corrected" });
  assert.equal(readingText({ ...reading, error: 0.004 }).error, "± <0.01");
  assert.equal(readingText({ ...reading, value: -0.5, error: null }).value, "−0.50");
  assert.deepEqual(readingText({ ...reading, value: null, reason: "Not measured" }), { value: "–", error: "", unit: "", hint: "Not measured" });
  assert.deepEqual(placeText({ ra_deg: 15, dec_deg: -1.5, x_px: 0, y_px: 0 }), ["01:00:00.000", "−01:30:00.00"]);
  assert.equal(readingText({ ...reading, value: -0.004, error: null }).value, "0.00");
  assert.deepEqual(placeText({ ra_deg: null, dec_deg: null, x_px: 3.14, y_px: 2 }), ["3.1", "2.0"]);
  assert.deepEqual(placeText({ ra_deg: null, dec_deg: null, x_px: -1, y_px: -0.04 }), ["−1.0", "0.0"]);
  assert.deepEqual(["ELECTRONS/S", "COUNTS/SEC", "MJy/sr", ""].map(unitText), ["e⁻/s", "ct/s", "MJy/sr", "image units"]);
});

test("evidence is asked for once, is there without waiting afterwards, and a failure is asked again", async () => {
  const asked = [];
  let isDown = true;
  const store = new EvidenceStore(async (uuid) => {
    asked.push(uuid);
    if (isDown) throw new Error("offline");
    return { uuid };
  });
  store.prefetch(["a"]);
  await assert.rejects(store.get("a"));
  assert.deepEqual(asked, ["a"]);
  isDown = false;
  store.prefetch(["a", "b"]);
  await Promise.all([store.get("a"), store.get("b")]);
  assert.deepEqual(asked, ["a", "a", "b"]);
  assert.deepEqual(store.ready("a"), { uuid: "a" });
  assert.equal(store.ready("c"), null);
});

test("only what is not a surface brightness is said to be of a pixel", () => {
  for (const unit of ["MJy/sr", "MJy / sr", "mag/arcsec2", "MJy sr-1", "Jy/arcsec^2", "e-/s/pix"]) assert.equal(perPixel(unit), unitText(unit), unit);
  assert.equal(perPixel("ELECTRONS/S"), "e⁻/s / px");
  assert.equal(perPixel("DN/s"), "DN/s / px");
  assert.equal(perPixel(undefined), "image units / px");
});

test("colours are the recipe's mix above the local sky, white where the brightest channel is", () => {
  const centre = { x: 24, y: 24 };
  const plane = (name, sky, peak, noise) => {
    const values = new Float32Array(48 * 48).fill(sky);
    values[24 * 48 + 24] = peak;
    values[5] = NaN;
    if (name === "V") values[6] = NaN;
    return { name, values, size: 48, centre, sky, noise };
  };
  const planes = [plane("V", 10, 110, 1), plane("I", 20, 420, 2)];
  /** @type {import("../../static/catalogs/gl/style.js").Recipe} */
  const recipe = { red: [["I", 2]], green: [["V", 1], ["I", 1]], blue: [["V", 1]], black: [0, 0, 0], white: [400, 200, 100], stretch: "asinh", softness: 10 };
  const [red, green, blue] = coloursOf(planes, recipe);
  const at = 24 * 48 + 24;
  close(red.values[at], (2 * 400) / 400);
  close(green.values[at], (100 + 400) / 200);
  close(blue.values[at], 100 / 100);
  close(red.values[0], 0);
  assert.ok([red, green, blue].every(({ values }) => Number.isNaN(values[5])));
  assert.deepEqual([red, green, blue].map(({ values }) => values[6]), [0, 0, 0]); // a band without data counts as sky
  close(green.noise, Math.hypot(1, 2) / 200);
  const limits = colourLimitsOf([red, green, blue]);
  assert.deepEqual(limits.map(({ white }) => white), [2.5, 2.5, 2.5]);
  close(limits[0].black, (-2 * 2) / 400);
});
