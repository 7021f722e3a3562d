/** Which figures there are, and what each shows of the dashboard's numbers. */

import { drawBars } from "./plots/bars.js";
import { drawHistogram } from "./plots/histogram.js";
import { drawIntervals } from "./plots/intervals.js";
import { drawLines } from "./plots/line.js";
import { RATIO } from "./plots/svg.js";
import { coefficient, count, counted, nameOf, percent, withInterval } from "./words.js";

/**
 * @typedef {import("./types.js").Dashboard} Dashboard
 * @typedef {import("./types.js").Level} Level
 * @typedef {import("./figure.js").Content} Content
 */

/** Blind and informed differ in colour and in shape, everywhere. @type {Record<string, {className: string, shape: string}>} */
const MODES = { blind: { className: "blind", shape: "circle" }, informed: { className: "informed", shape: "diamond" } };
const NO_PAIR = "Shows when a source has two votes.";

/** @param {Dashboard} data @returns {Content} */
export function votesPerSource(data) {
  const { rounds, n_votes, sources } = data.votes_per_source;
  const mode = new Map(data.rounds.map((round) => [round.number, round.mode]));
  /** Each round in a tone of its mode's colour, one step on from the round of that mode before it. @param {number} i */
  const tone = (i) => rounds.slice(0, i).filter((number) => mode.get(number) === mode.get(rounds[i])).length % 3;
  const series = rounds.map((number, i) => ({
    name: `Round ${number}, ${mode.get(number)}`,
    className: `round ${mode.get(number)} tone-${tone(i)}`,
    values: sources[i],
  }));
  const label = `Sources by number of votes: ${n_votes.map((n, k) => `${n} votes ${sources.reduce((sum, row) => sum + row[k], 0)}`).join(", ")}`;
  const histogram = { label, xTitle: "Votes on a source", yTitle: "Sources", categories: n_votes, series };
  return {
    n: `N = ${counted(data.progress.n_drawn, "source")}`,
    draw: data.progress.n_drawn ? (width) => drawHistogram(histogram, width) : null,
    empty: "No round that you may see is in this view.",
    label,
    columns: ["Round", ...n_votes.map((n) => counted(n, "vote"))],
    rows: rounds.map((number, i) => [`Round ${number}`, ...sources[i].map(count)]),
    legend: rounds.length > 1 ? series.map(({ name, className }) => ({ name, className, shape: "square" })) : [],
  };
}

/** @param {Dashboard} data @param {Level} level @returns {Content} */
export function agreement(data, level) {
  const found = data.agreement[level].filter(({ n_compared }) => n_compared);
  const rows = found.flatMap((each) => {
    const { className, shape } = MODES[each.mode];
    const group = `${capital(each.mode)} rounds`;
    return [
      { group, name: "Human-to-mode", ...own(each.human_to_mode), shape, className },
      { group, name: "Leave-one-out", ...own(each.leave_one_out), shape, className: `${className} hollow` },
      { group, name: "Chance", ...own(each.chance), shape: "bar", className: "chance" },
    ];
  });
  const label = `Agreement. ${rows.map(({ group, name, text }) => `${group}, ${name}: ${text}`).join("; ")}`;
  return {
    n: found.map((each) => `N = ${count(each.n_compared_votes)} votes on ${counted(each.n_compared, "source")}${found.length > 1 ? ` ${each.mode}` : ""}`).join("; "),
    draw: rows.length ? (width) => drawIntervals({ label, xTitle: "Share of votes that agree (%)", rows }, width) : null,
    empty: NO_PAIR,
    label,
    columns: ["Rounds", "Human-to-mode", "Leave-one-out", "Chance", "Votes", "Sources", "Ties"],
    rows: found.map((each) => [
      each.mode, withInterval(each.human_to_mode), withInterval(each.leave_one_out), withInterval(each.chance),
      count(each.n_compared_votes), count(each.n_compared), count(each.ties),
    ]),
  };
}

/** @type {Record<string, string>} */
const COEFFICIENTS = {
  krippendorff_alpha: "Krippendorff’s α", krippendorff_alpha_ordinal: "α, ordinal", krippendorff_alpha_interval: "α, interval", fleiss_kappa: "Fleiss’ κ", gwet_ac1: "Gwet’s AC1",
};

/** @param {Dashboard} data @param {Level} level @returns {Content} */
export function coefficients(data, level) {
  const compared = new Map(data.agreement[level].map((each) => [each.mode, each.n_compared]));
  const found = data.coefficients[level].flatMap(({ mode, ...named }) =>
    Object.entries(COEFFICIENTS)
      .filter(([key]) => key in named)
      .map(([key, name]) => ({ mode, name, estimate: /** @type {import("./types.js").Estimate} */ (named[key]) }))
      .filter(({ estimate }) => estimate.value !== null),
  );
  const rows = found.map(({ mode, name, estimate }) => ({
    group: `${capital(mode)} rounds`, name, value: estimate.value ?? 0, low: estimate.low, high: estimate.high, ...MODES[mode], text: coefficient(estimate),
  }));
  const label = `Agreement beyond chance. ${rows.map(({ group, name, text }) => `${group}, ${name}: ${text}`).join("; ")}`;
  return {
    n: [...compared].filter(([, n]) => n).map(([mode, n]) => `N = ${counted(n, "source")}${compared.size > 1 ? ` ${mode}` : ""}`).join("; "),
    draw: rows.length ? (width) => drawIntervals({ label, xTitle: "Agreement beyond chance (1: perfect)", rows, scale: RATIO }, width) : null,
    empty: NO_PAIR,
    label,
    columns: ["Rounds", "Coefficient", "Value"],
    rows: found.map(({ mode, name, estimate }) => [mode, name, coefficient(estimate)]),
  };
}

/** What a plot takes of an estimate. @param {import("./types.js").Estimate} estimate */
export function own(estimate) {
  return { value: estimate.value ?? 0, low: estimate.low, high: estimate.high, text: withInterval(estimate) };
}

/** @param {Dashboard} data @param {Level} level @returns {Content} */
export function classes(data, level) {
  const { names, series } = data.classes[level];
  const known = new Map(data.labels.map((each) => [each.value, each]));
  const categories = names.map((value) => {
    const found = level === "label" ? known.get(value) : undefined;
    return { name: found ? `${value} ${found.name}` : capital(value), colour: found?.colour ?? "" };
  });
  const shown = series.map(({ mode, sources }) => ({ name: `${mode} rounds`, className: MODES[mode].className, values: sources }));
  const label = `Sources by consensus. ${shown.map(({ name, values }) => `${name}: ${categories.map((each, i) => `${each.name} ${values[i]}`).join(", ")}`).join("; ")}`;
  const total = shown.reduce((sum, { values }) => sum + values.reduce((a, b) => a + b, 0), 0);
  return {
    n: `N = ${counted(total, "source")} with votes`,
    draw: total ? (width) => drawBars({ label, xTitle: "Sources", categories, series: shown }, width) : null,
    empty: "No source has a vote yet.",
    label,
    columns: ["Consensus", ...shown.map(({ name }) => capital(name))],
    rows: categories.map(({ name }, i) => [name, ...shown.map(({ values }) => count(values[i]))]),
    legend: shown.length > 1 ? shown.map(({ name, className }) => ({ name: capital(name), className, shape: "square" })) : [],
  };
}

/**
 * @param {Dashboard} data
 * @param {Level} level
 * @param {"human_to_mode" | "leave_one_out"} measure
 * @returns {Content}
 */
export function trend(data, level, measure) {
  const series = data.trend[level].map(({ name, points }) => {
    const [mode, anchors] = name.split(", ");
    const { className, shape } = MODES[mode];
    return {
      name,
      shape: anchors ? "square" : shape,
      className: anchors ? `${className} anchors` : className,
      hasLine: true,
      points: points.map((point) => ({ at: point.round, ...own(point[measure]), text: `${withInterval(point[measure])} of ${counted(point.n_compared_votes, "vote")}` })),
    };
  });
  const chance = new Map(data.trend[level].flatMap(({ name, points }) => (name.includes(",") ? [] : points.map((point) => [point.round, point]))));
  const levels = [...chance.values()].map(({ round: at, chance: { value } }) => ({ at, value: value ?? 0, low: null, high: null, text: percent(value) }));
  const byChance = { name: "chance", shape: "dash", className: "chance", hasLine: false, points: levels };
  const shown = measure === "human_to_mode" && series.length ? [...series, byChance] : series;
  const label = `Agreement over rounds. ${series.map(({ name, points }) => `${name}: ${points.map(({ at, text }) => `round ${at} ${text}`).join(", ")}`).join("; ")}`;
  return {
    n: `N = ${counted(chance.size, "round")}`,
    draw: series.length ? (width) => drawLines({ label, xTitle: "Round", yTitle: "Share of votes that agree (%)", series: shown }, width) : null,
    empty: NO_PAIR,
    label,
    columns: ["Series", "Round", "Agreement", "Chance", "Votes", "Sources"],
    rows: data.trend[level].flatMap(({ name, points }) =>
      points.map((point) => [capital(name), point.round, withInterval(point[measure]), percent(point.chance.value), count(point.n_compared_votes), count(point.n_compared)]),
    ),
    legend: shown.map(({ name, className, shape }) => ({ name: capital(name), className, shape })),
  };
}

/** @param {Dashboard} data @returns {Content} */
export function people(data) {
  return {
    n: `N = ${counted(data.people.length, "person", "people")}`,
    draw: null,
    empty: data.people.length ? undefined : "Nobody has begun.",
    label: "Each person's answers and pace, by name",
    columns: ["Name", "Votes", "Unsure", "Skipped", "Sittings", "Votes / h", "Median s"],
    rows: data.people.map((each) => [
      nameOf(each), count(each.votes), count(each.unsure), count(each.skipped), each.is_simulated ? "–" : count(each.sittings),
      each.votes_per_hour === null ? "–" : count(Math.round(each.votes_per_hour)), each.median_s === null ? "–" : each.median_s.toFixed(1),
    ]),
  };
}

/** @param {string} text */
export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
