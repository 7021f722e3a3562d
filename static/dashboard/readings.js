/** The few numbers on top: sources, votes, ties, expected finish. */

import { documented } from "./documents.js";
import { html, tip } from "./dom.js";
import { count, counted, moment, percent } from "./words.js";

/** @typedef {import("./types.js").Dashboard} Dashboard */

/** @param {Dashboard} data @returns {HTMLElement} */
export function readings(data) {
  const { n_drawn, n_voted, n_compared, n_votes, ties } = data.progress;
  const share = (/** @type {number} */ n) => (n_compared ? ` (${percent(n / n_compared)})`.replaceAll(" %", "\u00a0%") : "");
  return html("dl", { class: "readings", id: "readings" }, [
    reading("sources", "Sources with votes", "votes", "Drawn sources that have at least one vote with a label. A source that two rounds drew counts in each.", count(n_voted), `of ${counted(n_drawn, "drawn source")}; ${count(n_compared)} with two votes or more`),
    reading("votes", "Votes", "votes", "Votes with a label that stand now: what was taken back or changed since is not counted.", count(n_votes), `by ${counted(data.people.filter((each) => each.votes).length, "person", "people")}`),
    reading("ties", "Ties", "consensus-and-ties", "Sources on which two or more labels share the lead; they have no consensus. Shares are of sources with two votes or more.", `${count(ties.group)} binary`, `${share(ties.group).slice(2, -1) || "–"}; on all classes ${count(ties.label)}${share(ties.label)}`),
    html("div", { class: "reading reading-finish" }, [
      term("Expected finish", "pace-and-expected-finish", "When all wanted votes are in if people go on, without a pause, at the pace of the last 30 minutes. The range is 95 % of what that pace’s own scatter allows; it knows nothing of lunch.", "finish"),
      ...(data.finish.length ? data.finish : [null]).map((finish) => finishOf(finish, data)),
    ]),
  ]);
}

/** @param {string} key @param {string} name @param {string} heading @param {string} explanation @param {string} value @param {string} note */
function reading(key, name, heading, explanation, value, note) {
  return html("div", { class: "reading", "data-reading": key }, [
    term(name, heading, explanation, key),
    html("dd", {}, [html("strong", { class: "numeric" }, [value]), html("span", { class: "small muted" }, [note])]),
  ]);
}

/** A reading's name with its sentence, and where its formula is. @param {string} name @param {string} heading @param {string} explanation @param {string} key */
function term(name, heading, explanation, key) {
  const formula = html("a", { class: "reading-formula", href: documented(`agreement/#${heading}`), "aria-label": `${name}: formula and source` }, ["Formula"]);
  return html("dt", { class: "row row-spread" }, [tip(name, explanation, `reading-${key}-tip`), formula]);
}

/** @param {import("./types.js").Finish | null} finish @param {Dashboard} data */
function finishOf(finish, data) {
  const several = data.finish.length > 1;
  const [value, note] = finish ? outlook(finish, data) : ["–", "No open round is in view."];
  const which = finish && several ? [html("span", { class: "small muted" }, [`Round ${finish.round}`])] : [];
  return html("dd", {}, [...which, html("strong", { class: several ? "numeric smaller" : "numeric" }, [value]), html("span", { class: "small muted" }, [note])]);
}

/** @param {import("./types.js").Finish} finish @param {Dashboard} data @returns {[string, string]} */
function outlook(finish, { now_s, rounds }) {
  const overlap = rounds.find(({ number }) => number === finish.round)?.overlap;
  const left = `${counted(finish.remaining, "vote")} left${overlap ? "" : " of those who have begun"}`;
  const { expected_s, earliest_s, latest_s, votes_per_hour } = finish;
  if (expected_s !== null && earliest_s !== null && latest_s !== null) {
    const [from, to] = [moment(now_s + earliest_s, now_s), moment(now_s + latest_s, now_s)];
    return [`${moment(now_s + expected_s, now_s)} UTC`, `between ${from} and ${to}; ${left}, ${count(Math.round(votes_per_hour ?? 0))} an hour`];
  }
  if (finish.outlook === "done") return ["All votes are in", overlap ? "Every source has the votes it needs." : "Everybody who began has answered every source."];
  if (finish.outlook === "not begun") return ["Not begun", left];
  if (finish.outlook === "idle") return ["Resting", `No votes in the last 30 minutes; ${left}.`];
  return ["Too early to say", `Fewer than 10 votes in the last 30 minutes; ${left}.`];
}
