// @ts-check
/** What the page of an ingest shows of an upload. */

import { element } from "../pagedata.js";
import { percent, sentOf } from "./sizes.js";

const SAID_EACH_PERCENT = 10; // to a screen reader

/** @param {boolean} is the form cannot be changed meanwhile, nor sent again */
export function showUnderWay(is) {
  const cancel = element("#upload-cancel", HTMLButtonElement);
  const send = element("#upload-send", HTMLButtonElement);
  const upload = element("#upload", HTMLElement);
  const wasHere = upload.contains(document.activeElement) || document.activeElement === document.body;
  for (const section of document.querySelectorAll("#ingest section")) section.toggleAttribute("inert", is);
  upload.hidden = !is;
  element("#upload-leave", HTMLElement).hidden = is;
  cancel.hidden = false;
  send.disabled = is;
  if (is) upload.focus(); // not the button, which a second Enter would press
  else if (wasHere) send.focus();
  say("");
}

/** @param {string} text of what goes on while nothing is counted */
export function showWaiting(text) {
  element("#upload-bar", HTMLProgressElement).removeAttribute("value");
  element("#upload-label", HTMLElement).textContent = text;
  say(text);
}

/** @param {number} sent @param {number} total bytes */
export function showSent(sent, total) {
  const bar = element("#upload-bar", HTMLProgressElement);
  const before = bar.position < 0 ? -1 : bar.value;
  bar.value = percent(sent, total);
  element("#upload-label", HTMLElement).textContent = sentOf(sent, total);
  const steps = (/** @type {number} */ value) => Math.floor(value / SAID_EACH_PERCENT);
  if (steps(bar.value) !== steps(before)) say(sentOf(sent, total));
}

/** All is sent: what the server does with it can no longer be called off. */
export function showArrived() {
  showWaiting("All is sent: the server takes it in.");
  element("#upload-cancel", HTMLElement).hidden = true;
}

/** @param {string} text empty for none @param {"error" | "warning"} [kind] */
export function showNotice(text, kind = "error") {
  const notice = element("#upload-notice", HTMLElement);
  notice.textContent = text;
  notice.className = `message message-${kind}`;
  notice.hidden = !text;
  if (text) notice.scrollIntoView({ block: "nearest" });
}

/** @param {string} text */
function say(text) {
  element("#upload-said", HTMLElement).textContent = text;
}
