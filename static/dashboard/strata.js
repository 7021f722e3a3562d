/** Agreement by what is known of the sources: a choice of the column, and two frames that are fetched when it changes. */

import { html } from "./dom.js";
import { Figure } from "./figure.js";
import { capital, own } from "./figures.js";
import { morph } from "./morph.js";
import { drawIntervals } from "./plots/intervals.js";
import { count, counted, withInterval } from "./words.js";

/**
 * @typedef {import("./types.js").Estimate} Estimate
 * @typedef {import("./types.js").Level} Level
 * @typedef {{name: string, n_compared: number, n_votes: number, is_thin: boolean, human_to_mode: Estimate, human_to_mode_leave_one_out: Estimate, krippendorff_alpha: Estimate}} Stratum
 * @typedef {{column: string, unit: string, columns: string[], n_unknown: number, strata: Stratum[]}} Found as labeling/stratifying.py writes it
 */

const EXPLANATION = "Agreement of the sources of each range, class, field or round alone, with 95 % intervals by a bootstrap over its sources. Compare on leave-one-out: human-to-mode rises where sources have fewer votes.";
const EMPTY = { n: "", draw: null, label: "Agreement by source", columns: [], rows: [] };

export class Strata {
  #asked = 0;
  #column = "class";
  /** @type {[Level, Figure][]} */
  #figures = /** @type {[Level, string][]} */ ([["group", "binary"], ["label", "all classes"]]).map(([level, name]) => [
    level, new Figure({ key: `strata-${level}`, title: `Agreement by source, ${name}`, explanation: EXPLANATION }),
  ]);

  /**
   * @param {URL} address of the numbers; with the round where one is looked at
   * @param {HTMLElement} place of the frames
   * @param {HTMLElement} controls
   */
  constructor(address, place, controls) {
    this.address = address;
    this.list = html("select", { class: "input select-small" });
    this.list.addEventListener("change", () => {
      this.#column = this.list.value;
      void this.refresh();
    });
    controls.append(html("label", { class: "row small muted control" }, ["By", this.list]));
    place.append(...this.#figures.map(([, figure]) => figure.root));
  }

  /** Ask again and draw: votes came, or another column was chosen. */
  async refresh() {
    const asked = ++this.#asked;
    try {
      const answers = await Promise.all(this.#figures.map(([level]) => this.#fetch(level)));
      if (asked !== this.#asked) return;
      this.#offer(answers[0].columns);
      this.#figures.forEach(([, figure], i) => figure.show(contentOf(answers[i])));
    } catch (error) {
      const why = `Not to be had (${error instanceof Error ? error.message : error}). It is asked for again with the next vote.`;
      if (asked === this.#asked) for (const [, figure] of this.#figures) figure.show({ ...EMPTY, empty: why });
    }
  }

  /** @param {Level} level @returns {Promise<Found>} */
  async #fetch(level) {
    const url = new URL(this.address);
    url.searchParams.set("column", this.#column);
    url.searchParams.set("level", level);
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return response.json();
  }

  /** @param {string[]} columns */
  #offer(columns) {
    const fresh = /** @type {HTMLSelectElement} */ (this.list.cloneNode(false));
    fresh.append(...columns.map((name) => html("option", { value: name }, [name])));
    morph(this.list, fresh);
    this.list.value = this.#column;
  }
}

/** @param {Found} found @returns {import("./figure.js").Content} */
function contentOf({ column, unit, n_unknown, strata }) {
  const shown = strata.filter(({ n_compared }) => n_compared);
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

/** @param {Estimate} estimate */
function coefficient({ value, low, high }) {
  if (value === null) return "–";
  return low === null || high === null ? value.toFixed(3) : `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}
