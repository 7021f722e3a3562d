// @ts-check
/**
 * Sends votes and remarks in order until the server has them. Each is stored before anything is sent; its `client_id` makes a
 * resend harmless, so closing the page, losing the network or voting in two tabs loses and doubles nothing. No DOM.
 */

import { randomUuid } from "../galaxycat/uuid.js";
import { itemOf } from "./votestore.js";
import { backOffSeconds, reasonOf, verdictOf } from "./verdict.js";

/** @typedef {import("./votestore.js").Vote} Vote */
/** @typedef {import("./votestore.js").Remark} Remark */
/** @typedef {import("./votestore.js").Entry} Entry */
/** @typedef {import("./verdict.js").Answer} Answer */
/** @typedef {"idle" | "sending" | "waiting" | "login"} OutboxStatus */

/**
 * @typedef {object} OutboxParts
 * @property {import("./votestore.js").VoteStore} store
 * @property {(entry: Entry) => Promise<Answer>} send rejects without a connection
 * @property {(seconds: number, task: () => void) => () => void} after runs a task later; returns how to cancel it
 * @property {(task: () => Promise<void>) => Promise<void>} [alone] lets one tab at a time run its task
 */

const LOGIN_RETRY_SECONDS = 10;

export class Outbox extends EventTarget {
  /** @type {OutboxStatus} */
  status = "idle";
  #failures = 0;
  #isFlushing = false;
  #askedAgain = false;
  #cancelRetry = () => {};

  /** @param {OutboxParts} parts */
  constructor({ store, send, after, alone = (task) => task() }) {
    super();
    this.store = store;
    this.send = send;
    this.after = after;
    this.alone = alone;
  }

  get pending() {
    return this.store.list("pending");
  }

  get refused() {
    return this.store.list("refused");
  }

  /** Assignments whose last word waits here, so that they are not asked again. @returns {Set<string>} */
  get answered() {
    const votes = this.pending.flatMap(({ vote }) => (vote ? [vote] : []));
    const last = new Map(votes.map((vote) => [vote.assignment, vote.outcome]));
    return new Set([...last].filter(([, outcome]) => outcome !== "withdrawn").map(([assignment]) => assignment));
  }

  /**
   * Keep a vote and start sending.
   * @param {Omit<Vote, "client_id">} vote
   * @param {Pick<Entry, "undoes" | "about">} [more]
   */
  add(vote, more = {}) {
    this.#keep({ ...more, vote: { client_id: randomUuid(), ...vote } });
  }

  /**
   * Keep a flag or a comment and start sending.
   * @param {Omit<Remark, "client_id">} remark
   * @param {string} about
   * @returns {string} its id, by which it can be taken back
   */
  addRemark(remark, about) {
    const client_id = randomUuid();
    this.#keep({ about, remark: { client_id, ...remark } });
    return client_id;
  }

  /**
   * Take a remark back, behind itself in the order.
   * @param {{client_id: string, assignment: string}} withdrawal
   * @param {string} about
   */
  withdrawRemark(withdrawal, about) {
    this.#keep({ about, withdrawal });
  }

  /** @param {Omit<Entry, "key">} entry */
  #keep(entry) {
    this.store.add("pending", entry);
    this.#tell("change");
    void this.flush();
  }

  /** Send what waits, now. Calls while it runs make it look once more. */
  async flush() {
    this.#askedAgain = true;
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    this.#cancelRetry();
    try {
      while (this.#askedAgain) {
        this.#askedAgain = false;
        await this.alone(() => this.#drain());
      }
    } finally {
      this.#isFlushing = false;
    }
  }

  /** Send what was refused once more. */
  retryRefused() {
    for (const { key, reason: _, ...entry } of this.refused) {
      this.store.add("pending", entry);
      this.store.remove("refused", key);
    }
    this.#tell("change");
    void this.flush();
  }

  /** Give up what was refused, as their person asked. */
  discardRefused() {
    for (const entry of this.refused) this.store.remove("refused", entry.key);
    this.#tell("change");
  }

  async #drain() {
    for (let entry = this.pending[0]; entry; entry = this.pending[0]) {
      this.#become("sending");
      const answer = await this.send(entry).catch(() => ({ status: 0, body: null }));
      const verdict = this.#verdict(entry, answer);
      if (verdict === "saved") this.#settle(entry, answer);
      else if (verdict === "refused") this.#refuse(entry, answer);
      else return this.#wait(verdict);
    }
    this.#failures = 0;
    this.#become("idle");
  }

  /**
   * @param {Entry} entry
   * @param {Answer} answer
   */
  #verdict(entry, answer) {
    const verdict = verdictOf(answer);
    // A hotel's log-in page answers 200 too: only the item's own id says that it was saved.
    return verdict === "saved" && answer.body?.client_id !== itemOf(entry).client_id ? "retry" : verdict;
  }

  /**
   * @param {Entry} entry
   * @param {Answer} answer
   */
  #settle(entry, answer) {
    this.#failures = 0;
    this.store.remove("pending", entry.key);
    this.#tell("saved", { entry, body: answer.body });
  }

  /**
   * @param {Entry} entry
   * @param {Answer} answer
   */
  #refuse(entry, answer) {
    const reason = reasonOf(answer.body) || `The server answered ${answer.status}`;
    const { key: _, ...kept } = entry;
    this.store.add("refused", { ...kept, reason });
    this.store.remove("pending", entry.key);
    this.#tell("refused", { entry: { ...entry, reason }, status: answer.status });
  }

  /** @param {"retry" | "login"} verdict */
  #wait(verdict) {
    this.#failures += 1;
    this.#become(verdict === "login" ? "login" : "waiting");
    const seconds = verdict === "login" ? LOGIN_RETRY_SECONDS : backOffSeconds(this.#failures);
    this.#cancelRetry = this.after(seconds, () => void this.flush());
  }

  /** @param {OutboxStatus} status */
  #become(status) {
    this.status = status;
    this.#tell("change");
  }

  /**
   * @param {"change" | "saved" | "refused"} type
   * @param {unknown} [detail]
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
