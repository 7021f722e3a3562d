// @ts-check
/** The strip above the image: progress, whether all votes are saved, and those that the server refused. */

import { element } from "../catalogs/pagedata.js";

const QUIET_MS = 400; // an ordinary vote is saved before this, and then nothing flickers

export class Strip {
  #bar = element("#progress-bar", HTMLProgressElement);
  #progress = element("#progress-text", HTMLElement);
  #outbox = element("#outbox", HTMLElement);
  #words = element("#outbox-words", HTMLElement);
  #login = element("#outbox-login", HTMLElement);
  #refused = element("#refused", HTMLElement);
  #timer = 0;

  /** "37 of 120", as it stands on the page. */
  get progressText() {
    return this.#progress.textContent ?? "";
  }

  /** @param {import("./progress.js").Progress | null} progress */
  showProgress(progress) {
    if (!progress) return;
    const { answered, skipped, remaining } = progress;
    const total = answered + skipped + remaining;
    this.#bar.max = Math.max(total, 1);
    this.#bar.value = answered + skipped;
    this.#progress.textContent = `${answered} of ${total}${skipped ? ` · ${skipped} skipped` : ""}`;
    for (const [name, value] of Object.entries(progress)) {
      for (const field of document.querySelectorAll(`[data-progress=${name}]`)) field.textContent = String(value);
    }
  }

  /** @param {import("./outbox.js").Outbox} outbox */
  showOutbox(outbox) {
    clearTimeout(this.#timer);
    if (outbox.status === "sending") this.#timer = setTimeout(() => this.#write(outbox), QUIET_MS);
    else this.#write(outbox);
    this.#listRefused(outbox.refused);
  }

  /** @param {import("./outbox.js").Outbox} outbox */
  #write(outbox) {
    const waiting = outbox.pending.length;
    const votes = outbox.pending.filter(({ vote }) => vote).length;
    this.#outbox.dataset.state = waiting === 0 ? "saved" : outbox.status;
    this.#login.hidden = outbox.status !== "login" || waiting === 0;
    const text = waiting === 0 ? "All votes saved" : wordsOf(outbox, votes, waiting - votes);
    if (this.#words.textContent !== text) this.#words.textContent = text;
  }

  /** @param {import("./votestore.js").Entry[]} refused */
  #listRefused(refused) {
    this.#refused.hidden = refused.length === 0;
    if (refused.length === 0) return;
    const [answers, it] = refused.length === 1 ? ["1 answer", "it is"] : [`${refused.length} answers`, "they are"];
    element("#refused-title", HTMLElement).textContent = `The server refused ${answers}; ${it} kept here`;
    const rows = refused.map(({ about, reason }) => {
      const row = document.createElement("li");
      row.textContent = `${about ?? "an answer"}. ${reason ?? ""}`;
      return row;
    });
    element("#refused-list", HTMLElement).replaceChildren(...rows);
  }
}

/**
 * @param {import("./outbox.js").Outbox} outbox
 * @param {number} votes
 * @param {number} notes
 */
function wordsOf(outbox, votes, notes) {
  const parts = [counted(votes, "vote"), counted(notes, "note")].filter(Boolean);
  const waiting = `${parts.join(" and ")} ${votes + notes === 1 ? "waits" : "wait"}`;
  if (outbox.status === "login") return `${waiting} until you log in again`;
  const where = outbox.store.isVolatile ? "; keep this page open, your browser stores nothing for it" : "";
  return `${waiting} to be sent${outbox.status === "waiting" ? ", trying again" : ""}${where}`;
}

/** @param {number} n @param {string} what */
function counted(n, what) {
  return n === 0 ? "" : `${n} ${what}${n === 1 ? "" : "s"}`;
}
