/** Agreement by what is known of the sources: a choice of the column, and two frames that are fetched when it changes. */

import { Asked } from "./asked.js";
import { choice, offer } from "./controls.js";
import { documented } from "./documents.js";
import { Figure } from "./figure.js";
import { capital, own } from "./figures.js";
import { drawIntervals } from "./plots/intervals.js";
import { coefficient, count, counted, withInterval } from "./words.js";

/**
 * @typedef {import("./types.js").Estimate} Estimate
 * @typedef {import("./types.js").Level} Level
 * @typedef {{name: string, n_compared: number, n_votes: number, is_thin: boolean, human_to_mode: Estimate, human_to_mode_leave_one_out: Estimate, krippendorff_alpha: Estimate}} Stratum
 * @typedef {{column: string, unit: string, columns: string[], n_unknown: number, strata: Stratum[]}} Found as labeling/dashboard/strata.py writes it
 */

const EXPLANATION = "Agreement of the sources of each range, class, field or round alone, with 95 % intervals by a bootstrap over its sources. Compare on leave-one-out: human-to-mode rises where sources have fewer votes.";
/** What a column is called where its key alone says too little. @type {Record<string, string>} */
const NAMES = { neighbour: "nearest neighbour (crowding)" };
const LEVELS = /** @type {[Level, string][]} */ ([["group", "binary"], ["label", "all classes"]]);

/** @param {import("./types.js").Place} place @returns {Asked<Found>} */
export function strata({ section, frames, controls, address }) {
  const figures = LEVELS.map(([level, name]) => new Figure({
    key: `strata-${level}`, title: `Agreement by source, ${name}`, explanation: EXPLANATION, doc: documented("agreement/#by-magnitude-class-field"),
  }));
  const column = choice("By", () => void asked.ask());
  offer(column.list, [["class", "class"]]);
  controls.append(column.root);
  frames.append(...figures.map(({ root }) => root));
  /** @type {Asked<Found>} */
  const asked = new Asked({
    section,
    figures,
    addresses: () => LEVELS.map(([level]) => address({ column: column.list.value, level })),
    show(answers) {
      offer(column.list, answers[0].columns.map((name) => [name, NAMES[name] ?? name]));
      figures.forEach((figure, i) => figure.show(contentOf(answers[i])));
    },
  });
  return asked;
}

/** @param {Found} found @returns {import("./figure.js").Content} */
function contentOf({ column, unit, n_unknown, strata: all }) {
  const shown = all.filter(({ n_compared }) => n_compared);
  const rows = shown.flatMap((each) => {
    const name = column === "class" && /^\d/.test(each.name) ? `Class ${each.name}` : capital(each.name);
    const group = `${name}${unit && ` ${unit}`} · ${counted(each.n_compared, "source")}${each.is_thin ? ", few" : ""}`;
    return [
      { group, name: "Leave-one-out", ...own(each.human_to_mode_leave_one_out), shape: "circle", className: "blind hollow" },
      { group, name: "Human-to-mode", ...own(each.human_to_mode), shape: "circle", className: "blind" },
    ];
  });
  const label = `Agreement by ${column}. ${rows.map(({ group, name, text }) => `${group}, ${name}: ${text}`).join("; ")}`;
  const sources = shown.reduce((sum, { n_compared }) => sum + n_compared, 0);
  return {
    n: `N = ${counted(sources, "source")}${n_unknown ? `; ${count(n_unknown)} without ${column}` : ""}`,
    draw: rows.length ? (width) => drawIntervals({ label, xTitle: "Share of votes that agree (%)", rows }, width) : null,
    empty: "Shows when a source has two votes.",
    label,
    columns: [capital(column), "Sources", "Votes", "Leave-one-out", "Human-to-mode", "Krippendorff’s alpha"],
    rows: shown.map((each) => [
      each.name, count(each.n_compared), count(each.n_votes), withInterval(each.human_to_mode_leave_one_out), withInterval(each.human_to_mode), coefficient(each.krippendorff_alpha),
    ]),
  };
}
