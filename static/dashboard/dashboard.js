/** The dashboard: figures on the page, drawn from its numbers and again whenever a vote comes. */

import { LiveTopic } from "../galaxycat/livetopic.js";
import { paced } from "../galaxycat/pace.js";
import { controls } from "./controls.js";
import { openedInDrawer } from "./drawer.js";
import { Figure } from "./figure.js";
import * as figures from "./figures.js";
import { Following } from "./following.js";
import { morph } from "./morph.js";
import { readings } from "./readings.js";
import { Retirement } from "./retirement.js";
import { Strata } from "./strata.js";
import * as tables from "./tables.js";

/**
 * @typedef {import("./types.js").Dashboard} Dashboard
 * @typedef {import("./types.js").Level} Level
 */

const PAUSE_MS = 500;
/** Without a vote too: an hour's pace and "the last 30 minutes" move on by themselves. */
const STALE_MS = 30_000;
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
const CLASSES = "Sources by the label that most of their votes name; where two lead together there is no consensus, but a tie. A source of several rounds counts in each.";
const TREND = "Agreement of each round with its 95 % interval, against the chance level of its votes. Anchors are the same sources in every round, so their trend is not the samples’ difficulty.";

/** @type {[string, Figure, () => import("./figure.js").Content][]} where it stands, the frame, what it shows */
const SHOWN = [
  ["progress", new Figure({ key: "votes", title: "Sources by number of votes", explanation: "How many drawn sources have no vote, one, two and so on; only votes with a label that stand now.", download: download("votes_per_source") }), () => figures.votesPerSource(data)],
  ["progress", new Figure({ key: "people", title: "People", explanation: "By name, not by speed. Votes an hour are within sittings: a pause of more than ten minutes ends one. The median is of the seconds that the page measured for each answer.", download: download("people"), isTable: true }), () => figures.people(data)],
  ...eachLevel("agreement", "agreement", "Agreement", AGREEMENT, figures.agreement),
  ...eachLevel("agreement", "classes", "Consensus", CLASSES, figures.classes),
  ...eachLevel("agreement", "trend", "Over rounds", TREND, (all, level) => figures.trend(all, level, choice.measure)),
  ["differ", new Figure({ key: "pairs", title: "Each two people", explanation: "The share of the sources that both classified, in the same round, on which they said the same. N is how many sources they share.", download: download("pairs") }), () => tables.pairs(data, choice.level)],
  ["differ", new Figure({ key: "confusion", title: "Votes against the others", explanation: "Each vote against the most frequent label of the other votes on its source. Rows add up to 100 %. A cell opens the sources behind it.", download: download("confusion") }), () => tables.confusion(data, choice.level, choice.who, cellAddress)],
];

/**
 * Two frames side by side, binary first.
 * @param {string} place
 * @param {string} key
 * @param {string} title
 * @param {string} explanation
 * @param {(data: Dashboard, level: Level) => import("./figure.js").Content} content
 * @returns {[string, Figure, () => import("./figure.js").Content][]}
 */
function eachLevel(place, key, title, explanation, content) {
  const levels = /** @type {[Level, string][]} */ ([["group", "binary"], ["label", "all classes"]]);
  return levels.map(([level, name]) => [
    place,
    new Figure({ key: `${key}-${level}`, title: `${title}, ${name}`, explanation, download: download(key, level) }),
    () => content(data, level),
  ]);
}

function draw() {
  morph(/** @type {Element} */ (document.getElementById("readings")), readings(data));
  for (const [, figure, content] of SHOWN) figure.show(content());
  refreshStrata();
  refreshRetirement();
  picker.show(data);
  following.follow(data.rounds.filter(isFollowed).map(({ uuid }) => `round.${uuid}`));
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

/** @param {string | undefined} path */
function scoped(path) {
  const url = new URL(path ?? "", location.href);
  if (data.scope) url.searchParams.set("round", String(data.scope));
  return url;
}

const place = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const strata = new Strata(scoped(root.dataset.strata), place("figures-strata"), place("strata-controls"));
/** Its intervals cost the server as much as all the other figures: not with every vote. */
const refreshStrata = paced(() => strata.refresh(), STALE_MS);
const retirement = new Retirement(
  scoped(root.dataset.retirement),
  { figures: place("figures-retirement"), controls: place("retirement-controls"), sentence: place("retirement-says") },
  Math.max(...data.votes_per_source.n_votes),
);
const refreshRetirement = paced(() => retirement.refresh(), STALE_MS);
const picker = controls(choice, draw);
for (const [section, figure] of SHOWN) document.getElementById(`figures-${section}`)?.append(figure.root);
openedInDrawer(/** @type {HTMLDialogElement} */ (document.getElementById("drawer")), root.dataset.cell ?? "");
draw();
setInterval(() => {
  if (!document.hidden && data.rounds.some(isFollowed)) refresh();
}, STALE_MS);
