import assert from "node:assert/strict";
import { test } from "node:test";

import { seamlessZoom, tilesOfView, zoomToFit } from "../../static/catalogs/tileplan.js";

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

test("between whole zooms tiles are whole screen pixels wide, as near as can be", () => {
  for (const zoom of [-0.01, -0.15, -0.5, -0.51, -1.3, -2.4, -2.9, -3.7, -6.2]) {
    const drawn = Math.min(Math.max(Math.round(zoom), -IMAGE.max_zoom), 0);
    const width = 256 * 2 ** (seamlessZoom(zoom, IMAGE) - drawn);
    assert.ok(Math.abs(width - Math.round(width)) < 1e-9, `${zoom}: ${width}`);
    assert.ok(Math.abs(width - 256 * 2 ** (zoom - drawn)) <= 0.5 + 1e-9);
    const fits = seamlessZoom(zoom, IMAGE, Math.floor);
    assert.ok(fits <= zoom + 1e-12);
    // Said with four decimals, as by an address, it is the same again.
    assert.ok(Math.abs(seamlessZoom(Number(fits.toFixed(4)), IMAGE) - fits) < 1e-12);
  }
  for (const zoom of [-3, -2, -1, 0, 1, 4]) assert.equal(seamlessZoom(zoom, IMAGE), zoom);
});
