import assert from "node:assert/strict";
import { test } from "node:test";

import { tilesOfView, zoomToFit } from "../../static/catalogs/tileplan.js";

const IMAGE = { width_px: 900, height_px: 596, max_zoom: 2 };
const SIZE = { widthScreen: 800, heightScreen: 640 };

test("far beyond native zoom, one native tile covers the view", () => {
  // 800 x 640 at 8 screen px a pixel: 100 x 80 image px about column 400, row 596 - 0.5 - 95 = 500.5.
  assert.deepEqual(tilesOfView({ xPx: 400, yPx: 200, zoom: 3, ...SIZE }, IMAGE), [{ z: 2, x: 1, y: 1 }]);
});

test("y counts tiles from the top, image rows from the bottom", () => {
  assert.deepEqual(tilesOfView({ xPx: 30, yPx: 590, zoom: 3, ...SIZE }, IMAGE), [{ z: 2, x: 0, y: 0 }]);
  assert.deepEqual(tilesOfView({ xPx: 30, yPx: 10, zoom: 3, ...SIZE }, IMAGE), [{ z: 2, x: 0, y: 2 }]);
});

test("a view across a border takes the tiles on both sides, the middle one first", () => {
  const tiles = tilesOfView({ xPx: 260, yPx: 200, zoom: 3, ...SIZE }, IMAGE);
  assert.deepEqual(tiles, [{ z: 2, x: 1, y: 1 }, { z: 2, x: 0, y: 1 }]);
});

test("a view that ends on a border does not take the tile behind it", () => {
  // Columns 156..256: centre column 206 is image pixel 205.5.
  const tiles = tilesOfView({ xPx: 205.5, yPx: 200, zoom: 3, ...SIZE }, IMAGE);
  assert.deepEqual(tiles.map((tile) => tile.x), [0]);
});

test("nothing beyond the image is asked for", () => {
  const tiles = tilesOfView({ xPx: 450, yPx: 300, zoom: -2, widthScreen: 3000, heightScreen: 3000 }, IMAGE);
  assert.deepEqual(tiles, [{ z: 0, x: 0, y: 0 }]);
  const native = tilesOfView({ xPx: 450, yPx: 300, zoom: 0, widthScreen: 3000, heightScreen: 3000 }, IMAGE);
  assert.equal(native.length, 4 * 3);
});

test("below the lowest tile zoom, the lowest is shown smaller", () => {
  assert.deepEqual(tilesOfView({ xPx: 450, yPx: 300, zoom: -5, ...SIZE }, IMAGE), [{ z: 0, x: 0, y: 0 }]);
});

test("the zoom leaves the asked pixels in the shorter side, and fewer than twice as many", () => {
  assert.equal(zoomToFit(640, 64), 3); // 640 / 8 = 80
  assert.equal(zoomToFit(512, 64), 3); // exactly 64
  assert.equal(zoomToFit(511, 64), 2);
});
