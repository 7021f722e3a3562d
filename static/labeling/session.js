// @ts-check
/** One person's sitting in a round: keeps the queue filled, casts votes, takes them back. No DOM. */

import { withPending } from "./progress.js";
import { backOffSeconds, reasonOf, verdictOf } from "./verdict.js";

/** @typedef {import("./queue.js").Assignment} Assignment */
/** @typedef {import("./votestore.js").Vote} Vote */
/** @typedef {import("./progress.js").Progress} Progress */
/**
 * loading: nothing known yet; working: a source is shown; waiting: the next sources cannot be had now;
 * done: none is left; stopped: the server hands out no more, `message` says why.
 * @typedef {"loading" | "working" | "waiting" | "login" | "done" | "stopped"} Phase
 */
/** @typedef {{outcome: "labeled" | "unsure" | "skipped", label: string | null, is_unsure: boolean}} Answer */

const HELD = 5;
const MAX_HELD = 10;
const LOW = 2;
const LOGIN_RETRY_SECONDS = 10;

export class LabelSession extends EventTarget {
  /** @type {Phase} */
  phase = "loading";
  message = "";
  /** @type {Progress | null} as the server last said */
  #progress = null;
  #isClaiming = false;
  #askedAgain = false;
  #failures = 0;
  #cancelRetry = () => {};

  /**
   * @param {object} parts
   * @param {import("./queue.js").Queue} parts.queue
   * @param {import("./outbox.js").Outbox} parts.outbox
   * @param {(count: number) => Promise<import("./verdict.js").Answer>} parts.claim rejects without a connection
   * @param {(seconds: number, task: () => void) => () => void} parts.after
   */
  constructor({ queue, outbox, claim, after }) {
    super();
    this.queue = queue;
    this.outbox = outbox;
    this.claim = claim;
    this.after = after;
    outbox.addEventListener("saved", (event) => this.#onSaved(/** @type {CustomEvent} */ (event).detail));
    outbox.addEventListener("refused", (event) => this.#onRefused(/** @type {CustomEvent} */ (event).detail));
  }

  /** @returns {Progress | null} */
  get progress() {
    return this.#progress && withPending(this.#progress, this.outbox.pending);
  }

  /**
   * Answer the current source; the next one is current at once.
   * @param {Answer} answer
   * @param {number} secondsSpent
   * @param {Record<string, unknown>} shown what the voter could see
   */
  vote(answer, secondsSpent, shown) {
    const assignment = this.queue.current;
    if (!assignment) return;
    this.queue.answer(answer.outcome);
    const about = `source ${assignment.source.number}: ${answer.label ? `class ${answer.label}` : answer.outcome}`;
    this.outbox.add({ assignment: assignment.uuid, ...answer, seconds_spent: secondsSpent, shown }, { about });
    this.#settlePhase();
  }

  /** Take the last answer back and show its source again. @returns {boolean} whether there was one */
  undo() {
    const last = this.queue.undo();
    if (!last) return false;
    const withdrawal = { outcome: /** @type {const} */ ("withdrawn"), label: null, is_unsure: false, seconds_spent: null, shown: {} };
    const about = `source ${last.assignment.source.number}: answer taken back`;
    this.outbox.add({ assignment: last.assignment.uuid, ...withdrawal }, { undoes: last.outcome, about });
    this.#become("working");
    return true;
  }

  /**
   * Another tab of the same person answered a source: leave it out here, and count anew.
   * @param {string | null} assignment null where only the count may have changed
   */
  answeredElsewhere(assignment) {
    if (assignment) this.queue.withhold(assignment);
    this.#tell();
    void this.refill(true);
  }

  /** Ask for more sources, when there are few. @param {boolean} [always] */
  async refill(always = false) {
    if (this.queue.upcoming.length > LOW && !always) return;
    this.#askedAgain = this.#isClaiming && (this.#askedAgain || always);
    if (this.#isClaiming) return;
    this.#isClaiming = true;
    this.#cancelRetry();
    const pendingBefore = this.outbox.pending.length;
    // Sources whose votes are under way still count as held on the server.
    const answer = await this.claim(Math.min(HELD + pendingBefore, MAX_HELD)).catch(() => ({ status: 0, body: null }));
    this.#isClaiming = false;
    const verdict = verdictOf(answer);
    if (verdict === "saved") this.#take(answer.body, pendingBefore);
    else if (verdict === "refused") this.#become("stopped", reasonOf(answer.body) || `The server answered ${answer.status}`);
    else this.#retry(verdict);
    if (this.#askedAgain) void this.refill(true); // what was known then may be old now
  }

  /**
   * @param {{assignments: Assignment[], progress: Progress}} handed
   * @param {number} pendingBefore
   */
  #take(handed, pendingBefore) {
    this.#failures = 0;
    this.queue.offer(handed.assignments, this.outbox.answered);
    // Between a vote's leaving and its receipt nobody can tell whether this count holds it; the receipt will.
    if (pendingBefore === 0 || this.#progress === null) this.#progress = handed.progress;
    if (this.queue.current) this.#become("working");
    else if (this.outbox.pending.length > 0) this.#become(this.outbox.status === "login" ? "login" : "waiting");
    else if (pendingBefore > 0) void this.refill(); // the last votes arrived meanwhile: ask anew
    else this.#become("done");
  }

  /** @param {"retry" | "login"} verdict */
  #retry(verdict) {
    this.#failures += 1;
    const isLogin = verdict === "login";
    if (!this.queue.current) this.#become(isLogin ? "login" : "waiting");
    this.#cancelRetry = this.after(isLogin ? LOGIN_RETRY_SECONDS : backOffSeconds(this.#failures), () => void this.refill());
  }

  /** @param {{entry: import("./votestore.js").Entry, body: {progress: Progress}}} receipt */
  #onSaved({ entry, body }) {
    if (!entry.vote) return;
    this.#progress = body.progress;
    this.#tell();
    void this.refill();
  }

  /** @param {{entry: import("./votestore.js").Entry}} refusal */
  #onRefused({ entry }) {
    if (!entry.vote) return;
    this.queue.release(entry.vote.assignment);
    this.#tell();
    void this.refill(true); // the server may have stopped handing out: better known before the next answer
  }

  #settlePhase() {
    if (this.queue.current) return this.#become("working");
    this.#become("waiting");
    void this.refill();
  }

  /**
   * @param {Phase} phase
   * @param {string} message
   */
  #become(phase, message = "") {
    this.phase = phase;
    this.message = message;
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}
