import assert from "node:assert/strict";
import { test } from "node:test";

import { MarkPicture, packed, stampOf } from "../../static/catalogs/markpicture.js";

const blank = (width, height) => ({ width, height, data: new Uint8ClampedArray(4 * width * height) });
const rgba = ({ data, width }, x, y) => [...data.slice(4 * (y * width + x), 4 * (y * width + x) + 4)];
const seen = (pixels) => [...pixels.data.keys()].filter((i) => i % 4 === 3 && pixels.data[i]).map((i) => [(i >> 2) % pixels.width, Math.floor((i >> 2) / pixels.width)]);

/** A stamp of single pixels: [dx, dy, [r, g, b, a]]. */
function stamp(...dots) {
  const pixels = blank(8, 8);
  for (const [dx, dy, colour] of dots) pixels.data.set(colour, 4 * ((4 + dy) * 8 + 4 + dx));
  return stampOf(pixels);
}

test("a dot is two CSS pixels wide about its place, at any ratio of pixels", () => {
  for (const ratio of [1, 1.5, 2]) {
    const pixels = blank(20, 20);
    new MarkPicture(pixels, ratio).dot(4, 6, packed("#3d9bff"));
    const places = seen(pixels);
    assert.equal(places.length, (2 * ratio) ** 2);
    assert.deepEqual([Math.min(...places.map(([x]) => x)), Math.min(...places.map(([, y]) => y))], [3 * ratio, 5 * ratio].map(Math.round));
    assert.deepEqual(rgba(pixels, ...places[0]), [0x3d, 0x9b, 0xff, 255]);
  }
});

test("a stamp keeps each pixel's place and colour, and nothing that is transparent", () => {
  const mark = stamp([-4, -4, [1, 2, 3, 4]], [0, 0, [255, 209, 102, 255]], [3, -1, [0, 0, 0, 140]]);
  assert.deepEqual([[...mark.dx], [...mark.dy]], [[-4, 3, 0], [-4, -1, 0]]);
  const pixels = blank(16, 16);
  new MarkPicture(pixels, 2).stamp(4.1, 3.9, mark); // rounds to 8, 8 of the device
  assert.deepEqual(seen(pixels), [[4, 4], [11, 7], [8, 8]]);
  assert.deepEqual(rgba(pixels, 8, 8), [255, 209, 102, 255]);
  assert.deepEqual(rgba(pixels, 11, 7), [0, 0, 0, 140]);
});

test("beyond the edge nothing is drawn, and nothing comes in at the other one", () => {
  const mark = stamp([-2, 0, [9, 9, 9, 255]], [2, 0, [9, 9, 9, 255]], [0, 3, [9, 9, 9, 255]], [0, -3, [9, 9, 9, 255]]);
  const pixels = blank(6, 6);
  const picture = new MarkPicture(pixels, 1);
  for (const [x, y] of [[0, 0], [6, 6], [-9, 3], [3, 40]]) picture.stamp(x, y, mark);
  assert.deepEqual(seen(pixels), [[2, 0], [0, 3]]);
  picture.dot(-1.5, 2, packed("#ffffff"));
  picture.dot(6.5, 2, packed("#ffffff"));
  assert.deepEqual(seen(pixels), [[2, 0], [0, 3]]);
});

test("one mark over another is composed as a canvas composes them", () => {
  const rim = [0, 0, 0, 140];
  for (const [under, top] of [[[255, 209, 102, 255], rim], [rim, rim], [[61, 155, 255, 80], [255, 255, 255, 200]], [[10, 20, 30, 255], [1, 2, 3, 255]], [rim, [255, 255, 255, 1]]]) {
    const pixels = blank(2, 2);
    const picture = new MarkPicture(pixels, 1);
    for (const colour of [under, top]) picture.stamp(1, 1, stamp([0, 0, colour]));
    const [a, b] = [top[3] / 255, under[3] / 255];
    const alpha = a + b * (1 - a); // source-over, Porter & Duff 1984
    const expected = [0, 1, 2].map((i) => (top[i] * a + under[i] * b * (1 - a)) / alpha);
    rgba(pixels, 1, 1).forEach((value, i) => assert.ok(Math.abs(value - [...expected, 255 * alpha][i]) <= 0.51, `${value} ${expected}`));
  }
});
