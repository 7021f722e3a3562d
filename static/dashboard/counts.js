/** How many sources of each class the whole catalogue has, estimated from its labelled part and the model. */

import { Asked } from "./asked.js";
import { documented } from "./documents.js";
import { Figure } from "./figure.js";
import { drawIntervals } from "./plots/intervals.js";
import { AMOUNT } from "./plots/svg.js";
import { count, counted, percent } from "./words.js";

/**
 * @typedef {{estimate: number | null, low: number, high: number, n_of_class: number, warnings: string[]}} Counted
 * @typedef {Counted & {called: number | null, effective_n: number, contamination: Counted | null}} Class
 * @typedef {{catalog: string, model: string | null, n_sources: number, n_labelled: number, classes: Record<string, Class>, groups: Record<string, Class>, notes: string[]}} Result as mlops/counting.py writes it
 * @typedef {{reason: string | null, result: Result | null}} Found
 */

const EXPLANATION = "Sources of each class in the whole catalogue: the model’s total, corrected by what people found on sources drawn with known probabilities. Whiskers are 95 % intervals of the draw; the bar is how many the model calls so. “Few” means that no interval is to be trusted yet.";
const LEVELS = /** @type {["groups" | "classes", string][]} */ ([["groups", "binary"], ["classes", "all classes"]]);

/** @param {import("./types.js").Place} place @returns {Asked<Found>} */
export function counts({ section, frames, address, note }) {
  const figures = LEVELS.map(([level, name]) => new Figure({ key: `counts-${level}`, title: `In the whole catalogue, ${name}`, explanation: EXPLANATION, doc: documented("counting/#the-estimate") }));
  frames.append(...figures.map(({ root }) => root));
  /** @type {Asked<Found>} */
  return new Asked({
    section,
    figures,
    addresses: () => [address()],
    show([{ result, reason }]) {
      const notes = result?.notes ?? [];
      note.hidden = !notes.length;
      note.textContent = notes.map((text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`).join(" ");
      figures.forEach((figure, i) => figure.show(result ? contentOf(result, result[LEVELS[i][0]]) : { n: "", draw: null, empty: reason ?? "", label: figure.frame.title, columns: [], rows: [] }));
    },
  });
}

/** @param {Result} result @param {Record<string, Class>} classes @returns {import("./figure.js").Content} */
function contentOf({ n_sources, n_labelled, model }, classes) {
  const all = Object.entries(classes);
  const rows = all.flatMap(([name, each]) => {
    const group = `${/^\d/.test(name) ? `Class ${name}` : name.charAt(0).toUpperCase() + name.slice(1)}${each.warnings.length ? " · few" : ""}`;
    const estimate = { group, name: "Estimate", value: each.estimate ?? 0, low: each.low, high: each.high, shape: "circle", className: "blind", text: number(each) };
    const called = { group, name: "Model calls so", value: each.called ?? 0, low: null, high: null, shape: "bar", className: "chance", text: count(each.called ?? 0) };
    return [...(each.estimate === null ? [] : [estimate]), ...(each.called === null ? [] : [called])];
  });
  const label = `Sources in the whole catalogue. ${rows.map(({ group, name, text }) => `${group}, ${name}: ${text}`).join("; ")}`;
  return {
    n: `N = ${count(n_labelled)} labelled of ${counted(n_sources, "source")}; ${model ? `model ${model}` : "no model"}`,
    draw: rows.length ? (width) => drawIntervals({ label, xTitle: "Sources in the catalogue", rows, scale: AMOUNT }, width) : null,
    empty: "No labelled source was drawn with a known probability.",
    label,
    columns: ["Class", "Estimate", "Labelled so", "As good as N labels", "Model calls so", "Of these wrong", "Warnings"],
    rows: all.map(([name, each]) => [name, number(each), count(each.n_of_class), count(Math.round(each.effective_n)), each.called === null ? "–" : count(each.called), wrong(each.contamination), each.warnings.join("; ") || "–"]),
  };
}

/** @param {Counted} counted */
function number({ estimate, low, high }) {
  return estimate === null ? "–" : `${count(Math.round(estimate))} [${count(Math.round(low))}, ${count(Math.round(high))}]`;
}

/** @param {Counted | null} share */
function wrong(share) {
  return share === null || share.estimate === null ? "–" : `${percent(share.estimate)} [${(100 * share.low).toFixed(1)}, ${(100 * share.high).toFixed(1)}]`;
}
