// @ts-check
/** Lets no answer through until its source is drawn, so a second click or key press never votes on the next one. No DOM. */

export class Gate {
  #turn = 0;
  #isDrawn = false;
  #shutAt = 0;

  /**
   * @param {number} leastMs how long it stays shut at least
   * @param {() => number} now milliseconds
   */
  constructor(leastMs, now) {
    this.leastMs = leastMs;
    this.now = now;
  }

  get isOpen() {
    return this.#isDrawn && this.now() - this.#shutAt >= this.leastMs;
  }

  /** A new source comes. @returns {number} its turn, for `drawn` */
  shut() {
    this.#isDrawn = false;
    this.#shutAt = this.now();
    return ++this.#turn;
  }

  /** The source of that turn is on the screen. @param {number} turn */
  drawn(turn) {
    if (turn === this.#turn) this.#isDrawn = true;
  }
}
