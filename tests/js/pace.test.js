import assert from "node:assert/strict";
import { test } from "node:test";

import { paced } from "../../static/galaxycat/pace.js";

/** @param {number} ms */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test("a burst of requests runs at once and then once more", async () => {
  let runs = 0;
  const ask = paced(async () => void (runs += 1), 20);
  for (let i = 0; i < 10; i += 1) ask();
  assert.equal(runs, 1);
  await sleep(80);
  assert.equal(runs, 2);
});

test("runs never overlap, however slow they are", async () => {
  let running = 0;
  let most = 0;
  const ask = paced(async () => {
    running += 1;
    most = Math.max(most, running);
    await sleep(30);
    running -= 1;
  }, 1);
  for (let i = 0; i < 5; i += 1) {
    ask();
    await sleep(10);
  }
  await sleep(80);
  assert.equal(most, 1);
});

test("a failed run does not stop the next", async (t) => {
  t.mock.method(console, "warn", () => {});
  let runs = 0;
  const ask = paced(async () => {
    runs += 1;
    throw new Error("no network");
  }, 5);
  ask();
  await sleep(30);
  ask();
  assert.equal(runs, 2);
});
