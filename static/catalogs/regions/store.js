// @ts-check
/**
 * The regions of a galaxy as the server has them, with what was done here and is on its way there, in order; undo and redo.
 * What cannot be sent yet waits and is sent again; what the server refuses is taken back, with its reason. No DOM.
 */

import { randomUuid } from "../../galaxycat/uuid.js";

/** @typedef {import("./shapes.js").Shape} Shape */
/** @typedef {{uuid: string, shape: Shape, label: string, author: string, is_mine: boolean, is_shared: boolean, version: number, removed_at: string | null}} Region */
/** @typedef {{shape?: Shape, label?: string, is_removed?: boolean}} Change */
/** @typedef {{status: number, body: any}} Answer */
/** @typedef {{uuid: string, created?: {shape: Shape, label: string}, change?: Change, back?: Change}} Step */

/**
 * @typedef {object} Server
 * @property {() => Promise<Region[]>} list
 * @property {(uuid: string, created: {shape: Shape, label: string}) => Promise<Answer>} create rejects without a connection
 * @property {(uuid: string, version: number, change: Change) => Promise<Answer>} change rejects without a connection
 * @property {(seconds: number, task: () => void) => () => void} after
 */

const RETRY_SECONDS = 5;

export class RegionStore extends EventTarget {
  /** @type {Map<string, Region>} */
  #regions = new Map();
  /** @type {Step[]} to be sent */
  #pending = [];
  /** @type {Step[]} */
  #undone = [];
  /** @type {Step[]} */
  #done = [];
  /** @type {Set<string>} uuids of what a list that is on its way may not know of */
  #newer = new Set();
  #nLoads = 0;
  #isSending = false;
  #cancelRetry = () => {};
  /** Why the first of what waits does not go. */
  #delay = "";
  /** @type {Set<string>} what the server refused since something was done here */
  #refusals = new Set();

  /** @param {Server} server */
  constructor(server) {
    super();
    this.server = server;
  }

  /** @returns {Region[]} those that stand, in the order drawn */
  get regions() {
    return [...this.#regions.values()].filter(({ removed_at }) => !removed_at);
  }

  /** @param {string} uuid */
  get(uuid) {
    return this.#regions.get(uuid) ?? null;
  }

  /** What went wrong, for people; empty for nothing. */
  get complaint() {
    return [...this.#refusals, this.#delay].filter(Boolean).join(" ");
  }

  get nPending() {
    return this.#pending.length;
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** Fetch what the server has; what waits to be sent stays, and what was done while the list was on its way. */
  async load() {
    const number = ++this.#nLoads;
    this.#newer = new Set(this.#pending.map(({ uuid }) => uuid));
    const listed = await this.server.list();
    if (number !== this.#nLoads) return; // a later one knows more
    this.#forgetOvertaken(listed);
    const kept = [...this.#regions.values()].filter(({ uuid }) => this.#newer.has(uuid));
    this.#regions = new Map([...listed, ...kept].map((region) => [region.uuid, region]));
    this.#changed();
  }

  /** What somebody else has changed since is not undone from here: it would be their work. @param {Region[]} listed */
  #forgetOvertaken(listed) {
    const isOvertaken = (/** @type {Region} */ { uuid, version }) => !this.#newer.has(uuid) && version !== (this.#regions.get(uuid)?.version ?? version);
    const overtaken = new Set(listed.filter(isOvertaken).map(({ uuid }) => uuid));
    const stands = (/** @type {Step} */ { uuid }) => !overtaken.has(uuid);
    [this.#done, this.#undone] = [this.#done.filter(stands), this.#undone.filter(stands)];
  }

  /**
   * @param {Shape} shape
   * @param {string} [label]
   * @returns {string} the new region's uuid
   */
  draw(shape, label = "") {
    const uuid = randomUuid();
    this.#regions.set(uuid, { uuid, shape, label, author: "", is_mine: true, is_shared: false, version: 1, removed_at: null });
    this.#do({ uuid, created: { shape, label }, change: { is_removed: false }, back: { is_removed: true } });
    return uuid;
  }

  /**
   * @param {string} uuid
   * @param {Change} change
   */
  change(uuid, change) {
    const region = this.#regions.get(uuid);
    if (!region) return;
    /** @type {Change} */
    const back = {};
    if (change.shape) back.shape = region.shape;
    if (change.label !== undefined) back.label = region.label;
    if (change.is_removed !== undefined) back.is_removed = Boolean(region.removed_at);
    if (JSON.stringify(back) === JSON.stringify(change)) return;
    this.#apply(region, change);
    this.#do({ uuid, change, back });
  }

  undo() {
    const step = this.#done.pop();
    if (!step) return;
    this.#undone.push(step);
    this.#replay(step.uuid, step.back ?? {});
  }

  redo() {
    const step = this.#undone.pop();
    if (!step) return;
    this.#done.push(step);
    this.#replay(step.uuid, step.change ?? {});
  }

  /** Send what waits, now. */
  retry() {
    this.#cancelRetry();
    void this.#send();
  }

  /** @param {Step} step */
  #do(step) {
    this.#done.push(step);
    this.#undone = [];
    this.#wait(step);
  }

  /** @param {string} uuid @param {Change} change */
  #replay(uuid, change) {
    const region = this.#regions.get(uuid);
    if (!region) return this.#changed();
    this.#apply(region, change);
    this.#wait({ uuid, change });
  }

  /** @param {Step} step */
  #wait(step) {
    this.#refusals.clear();
    this.#pending.push(step);
    this.#newer.add(step.uuid);
    this.#changed();
    void this.#send();
  }

  /** @param {Region} region @param {Change} change */
  #apply(region, { shape, label, is_removed }) {
    if (shape) region.shape = shape;
    if (label !== undefined) region.label = label;
    if (is_removed !== undefined) region.removed_at = is_removed ? new Date().toISOString() : null;
  }

  async #send() {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      while (this.#pending.length) {
        const [step] = this.#pending;
        const answer = await this.#sendOne(step);
        this.#pending.shift();
        this.#delay = "";
        if (answer.status >= 400) await this.#refused(step.uuid, answer);
        this.#changed();
      }
    } catch (error) {
      this.#delay = `Not saved yet (${error instanceof Error ? error.message : error}): it is tried again.`;
      this.#cancelRetry = this.server.after(RETRY_SECONDS, () => void this.#send());
      this.#changed();
    } finally {
      this.#isSending = false;
    }
  }

  /** @param {Step} step @returns {Promise<Answer>} rejects where it may succeed later */
  async #sendOne(step) {
    const region = this.#regions.get(step.uuid);
    const answer = step.created ? await this.server.create(step.uuid, step.created) : await this.server.change(step.uuid, region?.version ?? 1, step.change ?? {});
    if (answer.status === 401) throw new Error("you are logged out: log in again in another tab");
    if (answer.status >= 500 || answer.status === 429) throw new Error(`the server answered ${answer.status}`);
    if (region && answer.status < 400) {
      const { version, author, is_shared } = answer.body;
      Object.assign(region, { version, author, is_shared });
    }
    return answer;
  }

  /** Of this region the server's holds, and nothing that builds on what it refused. @param {string} uuid @param {Answer} answer */
  async #refused(uuid, answer) {
    const why = answer.body?.detail ?? `the server answered ${answer.status}`;
    this.#refusals.add(`Not kept: ${why.replace(/\.?$/, ".")}`);
    const others = (/** @type {Step} */ step) => step.uuid !== uuid;
    [this.#pending, this.#done, this.#undone] = [this.#pending.filter(others), this.#done.filter(others), this.#undone.filter(others)];
    await this.load().catch(() => {}); // the next page load shows it
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
