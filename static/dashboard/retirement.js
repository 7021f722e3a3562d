/** What a retirement rule would have done to the votes: a choice of the rule, a sentence, its family as a plot, the changed sources. */

import { Asked } from "./asked.js";
import { choice, levelChoice, offer } from "./controls.js";
import { html } from "./dom.js";
import { documented } from "./documents.js";
import { Figure } from "./figure.js";
import { drawLines } from "./plots/line.js";
import { count, counted, percent } from "./words.js";

/**
 * @typedef {import("./figure.js").Content} Content
 * @typedef {{value: number, rule: string, votes_saved: number, share_saved: number, n_changed: number, n_ties_hidden: number, n_ties_left: number}} Member
 * @typedef {{round: number, source: string, uuid: string, votes: number, label: string, full_votes: number, full_label: string}} Changed
 * @typedef {Omit<Member, "value"> & {n_sources: number, n_votes: number, n_retired: number, n_same_moment: number, caution: string, under_rules: {round: number, n_full: number}[], changed: Changed[], family: {parameter: string, members: Member[]}}} Found as labeling/dashboard/replay.py writes it
 * @typedef {{name: string, label: string, value: number, min: number, max: number, step: string}} Parameter
 */

/** How the axis of each family is called. @type {Record<string, string>} */
const VARIED = { overlap: "Votes on each source", agreeing: "Votes that agree (k)", above: "Posterior (p)" };
const SHOWN = 50;
const FAMILY = "The same rule with other values of its first number: the votes it would have saved, the sources whose label would have been another one, and the ties it would have hidden, or left though more votes settle them. The upright line is the rule chosen.";
const CHANGED = "The majority of the votes that the rule would have asked for, and of all votes there are. All votes are not the truth either, only a larger vote.";

/** @param {import("./types.js").Place} place @returns {Asked<Found>} */
export function retirement({ section, frames, controls, address, note, most, sourceAddress }) {
  const doc = documented("retirement/#reading-a-replay");
  const family = new Figure({ key: "retirement-family", title: "Votes saved, labels changed", explanation: FAMILY, doc });
  const changed = new Figure({ key: "retirement-changed", title: "Sources whose label changes", explanation: CHANGED, doc, isTable: true });
  const rules = rulesUpTo(Math.max(2, most));
  /** Numbers stay as they were left where their rule was chosen before. @type {Map<string, HTMLInputElement>} */
  const inputs = new Map();
  const parameters = html("span", { class: "row" });
  const rule = choice("Rule", () => {
    putInputs();
    void asked.ask();
  });
  offer(rule.list, Object.entries(rules).map(([name, { title }]) => [name, title]));
  rule.list.value = "agreeing";
  const level = levelChoice(() => void asked.ask());
  level.list.value = "label";
  controls.append(rule.root, parameters, level.root);
  frames.append(family.root, changed.root);
  putInputs();
  /** @type {Asked<Found>} */
  const asked = new Asked({
    section,
    figures: [family, changed],
    addresses() {
      const numbers = rules[rule.list.value].parameters.map(({ name }) => /** @type {HTMLInputElement} */ (inputs.get(name)));
      // The browser says what is wrong with a number that cannot be sent.
      if (!numbers.every((input) => input.reportValidity())) return [];
      return [address({ rule: rule.list.value, level: level.list.value, ...Object.fromEntries(numbers.map(({ name, value }) => [name, value])) })];
    },
    show([found]) {
      note.replaceChildren(...sentences(found));
      family.show(familyOf(found));
      changed.show(changedOf(found, sourceAddress));
    },
    fail: () => note.replaceChildren(),
  });
  return asked;

  function putInputs() {
    const shown = rules[rule.list.value].parameters.map((parameter) => {
      const known = inputs.get(parameter.name) ?? numberInput(parameter, () => void asked.ask());
      inputs.set(parameter.name, known);
      return html("label", { class: "row small muted control" }, [parameter.label, known]);
    });
    parameters.replaceChildren(...shown);
  }
}

/** @param {number} most @returns {Record<string, {title: string, parameters: Parameter[]}>} as the server names them */
function rulesUpTo(most) {
  const limit = { name: "most", label: "at most", value: most, min: 1, max: 1000, step: "1" };
  const share = { min: 0.01, max: 0.9999, step: "any" };
  return {
    fixed: { title: "Fixed overlap", parameters: [{ ...limit, name: "overlap", label: "of", value: Math.max(1, most - 1) }] },
    agreeing: { title: "k agreeing votes", parameters: [{ ...limit, name: "agreeing", label: "k", value: Math.floor(most / 2) + 1 }, limit] },
    posterior: {
      title: "Posterior above p",
      parameters: [{ ...share, name: "above", label: "p", value: 0.95 }, { ...share, name: "accuracy", label: "people right", value: 0.8 }, limit],
    },
  };
}

/** @param {Found} found */
function sentences(found) {
  const { n_retired, votes_saved, n_votes, share_saved, n_changed, n_ties_hidden, n_ties_left, n_same_moment, under_rules } = found;
  const saved = `saved ${count(votes_saved)} of ${counted(n_votes, "vote")} (${percent(share_saved)})`;
  const rest = [
    ...under_rules.map(({ round, n_full }) => `In round ${round} a rule was at work: only its ${counted(n_full, "source")} with the full overlap are replayed.`),
    ...(n_same_moment ? [`${counted(n_same_moment, "vote")} have the moment of another on the same source, so their order is not known: they are taken as they were stored.`] : []),
    found.caution,
  ];
  return [
    html("p", {}, [
      `This rule would have retired ${counted(n_retired, "source")}, ${saved} and changed ${counted(n_changed, "label")}, `,
      `hidden ${counted(n_ties_hidden, "tie")} and left ${count(n_ties_left)}.`,
    ]),
    html("p", { class: "small muted" }, [rest.join(" ")]),
  ];
}

/** @param {Found} found @returns {Content} */
function familyOf({ rule, n_votes, n_sources, family: { parameter, members } }) {
  const of = (/** @type {number} */ n) => (n_sources ? n / n_sources : 0);
  // The last is drawn on top: where all are 0, each is still to be seen.
  const series = [
    { name: "ties hidden or left", shape: "square", className: "ties anchors", share: (/** @type {Member} */ each) => of(each.n_ties_hidden + each.n_ties_left), text: (/** @type {Member} */ each) => counted(each.n_ties_hidden + each.n_ties_left, "source") },
    { name: "labels changed", shape: "diamond", className: "changed", share: (/** @type {Member} */ each) => of(each.n_changed), text: (/** @type {Member} */ each) => counted(each.n_changed, "source") },
    { name: "votes saved", shape: "circle", className: "saved", share: (/** @type {Member} */ each) => each.share_saved, text: (/** @type {Member} */ each) => `${count(each.votes_saved)} votes` },
  ].map(({ share, text, ...look }) => ({
    ...look,
    hasLine: true,
    points: members.map((each, at) => ({ at, value: share(each), low: null, high: null, text: `${percent(share(each))}, ${text(each)}` })),
  }));
  const lines = {
    xTitle: VARIED[parameter],
    yTitle: "Share of votes or sources (%)",
    series,
    categories: members.map(({ value }) => `${value}`),
    chosen: members.findIndex((each) => each.rule === rule),
  };
  const label = `Votes saved and labels changed. ${members.map((each) => `${VARIED[parameter]} ${each.value}: ${percent(each.share_saved)} saved, ${each.n_changed} changed`).join("; ")}`;
  return {
    n: `N = ${counted(n_votes, "vote")} on ${counted(n_sources, "source")}`,
    draw: n_votes ? (width) => drawLines({ label, ...lines }, width) : null,
    empty: "Shows when there are votes that you may see.",
    label,
    columns: [VARIED[parameter], "Votes saved", "Share", "Labels changed", "Ties hidden", "Ties left"],
    rows: members.map((each) => [each.value, count(each.votes_saved), percent(each.share_saved), count(each.n_changed), count(each.n_ties_hidden), count(each.n_ties_left)]),
    legend: series.toReversed().map(({ name, className, shape }) => ({ name: name.charAt(0).toUpperCase() + name.slice(1), className, shape })),
  };
}

/** @param {Found} found @param {(uuid: string) => string} sourceAddress @returns {Content} */
function changedOf({ changed, n_changed }, sourceAddress) {
  return {
    n: n_changed > SHOWN ? `N = ${counted(n_changed, "source")}, the first ${SHOWN} of them` : `N = ${counted(n_changed, "source")}`,
    draw: null,
    empty: changed.length ? undefined : "No label would have been another one.",
    label: "Sources whose label would have been another one",
    columns: ["Source", "Round", "By the rule", "Votes", "By all votes", "Votes"],
    rows: changed.slice(0, SHOWN).map((each) => [html("a", { href: sourceAddress(each.uuid) }, [each.source]), each.round, each.label, each.votes, each.full_label, each.full_votes]),
  };
}

/** @param {Parameter} parameter @param {() => void} onChange */
function numberInput({ name, value, min, max, step }, onChange) {
  const input = html("input", { class: "input select-small number-small", type: "number", name, required: "", value: `${value}`, min: `${min}`, max: `${max}`, step });
  input.addEventListener("change", onChange);
  return input;
}
