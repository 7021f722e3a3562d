// @ts-check
/**
 * Lets no answer through that was given before its source was drawn, so a second click or key press never votes on the next one.
 * What counts is when the key went down, not when a busy page came to it. No DOM.
 */

export class Gate {
  #turn = 0;
  #opensAt = Infinity;
  #shutAt = 0;

  /**
   * @param {number} leastMs how long it stays shut at least
   * @param {() => number} now milliseconds, on the clock of the events' time stamps
   */
  constructor(leastMs, now) {
    this.leastMs = leastMs;
    this.now = now;
  }

  /** @param {number} givenAtMs when the key or button was pressed: the event's time stamp */
  isOpenTo(givenAtMs) {
    return givenAtMs >= this.#opensAt;
  }

  /** A new source comes. @returns {number} its turn, for `drawn` */
  shut() {
    this.#opensAt = Infinity;
    this.#shutAt = this.now();
    return ++this.#turn;
  }

  /** The source of that turn is on the screen. @param {number} turn */
  drawn(turn) {
    if (turn === this.#turn) this.#opensAt = Math.max(this.now(), this.#shutAt + this.leastMs);
  }
}
