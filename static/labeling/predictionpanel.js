// @ts-check
/** What the model says of the source in view, as bars; only the pages of rounds that show predictions load this. */

import { element } from "../catalogs/pagedata.js";
import { Predictions } from "./predictions.js";
import { shareRow } from "./sharerow.js";

const FRESH_MS = 1200;

export class PredictionPanel {
  /** @type {string | null} */
  #source = null;
  /** @type {import("./predictions.js").Shown | null} what stands on the screen now */
  #onScreen = null;
  #box = element("#prediction", HTMLElement);
  #bars = element("#prediction-bars", HTMLElement);
  #timer = 0;

  /**
   * @param {string} url
   * @param {import("./panel.js").LabelInfo[]} labels
   */
  constructor(url, labels) {
    this.labels = labels;
    this.predictions = new Predictions((sources) => ask(url, sources));
    this.predictions.addEventListener("change", () => this.#draw(true));
  }

  /** The token of exactly what is shown, or nothing. @returns {{prediction_token?: string}} */
  get shown() {
    return this.#onScreen ? { prediction_token: this.#onScreen.token } : {};
  }

  /** @param {string} source @param {string[]} upcoming */
  show(source, upcoming) {
    this.#source = source;
    this.#draw(false);
    this.predictions.want([source, ...upcoming]);
  }

  /** @param {boolean} isNews whether it came while the source is looked at */
  #draw(isNews) {
    const prediction = this.#source === null ? null : this.predictions.of(this.#source);
    const isChange = isNews && this.#onScreen !== null && whatItSays(this.#onScreen) !== whatItSays(prediction);
    this.#onScreen = prediction;
    element("#prediction-model", HTMLElement).replaceChildren(...nameOf(prediction?.model ?? "none yet"));
    this.#bars.replaceChildren(...this.labels.map((label) => bar(label, prediction?.probabilities[label.value] ?? null)));
    if (!isChange) return;
    this.#box.classList.add("is-new");
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#box.classList.remove("is-new"), FRESH_MS);
  }
}

/** Without the token, which is new each time. @param {import("./predictions.js").Shown | null} prediction */
function whatItSays(prediction) {
  return prediction && JSON.stringify([prediction.source, prediction.model, prediction.probabilities]);
}

/** The number apart: a long name is cut short, and what moves with each vote is not. @param {string} model */
function nameOf(model) {
  const [name, number = ""] = model.split(/(?=@\d+$)/);
  return [["model-name", name], ["model-number", number]].map(([className, textContent]) =>
    Object.assign(document.createElement("span"), { className, textContent, title: model }),
  );
}

/**
 * @param {import("./panel.js").LabelInfo} label
 * @param {number | null} probability
 */
function bar(label, probability) {
  return shareRow(label, probability ?? 0, probability === null ? "–" : `${Math.round(100 * probability)} %`);
}

/** @param {string} url @param {string[]} sources */
async function ask(url, sources) {
  const query = new URLSearchParams(sources.map((source) => ["source", source]));
  const response = await fetch(`${url}?${query}`, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`predictions: the server answered ${response.status}`);
  return response.json();
}
