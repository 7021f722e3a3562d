// @ts-check
/** A form that came back: with what is wrong marked in it, and the files that were chosen still there. */

import { element } from "../pagedata.js";
import { showNotice } from "./uploadsign.js";

const ABOUT_ERRORS = ["aria-invalid", "aria-describedby"];

/** @param {import("./post.js").Answer} answer @param {string} asked the address that was sent to */
export function showAnswer({ status, url, html }, asked) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.querySelector("#main");
  if (new URL(url).pathname !== new URL(asked).pathname) {
    showNotice("You are logged out: log in again in another tab, then send the form. It is as it was.");
  } else if (fresh?.querySelector("#ingest")) {
    showForm(document.importNode(fresh, true));
  } else {
    const said = fresh?.querySelector(".page p")?.textContent?.trim().replaceAll(/\s+/g, " ");
    showNotice(said ?? `The server did not take it (HTTP ${status}). The form is as it was.`);
  }
}

/** @param {Element} fresh the main part of the page that came back */
function showForm(fresh) {
  const main = element("#main", HTMLElement);
  for (const input of main.querySelectorAll("input[type=file]")) {
    const other = fresh.querySelector(`[name="${input.getAttribute("name")}"]`);
    for (const name of ABOUT_ERRORS) {
      input.removeAttribute(name);
      const value = other?.getAttribute(name);
      if (value) input.setAttribute(name, value);
    }
    other?.replaceWith(input);
  }
  main.replaceChildren(...fresh.childNodes);
  const first = main.querySelector("[aria-invalid=true], .errorlist");
  first?.scrollIntoView({ block: "center" });
  if (!(first instanceof HTMLElement)) return;
  if (first.matches(".errorlist")) first.tabIndex = -1;
  first.focus();
}
