import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Outbox } from "../../static/labeling/outbox.js";
import { VoteStore } from "../../static/labeling/votestore.js";

/** Storage as a browser's, shared by the tabs that are given it. */
class FakeStorage {
  map = new Map();
  isFull = false;
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
    if (this.isFull) throw new Error("QuotaExceededError");
    this.map.set(key, value);
  }
  removeItem(key) {
    this.map.delete(key);
  }
}

/** A server that remembers what reached it, and answers as `script` says until it is used up. */
class FakeServer {
  received = [];
  script = [];
  async post(vote) {
    const next = this.script.shift() ?? 201;
    if (next === "offline") throw new TypeError("Failed to fetch");
    if (next === "lost receipt") {
      this.received.push(vote);
      throw new TypeError("Failed to fetch");
    }
    if (typeof next === "object") return next;
    const isKnown = this.received.some(({ client_id }) => client_id === vote.client_id);
    if (!isKnown) this.received.push(vote);
    return { status: isKnown ? 200 : next, body: { client_id: vote.client_id } };
  }
}

let storage, server, timers;
beforeEach(() => {
  storage = new FakeStorage();
  server = new FakeServer();
  timers = [];
});

function outbox({ name = "galaxycat:u:r", now, alone } = {}) {
  const after = (seconds, task) => {
    const timer = { seconds, task, isCancelled: false };
    timers.push(timer);
    return () => (timer.isCancelled = true);
  };
  return new Outbox({ store: new VoteStore(storage, name, now), send: ({ vote }) => server.post(vote), after, alone });
}

const vote = (assignment, label = "1") => ({
  assignment, outcome: label ? "labeled" : "skipped", label, is_unsure: false, seconds_spent: 1.5, shown: {},
});
const settled = () => new Promise((resolve) => setImmediate(resolve));
const sent = () => server.received.map(({ assignment, outcome }) => `${assignment} ${outcome}`);

test("votes reach the server in order, and nothing waits any more", async () => {
  const box = outbox();
  for (const assignment of ["a", "b", "c"]) box.add(vote(assignment));
  await settled();
  assert.deepEqual(sent(), ["a labeled", "b labeled", "c labeled"]);
  assert.equal(box.pending.length, 0);
  assert.equal(box.status, "idle");
  assert.equal(storage.length, 0);
});

test("a vote is stored before it is sent", () => {
  const box = outbox();
  let stored = -1;
  box.send = async () => ((stored = storage.length), { status: 0, body: null });
  box.add(vote("a"));
  assert.equal(storage.length, 1);
  assert.equal(stored, 1);
});

test("without a connection votes wait, and are sent again later and later", async () => {
  server.script = ["offline", "offline", "offline"];
  const box = outbox();
  box.add(vote("a"));
  await settled();
  assert.equal(box.status, "waiting");
  for (let tries = 0; tries < 3; tries++) {
    timers.at(-1).task();
    await settled();
  }
  assert.deepEqual(timers.map(({ seconds }) => seconds), [1, 2, 4]);
  assert.deepEqual(sent(), ["a labeled"]);
});

test("a vote whose receipt was lost is resent with the same id, and the server counts it once", async () => {
  server.script = ["lost receipt"];
  const box = outbox();
  box.add(vote("a"));
  await settled();
  await box.flush();
  assert.equal(server.received.length, 1);
  assert.equal(box.pending.length, 0);
});

test("votes outlive the page", async () => {
  server.script = ["offline"];
  const before = outbox();
  before.add(vote("a"));
  await settled();
  const after = outbox();
  assert.deepEqual([...after.answered], ["a"]);
  await after.flush();
  assert.deepEqual(sent(), ["a labeled"]);
});

test("another person's or round's votes are left alone", async () => {
  server.script = ["offline"];
  outbox({ name: "galaxycat:somebody:r" }).add(vote("a"));
  await settled();
  const mine = outbox();
  await mine.flush();
  assert.equal(mine.pending.length, 0);
  assert.deepEqual(sent(), []);
  assert.equal(storage.length, 1);
});

test("a refused vote is kept with the server's reason, and those behind it go on", async () => {
  server.script = [{ status: 409, body: { detail: "Round 1 is closed: it takes no more votes" } }];
  const box = outbox();
  box.add(vote("a"));
  box.add(vote("b"));
  await settled();
  assert.deepEqual(sent(), ["b labeled"]);
  assert.deepEqual(box.refused.map(({ vote: { assignment }, reason }) => [assignment, reason]), [
    ["a", "Round 1 is closed: it takes no more votes"],
  ]);
  assert.equal(outbox().refused.length, 1); // after a reload too
});

test("refused votes can be sent again, or given up", async () => {
  server.script = [{ status: 404, body: { detail: "Not found." } }, { status: 404, body: { detail: "Not found." } }];
  const box = outbox();
  box.add(vote("a"));
  box.add(vote("b"));
  await settled();
  assert.equal(box.refused.length, 2);
  box.retryRefused();
  await settled();
  assert.deepEqual(sent(), ["a labeled", "b labeled"]);
  assert.equal(box.refused.length, 0);
  server.script = [{ status: 404, body: null }];
  box.add(vote("c"));
  await settled();
  assert.equal(box.refused[0].reason, "The server answered 404");
  box.discardRefused();
  assert.equal(storage.length, 0);
});

for (const [name, answer] of [
  ["an ended session", { status: 403, body: { detail: "Authentication credentials were not provided." } }],
  ["a stale CSRF token", { status: 403, body: { detail: "CSRF Failed: CSRF token incorrect." } }],
  ["a 401", { status: 401, body: null }],
]) {
  test(`${name} keeps the votes and asks to log in`, async () => {
    server.script = [answer];
    const box = outbox();
    box.add(vote("a"));
    await settled();
    assert.equal(box.status, "login");
    assert.equal(box.pending.length, 1);
    assert.equal(box.refused.length, 0);
    await box.flush();
    assert.deepEqual(sent(), ["a labeled"]);
  });
}

for (const status of [408, 429, 500, 503]) {
  test(`${status} passes: the vote waits`, async () => {
    server.script = [{ status, body: null }];
    const box = outbox();
    box.add(vote("a"));
    await settled();
    assert.equal(box.status, "waiting");
    assert.equal(box.pending.length, 1);
  });
}

test("a 200 that does not name the vote is no receipt", async () => {
  server.script = [{ status: 200, body: null }];
  const box = outbox();
  box.add(vote("a"));
  await settled();
  assert.equal(box.status, "waiting");
  assert.equal(box.pending.length, 1);
});

test("a withdrawal goes out behind its vote, even when the clock was set back", async () => {
  server.script = ["offline"];
  let clock = 5000;
  const box = outbox({ now: () => clock });
  box.add(vote("a"));
  await settled();
  clock = 10;
  box.add({ ...vote("a", null), outcome: "withdrawn" }, { undoes: "labeled" });
  assert.deepEqual([...box.answered], []);
  await settled();
  assert.deepEqual(sent(), ["a labeled", "a withdrawn"]);
});

test("two tabs send each vote once, one after the other", async () => {
  let turn = Promise.resolve();
  const alone = (task) => (turn = turn.then(task));
  const [one, other] = [outbox({ alone }), outbox({ alone })];
  one.add(vote("a"));
  other.add(vote("b"));
  one.add(vote("c"));
  await settled();
  assert.deepEqual(sent().sort(), ["a labeled", "b labeled", "c labeled"]);
  assert.equal(storage.length, 0);
});

test("a full disk does not lose the vote: it stays in the page, which says so", async () => {
  server.script = ["offline"];
  storage.isFull = true;
  const box = outbox();
  box.add(vote("a"));
  await settled();
  assert.equal(box.store.isVolatile, true);
  await box.flush();
  assert.deepEqual(sent(), ["a labeled"]);
  assert.equal(box.store.isVolatile, false);
});

test("what was added while sending is sent too", async () => {
  const box = outbox();
  box.addEventListener("saved", () => server.received.length === 1 && box.add(vote("late")), { once: true });
  box.add(vote("a"));
  await settled();
  assert.deepEqual(sent(), ["a labeled", "late labeled"]);
});
