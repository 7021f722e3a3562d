// @ts-check
/** Styles that a person has made of a galaxy's renditions: kept by the server for whoever is logged in, else by the browser. */

import { after, csrfToken, localStorageIfAny } from "../galaxycat/browser.js";

/** @typedef {import("./gl/style.js").Style} Style */
/**
 * @typedef {object} Styles by slug of a rendition; what comes out may be of other bands, or anything
 * @property {(rendition: string) => unknown} get
 * @property {(rendition: string, style: Style | null) => void} put null forgets
 */

const PAUSE_S = 2;
const RETRY_S = 20;
const TIMEOUT_MS = 20_000;

/**
 * In this browser's storage.
 * @param {string} galaxy
 * @param {Storage | null} [storage]
 * @returns {Styles}
 */
export function browserStyles(galaxy, storage = localStorageIfAny()) {
  const keyOf = (/** @type {string} */ rendition) => `stretch/${galaxy}/${rendition}`;
  return {
    get(rendition) {
      try {
        return JSON.parse(storage?.getItem(keyOf(rendition)) ?? "null");
      } catch {
        return null; // storage may hold anything
      }
    },
    put(rendition, style) {
      try {
        if (style) storage?.setItem(keyOf(rendition), JSON.stringify(style));
        else storage?.removeItem(keyOf(rendition));
      } catch {
        // It is full: the style is lost with the page.
      }
    },
  };
}

/** With the server, once the hand rests; what the server did not take is sent again. Says "told" when there is something to say. */
export class KeptStyles extends EventTarget {
  /** What there is to say of it; "" when all is kept. */
  words = "";
  /** @type {Map<string, Style | null>} not yet with the server */
  #waiting = new Map();
  #styles;
  #isBusy = false;
  #cancel = () => {};

  /**
   * @param {Record<string, unknown>} styles by rendition, as the server has them
   * @param {(rendition: string, style: Style | null, isLeaving: boolean) => Promise<{status: number, detail: string}>} send rejects without an answer
   * @param {(seconds: number, task: () => void) => () => void} [wait]
   */
  constructor(styles, send, wait = after) {
    super();
    this.#styles = new Map(Object.entries(styles));
    this.send = send;
    this.wait = wait;
  }

  /** @param {string} rendition */
  get(rendition) {
    return this.#styles.get(rendition) ?? null;
  }

  /** @param {string} rendition @param {Style | null} given */
  put(rendition, given) {
    const style = structuredClone(given); // whoever gives it may go on changing it
    if (style === null && !this.#styles.has(rendition)) return;
    if (style) this.#styles.set(rendition, style);
    else this.#styles.delete(rendition);
    this.#waiting.set(rendition, style);
    this.#later(PAUSE_S);
  }

  /** Send what waits, now. @param {boolean} [isLeaving] the page is about to go */
  async flush(isLeaving = false) {
    this.#cancel();
    if (this.#isBusy && !isLeaving) return;
    this.#isBusy = true;
    const sends = [...this.#waiting].map(([rendition, style]) => () => this.#sendOne(rendition, style, isLeaving));
    if (isLeaving) await Promise.all(sends.map((send) => send())); // a page that is gone does not come to the second one
    else for (const send of sends) await send();
    this.#isBusy = false;
    if (this.#waiting.size) this.#later(this.words ? RETRY_S : PAUSE_S);
  }

  /** @param {string} rendition @param {Style | null} style @param {boolean} isLeaving */
  async #sendOne(rendition, style, isLeaving) {
    try {
      const { status, detail } = await this.send(rendition, style, isLeaving);
      if (status === 401) return this.#tell("This stretch is not kept yet: you are logged out. Log in again in another tab; it is sent again.");
      if (status >= 500) throw new Error(`the server answered ${status}`);
      if (this.#waiting.get(rendition) === style) this.#waiting.delete(rendition);
      this.#tell(status >= 400 ? `This stretch is not kept: ${detail || `the server answered ${status}`}` : "");
    } catch {
      this.#tell("This stretch is not kept yet: the server did not answer. It is sent again.");
    }
  }

  /** @param {string} words */
  #tell(words) {
    if (words === this.words) return;
    this.words = words;
    this.dispatchEvent(new Event("told"));
  }

  /** @param {number} seconds */
  #later(seconds) {
    this.#cancel();
    this.#cancel = this.wait(seconds, () => void this.flush());
  }
}

/**
 * @param {{url: string, styles: Record<string, unknown>}} own with {rendition} in its address
 * @returns {KeptStyles}
 */
export function serverStyles({ url, styles }) {
  const kept = new KeptStyles(styles, async (rendition, style, isLeaving) => {
    const response = await fetch(url.replace("{rendition}", encodeURIComponent(rendition)), {
      method: style ? "PUT" : "DELETE",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
      body: style && JSON.stringify({ style }),
      keepalive: isLeaving,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { detail = "" } = response.ok ? {} : await response.json().catch(() => ({}));
    return { status: response.status, detail: String(detail) };
  });
  window.addEventListener("pagehide", () => void kept.flush(true));
  document.addEventListener("visibilitychange", () => document.hidden && void kept.flush(true));
  window.addEventListener("online", () => void kept.flush());
  return kept;
}
