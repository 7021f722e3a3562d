// @ts-check
/**
 * Votes and remarks that the server has not acknowledged, in the browser's storage. Each has a key of its own, so two tabs that
 * add and remove at the same moment never overwrite each other's. No DOM, no network.
 */

/**
 * @typedef {object} Vote as labeling/api.py's VoteSerializer takes it
 * @property {string} client_id
 * @property {string} assignment
 * @property {"labeled" | "unsure" | "skipped" | "withdrawn"} outcome
 * @property {string | null} label
 * @property {boolean} is_unsure
 * @property {number | null} seconds_spent
 * @property {Record<string, unknown>} shown
 */
/** @typedef {{client_id: string, assignment: string, kind: "flag" | "comment", text: string}} Remark as labeling/remarks_api.py takes it */
/**
 * @typedef {object} Entry a vote, a remark, or the taking back of a remark
 * @property {string} key its place in the order
 * @property {Vote} [vote]
 * @property {Remark} [remark]
 * @property {{client_id: string, assignment: string}} [withdrawal] of the remark with that id
 * @property {Vote["outcome"]} [undoes] what a withdrawal takes back
 * @property {string} [about] what it says, for its person
 * @property {string} [reason] why the server refused it
 */
/** @typedef {"pending" | "refused"} Shelf */
/** @typedef {Pick<Storage, "length" | "key" | "getItem" | "setItem" | "removeItem">} KeyValueStorage */

export class VoteStore {
  /** @type {Map<string, string>} what the storage would not take: lost when the page closes */
  #volatile = new Map();

  /**
   * @param {KeyValueStorage | null} storage null where the browser gives none
   * @param {string} name of the person and the round
   * @param {() => number} now milliseconds
   */
  constructor(storage, name, now = Date.now) {
    this.storage = storage;
    this.name = name;
    this.now = now;
  }

  /** Whether something would be lost with the page. */
  get isVolatile() {
    return this.#volatile.size > 0;
  }

  /**
   * The shelf's entries in the order they were added.
   * @param {Shelf} shelf
   * @returns {Entry[]}
   */
  list(shelf) {
    const prefix = `${this.name}:${shelf}:`;
    const keys = this.#keys().filter((key) => key.startsWith(prefix));
    return keys.sort().flatMap((key) => {
      const text = this.#volatile.get(key) ?? this.storage?.getItem(key);
      const entry = text ? parsed(text) : null;
      return entry ? [{ ...entry, key: key.slice(prefix.length) }] : [];
    });
  }

  /**
   * @param {Shelf} shelf
   * @param {Omit<Entry, "key">} entry
   */
  add(shelf, entry) {
    // Never below the last one's, whatever the clock does: a withdrawal must stay behind its vote.
    const last = Number(this.list(shelf).at(-1)?.key.split(":")[0] ?? 0);
    const place = String(Math.max(this.now(), last + 1)).padStart(16, "0");
    const key = `${this.name}:${shelf}:${place}:${itemOf(entry).client_id}`;
    try {
      if (!this.storage) throw new Error("no storage");
      this.storage.setItem(key, JSON.stringify(entry));
    } catch {
      this.#volatile.set(key, JSON.stringify(entry)); // private window or full disk
    }
  }

  /**
   * @param {Shelf} shelf
   * @param {string} key of an entry
   */
  remove(shelf, key) {
    const whole = `${this.name}:${shelf}:${key}`;
    this.#volatile.delete(whole);
    this.storage?.removeItem(whole);
  }

  #keys() {
    const storage = this.storage;
    const kept = storage ? Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? "") : [];
    return [...kept, ...this.#volatile.keys()];
  }
}

/**
 * What an entry sends.
 * @param {Omit<Entry, "key">} entry
 * @returns {{client_id: string, assignment: string}}
 */
export function itemOf({ vote, remark, withdrawal }) {
  const item = vote ?? remark ?? withdrawal;
  if (!item) throw new Error("an entry that sends nothing");
  return item;
}

/**
 * @param {string} text
 * @returns {Omit<Entry, "key"> | null}
 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
