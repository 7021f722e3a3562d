import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { LiveTopic, liveAddress, waitBefore } from "../../static/galaxycat/livetopic.js";

const PAGE = { protocol: "https:", host: "cat.example" };
const EVENT = { kind: "vote", payload: {} };

/** A socket that the test opens, feeds and closes. */
class FakeSocket {
  listeners = { message: [], close: [] };
  isClosed = false;
  constructor(url) {
    this.url = url;
  }
  addEventListener(name, listener) {
    this.listeners[name].push(listener);
  }
  say(message) {
    for (const listener of this.listeners.message) listener({ data: JSON.stringify(message) });
  }
  tell(...seqs) {
    this.say({ topic: "round.a", seq: seqs.at(-1), events: seqs.map((seq) => ({ seq, ...EVENT })) });
  }
  drop(code = 1006) {
    for (const listener of this.listeners.close) listener({ code });
  }
  close() {
    this.isClosed = true;
  }
}

let sockets, waits, states, seen;
beforeEach(() => ([sockets, waits, states, seen] = [[], [], [], []]));

function topic(since = null) {
  return new LiveTopic({
    topic: "round.a",
    since,
    page: PAGE,
    onEvents: (events) => seen.push(events.map(({ seq }) => seq)),
    onState: (state) => states.push(state),
    makeSocket: (url) => (sockets.push(new FakeSocket(url)), sockets.at(-1)),
    after: (milliseconds, task) => {
      const wait = { milliseconds, task, isCancelled: false };
      waits.push(wait);
      return () => (wait.isCancelled = true);
    },
  });
}

test("waits double from half a second to 15 s, spread over their upper half", () => {
  assert.deepEqual([1, 2, 3, 9].map((failures) => waitBefore(failures, 1)), [500, 1000, 2000, 15000]);
  assert.equal(waitBefore(1, 0), 250);
});

test("the address is the page's own host, secure where the page is", () => {
  assert.equal(liveAddress("round.a", null, PAGE), "wss://cat.example/ws/live/round.a/");
  assert.equal(liveAddress("jobs.b", 7, { protocol: "http:", host: "localhost:8000" }), "ws://localhost:8000/ws/live/jobs.b/?since=7");
});

test("events are passed on once each, in order", () => {
  topic().start();
  sockets[0].say({ event: "joined", seq: 4 });
  sockets[0].tell(5, 6);
  sockets[0].tell(6, 7);
  sockets[0].tell(6);
  assert.deepEqual(seen, [[5, 6], [7]]);
  assert.deepEqual(states, ["connecting", "live"]);
});

test("a broken connection comes back and goes on from the last number", () => {
  const live = topic();
  live.start();
  sockets[0].say({ event: "joined", seq: 4 });
  sockets[0].tell(5);
  sockets[0].drop();
  assert.equal(waits.length, 1);
  waits[0].task();
  assert.equal(sockets[1].url, "wss://cat.example/ws/live/round.a/?since=5");
  sockets[1].say({ event: "joined", seq: 7 });
  sockets[1].tell(6, 7);
  assert.deepEqual(seen, [[5], [6, 7]]);
  assert.deepEqual(states, ["connecting", "live", "offline", "connecting", "live"]);
  assert.equal(live.seq, 7);
});

test("a page that knows its number starts from it", () => {
  topic(3).start();
  assert.equal(sockets[0].url, "wss://cat.example/ws/live/round.a/?since=3");
  sockets[0].say({ event: "joined", seq: 5 });
  sockets[0].tell(4, 5);
  assert.deepEqual(seen, [[4, 5]]);
});

test("failures wait longer, and a connection that joined starts again from half a second", () => {
  topic().start();
  sockets[0].drop();
  waits[0].task();
  sockets[1].drop();
  waits[1].task();
  sockets[2].say({ event: "joined", seq: 0 });
  sockets[2].drop();
  const within = waits.map(({ milliseconds }, i) => milliseconds <= [500, 1000, 500][i] && milliseconds >= [250, 500, 250][i]);
  assert.deepEqual(within, [true, true, true]);
});

test("a refusal is final", () => {
  topic().start();
  sockets[0].drop(4403);
  assert.deepEqual(states, ["connecting", "refused"]);
  assert.equal(waits.length, 0);
});

test("a topic that began anew is followed from its new count", () => {
  const live = topic(90);
  live.start();
  sockets[0].say({ event: "joined", seq: 2 });
  sockets[0].tell(3);
  assert.deepEqual(seen, [[3]]);
  assert.equal(live.seq, 3);
});

test("stopping closes the socket, ends the waiting, and nothing is passed on any more", () => {
  const live = topic();
  live.start();
  sockets[0].say({ event: "joined", seq: 0 });
  live.stop();
  assert.equal(sockets[0].isClosed, true);
  sockets[0].tell(1);
  sockets[0].drop();
  assert.deepEqual([seen, waits], [[], []]);
  live.start();
  sockets[1].drop();
  live.stop();
  assert.equal(waits[0].isCancelled, true);
});
