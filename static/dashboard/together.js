/** People and the model together (CROWDLAB): what each vote is worth, and the consensus least to be trusted. */

import { Asked } from "./asked.js";
import { html } from "./dom.js";
import { documented } from "./documents.js";
import { Figure } from "./figure.js";
import { drawIntervals } from "./plots/intervals.js";
import { AMOUNT } from "./plots/svg.js";
import { count, counted, nameOf, percent } from "./words.js";

/**
 * @typedef {{source: string, number: number, n_votes: number, consensus: string, quality: number, label: string, probability: number}} Source
 * @typedef {{n_sources: number, n_votes: number, model_weight: number, people: {uuid: string, name: string, is_simulated: boolean, weight: number}[], mean_quality: number, n_doubtful: number, sources: Source[]}} Result
 * @typedef {{catalog: string, model: string | null, result: Result | null, reason: string | null}} Found as mlops/together.py writes it
 */

const WEIGHTS = "What one vote of each person weighs against the model’s word on a source: 1 for who always agrees with the others, next to 0 for who does no better than always saying the commonest label.";
const SOURCES = "The probability that a source’s consensus is right, from its votes and a model that has not learnt from them (CROWDLAB). The least sure come first: the ones to look at again.";

/** @param {import("./types.js").Place} place @returns {Asked<Found>} */
export function together({ section, frames, address, sourceAddress }) {
  const doc = documented("agreement/#people-and-a-model-together");
  const sources = new Figure({ key: "together-sources", title: "Least sure consensus", explanation: SOURCES, doc, isTable: true });
  const weights = new Figure({ key: "together-weights", title: "What a vote is worth", explanation: WEIGHTS, doc });
  frames.append(sources.root, weights.root);
  /** @type {Asked<Found>} */
  return new Asked({
    section,
    figures: [sources, weights],
    addresses: () => [address()],
    show([found]) {
      sources.show(sourcesOf(found, sourceAddress));
      weights.show(weightsOf(found));
    },
  });
}

/** @param {Found} found @param {(uuid: string) => string} sourceAddress @returns {import("./figure.js").Content} */
function sourcesOf({ result, reason }, sourceAddress) {
  return {
    n: result ? `N = ${counted(result.n_sources, "source")}; ${count(result.n_doubtful)} more likely wrong than right` : "",
    draw: null,
    empty: reason ?? undefined,
    label: "Sources whose consensus is least sure, by people and model together",
    columns: ["Source", "Votes", "Consensus", "Right with", "Together", "With"],
    rows: (result?.sources ?? []).map((each) => [
      html("a", { href: sourceAddress(each.source) }, [String(each.number)]), count(each.n_votes), each.consensus, percent(each.quality), each.label, percent(each.probability),
    ]),
  };
}

/** @param {Found} found @returns {import("./figure.js").Content} */
function weightsOf({ result, model, reason }) {
  const all = result ? [{ name: `Model ${model}`, weight: result.model_weight, isModel: true }, ...result.people.map((each) => ({ name: nameOf(each), weight: each.weight, isModel: false }))] : [];
  const rows = all.map(({ name, weight, isModel }) => ({
    group: isModel ? "The model, on a source" : "One vote of", name, value: weight, low: null, high: null, shape: isModel ? "square" : "circle", className: isModel ? "chance" : "blind", text: weight.toFixed(2),
  }));
  const label = `Weights. ${rows.map(({ name, text }) => `${name}: ${text}`).join("; ")}`;
  return {
    n: result ? `N = ${counted(result.n_votes, "vote")} cast without a prediction in sight` : "",
    draw: rows.length ? (width) => drawIntervals({ label, xTitle: "Weight", rows, scale: AMOUNT }, width) : null,
    empty: reason ?? undefined,
    label,
    columns: ["Who", "Weight"],
    rows: rows.map(({ name, text }) => [name, text]),
  };
}
