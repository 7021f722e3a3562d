import assert from "node:assert/strict";
import { test } from "node:test";

import { centre, dragged, handles, moved, outline, pulled, scaled, sizeText, turned, withoutCorner } from "../../static/catalogs/regions/shapes.js";

/** @typedef {import("../../static/catalogs/regions/shapes.js").Shape} Shape */

/** @type {Shape} */
const BOX = { kind: "box", x_px: 10, y_px: 20, width_px: 8, height_px: 4, angle_deg: 0 };
/** @type {Shape} */
const TURNED_BOX = { ...BOX, angle_deg: 90 };
/** @type {Shape} */
const ELLIPSE = { kind: "ellipse", x_px: 0, y_px: 0, a_px: 5, b_px: 2, angle_deg: 30 };
/** @type {Shape} */
const TRIANGLE = { kind: "polygon", corners: [[0, 0], [6, 0], [0, 6]] };

/** @param {[number, number][]} places @param {[number, number][]} expected */
function near(places, expected) {
  assert.equal(places.length, expected.length);
  places.forEach(([x, y], i) => assert.ok(Math.hypot(x - expected[i][0], y - expected[i][1]) < 0.011, `${x}, ${y} is not ${expected[i]}`));
}

test("a drag draws circle and ellipse about where it began, a box between its ends", () => {
  assert.deepEqual(dragged("circle", [10, 10], [13, 14]), { kind: "circle", x_px: 10, y_px: 10, radius_px: 5 });
  assert.deepEqual(dragged("ellipse", [10, 10], [4, 13]), { kind: "ellipse", x_px: 10, y_px: 10, a_px: 6, b_px: 3, angle_deg: 0 });
  assert.deepEqual(dragged("box", [10, 10], [4, 13]), { kind: "box", x_px: 7, y_px: 11.5, width_px: 6, height_px: 3, angle_deg: 0 });
});

test("no drag makes a shape of no size", () => {
  const box = dragged("box", [10, 10], [10, 30]);
  assert.ok(box.kind === "box" && box.width_px > 0 && box.height_px === 20);
});

test("a box turned by a quarter has its corners where width and height change places", () => {
  near(outline(BOX), [[6, 18], [14, 18], [14, 22], [6, 22]]);
  near(outline(TURNED_BOX), [[12, 16], [12, 24], [8, 24], [8, 16]]);
});

test("an ellipse's outline is an ellipse, counter-clockwise from its first axis", () => {
  const corners = outline(ELLIPSE);
  near([corners[0]], [[5 * Math.cos(Math.PI / 6), 5 * Math.sin(Math.PI / 6)]]);
  for (const [x, y] of corners) {
    const along = x * Math.cos(Math.PI / 6) + y * Math.sin(Math.PI / 6);
    const across = -x * Math.sin(Math.PI / 6) + y * Math.cos(Math.PI / 6);
    assert.ok(Math.abs((along / 5) ** 2 + (across / 2) ** 2 - 1) < 1e-9);
  }
});

test("every handle left where it is changes nothing", () => {
  for (const shape of /** @type {Shape[]} */ ([BOX, { ...BOX, angle_deg: 37 }, ELLIPSE, TRIANGLE, { kind: "circle", x_px: 3, y_px: 4, radius_px: 5 }])) {
    for (const { role, place } of handles(shape, 9)) {
      if (role.startsWith("insert")) continue;
      const same = pulled(shape, role, place);
      near(outline(same), outline(shape));
    }
  }
});

test("a corner of a turned box is pulled, and the corner across stays", () => {
  const turnedBox = /** @type {Shape} */ ({ ...BOX, angle_deg: 30 });
  const before = outline(turnedBox);
  const after = outline(pulled(turnedBox, "corner:2", [20, 30]));
  near([after[0], after[2]], [before[0], [20, 30]]);
});

test("an ellipse's first axis gives length and direction, the second its length alone", () => {
  const long = pulled(ELLIPSE, "a", [0, 8]);
  assert.deepEqual(long, { ...ELLIPSE, a_px: 8, angle_deg: 90 });
  const [, , b] = handles(ELLIPSE, 9);
  const wide = pulled(ELLIPSE, "b", [2 * b.place[0], 2 * b.place[1]]);
  assert.ok(wide.kind === "ellipse" && Math.abs(wide.b_px - 4) < 0.011 && wide.angle_deg === 30);
});

test("a polygon takes a new corner between two, gives one up, and keeps three", () => {
  const four = pulled(TRIANGLE, "insert:2", [5, 5]);
  assert.deepEqual(four, { kind: "polygon", corners: [[0, 0], [6, 0], [5, 5], [0, 6]] });
  assert.deepEqual(withoutCorner(four, 2), TRIANGLE);
  assert.equal(withoutCorner(TRIANGLE, 0), TRIANGLE);
});

test("moved, scaled and turned keep what they do not change", () => {
  assert.deepEqual(moved(TRIANGLE, 1, -2), { kind: "polygon", corners: [[1, -2], [7, -2], [1, 4]] });
  assert.deepEqual(moved(BOX, 1, -2), { ...BOX, x_px: 11, y_px: 18 });
  near([centre(scaled(TRIANGLE, 2))], [centre(TRIANGLE)]);
  assert.deepEqual(turned(BOX, -30), { ...BOX, angle_deg: 330 });
  assert.equal(turned(TRIANGLE, 30), TRIANGLE);
});

test("sizes are in arcsec where the pixels have a scale", () => {
  assert.equal(sizeText(BOX, 0.05), "0.4″ × 0.2″, 0°");
  assert.equal(sizeText(BOX, null), "8 px × 4 px, 0°");
  assert.equal(sizeText(TRIANGLE, 0.05), "3 corners");
});

test("a polygon does not shrink until its corners fall together", () => {
  /** @type {Shape} */
  let shape = { kind: "polygon", corners: [[104.36, 104.07], [101.36, 102.65], [103.7, 104.17]] };
  for (let i = 0; i < 120; i++) shape = scaled(shape, 1 / 1.1);
  assert.equal(shape.kind, "polygon");
  assert.equal(new Set(outline(shape).map(String)).size, 3);
});
