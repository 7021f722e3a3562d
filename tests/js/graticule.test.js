// The coordinate grid: round values, names without needless digits, lines that lie where they say.

import assert from "node:assert/strict";
import { test } from "node:test";

import { valueText } from "../../static/catalogs/bandvalues.js";
import { labelPlace } from "../../static/catalogs/graticulelabels.js";
import { gridLines } from "../../static/catalogs/graticulelines.js";
import { scaleBar } from "../../static/catalogs/skyframe.js";

/** A flat sky of 0.05 arcsec a pixel about (ra, dec), north up, east left. */
function flatSky(ra, dec) {
  const step = 0.05 / 3600;
  return { toSky: (x, y) => ({ raDeg: (ra - (x * step) / Math.cos((dec * Math.PI) / 180) + 360) % 360, decDeg: dec + y * step }) };
}

const BOX = { x0: 0, y0: 0, x1: 1000, y1: 800 };

test("lines are at round values, few, and named without needless digits", () => {
  const lines = gridLines(flatSky(174, 15), BOX);
  const names = (kind) => lines.filter((line) => line.kind === kind).map(({ text }) => text);
  assert.deepEqual(names("dec"), ["+15:00:00", "+15:00:10", "+15:00:20", "+15:00:30", "+15:00:40"]);
  assert.deepEqual(names("ra"), ["11:35:57", "11:35:58", "11:35:59", "11:36:00"]);
});

test("each line lies where its name says", () => {
  const sky = flatSky(174, 15);
  for (const { text, kind, points } of gridLines(sky, BOX)) {
    const [a, b, c] = text.split(":").map(Number);
    const wanted = kind === "ra" ? 15 * (a + b / 60 + c / 3600) : a + b / 60 + c / 3600;
    assert.ok(points.length > 10);
    for (const { x, y } of points) {
      const here = sky.toSky(x, y);
      assert.ok(Math.abs((kind === "ra" ? here.raDeg : here.decDeg) - wanted) < 1e-7, `${text}: ${JSON.stringify(here)}`);
    }
  }
});

test("0h does not split the view", () => {
  const names = gridLines(flatSky(0.003, 15), BOX).filter(({ kind }) => kind === "ra").map(({ text }) => text);
  assert.ok(names.length >= 3 && names.length <= 7, String(names));
  assert.ok(names.includes("00:00:00") && names.some((name) => name.startsWith("23:59")), String(names));
});

test("a name is whole: it moves up its line, clear of the minimap, or is left out", () => {
  const map = { width: 940, height: 690 };
  const down = (x) => Array.from({ length: 16 }, (_, i) => ({ x, y: 20 + 44 * i }));
  const corner = { left: 940 - 140, top: 690 - 140 };
  let n = 0;
  for (let x = 0; x <= 940; x += 5) {
    const at = labelPlace("ra", down(x), map, 70);
    if (!at) continue;
    assert.ok(at.x + 70 < corner.left || at.y < corner.top, `${x}: ${JSON.stringify(at)}`);
    assert.ok(at.x + 70 <= 940 - 62, String(x)); // nor under the buttons
    n++;
  }
  assert.ok(n > 140);
  assert.deepEqual(labelPlace("ra", down(300), map, 70), { x: 304, y: 634 });
  assert.deepEqual(labelPlace("ra", down(785), map, 70), { x: 789, y: 502 });
  assert.equal(labelPlace("ra", down(860), map, 70), null);
  const across = Array.from({ length: 16 }, (_, i) => ({ x: 5 + 60 * i, y: 300 }));
  assert.deepEqual(labelPlace("dec", across, map, 60), { x: 69, y: 298 });
});

test("a scale bar tells the length at the galaxy where its distance is known", () => {
  assert.equal(scaleBar(1, 0.05, 140, 10).text, "5″ · 240 pc");
  assert.equal(scaleBar(0.1, 0.05, 140, 10).text, "1′ · 2.9 kpc");
  assert.equal(scaleBar(1, 0.05, 140, null).text, "5″");
  assert.equal(scaleBar(1, null, 140, 10).text, "100 px");
});

test("a value has five digits, and none is no data", () => {
  assert.deepEqual([0.0123456, -3.5, 12345678, 1e-7, 0, null].map(valueText), ["0.012346", "−3.5000", "1.235e+7", "1.000e-7", "0.0000", "no data"]);
  assert.deepEqual([-123456, 123456, -0.00123456].map(valueText), ["−1.2346e+5", "1.2346e+5", "−0.0012346"]);
});
