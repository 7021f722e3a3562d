// @ts-check
/** Flags and comments of the sources in this sitting: kept and sent as votes are. No DOM, no network. */

/** @typedef {import("./queue.js").Assignment} Assignment */

export class Remarks {
  /**
   * @param {import("./outbox.js").Outbox} outbox
   * @param {Storage | null} storage remembers flags over a reload; null where the browser keeps nothing
   * @param {string} name of the person and the round
   */
  constructor(outbox, storage, name) {
    this.outbox = outbox;
    this.storage = storage;
    this.name = `${name}:flag`;
    /** @type {Map<string, string>} assignment to the flag's id, where the storage takes nothing */
    this.flags = new Map();
    outbox.addEventListener("refused", (event) => this.#onRefused(/** @type {CustomEvent} */ (event).detail.entry));
  }

  /** @param {string} assignment @returns {string | null} the standing flag's id */
  flagOf(assignment) {
    return this.flags.get(assignment) ?? this.storage?.getItem(`${this.name}:${assignment}`) ?? null;
  }

  /**
   * Flag the source for a curator, or take the flag back.
   * @param {Assignment} assignment
   * @returns {boolean} whether it is flagged now
   */
  toggleFlag(assignment) {
    const standing = this.flagOf(assignment.uuid);
    if (standing === null) return this.flag(assignment, "");
    this.outbox.withdrawRemark({ client_id: standing, assignment: assignment.uuid }, `source ${assignment.source.number}: flag taken back`);
    this.#forget(assignment.uuid);
    return false;
  }

  /**
   * Flag with a reason; a flag that stands is replaced, since there is one a person and source.
   * @param {Assignment} assignment
   * @param {string} reason
   */
  flag(assignment, reason) {
    if (this.flagOf(assignment.uuid)) this.toggleFlag(assignment);
    const id = this.outbox.addRemark({ assignment: assignment.uuid, kind: "flag", text: reason }, `source ${assignment.source.number}: flag`);
    this.#remember(assignment.uuid, id);
    return true;
  }

  /**
   * @param {Assignment} assignment
   * @param {string} text not blank
   */
  comment(assignment, text) {
    this.outbox.addRemark({ assignment: assignment.uuid, kind: "comment", text }, `source ${assignment.source.number}: comment`);
  }

  /** @param {string} assignment @param {string} id */
  #remember(assignment, id) {
    try {
      if (!this.storage) throw new Error("no storage");
      this.storage.setItem(`${this.name}:${assignment}`, id);
    } catch {
      this.flags.set(assignment, id);
    }
  }

  /** @param {string} assignment */
  #forget(assignment) {
    this.flags.delete(assignment);
    this.storage?.removeItem(`${this.name}:${assignment}`);
  }

  /** A flag that the server did not take does not stand. @param {import("./votestore.js").Entry} entry */
  #onRefused({ remark }) {
    if (remark?.kind === "flag" && this.flagOf(remark.assignment) === remark.client_id) this.#forget(remark.assignment);
  }
}
