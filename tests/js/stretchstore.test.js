import assert from "node:assert/strict";
import { test } from "node:test";

import { browserStyles, KeptStyles } from "../../static/catalogs/stretchstore.js";

const style = (/** @type {number} */ gamma) => ({ channels: [], stretch: "asinh", softness: 10, gamma, colourMap: "grey" });

/** A server whose answers a test gives, and a clock that it turns. */
function stage(/** @type {Record<string, unknown>} */ styles = {}) {
  /** @type {{rendition: string, gamma: number | null, answer: (status: number, detail?: string) => void, fail: () => void}[]} */
  const sent = [];
  /** @type {(() => void)[]} */
  const waits = [];
  const kept = new KeptStyles(
    styles,
    (rendition, given) => new Promise((resolve, reject) => sent.push({
      rendition, gamma: given && given.gamma, answer: (status, detail = "") => resolve({ status, detail }), fail: () => reject(new TypeError("no network")),
    })),
    (_, task) => {
      waits.push(task);
      return () => waits.splice(waits.indexOf(task) >>> 0, 1);
    },
  );
  const tick = async () => {
    waits.splice(0).forEach((task) => task());
    await new Promise(setImmediate);
  };
  return { kept, sent, waits, tick };
}

test("many moves of a slider are sent once, when the hand rests", async () => {
  const { kept, sent, waits, tick } = stage();
  for (let step = 1; step <= 100; step++) kept.put("colour", style(1 + step / 100));
  assert.equal(sent.length, 0);
  assert.equal(waits.length, 1);
  assert.deepEqual(kept.get("colour"), style(2));
  await tick();
  assert.deepEqual(sent.map(({ rendition, gamma }) => [rendition, gamma]), [["colour", 2]]);
  sent[0].answer(200);
  await tick();
  await tick();
  assert.equal(sent.length, 1);
  assert.equal(kept.words, "");
});

test("what the server did not take is said and sent again, and only the last of it", async () => {
  const { kept, sent, tick } = stage();
  kept.put("colour", style(1));
  await tick();
  sent[0].fail();
  await new Promise(setImmediate);
  assert.match(kept.words, /not kept yet/);
  kept.put("colour", style(3));
  await tick();
  sent[1].answer(503);
  await new Promise(setImmediate);
  assert.match(kept.words, /not kept yet/);
  await tick();
  assert.deepEqual(sent.map(({ gamma }) => gamma), [1, 3, 3]);
  sent[2].answer(200);
  await tick();
  assert.equal(kept.words, "");
  assert.equal(sent.length, 3);
});

test("what was changed while it was being sent is sent after it", async () => {
  const { kept, sent, tick } = stage();
  kept.put("colour", style(1));
  await tick();
  kept.put("colour", style(2));
  sent[0].answer(200);
  await new Promise(setImmediate);
  await tick();
  assert.deepEqual(sent.map(({ gamma }) => gamma), [1, 2]);
});

test("a style that goes on changing in the hand is sent as it was, and again as it is", async () => {
  const { kept, sent, tick } = stage();
  const held = style(1);
  kept.put("colour", held);
  await tick();
  held.gamma = 2; // as the panel's sliders do
  kept.put("colour", held);
  sent[0].answer(200);
  await new Promise(setImmediate);
  held.gamma = 3;
  assert.deepEqual(kept.get("colour"), style(2));
  await tick();
  assert.deepEqual(sent.map(({ gamma }) => gamma), [1, 2]);
});

test("a page that goes sends all that waits, without an answer in between", async () => {
  const { kept, sent } = stage();
  kept.put("colour", style(1));
  kept.put("grey", style(2));
  void kept.flush(true);
  assert.deepEqual(sent.map(({ rendition, gamma }) => [rendition, gamma]), [["colour", 1], ["grey", 2]]);
});

test("what the server refuses is told and not sent again", async () => {
  const { kept, sent, tick } = stage();
  kept.put("colour", style(1));
  await tick();
  sent[0].answer(422, "style: gamma is from 0.25 to 4");
  await tick();
  await tick();
  assert.equal(sent.length, 1);
  assert.equal(kept.words, "This stretch is not kept: style: gamma is from 0.25 to 4");
});

test("a reset is sent where there was something, and a page that goes sends what waits at once", async () => {
  const { kept, sent, tick } = stage({ colour: style(2) });
  kept.put("grey", null);
  await tick();
  assert.equal(sent.length, 0);
  kept.put("colour", null);
  assert.equal(kept.get("colour"), null);
  void kept.flush(true);
  assert.deepEqual(sent.map(({ rendition, gamma }) => [rendition, gamma]), [["colour", null]]);
});

test("without a log-in the browser keeps it, where it can", () => {
  /** @type {Map<string, string>} */
  const there = new Map();
  const storage = /** @type {Storage} */ (/** @type {unknown} */ ({ getItem: (/** @type {string} */ key) => there.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ text) => there.set(key, text), removeItem: (/** @type {string} */ key) => there.delete(key) }));
  const styles = browserStyles("m51", storage);
  styles.put("colour", style(2));
  assert.deepEqual(browserStyles("m51", storage).get("colour"), style(2));
  assert.equal(browserStyles("ngc628", storage).get("colour"), null);
  styles.put("colour", null);
  assert.equal(there.size, 0);
  there.set("stretch/m51/colour", "{");
  assert.equal(styles.get("colour"), null);
  const none = browserStyles("m51", null);
  none.put("colour", style(2));
  assert.equal(none.get("colour"), null);
});

test("a stretch made after the session ended waits until one has logged in again", async () => {
  const { kept, sent, tick } = stage();
  kept.put("colour", style(2));
  await tick();
  sent[0].answer(401, "Authentication credentials were not provided.");
  await tick();
  assert.match(kept.words, /Log in again in another tab/);
  await tick();
  sent[1].answer(200);
  await tick();
  assert.deepEqual([sent.length, kept.words], [2, ""]);
});
