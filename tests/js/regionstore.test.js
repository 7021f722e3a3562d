import assert from "node:assert/strict";
import { test } from "node:test";

import { RegionStore } from "../../static/catalogs/regions/store.js";

/** @typedef {import("../../static/catalogs/regions/shapes.js").Shape} Shape */

/** @param {number} x_px @returns {Shape} */
const point = (x_px) => ({ kind: "point", x_px, y_px: 0 });
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A server that keeps regions and their versions, and can be cut off. */
class Server {
  /** @type {Map<string, any>} */
  kept = new Map();
  isThere = true;
  /** @type {(() => void)[]} */
  waiting = [];
  /** @type {string[]} */
  heard = [];

  async list() {
    return structuredClone([...this.kept.values()]);
  }

  /** @param {string} uuid @param {{shape: Shape, label: string}} created */
  async create(uuid, { shape, label }) {
    this.#require(`create ${label}`);
    if (!this.kept.has(uuid)) this.kept.set(uuid, { uuid, shape, label, author: "cora", is_mine: true, is_shared: true, version: 1, removed_at: null });
    return { status: 201, body: structuredClone(this.kept.get(uuid)) };
  }

  /** @param {string} uuid @param {number} version @param {import("../../static/catalogs/regions/store.js").Change} change */
  async change(uuid, version, change) {
    this.#require(`change ${JSON.stringify(change)}`);
    const region = this.kept.get(uuid);
    if (region.version !== version) return { status: 409, body: { detail: "it was changed meanwhile" } };
    if (change.shape) region.shape = change.shape;
    if (change.label !== undefined) region.label = change.label;
    if (change.is_removed !== undefined) region.removed_at = change.is_removed ? "2026-01-01" : null;
    region.version += 1;
    return { status: 200, body: structuredClone(region) };
  }

  /** @param {number} _ @param {() => void} task */
  after(_, task) {
    this.waiting.push(task);
    return () => {};
  }

  /** @param {string} what */
  #require(what) {
    if (!this.isThere) throw new Error("no connection");
    this.heard.push(what);
  }
}

function opened() {
  const server = new Server();
  return { server, store: new RegionStore(server) };
}

test("what is drawn is there at once, and at the server in the order done", async () => {
  const { server, store } = opened();
  const uuid = store.draw(point(1), "a");
  store.change(uuid, { shape: point(2) });
  store.change(uuid, { label: "b" });
  assert.deepEqual(store.regions.map(({ shape, label }) => [shape, label]), [[point(2), "b"]]);
  await settled();
  assert.equal(store.nPending, 0);
  assert.deepEqual({ ...server.kept.get(uuid) }, { uuid, shape: point(2), label: "b", author: "cora", is_mine: true, is_shared: true, version: 3, removed_at: null });
  assert.equal(store.get(uuid)?.version, 3);
});

test("undo and redo go through everything, the drawing and the removal too", async () => {
  const { server, store } = opened();
  const uuid = store.draw(point(1));
  store.change(uuid, { shape: point(2) });
  store.change(uuid, { is_removed: true });
  assert.equal(store.regions.length, 0);
  store.undo();
  assert.deepEqual(store.regions.map(({ shape }) => shape), [point(2)]);
  store.undo();
  assert.deepEqual(store.regions.map(({ shape }) => shape), [point(1)]);
  store.undo();
  assert.equal(store.regions.length, 0);
  assert.equal(store.canUndo, false);
  store.redo();
  store.redo();
  assert.deepEqual(store.regions.map(({ shape }) => shape), [point(2)]);
  await settled();
  assert.deepEqual([server.kept.get(uuid).shape, server.kept.get(uuid).removed_at], [point(2), null]);
  store.change(uuid, { label: "anew" });
  assert.equal(store.canRedo, false);
});

test("without a connection everything waits in its order, and is sent once", async () => {
  const { server, store } = opened();
  server.isThere = false;
  const uuid = store.draw(point(1), "a");
  store.change(uuid, { label: "b" });
  await settled();
  assert.match(store.complaint, /Not saved yet \(no connection\)/);
  assert.deepEqual([store.nPending, server.kept.size], [2, 0]);
  server.isThere = true;
  server.waiting.splice(0).forEach((task) => task());
  await settled();
  assert.deepEqual(server.heard, ["create a", 'change {"label":"b"}']);
  assert.deepEqual([store.nPending, store.complaint], [0, ""]);
});

test("what was changed by another meanwhile is refused, said, and shown as it is", async () => {
  const { server, store } = opened();
  const uuid = store.draw(point(1), "a");
  await settled();
  Object.assign(server.kept.get(uuid), { version: 7, label: "by another" });
  store.change(uuid, { shape: point(2) });
  store.change(uuid, { shape: point(3) });
  await settled();
  assert.match(store.complaint, /Not kept: it was changed meanwhile/);
  assert.deepEqual(store.regions.map(({ shape, label, version }) => [shape, label, version]), [[point(1), "by another", 7]]);
  assert.deepEqual([store.nPending, store.canUndo], [0, false]);
  store.change(uuid, { shape: point(4) });
  await settled();
  assert.deepEqual([server.kept.get(uuid).shape, store.complaint], [point(4), ""]);
});

test("what somebody else changed meanwhile is not undone from here, nor done again", async () => {
  const { server, store } = opened();
  const [mine, theirs, undone] = [store.draw(point(1), "mine"), store.draw(point(2), "theirs"), store.draw(point(3), "undone")];
  store.change(theirs, { shape: point(20) });
  store.change(undone, { shape: point(30) });
  store.undo();
  store.change(mine, { label: "still mine" });
  await settled();
  for (const uuid of [theirs, undone]) Object.assign(server.kept.get(uuid), { shape: point(99), version: 9 });
  await store.load();
  assert.equal(store.canRedo, false);
  store.undo();
  assert.equal(store.get(mine)?.label, "mine");
  store.undo(); // the drawing of "mine": nothing else is left
  assert.equal(store.canUndo, false);
  await settled();
  assert.deepEqual([theirs, undone].map((uuid) => server.kept.get(uuid).shape), [point(99), point(99)]);
  assert.equal(store.complaint, "");
});

test("what is refused of one region takes nothing of the others along", async () => {
  const { server, store } = opened();
  const [refused, kept] = [store.draw(point(1), "a"), store.draw(point(2), "b")];
  await settled();
  server.isThere = false;
  Object.assign(server.kept.get(refused), { version: 7, label: "by another" });
  store.change(refused, { label: "mine" });
  store.draw(point(3), "c");
  store.change(kept, { shape: point(4) });
  store.change(refused, { shape: point(5) });
  await settled();
  server.isThere = true;
  store.retry();
  await settled();
  assert.match(store.complaint, /Not kept: it was changed meanwhile/);
  assert.deepEqual(store.regions.map(({ label, shape }) => [label, shape]), [["by another", point(1)], ["b", point(4)], ["c", point(3)]]);
  assert.deepEqual([...server.kept.values()].map(({ label }) => label), ["by another", "b", "c"]);
  assert.equal(store.nPending, 0);
  store.undo();
  await settled();
  assert.deepEqual(server.kept.get(kept).shape, point(2));
});

test("a change to what is so already is none", async () => {
  const { server, store } = opened();
  const uuid = store.draw(point(1), "a");
  store.change(uuid, { label: "a" });
  store.change(uuid, { shape: point(1) });
  await settled();
  assert.deepEqual(server.heard, ["create a"]);
});

test("what is drawn after the session ended waits until one has logged in again", async () => {
  const { server, store } = opened();
  const create = server.create.bind(server);
  server.create = async () => ({ status: 401, body: { detail: "Authentication credentials were not provided." } });
  store.draw(point(1), "a");
  await settled();
  assert.match(store.complaint, /Not saved yet \(you are logged out: log in again in another tab\)/);
  assert.deepEqual([store.nPending, store.regions.length], [1, 1]);
  server.create = create;
  server.waiting.splice(0).forEach((task) => task());
  await settled();
  assert.deepEqual([store.nPending, server.kept.size, store.complaint], [0, 1, ""]);
});

test("a list asked for before a region was saved does not hide it, nor one asked for before another came", async () => {
  const { server, store } = opened();
  /** @type {((regions: any[]) => void)[]} */
  const answers = [];
  server.list = () => new Promise((resolve) => answers.push(resolve));

  const loading = store.load();
  store.draw(point(7), "early");
  await settled();
  const again = store.load();
  answers[1]([...server.kept.values()]);
  await again;
  answers[0]([]);
  await loading;
  assert.deepEqual(store.regions.map(({ label }) => label), ["early"]);

  const third = store.load();
  store.draw(point(8), "meanwhile");
  await settled();
  answers[2]([...server.kept.values()].slice(0, 1));
  await third;
  assert.deepEqual(store.regions.map(({ label }) => label), ["early", "meanwhile"]);
});
