// @ts-check
/** The labelling page: makes its parts and hands them the keyboard, the mouse, the network and the other tabs. */

import { mapReady } from "../catalogs/map.js";
import { element, pageData } from "../catalogs/pagedata.js";
import { helpToggle, isTyping } from "../catalogs/shortcuts.js";
import { after, csrfToken, localStorageIfAny, oneTabAtATime } from "./browser.js";
import { Desk } from "./desk.js";
import { actionOf } from "./keys.js";
import { LabelMap } from "./labelmap.js";
import { Outbox } from "./outbox.js";
import { Panel } from "./panel.js";
import { Queue } from "./queue.js";
import { LabelSession } from "./session.js";
import { Strip } from "./strip.js";
import { postJson } from "./voteapi.js";
import { VoteStore } from "./votestore.js";

const config = pageData("config");
const storeName = `galaxycat:votes:${config.user}:${config.round}`;
const outbox = new Outbox({
  store: new VoteStore(localStorageIfAny(), storeName),
  send: (vote) => postJson(config.votes_url, vote, csrfToken()),
  after,
  alone: oneTabAtATime(storeName),
});
const session = new LabelSession({
  queue: new Queue(),
  outbox,
  claim: (count) => postJson(config.claims_url, { count }, csrfToken()),
  after,
});
const strip = new Strip();

void mapReady("map").then((map) => {
  const view = new LabelMap(map, config.viewer);
  const toggleHelp = helpToggle(element("#help", HTMLDialogElement), document.querySelector("[data-help]"));
  const desk = new Desk({ session, view, panel: new Panel(config.labels), strip, toggleHelp });
  bindKeys(desk, view);
  bindMouse(desk);
  bindRenditionName(view);
  document.addEventListener("visibilitychange", () => desk.setHidden(document.hidden));
  bindNetwork();
  void outbox.flush();
  void session.refill();
});

/**
 * @param {Desk} desk
 * @param {LabelMap} view
 */
function bindKeys(desk, view) {
  document.addEventListener("keydown", (event) => {
    const isOnButton = event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement;
    // Enter held down on a button would press it again and again.
    if (event.repeat && isOnButton) return event.preventDefault();
    if (isTyping(event.target) || (document.querySelector("dialog[open]") && event.key !== "?")) return;
    const action = actionOf(event, config.labels);
    if (!action || (action.kind === "peek" && isOnButton)) return; // Space presses the button that has the focus
    event.preventDefault();
    desk.act(action);
  });
  document.addEventListener("keyup", (event) => event.key === " " && view.setOverlays(true));
  window.addEventListener("blur", () => view.setOverlays(true));
}

/** @param {Desk} desk */
function bindMouse(desk) {
  const panel = element("#answer-panel", HTMLElement);
  panel.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-action]") : null;
    if (!(button instanceof HTMLElement) || desk.isSecondClick(event)) return;
    const { action = "", label = "" } = button.dataset;
    if (action === "label") desk.act({ kind: "label", value: label, isUnsure: event.shiftKey });
    else desk.act({ kind: /** @type {import("./keys.js").PlainAction["kind"]} */ (action) });
  });
  // A clicked button does not take the focus: Space would press it again.
  panel.addEventListener("mousedown", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-action]")) event.preventDefault();
  });
}

/** @param {LabelMap} view */
function bindRenditionName({ renditions }) {
  const name = element("#rendition-name", HTMLElement);
  const write = () => (name.textContent = renditions.current.name);
  renditions.addEventListener("change", write);
  write();
}

/** The outbox' state, the network, other tabs of the same person, and leaving. */
function bindNetwork() {
  outbox.addEventListener("change", () => strip.showOutbox(outbox));
  const goOn = () => {
    void outbox.flush();
    if (session.phase !== "working") void session.refill(true);
  };
  for (const type of ["online", "focus"]) window.addEventListener(type, goOn);
  for (const button of document.querySelectorAll("[data-again]")) button.addEventListener("click", goOn);
  element("[data-refused=again]", HTMLElement).addEventListener("click", () => outbox.retryRefused());
  element("[data-refused=discard]", HTMLElement).addEventListener("click", () => outbox.discardRefused());
  window.addEventListener("beforeunload", (event) => outbox.pending.length > 0 && event.preventDefault());
  window.addEventListener("storage", ({ key, newValue }) => {
    if (!key?.startsWith(`${storeName}:`)) return;
    strip.showOutbox(outbox);
    const vote = newValue ? JSON.parse(newValue).vote : null;
    session.answeredElsewhere(vote && vote.outcome !== "withdrawn" ? vote.assignment : null);
  });
  strip.showOutbox(outbox);
}
