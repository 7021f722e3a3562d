// @ts-check
/** The form of an ingest: what cannot be taken is said before it is sent, and what is sent shows how far it is. */

import { csrfToken } from "../../galaxycat/browser.js";
import { element } from "../pagedata.js";
import { showAnswer } from "./answer.js";
import { post, withoutFiles } from "./post.js";
import { refusal } from "./sizes.js";
import { showArrived, showNotice, showSent, showUnderWay, showWaiting } from "./uploadsign.js";

const BROKEN = {
  cancelled: "The upload was cancelled and nothing was started. The form is as it was.",
  lost: "The upload broke off: the connection was lost, or a file changed after it was chosen. Nothing was started; the form is as it was, so send it again.",
  unanswered: "The connection was lost when all was sent. Look among the jobs whether the ingest is there before you send the form again.",
};

// What a proxy answers for a server that takes long: the job may be there.
const GATEWAY_LOST = [502, 503, 504];

/** @type {AbortController | null} */
let underWay = null;
let hasArrived = false;

const main = element("#main", HTMLElement);
main.addEventListener("change", ({ target }) => {
  if (target instanceof HTMLInputElement && target.type === "file") fits();
});
main.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!underWay && fits()) void send();
});
main.addEventListener("click", ({ target }) => {
  if (target instanceof Element && target.id === "upload-cancel") underWay?.abort();
});
window.addEventListener("beforeunload", (event) => {
  if (underWay) event.preventDefault();
});
// Back to this page by the browser's button.
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) showUnderWay(false);
});

/** @returns {boolean} whether the chosen files may be sent; says why not */
function fits() {
  const form = element("#ingest", HTMLFormElement);
  const most = { file: Number(form.dataset.maxFileBytes), all: Number(form.dataset.maxBytes) };
  const files = [...form.querySelectorAll("input")].flatMap((input) => {
    if (input.type !== "file") return [];
    const [file] = input.files ?? [];
    input.setAttribute("aria-invalid", String(Boolean(file && file.size > most.file)));
    return file ? [file] : [];
  });
  const text = refusal(files, most);
  showNotice(text);
  return !text;
}

async function send() {
  const { action } = element("#ingest", HTMLFormElement);
  const content = new FormData(element("#ingest", HTMLFormElement));
  content.set("csrfmiddlewaretoken", csrfToken());
  const { signal } = (underWay = new AbortController());
  hasArrived = false;
  showUnderWay(true);
  const answer = await sent(action, content, signal).catch(() => null);
  underWay = null;
  if (answer?.status === 201 && answer.location) return location.assign(answer.location);
  showUnderWay(false);
  if (answer && !(hasArrived && GATEWAY_LOST.includes(answer.status))) showAnswer(answer, action);
  else showNotice(BROKEN[signal.aborted ? "cancelled" : hasArrived ? "unanswered" : "lost"], "warning");
}

/**
 * The names first: a short name that is taken must not cost gigabytes.
 * @param {string} url @param {FormData} content @param {AbortSignal} signal
 */
async function sent(url, content, signal) {
  showWaiting("Asking whether the names can be used …");
  const checked = await post(url, withoutFiles(content), { step: "check", signal });
  if (checked.status !== 204) return checked;
  /** @param {number} bytes @param {number} total */
  const onSent = (bytes, total) => {
    hasArrived = bytes === total;
    if (hasArrived) showArrived();
    else showSent(bytes, total);
  };
  return post(url, content, { step: "send", signal, onSent });
}
