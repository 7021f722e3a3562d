import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Outbox } from "../../static/labeling/outbox.js";
import { Queue } from "../../static/labeling/queue.js";
import { LabelSession } from "../../static/labeling/session.js";
import { VoteStore } from "../../static/labeling/votestore.js";

/** The claims and votes of one annotator, with the rules of labeling/assignments.py and labeling/voting.py. */
class FakeRound {
  states = new Map();
  outcomes = [];
  isOffline = false;
  isClosed = false;
  constructor(n) {
    for (let i = 0; i < n; i++) this.states.set(`s${i}`, "new");
  }
  get progress() {
    const count = (...kinds) => [...this.states.values()].filter((state) => kinds.includes(state)).length;
    return { answered: count("answered"), skipped: count("skipped"), remaining: count("new", "held") };
  }
  async claim(count) {
    if (this.isOffline) throw new TypeError("Failed to fetch");
    if (this.isClosed) return { status: 409, body: { detail: "Round 1 is closed: it takes no more votes" } };
    const held = () => [...this.states].filter(([, state]) => state === "held").map(([uuid]) => uuid);
    for (const [uuid, state] of this.states) if (state === "new" && held().length < count) this.states.set(uuid, "held");
    const assignments = held().map((uuid) => ({ uuid, state: "held", source: { number: 7 }, previous_consensus: null }));
    return { status: 200, body: { assignments, progress: this.progress } };
  }
  async post(vote) {
    if (this.isOffline) throw new TypeError("Failed to fetch");
    if (this.isClosed) return { status: 409, body: { detail: "Round 1 is closed: it takes no more votes" } };
    this.outcomes.push(`${vote.assignment} ${vote.outcome}`);
    this.states.set(vote.assignment, { skipped: "skipped", withdrawn: "held" }[vote.outcome] ?? "answered");
    return { status: 201, body: { client_id: vote.client_id, progress: this.progress } };
  }
}

const LABEL = { outcome: "labeled", label: "1", is_unsure: false };
const SKIP = { outcome: "skipped", label: null, is_unsure: false };
const settled = () => new Promise((resolve) => setTimeout(resolve, 2));
let timers;
beforeEach(() => (timers = []));

function sessionOf(round) {
  const after = (_seconds, task) => (timers.push(task), () => {});
  const outbox = new Outbox({ store: new VoteStore(null, "name"), send: ({ vote }) => round.post(vote), after });
  return new LabelSession({ queue: new Queue(), outbox, claim: (count) => round.claim(count), after });
}

test("a sitting shows each source once and ends when none is left", async () => {
  const round = new FakeRound(23);
  const session = sessionOf(round);
  await session.refill();
  const shown = [];
  while (session.queue.current && shown.length < 100) {
    shown.push(session.queue.current.uuid);
    session.vote(LABEL, 1, {});
    await settled();
  }
  assert.deepEqual(shown, Array.from({ length: 23 }, (_, i) => `s${i}`));
  assert.equal(session.phase, "done");
  assert.deepEqual(session.progress, { answered: 23, skipped: 0, remaining: 0 });
});

test("sources are at hand ahead, so voting never waits for the server", async () => {
  const session = sessionOf(new FakeRound(50));
  await session.refill();
  assert.equal(session.queue.upcoming.length, 4);
  for (let i = 0; i < 4; i++) session.vote(LABEL, 1, {});
  assert.equal(session.queue.current?.uuid, "s4");
});

test("the count includes votes that are under way", async () => {
  const round = new FakeRound(10);
  const session = sessionOf(round);
  await session.refill();
  round.isOffline = true;
  session.vote(LABEL, 1, {});
  session.vote(SKIP, 1, {});
  await settled();
  assert.deepEqual(session.progress, { answered: 1, skipped: 1, remaining: 8 });
});

test("undo withdraws at the server and shows the source again", async () => {
  const round = new FakeRound(10);
  const session = sessionOf(round);
  await session.refill();
  session.vote(LABEL, 1, {});
  session.vote(SKIP, 1, {});
  await settled();
  assert.equal(session.undo(), true);
  assert.equal(session.queue.current?.uuid, "s1");
  await settled();
  assert.deepEqual(round.outcomes, ["s0 labeled", "s1 skipped", "s1 withdrawn"]);
  assert.deepEqual(session.progress, { answered: 1, skipped: 0, remaining: 9 });
  session.vote(LABEL, 1, {});
  await settled();
  assert.equal(session.queue.current?.uuid, "s2");
});

test("out of sources without a connection it waits, and goes on by itself", async () => {
  const round = new FakeRound(8);
  const session = sessionOf(round);
  await session.refill();
  round.isOffline = true;
  for (let i = 0; i < 5; i++) session.vote(LABEL, 1, {});
  await settled();
  assert.equal(session.phase, "waiting");
  round.isOffline = false;
  timers.splice(0).forEach((task) => task());
  await settled();
  assert.equal(session.phase, "working");
  assert.equal(session.queue.current?.uuid, "s5");
});

test("a round that closes stops the sitting with the server's words, and keeps the vote", async () => {
  const round = new FakeRound(10);
  const session = sessionOf(round);
  await session.refill();
  round.isClosed = true;
  session.vote(LABEL, 1, {});
  await settled();
  assert.equal(session.phase, "stopped");
  assert.equal(session.message, "Round 1 is closed: it takes no more votes");
  assert.deepEqual(session.outbox.refused.map(({ about }) => about), ["source 7: class 1"]);
});

test("a round without sources for this person is done at once", async () => {
  const session = sessionOf(new FakeRound(0));
  await session.refill();
  assert.equal(session.phase, "done");
});

test("what another tab answered is not shown here", async () => {
  const session = sessionOf(new FakeRound(10));
  await session.refill();
  session.answeredElsewhere("s1");
  session.vote(LABEL, 1, {});
  assert.equal(session.queue.current?.uuid, "s2");
});

test("a count asked for while one is under way is asked again", async () => {
  const round = new FakeRound(10);
  const session = sessionOf(round);
  await session.refill();
  session.answeredElsewhere("s1");
  round.states.set("s1", "answered"); // after the first answer was made up
  session.answeredElsewhere(null);
  await settled();
  assert.deepEqual(session.progress, { answered: 1, skipped: 0, remaining: 9 });
});
