/** Following several live topics as one: told when any moves, and whether all are live. Knows no DOM. */

/**
 * @typedef {"connecting" | "live" | "offline" | "refused"} LiveState
 * @typedef {{start: () => void, stop: () => void}} Follower
 */

/** The state of the whole: the worst of its parts, since a page is live only when nothing on it is stale. */
const WORST_FIRST = /** @type {LiveState[]} */ (["refused", "offline", "connecting", "live"]);

export class Following {
  /** @type {Map<string, {follower: Follower, state: LiveState}>} */
  #topics = new Map();

  /**
   * @param {{
   *   make: (topic: string, onChange: () => void, onState: (state: LiveState) => void) => Follower,
   *   onChange: () => void,
   *   onState: (state: LiveState | null) => void,
   * }} options `onState` gets null while there is nothing to follow
   */
  constructor({ make, onChange, onState }) {
    this.make = make;
    this.onChange = onChange;
    this.onState = onState;
  }

  /** Follow exactly these topics from now on. @param {string[]} wanted */
  follow(wanted) {
    for (const [topic, { follower }] of this.#topics) {
      if (wanted.includes(topic)) continue;
      follower.stop();
      this.#topics.delete(topic);
    }
    for (const topic of wanted) if (!this.#topics.has(topic)) this.#start(topic);
    this.#tell();
  }

  /** @param {string} topic */
  #start(topic) {
    const follower = this.make(topic, this.onChange, (state) => this.#moved(topic, state));
    this.#topics.set(topic, { follower, state: "connecting" });
    follower.start();
  }

  /** @param {string} topic @param {LiveState} state */
  #moved(topic, state) {
    const known = this.#topics.get(topic);
    if (!known) return;
    known.state = state;
    this.#tell();
    // Votes may have come while the page was away, and who is refused sees less from now on.
    if (state === "live" || state === "refused") this.onChange();
  }

  #tell() {
    const states = [...this.#topics.values()].map(({ state }) => state);
    this.onState(WORST_FIRST.find((state) => states.includes(state)) ?? null);
  }
}
