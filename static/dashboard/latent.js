/** Dawid and Skene's model of the votes: how each person answers, and where it leaves the majority. */

import { Asked } from "./asked.js";
import { choice, levelChoice, offer } from "./controls.js";
import { html } from "./dom.js";
import { documented } from "./documents.js";
import { Figure } from "./figure.js";
import { drawHeat } from "./plots/heat.js";
import { count, counted, nameOf, percent } from "./words.js";

/**
 * @typedef {{uuid: string, name: string, is_simulated: boolean, n_votes: number, accuracy: number, confusion: number[][], low: number[][], high: number[][], answers: number[]}} Person
 * @typedef {{source: string, number: number, majority: string, votes: Record<string, number>, label: string, probability: number}} Source
 * @typedef {{labels: string[], warning: string | null, model: {n_sources: number, n_votes: number, priors: Record<string, number>} | null, people?: Person[], n_other?: number, n_ties?: number, sources?: Source[]}} Found as labeling/dashboard/latent.py writes it
 */

const PEOPLE = "How each person answers, by Dawid and Skene’s model: rows are what a source is, as the model has it from everybody’s answers; columns what they say. Brackets are 95 % intervals. It supposes that people err independently.";
const SOURCES = "Sources to which the model gives another label than the majority, because it weighs each vote by how its person answers. Nobody’s consensus is formed by it: look again.";

/** @param {import("./types.js").Place} place @returns {Asked<Found>} */
export function latent({ section, frames, controls, address, note, sourceAddress }) {
  const doc = documented("agreement/#dawid-and-skenes-model");
  const people = new Figure({ key: "latent-people", title: "How a person answers", explanation: PEOPLE, doc });
  const sources = new Figure({ key: "latent-sources", title: "Where the model leaves the majority", explanation: SOURCES, doc, isTable: true });
  const who = choice("Answers of", () => draw());
  const level = levelChoice(() => void asked.ask());
  controls.append(who.root, level.root);
  frames.append(people.root, sources.root);
  /** @type {Found | null} */
  let found = null;
  /** @type {Asked<Found>} */
  const asked = new Asked({
    section,
    figures: [people, sources],
    addresses: () => [address({ level: level.list.value })],
    show([answer]) {
      found = answer;
      offer(who.list, (answer.people ?? []).map((each) => [each.uuid, nameOf(each)]));
      note.hidden = answer.warning === null;
      note.textContent = answer.warning ?? "";
      draw();
    },
  });
  return asked;

  function draw() {
    if (!found) return;
    people.show(peopleOf(found, who.list.value));
    sources.show(sourcesOf(found, sourceAddress));
  }
}

/** @param {Found} found @param {string} who @returns {import("./figure.js").Content} */
function peopleOf({ labels, people = [] }, who) {
  const person = people.find(({ uuid }) => uuid === who) ?? people[0];
  const label = person ? `Answers of ${nameOf(person)}` : "Answers of a person";
  const cells = person ? person.confusion.map((row, r) => row.map((share, c) => cell(person, labels, r, c, share))) : [];
  const heat = { label, rowTitle: "What it is", columnTitle: "The answer (%)", rows: labels, columns: labels, isSlanted: false, cells };
  return {
    n: person ? `N = ${counted(person.n_votes, "vote")}; right with probability ${percent(person.accuracy)}` : "",
    draw: person ? (width) => drawHeat(heat, width) : null,
    empty: "Shows when there are votes.",
    label,
    columns: ["Person", "What it is", ...labels.map((name) => `Says ${name}`), "Worth N answers"],
    rows: people.flatMap((each) => labels.map((name, r) => [nameOf(each), name, ...each.confusion[r].map((share, c) => `${(100 * share).toFixed(0)} [${range(each, r, c)}]`), count(Math.round(each.answers[r]))])),
  };
}

/** @param {Person} person @param {number} r @param {number} c */
function range({ low, high }, r, c) {
  return `${(100 * low[r][c]).toFixed(0)}, ${(100 * high[r][c]).toFixed(0)}`;
}

/** @param {Person} person @param {string[]} labels @param {number} r @param {number} c @param {number} share */
function cell(person, labels, r, c, share) {
  const title = `${nameOf(person)} calls a ${labels[r]} ${labels[c]}: ${percent(share)} [${range(person, r, c)}]`;
  return { share, text: (100 * share).toFixed(0), note: `[${range(person, r, c)}]`, title };
}

/** @param {Found} found @param {(uuid: string) => string} sourceAddress @returns {import("./figure.js").Content} */
function sourcesOf({ model, sources = [], n_other = 0 }, sourceAddress) {
  const isCut = n_other > sources.length;
  return {
    n: model ? `${counted(n_other, "source")} of ${count(model.n_sources)}${isCut ? `; the ${sources.length} surest` : ""}` : "",
    draw: null,
    empty: sources.length ? undefined : model ? "The model gives every source the majority’s label." : "Shows when there are votes.",
    label: "Sources to which the model gives another label than the majority",
    columns: ["Source", "Votes", "Majority", "Model", "Probability"],
    rows: sources.map((each) => [
      html("a", { href: sourceAddress(each.source) }, [String(each.number)]),
      Object.entries(each.votes).filter(([, n]) => n).map(([name, n]) => `${n} × ${name}`).join(", "),
      each.majority, each.label, percent(each.probability),
    ]),
  };
}
