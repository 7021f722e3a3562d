import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Batch, batchWords } from "../../static/labeling/batch.js";
import { actionOf } from "../../static/labeling/keys.js";
import { Outbox } from "../../static/labeling/outbox.js";
import { Predictions } from "../../static/labeling/predictions.js";
import { Remarks } from "../../static/labeling/remarks.js";
import { VoteStore } from "../../static/labeling/votestore.js";

const settled = () => new Promise((resolve) => setTimeout(resolve, 2));
const assignment = (uuid) => ({ uuid, state: "held", source: { number: 7 }, previous_consensus: null });

class FakeStorage {
  map = new Map();
  get length() {
    return this.map.size;
  }
  key(i) {
    return [...this.map.keys()][i] ?? null;
  }
  getItem(key) {
    return this.map.get(key) ?? null;
  }
  setItem(key, value) {
    this.map.set(key, value);
  }
  removeItem(key) {
    this.map.delete(key);
  }
}

let sent, status, storage;
beforeEach(() => {
  sent = [];
  status = 201;
  storage = new FakeStorage();
});

function made() {
  const send = async (entry) => {
    if (status === 0) throw new TypeError("Failed to fetch");
    sent.push(entry);
    const { client_id } = entry.vote ?? entry.remark ?? entry.withdrawal;
    return { status, body: status < 300 ? { client_id } : { detail: "You have flagged this source already" } };
  };
  const outbox = new Outbox({ store: new VoteStore(storage, "n"), send, after: () => () => {} });
  return { outbox, remarks: new Remarks(outbox, storage, "n") };
}

test("a flag is sent, stands over a reload, and is taken back by its own id", async () => {
  const first = made();
  assert.equal(first.remarks.toggleFlag(assignment("a")), true);
  await settled();
  const { remarks } = made();
  assert.notEqual(remarks.flagOf("a"), null);
  assert.equal(remarks.toggleFlag(assignment("a")), false);
  await settled();
  assert.deepEqual(sent[0].remark, { client_id: sent[0].remark.client_id, assignment: "a", kind: "flag", text: "" });
  assert.equal(sent[1].withdrawal.client_id, sent[0].remark.client_id);
  assert.equal(remarks.flagOf("a"), null);
});

test("a flag with a reason replaces the one that stands", async () => {
  const { remarks } = made();
  remarks.flag(assignment("a"), "");
  remarks.flag(assignment("a"), "two stars");
  await settled();
  assert.deepEqual(sent.map(({ remark, withdrawal }) => remark?.text ?? Boolean(withdrawal)), ["", true, "two stars"]);
  assert.equal(remarks.flagOf("a"), sent[2].remark.client_id);
});

test("notes and votes wait without a network, in one order, and are sent in it", async () => {
  status = 0;
  const { outbox, remarks } = made();
  remarks.comment(assignment("a"), "a ring");
  outbox.add({ assignment: "a", outcome: "skipped", label: null, is_unsure: false, seconds_spent: 1, shown: {} });
  remarks.toggleFlag(assignment("b"));
  await settled();
  assert.equal(outbox.pending.length, 3);
  assert.deepEqual([...outbox.answered], ["a"]);
  status = 201;
  const after = made();
  await after.outbox.flush();
  assert.deepEqual(sent.map((entry) => entry.remark?.kind ?? "vote"), ["comment", "vote", "flag"]);
  assert.equal(after.outbox.pending.length, 0);
});

test("a flag that the server refuses does not stand, and is kept with the reason", async () => {
  status = 409;
  const { outbox, remarks } = made();
  remarks.toggleFlag(assignment("a"));
  await settled();
  assert.equal(remarks.flagOf("a"), null);
  assert.deepEqual(outbox.refused.map(({ about, reason }) => [about, reason]), [["source 7: flag", "You have flagged this source already"]]);
});

test("a batch is complete after its answers, with the time looked at sources", () => {
  const batch = new Batch(3);
  assert.equal(batch.answered(10), null);
  assert.equal(batch.answered(20), null);
  batch.undone();
  assert.equal(batch.answered(5), null);
  assert.deepEqual(batch.answered(7), { answers: 3, seconds: 42 });
  assert.equal(batch.answered(1), null);
});

test("the break says how much and how long, and compares with nobody", () => {
  assert.deepEqual(batchWords({ answers: 50, seconds: 720 }), { title: "50 done, 12 minutes", pace: "About 14 seconds a source." });
  assert.equal(batchWords({ answers: 2, seconds: 3 }).title, "2 done, under a minute");
  assert.equal(batchWords({ answers: 10, seconds: 60 }).title, "10 done, 1 minute");
});

const pressed = (key, more = {}) => ({
  key, code: "", shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, repeat: false, isComposing: false, ...more,
});

test("letters flag, comment, stretch, blink, plot and show examples", () => {
  const kinds = ["f", "C", "q", "w", "b", "x", "g"].map((key) => actionOf(pressed(key), [])?.kind);
  assert.deepEqual(kinds, ["flag", "comment", "softer", "harder", "blink", "plot", "examples"]);
  assert.equal(actionOf(pressed("F", { shiftKey: true }), []).kind, "reason");
});

const answer = (model, ...sources) => ({
  model, predictions: sources.map((source) => ({ source, label: "1", probabilities: { 1: 0.7 }, token: `${model}:${source}` })),
});

test("predictions are asked for the sources at hand only, and again when the model changed", async () => {
  const asked = [];
  let model = "probe@1";
  const predictions = new Predictions(async (sources) => (asked.push(sources), answer(model, ...sources)));
  predictions.want(["a", "b"]);
  await settled();
  predictions.want(["a"]);
  await settled();
  assert.deepEqual(asked, [["a", "b"]]);
  model = "probe@2";
  await predictions.refresh();
  assert.equal(predictions.of("a").token, "probe@2:a");
  assert.equal(predictions.of("a").model, "probe@2");
  assert.equal(predictions.of("b"), null); // no longer at hand: a stale token is never sent
});

test("a source veiled to this person has no prediction", async () => {
  const predictions = new Predictions(async () => answer("m@1", "a"));
  predictions.want(["a", "veiled"]);
  await settled();
  assert.equal(predictions.of("veiled"), null);
});

test("news that come while an answer is under way are served after it", async () => {
  let release = () => {};
  let n = 0;
  const predictions = new Predictions(() => {
    n += 1;
    return new Promise((resolve) => (release = () => resolve(answer(`m@${n}`, "a"))));
  });
  predictions.want(["a"]);
  void predictions.refresh();
  release();
  await settled();
  release();
  await settled();
  assert.equal(n, 2);
  assert.equal(predictions.of("a").model, "m@2");
});
