// @ts-check
/** Time spent looking: it stands still while the page is hidden. No DOM. */

export class Stopwatch {
  #spent = 0;
  /** @type {number | null} */
  #since = null;

  /** @param {() => number} now milliseconds */
  constructor(now) {
    this.now = now;
  }

  /** Begin at zero. */
  restart() {
    this.#spent = 0;
    this.#since = this.now();
  }

  pause() {
    if (this.#since !== null) this.#spent += this.now() - this.#since;
    this.#since = null;
  }

  resume() {
    this.#since ??= this.now();
  }

  /** @returns {number} seconds, to the millisecond, at most a day */
  get seconds() {
    const running = this.#since === null ? 0 : this.now() - this.#since;
    return Math.min(Math.round(this.#spent + running) / 1000, 86_400);
  }
}
