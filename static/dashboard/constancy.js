/** How constant people are: with themselves on a source seen again, and over a sitting. */

import { Asked } from "./asked.js";
import { choice, levelChoice, offer } from "./controls.js";
import { documented } from "./documents.js";
import { Figure } from "./figure.js";
import { own } from "./figures.js";
import { drawIntervals } from "./plots/intervals.js";
import { drawLines } from "./plots/line.js";
import { AMOUNT, PERCENT } from "./plots/svg.js";
import { count, counted, nameOf, withInterval } from "./words.js";

/**
 * @typedef {import("./types.js").Estimate} Estimate
 * @typedef {{uuid: string, name: string, is_simulated: boolean}} Who
 * @typedef {{first: number, last: number | null, n_timed: number, median_s: number | null, n_compared: number, agreement: Estimate}} Stretch
 * @typedef {{
 *   repeats: {n_sources: number, n_pairs: number, agreement: Estimate | null, people: (Who & {n_sources: number, n_pairs: number, agreement: Estimate})[]},
 *   drift: {people: (Who & {n_sittings: number, slope: Estimate, stretches: Stretch[]})[], all: Stretch[]},
 * }} Found as labeling/dashboard/constancy.py writes it
 */

const REPEATS = "Sources that one person classified more than once, in several rounds: how often they said the same again. It is a ceiling for agreement between people only if nobody remembers.";
const SECONDS = "Median seconds an answer by its place in the sitting; a pause of more than ten minutes ends one. Everybody speeds up while they learn the keys, so read it beside the agreement.";
const AGREEMENT = "The share of answers that equal the mode of the others, by their place in the sitting, with Wilson’s 95 % interval. If it falls late in a sitting, sittings are too long.";
const NO_DRIFT = "Shows when a person has answered; simulated voters have no pace.";

/** @param {import("./types.js").Place} place @returns {Asked<Found>} */
export function constancy({ section, frames, controls, address }) {
  const drift = documented("agreement/#drift-over-a-sitting");
  const repeats = new Figure({ key: "constancy-repeats", title: "The same source again", explanation: REPEATS, doc: documented("agreement/#people-against-themselves") });
  const seconds = new Figure({ key: "constancy-seconds", title: "Time over a sitting", explanation: SECONDS, doc: drift });
  const agreement = new Figure({ key: "constancy-agreement", title: "Agreement over a sitting", explanation: AGREEMENT, doc: drift });
  const who = choice("Sittings of", () => draw());
  const level = levelChoice(() => void asked.ask());
  controls.append(who.root, level.root);
  frames.append(repeats.root, seconds.root, agreement.root);
  /** @type {Found | null} */
  let found = null;
  /** @type {Asked<Found>} */
  const asked = new Asked({
    section,
    figures: [repeats, seconds, agreement],
    addresses: () => [address({ level: level.list.value })],
    show([answer]) {
      found = answer;
      offer(who.list, [["all", "everybody"], ...answer.drift.people.map((each) => [each.uuid, nameOf(each)])]);
      draw();
    },
  });
  return asked;

  function draw() {
    if (!found) return;
    repeats.show(repeatsOf(found));
    seconds.show(secondsOf(found, who.list.value));
    agreement.show(agreementOf(found, who.list.value));
  }
}

/** @param {Found} found @returns {import("./figure.js").Content} */
function repeatsOf({ repeats: { n_sources, n_pairs, agreement, people } }) {
  const all = agreement ? [{ group: "Everybody", name: "Alike", ...own(agreement), shape: "circle", className: "blind" }] : [];
  const rows = [...all, ...people.map((each) => ({
    group: `${nameOf(each)} · ${counted(each.n_sources, "source")}`, name: "Alike", ...own(each.agreement), shape: "circle", className: "blind hollow",
  }))];
  const label = `Agreement of people with themselves. ${rows.map(({ group, text }) => `${group}: ${text}`).join("; ")}`;
  return {
    n: n_pairs ? `N = ${counted(n_pairs, "pair of votes", "pairs of votes")} on ${counted(n_sources, "repeated source")}` : "",
    draw: rows.length ? (width) => drawIntervals({ label, xTitle: "Said the same again (%)", rows }, width) : null,
    empty: "Shows when somebody has classified a source twice: in rounds with anchors, or in an informed round on the sources of a blind one.",
    label,
    columns: ["Person", "Alike", "Sources", "Pairs"],
    rows: people.map((each) => [nameOf(each), withInterval(each.agreement), count(each.n_sources), count(each.n_pairs)]),
  };
}

/** @param {Found} found @param {string} who */
function chosen({ drift }, who) {
  const person = drift.people.find(({ uuid }) => uuid === who);
  return { stretches: person?.stretches ?? drift.all, name: person ? nameOf(person) : "everybody", person };
}

/** @param {Found} found @param {string} who @returns {import("./figure.js").Content} */
function secondsOf(found, who) {
  const { stretches, name, person } = chosen(found, who);
  const points = stretches.map(({ median_s, n_timed }, at) => ({ at, value: median_s ?? 0, low: null, high: null, text: `${(median_s ?? 0).toFixed(1)} s, ${counted(n_timed, "answer")}` })).filter((_, i) => stretches[i].median_s !== null);
  const n = stretches.reduce((sum, { n_timed }) => sum + n_timed, 0);
  return {
    n: points.length ? `N = ${counted(n, "answer")}${person ? ` in ${counted(person.n_sittings, "sitting")}; ${slope(person.slope)}` : ""}` : "",
    ...drawn(`Seconds of ${name} over a sitting`, "Median seconds an answer", points, stretches, name, AMOUNT),
    columns: ["Answers", "Median s", "N"],
    rows: stretches.map((each) => [stretchName(each), each.median_s === null ? "–" : each.median_s.toFixed(1), count(each.n_timed)]),
  };
}

/** @param {Found} found @param {string} who @returns {import("./figure.js").Content} */
function agreementOf(found, who) {
  const { stretches, name } = chosen(found, who);
  const points = stretches.map(({ agreement, n_compared }, at) => ({ at, ...own(agreement), text: `${withInterval(agreement)} of ${counted(n_compared, "vote")}` })).filter((_, i) => stretches[i].n_compared);
  const n = stretches.reduce((sum, { n_compared }) => sum + n_compared, 0);
  return {
    n: points.length ? `N = ${counted(n, "vote")} that the others have a mode for` : "",
    ...drawn(`Agreement of ${name} with the others over a sitting`, "Equal to the others’ mode (%)", points, stretches, name, PERCENT),
    columns: ["Answers", "Agreement", "N"],
    rows: stretches.map((each) => [stretchName(each), withInterval(each.agreement), count(each.n_compared)]),
  };
}

/**
 * @param {string} title
 * @param {string} yTitle
 * @param {import("./plots/line.js").Point[]} points
 * @param {Stretch[]} stretches
 * @param {string} name
 * @param {import("./plots/svg.js").Scale} scale
 */
function drawn(title, yTitle, points, stretches, name, scale) {
  const categories = stretches.map(stretchName);
  const label = `${title}. ${points.map(({ at, text }) => `answers ${categories[at]}: ${text}`).join("; ")}`;
  const series = [{ name, shape: "circle", className: "blind", hasLine: true, points }];
  return {
    draw: points.length ? (/** @type {number} */ width) => drawLines({ label, xTitle: "Place in the sitting", yTitle, series, scale, categories }, width) : null,
    empty: NO_DRIFT,
    label,
  };
}

/** Counted from 1, as people do. @param {Stretch} stretch */
function stretchName({ first, last }) {
  return last === null ? `${first + 1}+` : `${first + 1}–${last + 1}`;
}

/** @param {Estimate} factor over 100 answers */
function slope({ value, low, high }) {
  if (value === null) return "too few answers for a trend";
  const range = low === null || high === null ? "" : ` [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  return `time × ${value.toFixed(2)}${range} in 100 answers`;
}
