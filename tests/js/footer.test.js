// The words beneath a kept picture: none over another, none beyond the edge, whatever their lengths.

import assert from "node:assert/strict";
import { test } from "node:test";

import { footerLayout, markPlace } from "../../static/catalogs/footer.js";

const WIDTH = 800;
const measure = (text, isStrong) => (isStrong ? 8 : 7) * text.length;
const place = { text: "ICRS 11:35:59.949 +14:59:58.72 · x 400.0 y 350.0 px" };
const title = { text: "Story galaxy · simulated galaxy", isStrong: true };
const catalog = (text) => ({ text, mark: { colour: "#ffffff", radius: 4 } });

/** Those that share a line, from left to right, leave each other and the edges free. */
function assertFree(entries, width) {
  const left = (entry) => (entry.mark ? markPlace(entry).x - 6 : entry.x);
  for (const entry of entries) {
    assert.equal(entry.width, measure(entry.text, entry.isStrong));
    assert.ok(left(entry) >= 0 && entry.x + entry.width <= width, entry.text);
  }
  for (const y of new Set(entries.map((entry) => entry.y))) {
    const line = entries.filter((entry) => entry.y === y);
    line.slice(1).forEach((entry, i) => assert.ok(left(entry) > line[i].x + line[i].width, `${line[i].text} | ${entry.text}`));
  }
}

test("what is short stands in two lines", () => {
  const { entries, height } = footerLayout([[title, { text: "Colour" }], [place, catalog("sep-f555w"), catalog("truth")]], WIDTH, measure);
  assert.equal(height, 56);
  assert.deepEqual(entries.map(({ y }) => y), [22, 22, 43, 43, 43]);
  assertFree(entries, WIDTH);
});

test("long names go on in further lines, each whole", () => {
  const names = ["a".repeat(60), "b".repeat(60), "c".repeat(40)];
  const { entries, height } = footerLayout([[title], [place, ...names.map(catalog)]], WIDTH, measure);
  assert.deepEqual(entries.map(({ text }) => text), [title.text, place.text, ...names]);
  assert.equal(new Set(entries.map(({ y }) => y)).size, 4); // two names beside one another: 60 and 40 letters do not fit in 800
  assert.equal(height, 56 + 3 * 21 - 21);
  assertFree(entries, WIDTH);
});

test("what is wider than a line is shortened", () => {
  const { entries } = footerLayout([[{ ...title, text: "galaxy ".repeat(40) }], [place, catalog("d".repeat(300))]], WIDTH, measure);
  assert.match(entries[0].text, /^(galaxy )+gal.*…$|galaxy…$/);
  assert.match(entries[2].text, /^d+…$/);
  assert.ok(entries[2].width > WIDTH - 14 - 18 - 14 - 14);
  assertFree(entries, WIDTH);
});

test("whatever the lengths, nothing overlaps", () => {
  let n = 0;
  for (let width = 120; width <= 1500; width += 60) {
    for (let length = 1; length <= 90; length += 11) {
      const names = Array.from({ length: 7 }, (_, i) => catalog("n".repeat(1 + ((length * (i + 3)) % 97))));
      const { entries, height } = footerLayout([[title, { text: "r".repeat(length) }], [place, ...names]], width, measure);
      assert.equal(entries.length, 10);
      assert.ok(Math.max(...entries.map(({ y }) => y)) < height);
      assertFree(entries, width);
      n++;
    }
  }
  assert.equal(n, 24 * 9);
});
