// @ts-check
/** A live topic of the server, followed from its last number on over any number of broken connections. Knows no DOM. */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** Closed for good by the server: no such topic, or not for this person. */
const REFUSED = [4403, 4404];

/**
 * @typedef {"connecting" | "live" | "offline" | "refused"} LiveState
 * @typedef {{seq: number, kind: string, payload: Record<string, any>}} LiveEvent
 * @typedef {Pick<WebSocket, "addEventListener" | "close">} Socket
 */

/**
 * The wait before the next attempt: doubled each time up to 15 s, and spread so that a room full of browsers does not
 * come back in the same instant.
 * @param {number} failures how many attempts failed in a row, from 1
 * @param {number} chance from 0 to 1
 * @returns {number} milliseconds
 */
export function waitBefore(failures, chance) {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
  return longest * (0.5 + chance / 2);
}

/**
 * @param {string} topic
 * @param {number | null} since
 * @param {{protocol: string, host: string}} page where the page came from
 * @returns {string} the socket's address
 */
export function liveAddress(topic, since, page) {
  const query = since === null ? "" : `?since=${since}`;
  return `${page.protocol === "https:" ? "wss:" : "ws:"}//${page.host}/ws/live/${topic}/${query}`;
}

/** @type {(milliseconds: number, task: () => void) => () => void} runs the task later; the answer cancels it */
function afterTimeout(milliseconds, task) {
  const timer = setTimeout(task, milliseconds);
  return () => clearTimeout(timer);
}

export class LiveTopic {
  /** @type {Socket | null} */
  #socket = null;
  /** @type {(() => void) | null} */
  #cancelWait = null;
  #failures = 0;
  #isStopped = true;

  /**
   * @param {{
   *   topic: string,
   *   since?: number | null,
   *   onEvents: (events: LiveEvent[]) => void,
   *   onState?: (state: LiveState) => void,
   *   makeSocket?: (url: string) => Socket,
   *   after?: (milliseconds: number, task: () => void) => () => void,
   *   page?: {protocol: string, host: string},
   * }} options `since` is the last event's number that the page knows; null follows from when the socket joins.
   */
  constructor({ topic, since = null, onEvents, onState = () => {}, makeSocket, after = afterTimeout, page }) {
    this.topic = topic;
    /** Number of the last event that was passed on; null until the topic was joined. */
    this.seq = since;
    this.onEvents = onEvents;
    this.onState = onState;
    this.makeSocket = makeSocket ?? ((/** @type {string} */ url) => new WebSocket(url));
    this.after = after;
    this.page = page;
  }

  start() {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#connect();
  }

  /** Leave for good, until `start` is called again, which goes on from the last number. */
  stop() {
    this.#isStopped = true;
    this.#cancelWait?.();
    this.#socket?.close();
    this.#socket = null;
  }

  #connect() {
    this.onState("connecting");
    const socket = this.makeSocket(liveAddress(this.topic, this.seq, this.page ?? location));
    this.#socket = socket;
    socket.addEventListener("message", (/** @type {any} */ { data }) => {
      if (socket === this.#socket) this.#take(JSON.parse(data));
    });
    socket.addEventListener("close", (/** @type {any} */ { code }) => {
      if (socket === this.#socket) this.#closed(code);
    });
  }

  /** @param {{event?: string, seq: number, events?: LiveEvent[]}} message */
  #take(message) {
    if (message.event === "joined") {
      this.#failures = 0;
      // A topic that counts less than we know began anew: another database answers.
      if (this.seq === null || this.seq > message.seq) this.seq = message.seq;
      this.onState("live");
      return;
    }
    const known = this.seq ?? -1;
    const events = (message.events ?? []).filter(({ seq }) => seq > known);
    if (!events.length) return;
    this.seq = events[events.length - 1].seq;
    this.onEvents(events);
  }

  /** @param {number} code */
  #closed(code) {
    this.#socket = null;
    if (this.#isStopped) return;
    if (REFUSED.includes(code)) {
      this.#isStopped = true;
      this.onState("refused");
      return;
    }
    this.#failures += 1;
    this.onState("offline");
    this.#cancelWait = this.after(waitBefore(this.#failures, Math.random()), () => this.#connect());
  }
}
