/** The two tables of who differs and on what: pairs of people, and votes against what the others say. */

import { html } from "./dom.js";
import { drawHeat } from "./plots/heat.js";
import { count, counted, nameOf, percent } from "./words.js";

/**
 * @typedef {import("./types.js").Dashboard} Dashboard
 * @typedef {import("./types.js").Level} Level
 * @typedef {import("./figure.js").Content} Content
 * @typedef {import("./plots/heat.js").HeatCell} HeatCell
 */

/** @param {Dashboard} data @param {Level} level @returns {Content} */
export function pairs(data, level) {
  const { alike, shared, kappa, few } = data.pairs[level];
  const names = data.people.map((each) => (each.is_simulated ? `${each.name} (sim.)` : each.name));
  const lower = names.flatMap((_, r) => names.slice(0, r).map((__, c) => /** @type {[number, number]} */ ([r, c]))).filter(([r, c]) => shared[r][c]);
  const total = lower.reduce((sum, [r, c]) => sum + shared[r][c], 0);
  /** @type {(r: number, c: number) => HeatCell | null} */
  const cell = (r, c) => {
    if (c >= r || !shared[r][c]) return null;
    const share = alike[r][c] / shared[r][c];
    const isFaint = shared[r][c] < few;
    const title = `${names[c]} and ${names[r]}: ${percent(share)} alike of ${counted(shared[r][c], "shared source")}${isFaint ? ", too few to say much" : ""}; Cohen’s κ ${kappaOf(kappa[r][c])}`;
    return { share, text: `${(100 * share).toFixed(0)}`, note: `N ${count(shared[r][c])}`, title, isFaint };
  };
  const label = `Agreement of each two people in percent. ${lower.map(([r, c]) => cell(r, c)?.title).join("; ")}`;
  const [rows, columns] = [names.slice(1), names.slice(0, -1)];
  const cells = rows.map((_, r) => columns.map((__, c) => cell(r + 1, c)));
  const heat = { label, rowTitle: "", columnTitle: "Alike (%)", rows, columns, isSlanted: true, cells };
  return {
    n: `N = ${counted(total, "pair of votes", "pairs of votes")}`,
    draw: total ? (width) => drawHeat(heat, width) : null,
    empty: "Shows when two people have classified the same source.",
    label,
    columns: ["Pair", "Alike", "Cohen’s κ", "Shared sources"],
    rows: lower.map(([r, c]) => [`${names[c]} × ${names[r]}`, percent(alike[r][c] / shared[r][c]), kappaOf(kappa[r][c]), count(shared[r][c])]),
    legend: lower.some(([r, c]) => shared[r][c] < few) ? [{ name: `fewer than ${few} shared sources`, className: "faint", shape: "square" }] : [],
  };
}

/**
 * @param {Dashboard} data
 * @param {Level} level
 * @param {string} who "all" or a person's UUID
 * @param {(cell: Record<string, string>) => string} addressOf where a cell's sources are
 * @returns {Content}
 */
export function confusion(data, level, who, addressOf) {
  const { names, others, votes, all } = data.confusion[level];
  const place = data.people.findIndex(({ uuid }) => uuid === who);
  const matrix = place < 0 ? all : votes[place];
  const totals = matrix.map(sum);
  const whose = place < 0 ? "votes" : `votes of ${nameOf(data.people[place])}`;
  /** @type {(r: number, c: number) => HeatCell} */
  const cell = (r, c) => {
    const n = matrix[r][c];
    const share = totals[r] ? n / totals[r] : 0;
    const title = `Others say ${others[r]}, vote ${names[c]}: ${count(n)} of ${count(totals[r])} ${whose} (${percent(share)})`;
    const href = n ? addressOf({ level, who: place < 0 ? "all" : who, others: others[r], vote: names[c] }) : undefined;
    return { share, text: count(n), note: totals[r] ? `${(100 * share).toFixed(0)} %` : "", title, isFaint: !n, href };
  };
  const label = `${whose} against what the others say. ${others.map((_, r) => names.map((__, c) => cell(r, c).title).join("; ")).join("; ")}`;
  const cells = others.map((_, r) => names.map((__, c) => cell(r, c)));
  const heat = { label, rowTitle: "The others say", columnTitle: "The vote says", rows: others, columns: names, isSlanted: false, cells };
  const total = sum(totals);
  return {
    n: `N = ${counted(total, "vote")}`,
    draw: total ? (width) => drawHeat(heat, width) : null,
    empty: "Shows when a source has two votes.",
    label,
    columns: ["Others say", ...names.map((name) => `Vote ${name}`), "N"],
    rows: others.map((name, r) => [name, ...matrix[r].map((n, c) => linked(n, cell(r, c).href)), count(totals[r])]),
  };
}

/** @param {number | null} kappa */
function kappaOf(kappa) {
  return kappa === null ? "–" : kappa.toFixed(2);
}

/** @param {number} n @param {string | undefined} href */
function linked(n, href) {
  return href ? html("a", { href }, [count(n)]) : count(n);
}

/** @param {number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, n) => total + n, 0);
}
