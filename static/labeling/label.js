// @ts-check
/** The labelling page: puts the sitting, the image, the panel and the keyboard together. */

import { mapReady } from "../catalogs/map.js";
import { element, pageData } from "../catalogs/pagedata.js";
import { helpToggle, isTyping } from "../catalogs/shortcuts.js";
import { after, csrfToken, localStorageIfAny, oneTabAtATime } from "./browser.js";
import { Gate } from "./gate.js";
import { actionOf } from "./keys.js";
import { LabelMap } from "./labelmap.js";
import { Outbox } from "./outbox.js";
import { Panel } from "./panel.js";
import { Queue } from "./queue.js";
import { LabelSession } from "./session.js";
import { Stopwatch } from "./stopwatch.js";
import { Strip } from "./strip.js";
import { postJson } from "./voteapi.js";
import { VoteStore } from "./votestore.js";

const LEAST_LOOK_MS = 150;
const DOUBLE_CLICK_MS = 500;

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
const gate = new Gate(LEAST_LOOK_MS, () => performance.now());
const watch = new Stopwatch(() => performance.now());
const panel = new Panel(config.labels);
const strip = new Strip();
const toggleHelp = helpToggle(element("#help", HTMLDialogElement), document.querySelector("[data-help]"));

void mapReady("map").then(start);

/** @param {L.Map} map */
function start(map) {
  const view = new LabelMap(map, config.viewer);
  /** @type {import("./queue.js").Assignment | null} */
  let presented = null;
  let lastWords = "";
  let answeredAt = -Infinity;

  /** @param {import("./queue.js").Assignment} assignment */
  async function present(assignment) {
    const turn = gate.shut();
    panel.setReady(false);
    panel.show(assignment);
    const isComplete = await view.show(assignment.source);
    if (assignment !== presented) return;
    gate.drawn(turn);
    panel.setReady(true);
    if (!isComplete) panel.markIncomplete();
    watch.restart();
    view.prefetch(session.queue.upcoming.map(({ source }) => source));
  }

  function render() {
    panel.setPhase(session.phase);
    panel.setLast(lastWords, session.queue.canUndo);
    element("#standing-message", HTMLElement).textContent = session.message;
    strip.showProgress(session.progress);
    const current = session.phase === "working" ? session.queue.current : null;
    if (current === presented) return;
    presented = current;
    if (current) void present(current);
  }

  /** @param {import("./session.js").Answer} answer */
  function answer(answer) {
    const current = session.queue.current;
    if (!current || session.phase !== "working" || !gate.isOpen) return;
    const words = answer.label ? `class ${answer.label}${answer.is_unsure ? ", unsure" : ""}` : answer.outcome;
    lastWords = `Last: source ${current.source.number}, ${words}`;
    answeredAt = performance.now();
    session.vote(answer, watch.seconds, { ...view.shown, previous_consensus: current.previous_consensus });
  }

  function undo() {
    const isAllowed = session.phase === "working" ? gate.isOpen : session.phase !== "stopped";
    if (!isAllowed || !session.undo()) return;
    lastWords = "Taken back: answer it anew";
    render();
  }

  /** @param {NonNullable<ReturnType<typeof actionOf>>} action */
  function act(action) {
    if (action.kind === "label") answer({ outcome: "labeled", label: action.value, is_unsure: action.isUnsure });
    else if (action.kind === "unsure") answer({ outcome: "unsure", label: null, is_unsure: true });
    else if (action.kind === "skip") answer({ outcome: "skipped", label: null, is_unsure: false });
    else if (action.kind === "undo") undo();
    else if (action.kind === "rendition") view.renditions.next();
    else if (action.kind === "help") toggleHelp();
    else if (action.kind === "zoomIn") view.map.zoomIn();
    else if (action.kind === "zoomOut") view.map.zoomOut();
    else if (action.kind === "recentre") void view.recentre();
    else view.setOverlays(false);
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const isOnButton = event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement;
    // Enter held down on a button would press it again and again.
    if (event.repeat && isOnButton) return event.preventDefault();
    if (isTyping(event.target) || (document.querySelector("dialog[open]") && event.key !== "?")) return;
    const action = actionOf(event, config.labels);
    if (!action || (action.kind === "peek" && isOnButton)) return; // Space presses the button that has the focus
    event.preventDefault();
    act(action);
  }

  /** @param {MouseEvent} event */
  function onClick(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-action]") : null;
    if (!(button instanceof HTMLElement)) return;
    // The second half of a double click was meant for the source before.
    if (event.detail > 1 && performance.now() - answeredAt < DOUBLE_CLICK_MS) return;
    const { action = "", label = "" } = button.dataset;
    if (action === "label") act({ kind: "label", value: label, isUnsure: event.shiftKey });
    else act({ kind: /** @type {"unsure"} */ (action) });
  }

  session.addEventListener("change", render);
  outbox.addEventListener("change", () => strip.showOutbox(outbox));
  view.renditions.addEventListener("change", () => {
    element("#rendition-name", HTMLElement).textContent = view.renditions.current.name;
  });
  element("#rendition-name", HTMLElement).textContent = view.renditions.current.name;
  document.addEventListener("keydown", onKey);
  document.addEventListener("keyup", (event) => event.key === " " && view.setOverlays(true));
  window.addEventListener("blur", () => view.setOverlays(true));
  element("#answer-panel", HTMLElement).addEventListener("click", onClick);
  // A clicked button does not take the focus: Space would press it again.
  element("#answer-panel", HTMLElement).addEventListener("mousedown", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-action]")) event.preventDefault();
  });
  bindPage();
  strip.showOutbox(outbox);
  void outbox.flush();
  void session.refill();
}

/** Network, tabs and leaving. */
function bindPage() {
  const goOn = () => {
    void outbox.flush();
    if (session.phase !== "working") void session.refill(true);
  };
  for (const type of ["online", "focus"]) window.addEventListener(type, goOn);
  document.querySelector("[data-again]")?.addEventListener("click", goOn);
  element("[data-refused=again]", HTMLElement).addEventListener("click", () => outbox.retryRefused());
  element("[data-refused=discard]", HTMLElement).addEventListener("click", () => outbox.discardRefused());
  document.addEventListener("visibilitychange", () => (document.hidden ? watch.pause() : watch.resume()));
  window.addEventListener("beforeunload", (event) => outbox.pending.length > 0 && event.preventDefault());
  window.addEventListener("storage", ({ key, newValue }) => {
    if (!key?.startsWith(`${storeName}:`)) return;
    strip.showOutbox(outbox);
    const vote = newValue ? JSON.parse(newValue).vote : null;
    session.answeredElsewhere(vote && vote.outcome !== "withdrawn" ? vote.assignment : null);
  });
}
