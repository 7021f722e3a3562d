// @ts-check
/** A form with a file says for how long it has been on its way, and is sent once where it was clicked twice. */

import { duration } from "./duration.js";

const DOUBLE_CLICK_MS = 1000;
/** @type {Map<HTMLFormElement, {since: number, end: () => void}>} */
const underWay = new Map();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.enctype !== "multipart/form-data") return;
  const before = underWay.get(form);
  if (before && Date.now() - before.since < DOUBLE_CLICK_MS) return event.preventDefault();
  before?.end();
  const since = Date.now();
  underWay.set(form, { since, end: counted(form, since) });
});

// Back to this page by the browser's button.
window.addEventListener("pageshow", () => {
  for (const { end } of underWay.values()) end();
  underWay.clear();
});

/** @param {HTMLFormElement} form @param {number} since @returns {() => void} takes the sign away */
function counted(form, since) {
  const sign = Object.assign(document.createElement("p"), { className: "small muted" });
  sign.setAttribute("role", "timer");
  const timer = setInterval(() => {
    sign.textContent = `On its way for ${duration(Math.round((Date.now() - since) / 1000))}: keep this page open.`;
    form.append(sign);
  }, 1000);
  return () => {
    clearInterval(timer);
    sign.remove();
  };
}
