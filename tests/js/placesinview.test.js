// A catalogue's sources by view: a small one at once, a large one as a sample until the view is close, then cell by cell.

import assert from "node:assert/strict";
import { test } from "node:test";

import { cellsOf, PlacesInView } from "../../static/catalogs/placesinview.js";

const IMAGE = { width_px: 10_000, height_px: 9000 };
const WHOLE = { x0: -500, y0: -500, x1: 10_500, y1: 9500 };

test("cells tile the image without a gap or an overlap", () => {
  const cells = cellsOf(WHOLE, IMAGE);
  assert.equal(cells.length, 10 * 9);
  for (const [x, y] of [[-0.5, -0.5], [0, 0], [1023.4, 1023.4], [1023.6, 5], [9999.4, 8999.4], [4321.1, 1234.5]]) {
    const holding = cells.filter(({ box }) => x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1);
    assert.equal(holding.length, 1, `${x}, ${y}`);
  }
});

test("a view takes the cells it touches, none beyond the image", () => {
  assert.deepEqual(cellsOf({ x0: 1000, y0: 1000, x1: 1100, y1: 1010 }, IMAGE).map(({ name }) => name), ["0,0", "1,0"]);
  assert.deepEqual(cellsOf({ x0: -900, y0: 0, x1: -10, y1: 50 }, IMAGE), []);
});

/** A catalogue of one source a cell, with a log of what was fetched. */
function catalogue(nSources, isSmall) {
  const asked = [];
  const places = (numbers) => ({
    number: numbers, x_px: numbers.map(() => 1), y_px: numbers.map(() => 1), label: numbers.map(() => ""),
    n_sources: isSmall ? nSources : Math.max(nSources, numbers.length), is_complete: true,
  });
  let changes = 0;
  const inView = new PlacesInView({
    fetchSample: async () => (asked.push("sample"), { ...places([1, 2]), n_sources: nSources, is_complete: isSmall }),
    fetchBox: async (box) => (asked.push(`${box.x0},${box.y0}`), places([10 + asked.length])),
    image: IMAGE,
    onChange: () => (changes += 1),
  });
  return { inView, asked, changes: () => changes };
}

test("a small catalogue comes at once and is never asked for again", async () => {
  const { inView, asked } = catalogue(2, true);
  await inView.look(() => WHOLE);
  await inView.look(() => ({ x0: 0, y0: 0, x1: 100, y1: 100 }));
  assert.deepEqual(asked, ["sample"]);
  assert.deepEqual([inView.shown.number, inView.isSample], [[1, 2], false]);
});

test("a large one is a sample from afar, and cell by cell near by, each once", async () => {
  const { inView, asked, changes } = catalogue(100_000, false);
  await inView.look(() => WHOLE);
  assert.deepEqual([inView.shown.number, inView.isSample, changes()], [[1, 2], true, 1]);
  await inView.look(() => ({ x0: 0, y0: 0, x1: 2000, y1: 900 }));
  assert.deepEqual(asked, ["sample", "-0.5,-0.5", "1023.5,-0.5"]);
  assert.deepEqual([inView.shown.number.length, inView.isSample], [2, false]);
  await inView.look(() => ({ x0: 0, y0: 0, x1: 3000, y1: 900 }));
  assert.equal(asked.length, 4);
  await inView.look(() => WHOLE);
  assert.deepEqual([inView.shown.number, inView.isSample], [[1, 2], true]);
  await inView.look(() => ({ x0: 10, y0: 10, x1: 20, y1: 20 }));
  assert.equal(asked.length, 4);
});

test("a cell that did not load is asked for again", async () => {
  let fails = true;
  const inView = new PlacesInView({
    fetchSample: async () => ({ number: [], x_px: [], y_px: [], label: [], n_sources: 9000, is_complete: false }),
    fetchBox: async () => {
      if (fails) throw new Error("no network");
      return { number: [7], x_px: [1], y_px: [1], label: [""], n_sources: 1, is_complete: true };
    },
    image: IMAGE,
    onChange: () => {},
  });
  await assert.rejects(inView.look(() => ({ x0: 0, y0: 0, x1: 10, y1: 10 })), /no network/);
  fails = false;
  await inView.look(() => ({ x0: 0, y0: 0, x1: 10, y1: 10 }));
  assert.deepEqual(inView.shown.number, [7]);
});

test("what stands for a cell is the sample until the cell comes, and of several cells that do not come the reason is told last", async () => {
  const said = [];
  /** @type {Record<string, {resolve: (places: object) => void, reject: (error: Error) => void}>} */
  const boxes = {};
  const places = (number, x_px) => ({ number, x_px, y_px: number.map(() => 5), label: number.map(() => ""), n_sources: 9000, is_complete: false });
  const inView = new PlacesInView({
    fetchSample: async () => places([1, 2], [10, 1500]),
    fetchBox: ({ x0 }) => new Promise((resolve, reject) => (boxes[x0] = { resolve, reject })),
    image: IMAGE,
    onChange: () => said.push([...inView.shown.number].sort()),
  });
  const looking = inView.look(() => ({ x0: 0, y0: 0, x1: 1200, y1: 10 })).catch((error) => said.push(error.message));
  await new Promise((resolve) => setTimeout(resolve, 0));
  boxes["-0.5"].reject(new Error("no answer"));
  await new Promise((resolve) => setTimeout(resolve, 0));
  boxes["1023.5"].resolve(places([2, 3], [1500, 1600]));
  await looking;
  assert.deepEqual(said, [[1, 2], [1, 2, 3], "no answer"]);
});

test("a view that moved while the sample came gets its own cells", async () => {
  const { inView, asked } = catalogue(100_000, false);
  let view = WHOLE;
  const first = inView.look(() => view);
  view = { x0: 1100, y0: 0, x1: 1200, y1: 100 };
  await first;
  assert.deepEqual(asked, ["sample", "1023.5,-0.5"]);
});
