// @ts-check
/** The sources at hand: the one shown, those that come next, and what was answered in this sitting. No DOM, no network. */

/**
 * @typedef {object} Source
 * @property {string} uuid
 * @property {number} number
 * @property {number} x_px
 * @property {number} y_px
 * @property {number | null} ra_deg
 * @property {number | null} dec_deg
 */
/** @typedef {{mode: string | null, is_tie: boolean, n_votes: number, counts: Record<string, number>}} PreviousConsensus */
/** @typedef {{uuid: string, state: string, source: Source, previous_consensus: PreviousConsensus | null}} Assignment */
/** @typedef {import("./votestore.js").Vote["outcome"]} Outcome */

export class Queue {
  /** @type {Assignment | null} */
  current = null;
  /** @type {Assignment[]} */
  upcoming = [];
  /** @type {{assignment: Assignment, outcome: Outcome}[]} */
  #history = [];
  /** @type {Set<string>} */
  #answered = new Set();

  /**
   * Take in what the server handed out, less what is known already.
   * @param {Assignment[]} handed
   * @param {ReadonlySet<string>} answeredElsewhere assignments whose votes wait to be sent
   * @returns {number} how many were new
   */
  offer(handed, answeredElsewhere = new Set()) {
    const known = new Set([this.current, ...this.upcoming].map((assignment) => assignment?.uuid));
    const isNew = (/** @type {string} */ uuid) => !known.has(uuid) && !this.#answered.has(uuid) && !answeredElsewhere.has(uuid);
    const fresh = handed.filter(({ uuid }) => isNew(uuid));
    this.upcoming.push(...fresh);
    this.current ??= this.upcoming.shift() ?? null;
    return fresh.length;
  }

  /**
   * The current source is answered; the next one becomes current.
   * @param {Outcome} outcome
   */
  answer(outcome) {
    if (!this.current) throw new Error("there is no source to answer");
    this.#answered.add(this.current.uuid);
    this.#history.push({ assignment: this.current, outcome });
    this.current = this.upcoming.shift() ?? null;
  }

  /**
   * Take back the last answer: its source becomes current, and the one shown before comes next.
   * @returns {{assignment: Assignment, outcome: Outcome} | null} null where nothing was answered in this sitting
   */
  undo() {
    const last = this.#history.pop();
    if (!last) return null;
    this.#answered.delete(last.assignment.uuid);
    if (this.current) this.upcoming.unshift(this.current);
    this.current = last.assignment;
    return last;
  }

  get canUndo() {
    return this.#history.length > 0;
  }

  /**
   * The server did not take the answer: the source may be handed out again, and there is nothing to undo.
   * @param {string} uuid of the assignment
   */
  release(uuid) {
    this.#answered.delete(uuid);
    this.#history = this.#history.filter(({ assignment }) => assignment.uuid !== uuid);
  }

  /**
   * Leave out a source that was answered in another tab.
   * @param {string} uuid of the assignment
   */
  withhold(uuid) {
    this.upcoming = this.upcoming.filter((assignment) => assignment.uuid !== uuid);
    if (this.current?.uuid === uuid) this.current = this.upcoming.shift() ?? null;
  }
}
