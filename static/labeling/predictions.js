// @ts-check
/** A model's predictions of the sources at hand, each with the token that proves what was shown. No DOM, no URLs. */

/**
 * @typedef {object} Prediction
 * @property {string} source
 * @property {string} label
 * @property {Record<string, number>} probabilities
 * @property {string} token
 */
/** @typedef {Prediction & {model: string}} Shown */

const MOST_ASKED = 100;

export class Predictions extends EventTarget {
  /** @type {Map<string, Shown>} by source */
  #known = new Map();
  /** @type {string[]} */
  #wanted = [];
  #isAsking = false;
  #askedAgain = false;

  /** @param {(sources: string[]) => Promise<{model: string, predictions: Prediction[]}>} ask rejects when they cannot be had */
  constructor(ask) {
    super();
    this.ask = ask;
  }

  /** @param {string} source */
  of(source) {
    return this.#known.get(source) ?? null;
  }

  /** The sources at hand: what is not known of them is asked for. @param {string[]} sources */
  want(sources) {
    this.#wanted = sources.slice(0, MOST_ASKED);
    if (this.#wanted.some((source) => !this.#known.has(source))) void this.refresh();
  }

  /** Ask for all of them anew: the model has changed. A call while one is under way is served after it. */
  async refresh() {
    this.#askedAgain = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#askedAgain) {
      this.#askedAgain = false;
      if (this.#wanted.length) await this.ask(this.#wanted).then((answer) => this.#take(answer), () => {});
    }
    this.#isAsking = false;
  }

  /** @param {{model: string, predictions: Prediction[]}} answer */
  #take({ model, predictions }) {
    this.#known = new Map(predictions.map((prediction) => [prediction.source, { ...prediction, model }]));
    this.dispatchEvent(new Event("change"));
  }
}
