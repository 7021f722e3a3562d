/** Two rounds on the sources that both hold: what changed in how people agree, and in the consensus. */

import { Asked } from "./asked.js";
import { choice, levelChoice, offer } from "./controls.js";
import { documented } from "./documents.js";
import { Figure } from "./figure.js";
import { drawBars } from "./plots/bars.js";
import { drawIntervals } from "./plots/intervals.js";
import { POINTS } from "./plots/svg.js";
import { count, counted, percent } from "./words.js";

/**
 * @typedef {import("./types.js").Estimate} Estimate
 * @typedef {{before: number | null, after: number | null, difference: Estimate, p_value: number | null}} Change
 * @typedef {{
 *   pairs: {before: number, after: number, n_shared: number}[],
 *   before: {round: number, mode: string} | null, after: {round: number, mode: string} | null,
 *   comparison: {n_shared: number, n_sources: number, n_votes: [number, number], is_even: boolean, changes: Record<string, Change>, sources: Record<string, number>} | null,
 * }} Found as labeling/dashboard/comparison.py writes it
 */

const CHANGES = "After less before, of the sources with at least two votes in both rounds, each compared with itself. Whiskers are 95 % intervals by a bootstrap over sources; p says how often exchanging the rounds’ votes on each source makes a difference as large.";
const FATES = "What became of the consensus of the same sources: kept, another label, a tie settled, or a label lost to a tie.";
const NO_PAIR = "Shows when two rounds hold the same sources and each has two votes on them: open an informed round on the sources of a blind one, or rounds with anchors.";
/** @type {[string, string, boolean][]} key, name, whether it is a share */
const FIGURES = [["human_to_mode_leave_one_out", "Leave-one-out", true], ["human_to_mode", "Human-to-mode", true], ["krippendorff_alpha", "Krippendorff’s α", false]];
/** @type {[string, string][]} */
const SOURCES = [["kept", "Kept"], ["changed", "Another label"], ["settled", "Tie settled"], ["unsettled", "Lost to a tie"], ["tied", "Tie in both"]];

/** @param {import("./types.js").Place} place @returns {Asked<Found>} */
export function comparison({ section, frames, controls, address, note }) {
  const doc = documented("agreement/#two-rounds-compared");
  const changes = new Figure({ key: "comparison-changes", title: "Change of agreement", explanation: CHANGES, doc });
  const fates = new Figure({ key: "comparison-sources", title: "Change of consensus", explanation: FATES, doc });
  const pair = choice("Rounds", () => void asked.ask());
  const level = levelChoice(() => void asked.ask());
  controls.append(pair.root, level.root);
  frames.append(changes.root, fates.root);
  /** @type {Asked<Found>} */
  const asked = new Asked({
    section,
    figures: [changes, fates],
    addresses() {
      const [before, after] = pair.list.value.split(" ");
      return [address({ level: level.list.value, ...(after ? { before, after } : {}) })];
    },
    show([found]) {
      offer(pair.list, found.pairs.map(({ before, after, n_shared }) => [`${before} ${after}`, `${before} → ${after}, ${counted(n_shared, "shared source")}`]));
      if (found.before && found.after) pair.list.value = `${found.before.round} ${found.after.round}`;
      pair.root.hidden = found.pairs.length < 2;
      const isUneven = Boolean(found.comparison?.n_sources && !found.comparison.is_even);
      note.hidden = !isUneven;
      note.textContent = isUneven ? "Sources have more votes in one of the two rounds. That alone changes human-to-mode and leave-one-out: read alpha, and trust no p-value." : "";
      changes.show(changesOf(found));
      fates.show(fatesOf(found));
    },
  });
  return asked;
}

/** @param {Found} found */
function named({ before, after }) {
  return [before, after].map((each) => (each ? `Round ${each.round}, ${each.mode}` : ""));
}

/** @param {Found} found */
function size({ comparison: compared }) {
  return compared?.n_sources ? `N = ${counted(compared.n_sources, "source")}, ${count(compared.n_votes[0])} and ${count(compared.n_votes[1])} votes` : "";
}

/** @param {Found} found @returns {import("./figure.js").Content} */
function changesOf(found) {
  const compared = found.comparison;
  const [before, after] = named(found);
  const known = compared?.n_sources ? FIGURES.map(([key, name, isShare]) => ({ name, isShare, ...compared.changes[key] })) : [];
  const rows = known.filter(({ difference }) => difference.value !== null).map(({ name, difference, p_value, ...each }) => ({
    group: `${before} → ${after.charAt(0).toLowerCase()}${after.slice(1)}`,
    name,
    value: difference.value ?? 0, low: difference.low, high: difference.high,
    shape: found.after?.mode === "informed" ? "diamond" : "circle", className: found.after?.mode ?? "blind",
    text: `${points(difference)}, p ${probability(p_value)}`,
    title: `${name}: ${level(each.before, each.isShare)} → ${level(each.after, each.isShare)}, ${points(difference)}, p = ${probability(p_value)}`,
  }));
  const label = `From ${before} to ${after}. ${rows.map(({ title }) => title).join("; ")}`;
  return {
    n: size(found),
    draw: rows.length ? (width) => drawIntervals({ label, xTitle: "After less before (points of 100)", rows, scale: POINTS, right: 186 }, width) : null,
    empty: NO_PAIR,
    label,
    columns: ["Figure", before, after, "Difference (points)", "p"],
    rows: known.map(({ name, isShare, before: from, after: to, difference, p_value }) => [name, level(from, isShare), level(to, isShare), points(difference), probability(p_value)]),
  };
}

/** @param {Found} found @returns {import("./figure.js").Content} */
function fatesOf(found) {
  const compared = found.comparison;
  const values = SOURCES.map(([key]) => compared?.sources[key] ?? 0);
  const series = [{ name: "sources", className: found.after?.mode ?? "blind", values }];
  const label = `Change of consensus. ${SOURCES.map(([, name], i) => `${name}: ${values[i]}`).join("; ")}`;
  return {
    n: size(found),
    draw: compared?.n_sources ? (width) => drawBars({ label, xTitle: "Sources", categories: SOURCES.map(([, name]) => ({ name, colour: "" })), series }, width) : null,
    empty: NO_PAIR,
    label,
    columns: ["Consensus", "Sources"],
    rows: SOURCES.map(([, name], i) => [name, count(values[i])]),
  };
}

/** @param {number | null} value @param {boolean} isShare */
function level(value, isShare) {
  return isShare ? percent(value) : value === null ? "–" : value.toFixed(3);
}

/** @param {number | null} p */
function probability(p) {
  return p === null ? "–" : p < 0.001 ? "<0.001" : p.toFixed(3);
}

/** "+4.2 [1.0, 7.4]" @param {Estimate} difference */
function points({ value, low, high }) {
  if (value === null) return "–";
  const text = `${value >= 0 ? "+" : "−"}${(100 * Math.abs(value)).toFixed(1)}`;
  return low === null || high === null ? text : `${text} [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`.replaceAll("-", "−");
}
