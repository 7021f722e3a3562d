// @ts-check
/** The labelling page: makes its parts and hands them the keyboard, the mouse, the network and the other tabs. */

import { Bench } from "../catalogs/evidence/bench.js";
import { mapReady } from "../catalogs/map.js";
import { element, pageData } from "../catalogs/pagedata.js";
import { helpToggle, isTyping } from "../catalogs/shortcuts.js";
import { after, csrfToken, localStorageIfAny, oneTabAtATime } from "../galaxycat/browser.js";
import { CloserPanel } from "./closerpanel.js";
import { Desk } from "./desk.js";
import { ExamplesDialog, NoteDialog } from "./dialogs.js";
import { actionOf } from "./keys.js";
import { Outbox } from "./outbox.js";
import { Panel } from "./panel.js";
import { Queue } from "./queue.js";
import { Remarks } from "./remarks.js";
import { LabelSession } from "./session.js";
import { Strip } from "./strip.js";
import { postJson } from "./voteapi.js";
import { VoteStore } from "./votestore.js";

const config = pageData("config");
const storeName = `galaxycat:votes:${config.user}:${config.round}`;
const outbox = new Outbox({
  store: new VoteStore(localStorageIfAny(), storeName),
  send,
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

/** @param {import("./votestore.js").Entry} entry */
function send({ vote, remark, withdrawal }) {
  if (withdrawal) return postJson(`${config.remarks_url}${withdrawal.client_id}/withdraw/`, {}, csrfToken(), true);
  return vote ? postJson(config.votes_url, vote, csrfToken(), true) : postJson(config.remarks_url, remark ?? {}, csrfToken(), true);
}

void mapReady("map").then((map) => {
  const bench = new Bench(map, config);
  const toggleHelp = helpToggle(element("#help", HTMLDialogElement), document.querySelector("[data-help]"));
  const remarks = new Remarks(outbox, localStorageIfAny(), storeName);
  const desk = new Desk({
    session, bench, closer: new CloserPanel(config, bench.panel), panel: new Panel(config.labels), strip, remarks, note: new NoteDialog(),
    examples: new ExamplesDialog(config.examples_url), batchSize: config.batch_size, toggleHelp,
  });
  bindKeys(desk, bench);
  bindMouse(desk);
  // Nothing of predictions is loaded where none are shown.
  if (config.predictions_url) void import("./predicting.js").then(({ followPredictions }) => followPredictions(desk, config));
  document.addEventListener("visibilitychange", () => desk.setHidden(document.hidden));
  bindNetwork();
  void outbox.flush();
  void session.refill();
});

/**
 * @param {Desk} desk
 * @param {Bench} bench
 */
function bindKeys(desk, bench) {
  document.addEventListener("keydown", (event) => {
    const isOnButton = event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement;
    // Enter held down on a button would press it again and again.
    if (event.repeat && isOnButton) return event.preventDefault();
    if (isTyping(event.target)) return;
    const action = actionOf(event, config.labels);
    const dialog = document.querySelector("dialog[open]");
    // Within a dialog only the key that opened it means something: it closes it.
    if (dialog && action?.kind !== dialog.id) return;
    if (!action || (action.kind === "peek" && isOnButton)) return; // Space presses the button that has the focus
    event.preventDefault();
    desk.act(action, event.timeStamp);
  });
  document.addEventListener("keyup", (event) => event.key === " " && bench.setOverlays(true));
  window.addEventListener("blur", () => bench.setOverlays(true));
}

/** @param {Desk} desk */
function bindMouse(desk) {
  const panel = element(".labelling", HTMLElement);
  panel.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-action]") : null;
    if (!(button instanceof HTMLElement) || desk.isSecondClick(event)) return;
    const { action = "", label = "" } = button.dataset;
    if (action === "label") desk.act({ kind: "label", value: label, isUnsure: event.shiftKey }, event.timeStamp);
    else desk.act({ kind: /** @type {import("./keys.js").PlainAction["kind"]} */ (action) }, event.timeStamp);
  });
  // A clicked button does not take the focus: Space would press it again.
  panel.addEventListener("mousedown", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-action]")) event.preventDefault();
  });
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
    const vote = newValue && /:(pending|refused):/.test(key) ? JSON.parse(newValue).vote : null;
    session.answeredElsewhere(vote && vote.outcome !== "withdrawn" ? vote.assignment : null);
  });
  strip.showOutbox(outbox);
}
