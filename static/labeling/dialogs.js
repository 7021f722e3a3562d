// @ts-check
/** The labelling page's dialogs: a note on the source, the break after a batch, and the examples. */

import { element } from "../catalogs/pagedata.js";

/** @typedef {(note: {text: string, isFlag: boolean}) => void} OnNote */

export class NoteDialog {
  #dialog = element("#note", HTMLDialogElement);
  #text = element("#note-text", HTMLTextAreaElement);
  #isFlag = element("#note-flag", HTMLInputElement);
  /** @type {OnNote} */
  #onNote = () => {};

  constructor() {
    const form = element("#note form", HTMLFormElement);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#text.addEventListener("keydown", (event) => {
      // Enter within an input method chooses a word; Shift+Enter begins a line.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
    element("#note [data-close]", HTMLElement).addEventListener("click", () => this.#dialog.close());
  }

  /** @param {number} number of the source @param {boolean} isFlag @param {OnNote} onNote */
  open(number, isFlag, onNote) {
    this.#onNote = onNote;
    element("#note-title", HTMLElement).textContent = `Note on source ${number}`;
    this.#text.value = "";
    this.#isFlag.checked = isFlag;
    this.#dialog.showModal();
    this.#text.focus();
  }

  #send() {
    const text = this.#text.value.trim();
    if (!text && !this.#isFlag.checked) return this.#text.focus();
    this.#dialog.close();
    this.#onNote({ text, isFlag: this.#isFlag.checked });
  }
}

export class BreakDialog {
  #dialog = element("#break", HTMLDialogElement);

  /** @param {() => void} onEnd */
  constructor(onEnd) {
    this.#dialog.addEventListener("close", onEnd);
    this.#dialog.addEventListener("keydown", (event) => {
      if (["Tab", "Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
      event.preventDefault(); // whatever the key means elsewhere, here it only goes on
      event.stopPropagation();
      if (!event.repeat) this.#dialog.close();
    });
  }

  get isOpen() {
    return this.#dialog.open;
  }

  /** @param {{title: string, pace: string}} words @param {string} progress */
  open({ title, pace }, progress) {
    element("#break-title", HTMLElement).textContent = title;
    element("#break-pace", HTMLElement).textContent = pace;
    element("#break-progress", HTMLElement).textContent = progress;
    this.#dialog.showModal();
  }
}

export class ExamplesDialog {
  #dialog = element("#examples", HTMLDialogElement);
  #body = element("#examples-body", HTMLElement);
  #isThere = false;

  /** @param {string} url of the fragment */
  constructor(url) {
    this.url = url;
    element("#examples [data-close]", HTMLElement).addEventListener("click", () => this.#dialog.close());
  }

  toggle() {
    if (this.#dialog.open) return this.#dialog.close();
    this.#dialog.showModal();
    if (!this.#isThere) void this.#fetch();
  }

  async #fetch() {
    const response = await fetch(this.url).catch(() => null);
    if (!response?.ok) return; // the definitions stand there already
    this.#body.innerHTML = await response.text();
    this.#isThere = true;
    for (const each of this.#body.querySelectorAll("[data-colour]")) {
      if (each instanceof HTMLElement) each.style.setProperty("--label-colour", each.dataset.colour ?? "");
    }
  }
}
