// @ts-check
/** The panel beside the image: which source this is, what may be said of it, and what happens when there is none. */

import { element } from "../catalogs/pagedata.js";
import { shareRow } from "./sharerow.js";

/** @typedef {import("./queue.js").Assignment} Assignment */
/** @typedef {{value: string, name: string, colour: string}} LabelInfo */

export class Panel {
  #answering = element("#answering", HTMLElement);
  #standing = element("#standing", HTMLElement);
  #last = element("#last-answer", HTMLElement);
  #incomplete = element("#incomplete", HTMLElement);

  /** @param {LabelInfo[]} labels */
  constructor(labels) {
    this.labels = new Map(labels.map((label) => [label.value, label]));
    for (const button of this.#answering.querySelectorAll("[data-colour]")) {
      if (button instanceof HTMLElement) button.style.setProperty("--label-colour", button.dataset.colour ?? "");
    }
  }

  /** @param {Assignment} assignment */
  show({ source, previous_consensus }) {
    write("#source-number", `Source ${source.number}`);
    write("#source-pixel", `x ${source.x_px.toFixed(1)} y ${source.y_px.toFixed(1)}`);
    this.#incomplete.hidden = true;
    this.#showPrevious(previous_consensus);
  }

  /**
   * Say what did not load, if anything.
   * @param {boolean} isWhole whether all of the image is there
   * @param {boolean} hasEvidence
   */
  markIncomplete(isWhole, hasEvidence) {
    this.#incomplete.hidden = isWhole && hasEvidence;
    write("#incomplete-what", isWhole ? "Profile and bands did not load." : "Part of the image did not load.");
  }

  /** Whether the source is still being drawn, and so takes no answer. @param {boolean} isBusy */
  setBusy(isBusy) {
    this.#answering.setAttribute("aria-busy", String(isBusy));
  }

  /** @param {boolean} isFlagged */
  setFlag(isFlagged) {
    for (const button of document.querySelectorAll("[data-action=flag]")) button.setAttribute("aria-pressed", String(isFlagged));
  }

  /** A word on what was done, until the next answer. @param {string} text */
  say(text) {
    this.#last.textContent = text;
  }

  /**
   * What was answered before.
   * @param {string} text
   * @param {boolean} canUndo
   */
  setLast(text, canUndo) {
    this.#last.textContent = text;
    for (const button of document.querySelectorAll("[data-action=undo]")) button.toggleAttribute("disabled", !canUndo);
  }

  /**
   * @param {import("./session.js").Phase} phase
   * @param {string} message the server's, where it handed out nothing
   */
  setPhase(phase, message) {
    write("#standing-message", message);
    this.#answering.hidden = phase !== "working";
    this.#standing.hidden = phase === "working";
    for (const part of this.#standing.querySelectorAll("[data-phase]")) {
      if (part instanceof HTMLElement) part.hidden = part.dataset.phase !== phase;
    }
  }

  /** @param {import("./queue.js").PreviousConsensus | null} previous */
  #showPrevious(previous) {
    const list = document.querySelector("#previous-counts");
    if (!list) return; // a blind round's page has no place for it
    const { mode, is_tie, n_votes, counts } = previous ?? { mode: null, is_tie: false, n_votes: 0, counts: {} };
    const verdict = is_tie ? `tie, ${n_votes} votes` : mode ? `${mode}, ${counts[mode]} of ${n_votes} votes` : "no votes";
    write("#previous-verdict", verdict);
    // Classes without votes too: the box is of one height, so the buttons below never move.
    const rows = [...this.labels.values()].map((label) => voteRow(label, counts[label.value] ?? 0, n_votes));
    list.replaceChildren(...rows);
  }
}

/**
 * @param {LabelInfo} label
 * @param {number} count
 * @param {number} total
 */
function voteRow(label, count, total) {
  return shareRow(label, total ? count / total : 0, String(count));
}

/**
 * @param {string} selector
 * @param {string} text
 */
function write(selector, text) {
  element(selector, HTMLElement).textContent = text;
}
