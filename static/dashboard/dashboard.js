/** The dashboard: figures on the page, drawn from its numbers and again whenever a vote comes. */

import { LiveTopic } from "../galaxycat/livetopic.js";
import { paced } from "../galaxycat/pace.js";
import { comparison } from "./comparison.js";
import { constancy } from "./constancy.js";
import { controls } from "./controls.js";
import { counts } from "./counts.js";
import { documented } from "./documents.js";
import { openedInDrawer } from "./drawer.js";
import { Figure } from "./figure.js";
import * as figures from "./figures.js";
import { Following } from "./following.js";
import { latent } from "./latent.js";
import { morph } from "./morph.js";
import { readings } from "./readings.js";
import { retirement } from "./retirement.js";
import { strata } from "./strata.js";
import * as tables from "./tables.js";
import { together } from "./together.js";

/**
 * @typedef {import("./types.js").Dashboard} Dashboard
 * @typedef {import("./types.js").Level} Level
 */

const PAUSE_MS = 500;
/** Without a vote too: an hour's pace and "the last 30 minutes" move on by themselves. */
const STALE_MS = 30_000;
const NO_UUID = "00000000-0000-0000-0000-000000000000";
const WORDS = { connecting: "connecting", live: "live", offline: "offline, trying again", refused: "not live: reload the page" };

/** What a person has chosen to look at. */
const choice = { level: /** @type {Level} */ ("group"), who: "all", measure: /** @type {"human_to_mode" | "leave_one_out"} */ ("human_to_mode") };

const root = /** @type {HTMLElement} */ (document.getElementById("dashboard"));
const sign = /** @type {HTMLElement} */ (document.getElementById("live"));
let data = /** @type {Dashboard} */ (JSON.parse(document.getElementById("dashboard-data")?.textContent ?? ""));
const address = new URL(root.dataset.address ?? "", location.href);
if (data.scope) address.searchParams.set("round", String(data.scope));

/** @param {Record<string, string>} query */
function cellAddress(query) {
  const search = new URLSearchParams(query);
  if (data.scope) search.set("round", String(data.scope));
  return `${root.dataset.cell}?${search}`;
}

/** @param {string} figure @param {Level} [level] */
function download(figure, level) {
  const url = new URL(address);
  url.searchParams.set("format", "csv");
  url.searchParams.set("figure", figure);
  if (level) url.searchParams.set("level", level);
  return url.pathname + url.search;
}

const AGREEMENT = "Human-to-mode: votes that equal their source’s most frequent label, which each helps to make. Leave-one-out: each vote against the others only. Chance: random votes from the observed frequencies. Whiskers are 95 % intervals, by a bootstrap over sources.";
const COEFFICIENTS = "Agreement corrected for what chance alone would give: 1 is perfect, 0 is chance. Alpha and kappa fall where one class is rare though people agree as often; AC1 falls less. Whiskers are bias-corrected 95 % intervals by a bootstrap over sources.";
const CLASSES = "Sources by the label that most of their votes name; where two lead together there is no consensus, but a tie. A source of several rounds counts in each.";
const TREND = "Agreement of each round with its 95 % interval, against the chance level of its votes. Anchors are the same sources in every round, so their trend is not the samples’ difficulty.";

/** @type {[string, Figure, () => import("./figure.js").Content][]} where it stands, the frame, what it shows */
const SHOWN = [
  ["progress", new Figure({ key: "votes", title: "Sources by number of votes", doc: documented("agreement/#votes"), explanation: "How many drawn sources have no vote, one, two and so on; only votes with a label that stand now.", download: download("votes_per_source") }), () => figures.votesPerSource(data)],
  ["progress", new Figure({ key: "people", title: "People", doc: documented("agreement/#pace-and-expected-finish"), explanation: "By name, not by speed. Votes an hour are within sittings: a pause of more than ten minutes ends one. The median is of the seconds that the page measured for each answer.", download: download("people"), isTable: true }), () => figures.people(data)],
  ...eachLevel("agreement", "agreement", "Agreement", "human-to-mode-agreement", AGREEMENT, figures.agreement),
  ...eachLevel("agreement", "coefficients", "Beyond chance", "krippendorffs-alpha", COEFFICIENTS, figures.coefficients),
  ...eachLevel("agreement", "classes", "Consensus", "consensus-and-ties", CLASSES, figures.classes),
  ...eachLevel("agreement", "trend", "Over rounds", "intervals", TREND, (all, level) => figures.trend(all, level, choice.measure)),
  ["differ", new Figure({ key: "pairs", title: "Each two people", doc: documented("agreement/#pairs-of-people"), explanation: "The share of the sources that both classified, in the same round, on which they said the same; the table adds Cohen’s kappa. N is how many sources they share.", download: download("pairs") }), () => tables.pairs(data, choice.level)],
  ["differ", new Figure({ key: "confusion", title: "Votes against the others", doc: documented("agreement/#confusion-against-the-others"), explanation: "Each vote against the most frequent label of the other votes on its source. Rows add up to 100 %. A cell opens the sources behind it.", download: download("confusion") }), () => tables.confusion(data, choice.level, choice.who, cellAddress)],
];

/**
 * Two frames side by side, binary first.
 * @param {string} place
 * @param {string} key
 * @param {string} title
 * @param {string} heading of docs/agreement.md
 * @param {string} explanation
 * @param {(data: Dashboard, level: Level) => import("./figure.js").Content} content
 * @returns {[string, Figure, () => import("./figure.js").Content][]}
 */
function eachLevel(place, key, title, heading, explanation, content) {
  const levels = /** @type {[Level, string][]} */ ([["group", "binary"], ["label", "all classes"]]);
  return levels.map(([level, name]) => [
    place,
    new Figure({ key: `${key}-${level}`, title: `${title}, ${name}`, explanation, doc: documented(`agreement/#${heading}`), download: download(key, level) }),
    () => content(data, level),
  ]);
}

function draw() {
  morph(/** @type {Element} */ (document.getElementById("readings")), readings(data));
  for (const [, figure, content] of SHOWN) figure.show(content());
  for (const section of sections) section.refresh();
  picker.show(data);
  following.follow(data.rounds.filter(isFollowed).map(({ uuid }) => `round.${uuid}`));
}

/** @param {string} name of a section @returns {import("./types.js").Place} */
function placeOf(name) {
  const at = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  return {
    section: at(`section-${name}`), frames: at(`figures-${name}`), controls: at(`${name}-controls`), note: at(`${name}-note`),
    address(query = {}) {
      const url = new URL(root.dataset[name] ?? "", location.href);
      if (data.scope) url.searchParams.set("round", String(data.scope));
      for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
      return url;
    },
    most: Math.max(...data.votes_per_source.n_votes),
    sourceAddress: (uuid) => (root.dataset.source ?? "").replace(NO_UUID, uuid),
  };
}

/** @param {import("./types.js").RoundFacts} round */
function isFollowed({ is_open, is_seen, number }) {
  return is_open && is_seen && (data.scope ?? number) === number;
}

const refresh = paced(async () => {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (!response.ok || response.redirected) return;
  const fresh = /** @type {Dashboard} */ (await response.json());
  // A round that was opened, closed or hidden changes the page itself, not its figures only.
  if (JSON.stringify(fresh.rounds) !== JSON.stringify(data.rounds)) location.reload();
  data = fresh;
  draw();
}, PAUSE_MS);

const following = new Following({
  make: (topic, onChange, onState) => new LiveTopic({ topic, onEvents: onChange, onState }),
  onChange: refresh,
  onState(state) {
    sign.hidden = state === null;
    if (state === null) return;
    sign.dataset.state = state;
    if (sign.textContent !== WORDS[state]) sign.textContent = WORDS[state];
  },
});

/** What asks for its own numbers, by the name of its section. */
const SECTIONS = { strata, comparison, constancy, latent, together, counts, retirement };
const sections = Object.entries(SECTIONS).map(([name, make]) => make(placeOf(name)));
const picker = controls(choice, draw);
for (const [section, figure] of SHOWN) document.getElementById(`figures-${section}`)?.append(figure.root);
openedInDrawer(/** @type {HTMLDialogElement} */ (document.getElementById("drawer")), root.dataset.cell ?? "");
draw();
setInterval(() => {
  if (!document.hidden && data.rounds.some(isFollowed)) refresh();
}, STALE_MS);
