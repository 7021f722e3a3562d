// @ts-check
/** Counts a batch of answers and the time spent on it, for a break after each. It compares nobody with anybody. No DOM. */

export class Batch {
  #answers = 0;
  #seconds = 0;

  /** @param {number} size answers to a batch */
  constructor(size) {
    this.size = size;
  }

  /**
   * @param {number} seconds looked at the source
   * @returns {{answers: number, seconds: number} | null} the batch, when this answer completes it
   */
  answered(seconds) {
    this.#answers += 1;
    this.#seconds += seconds;
    if (this.#answers < this.size) return null;
    const whole = { answers: this.#answers, seconds: this.#seconds };
    this.#answers = this.#seconds = 0;
    return whole;
  }

  /** An answer was taken back: it will be given anew. */
  undone() {
    this.#answers = Math.max(this.#answers - 1, 0);
  }
}

/**
 * @param {{answers: number, seconds: number}} batch
 * @returns {{title: string, pace: string}}
 */
export function batchWords({ answers, seconds }) {
  return { title: `${answers} done, ${durationText(seconds)}`, pace: `About ${spokenSeconds(seconds / answers)} a source.` };
}

/** @param {number} seconds */
function durationText(seconds) {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return "under a minute";
  return minutes === 1 ? "1 minute" : `${minutes} minutes`;
}

/** @param {number} seconds */
function spokenSeconds(seconds) {
  const whole = Math.max(Math.round(seconds), 1);
  return whole === 1 ? "1 second" : `${whole} seconds`;
}
