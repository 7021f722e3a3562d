/** What a retirement rule would have done to the votes: a choice of the rule, a sentence, its family as a plot, the changed sources. */

import { html } from "./dom.js";
import { Figure } from "./figure.js";
import { drawLines } from "./plots/line.js";
import { count, counted, LEVEL_NAMES, percent } from "./words.js";

/**
 * @typedef {import("./types.js").Level} Level
 * @typedef {import("./figure.js").Content} Content
 * @typedef {{value: number, rule: string, votes_saved: number, share_saved: number, n_changed: number, n_ties_hidden: number, n_ties_left: number}} Member
 * @typedef {{round: number, source: string, votes: number, label: string, full_votes: number, full_label: string}} Changed
 * @typedef {Omit<Member, "value"> & {n_sources: number, n_votes: number, n_retired: number, n_same_moment: number, caution: string, under_rules: {round: number, n_full: number}[], changed: Changed[], family: {parameter: string, members: Member[]}}} Found as labeling/replaying.py writes it
 * @typedef {{name: string, label: string, value: number, min: number, max: number, step: string}} Parameter
 */

/** How the axis of each family is called. @type {Record<string, string>} */
const VARIED = { overlap: "Votes on each source", agreeing: "Votes that agree (k)", above: "Posterior (p)" };
const SHOWN = 50;
const FAMILY = "The same rule with other values of its first number: the votes it would have saved, the sources whose label would have been another one, and the ties it would have hidden, or left though more votes settle them. The upright line is the rule chosen.";
const CHANGED = "The majority of the votes that the rule would have asked for, and of all votes there are. All votes are not the truth either, only a larger vote.";

export class Retirement {
  #asked = 0;
  #family = new Figure({ key: "retirement-family", title: "Votes saved, labels changed", explanation: FAMILY });
  #changed = new Figure({ key: "retirement-changed", title: "Sources whose label changes", explanation: CHANGED, isTable: true });
  /** @type {Map<string, HTMLInputElement>} */
  #inputs = new Map();

  /**
   * @param {URL} address of the numbers; with the round where one is looked at
   * @param {{figures: HTMLElement, controls: HTMLElement, sentence: HTMLElement}} places
   * @param {number} most votes that any source has
   */
  constructor(address, { figures, controls, sentence }, most) {
    this.address = address;
    this.sentence = sentence;
    this.rules = rulesUpTo(Math.max(2, most));
    this.rule = select(Object.entries(this.rules).map(([name, { title }]) => [name, title]), "agreeing");
    this.level = select(Object.entries(LEVEL_NAMES), "label");
    this.parameters = html("span", { class: "row" });
    this.rule.addEventListener("change", () => this.#offer());
    this.level.addEventListener("change", () => this.refresh());
    controls.append(labelled("Rule", this.rule), this.parameters, labelled("Classes", this.level));
    figures.append(this.#family.root, this.#changed.root);
    this.#putInputs();
  }

  #offer() {
    this.#putInputs();
    void this.refresh();
  }

  /** The chosen rule's parameters, as they were left where it was chosen before. */
  #putInputs() {
    const inputs = this.rules[this.rule.value].parameters.map((parameter) => {
      const known = this.#inputs.get(parameter.name) ?? numberInput(parameter, () => this.refresh());
      this.#inputs.set(parameter.name, known);
      return labelled(parameter.label, known);
    });
    this.parameters.replaceChildren(...inputs);
  }

  /** Ask again and draw: votes came, or another rule was chosen. */
  async refresh() {
    const asked = ++this.#asked;
    try {
      const found = await this.#fetch();
      if (asked !== this.#asked || !found) return;
      this.sentence.replaceChildren(...sentences(found));
      this.#family.show(familyOf(found));
      this.#changed.show(changedOf(found));
    } catch (error) {
      if (asked === this.#asked) this.sentence.textContent = `Not to be had: ${error instanceof Error ? error.message : error}`;
    }
  }

  /** @returns {Promise<Found | null>} null where a number cannot be sent, and the browser says why */
  async #fetch() {
    const url = new URL(this.address);
    url.searchParams.set("rule", this.rule.value);
    url.searchParams.set("level", this.level.value);
    for (const { name } of this.rules[this.rule.value].parameters) {
      const input = /** @type {HTMLInputElement} */ (this.#inputs.get(name));
      if (!input.reportValidity()) return null;
      url.searchParams.set(name, input.value);
    }
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(await reason(response));
    return response.json();
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

/** What the server says of a request that it refuses, in one line. @param {Response} response */
async function reason(response) {
  const told = await response.json().catch(() => ({}));
  const [field, why] = Object.entries(told)[0] ?? ["", `the server answered ${response.status}`];
  return field === "detail" || !field ? String(why) : `${field}: ${[why].flat()[0]}`;
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

/** @param {Found} found @returns {Content} */
function changedOf({ changed, n_changed }) {
  return {
    n: n_changed > SHOWN ? `N = ${counted(n_changed, "source")}, the first ${SHOWN} of them` : `N = ${counted(n_changed, "source")}`,
    draw: null,
    empty: changed.length ? undefined : "No label would have been another one.",
    label: "Sources whose label would have been another one",
    columns: ["Source", "Round", "By the rule", "Votes", "By all votes", "Votes"],
    rows: changed.slice(0, SHOWN).map((each) => [each.source, each.round, each.label, each.votes, each.full_label, each.full_votes]),
  };
}

/** @param {string[][]} options @param {string} chosen */
function select(options, chosen) {
  const list = html("select", { class: "input select-small" }, options.map(([value, text]) => html("option", { value }, [text])));
  list.value = chosen;
  return list;
}

/** @param {Parameter} parameter @param {() => void} onChange */
function numberInput({ value, min, max, step }, onChange) {
  const input = html("input", { class: "input select-small number-small", type: "number", required: "", value: `${value}`, min: `${min}`, max: `${max}`, step });
  input.addEventListener("change", onChange);
  return input;
}

/** @param {string} name @param {Node} control */
function labelled(name, control) {
  return html("label", { class: "row small muted control" }, [name, control]);
}
