import assert from "node:assert/strict";
import { test } from "node:test";

import { Gate } from "../../static/labeling/gate.js";
import { actionOf } from "../../static/labeling/keys.js";
import { withPending } from "../../static/labeling/progress.js";
import { Queue } from "../../static/labeling/queue.js";
import { Stopwatch } from "../../static/labeling/stopwatch.js";
import { randomUuid } from "../../static/galaxycat/uuid.js";

const handed = (...uuids) => uuids.map((uuid) => ({ uuid, state: "held", source: {}, previous_consensus: null }));
const uuids = (queue) => [queue.current?.uuid ?? null, ...queue.upcoming.map(({ uuid }) => uuid)];

test("sources come once, in the order handed out", () => {
  const queue = new Queue();
  assert.equal(queue.offer(handed("a", "b")), 2);
  assert.equal(queue.offer(handed("a", "b", "c")), 1);
  assert.deepEqual(uuids(queue), ["a", "b", "c"]);
});

test("an answered source is not shown again when the server does not know its vote yet", () => {
  const queue = new Queue();
  queue.offer(handed("a", "b"));
  queue.answer("labeled");
  queue.offer(handed("a", "b", "c"));
  assert.deepEqual(uuids(queue), ["b", "c"]);
});

test("nor after a reload, when its vote waits in the outbox", () => {
  const queue = new Queue();
  queue.offer(handed("a", "b"), new Set(["a"]));
  assert.deepEqual(uuids(queue), ["b"]);
});

test("undo walks back through the sitting and then forward again", () => {
  const queue = new Queue();
  queue.offer(handed("a", "b", "c"));
  queue.answer("labeled");
  queue.answer("skipped");
  assert.equal(queue.undo().outcome, "skipped");
  assert.equal(queue.undo().assignment.uuid, "a");
  assert.equal(queue.undo(), null);
  assert.deepEqual(uuids(queue), ["a", "b", "c"]);
});

test("undo after the last source shows that one", () => {
  const queue = new Queue();
  queue.offer(handed("a"));
  queue.answer("unsure");
  assert.equal(queue.current, null);
  queue.undo();
  assert.deepEqual(uuids(queue), ["a"]);
});

test("a source whose vote was refused may come again, and cannot be undone", () => {
  const queue = new Queue();
  queue.offer(handed("a", "b"));
  queue.answer("labeled");
  queue.release("a");
  assert.equal(queue.canUndo, false);
  queue.offer(handed("a", "b"));
  assert.deepEqual(uuids(queue), ["b", "a"]);
});

test("a source answered in another tab is left out, also the one shown", () => {
  const queue = new Queue();
  queue.offer(handed("a", "b", "c"));
  queue.withhold("b");
  assert.deepEqual(uuids(queue), ["a", "c"]);
  queue.withhold("a");
  assert.deepEqual(uuids(queue), ["c"]);
  assert.equal(queue.canUndo, false);
});

test("progress counts votes under way, skips and withdrawals", () => {
  const server = { answered: 10, skipped: 2, remaining: 88 };
  const pending = (outcome, undoes) => ({ vote: { outcome }, undoes });
  assert.deepEqual(withPending(server, []), server);
  assert.deepEqual(withPending(server, [pending("labeled"), pending("unsure"), pending("skipped")]), { answered: 12, skipped: 3, remaining: 85 });
  assert.deepEqual(withPending(server, [pending("withdrawn", "skipped")]), { answered: 10, skipped: 1, remaining: 89 });
  assert.deepEqual(withPending(server, [pending("labeled"), pending("withdrawn", "labeled")]), server);
});

const LABELS = [{ value: "1", hot_key: "1" }, { value: "4", hot_key: "4" }];
const pressed = (key, code = "", more = {}) => ({
  key, code, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, repeat: false, isComposing: false, ...more,
});

test("digits vote by the key's place, with Shift as unsure, on any keyboard", () => {
  const sure = { kind: "label", value: "1", isUnsure: false };
  assert.deepEqual(actionOf(pressed("1", "Digit1"), LABELS), sure);
  assert.deepEqual(actionOf(pressed("&", "Digit1"), LABELS), sure); // French
  assert.deepEqual(actionOf(pressed("1", "Numpad1"), LABELS), sure);
  assert.deepEqual(actionOf(pressed("1"), LABELS), sure); // a phone's keyboard names no place
  assert.deepEqual(actionOf(pressed("!", "Digit1", { shiftKey: true }), LABELS), { ...sure, isUnsure: true });
});

test("held-down keys and the browser's own shortcuts do nothing", () => {
  for (const more of [{ repeat: true }, { ctrlKey: true }, { altKey: true }, { metaKey: true }, { isComposing: true }]) {
    assert.equal(actionOf(pressed("1", "Digit1", more), LABELS), null);
  }
  assert.equal(actionOf(pressed("2", "Digit2"), LABELS), null);
  assert.equal(actionOf(pressed("Tab", "Tab"), LABELS), null);
});

test("letters act in either case", () => {
  const kinds = ["u", "S", "z", "r", "?", " ", "0"].map((key) => actionOf(pressed(key), LABELS)?.kind);
  assert.deepEqual(kinds, ["unsure", "skip", "undo", "rendition", "help", "peek", "recentre"]);
});

test("the gate stays shut until the source is drawn and a moment has passed", () => {
  let now = 1000;
  const gate = new Gate(120, () => now);
  assert.equal(gate.isOpenTo(now), false);
  const first = gate.shut();
  now += 500;
  assert.equal(gate.isOpenTo(now), false); // not drawn
  gate.drawn(first);
  assert.equal(gate.isOpenTo(now), true);
  const second = gate.shut();
  gate.drawn(second);
  assert.equal(gate.isOpenTo(now + 119), false);
  assert.equal(gate.isOpenTo(now + 120), true);
});

test("a press that waited for a busy page does not answer the source it never saw", () => {
  let now = 1000;
  const gate = new Gate(120, () => now);
  const turn = gate.shut();
  const pressedAt = now + 130; // over the least look, before it is drawn
  now += 800;
  gate.drawn(turn);
  assert.equal(gate.isOpenTo(pressedAt), false);
  assert.equal(gate.isOpenTo(now), true);
});

test("a picture drawn late does not open the gate of the source after it", () => {
  const gate = new Gate(0, () => 0);
  const first = gate.shut();
  const second = gate.shut();
  gate.drawn(first);
  assert.equal(gate.isOpenTo(0), false);
  gate.drawn(second);
  assert.equal(gate.isOpenTo(0), true);
});

test("the stopwatch stands still while it is paused", () => {
  let now = 0;
  const watch = new Stopwatch(() => now);
  watch.restart();
  now = 1500;
  watch.pause();
  now = 60_000;
  watch.resume();
  now = 60_250;
  assert.equal(watch.seconds, 1.75);
  watch.restart();
  now += 200_000_000;
  assert.equal(watch.seconds, 86_400);
});

test("without crypto.randomUUID the ids are version 4 UUIDs too", () => {
  const native = crypto.randomUUID;
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true, writable: true });
  try {
    const ids = Array.from({ length: 100 }, randomUuid);
    assert.equal(new Set(ids).size, 100);
    for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  } finally {
    Object.defineProperty(crypto, "randomUUID", { value: native, configurable: true, writable: true });
  }
});
