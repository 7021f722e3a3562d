// @ts-check
/** Asks the worker for blocks. Knows URLs, no DOM. */

const BROKEN = "the worker that reads the image does not run";

/** @typedef {{band: number, z: number, x: number, y: number}} BlockPlace the band's position from 1, and the tile */

/** Says "broken" when its worker is: nothing comes any more. */
export class BlockClient extends EventTarget {
  /** @type {Map<number, {resolve: (codes: Uint16Array) => void, reject: (error: Error) => void}>} */
  #waiting = new Map();
  #lastId = 0;
  isBroken = false;

  /**
   * @param {string} workerUrl
   * @param {string} blockUrl a template with {band}, {z}, {x} and {y}
   */
  constructor(workerUrl, blockUrl) {
    super();
    this.blockUrl = new URL(blockUrl, location.href).href.replaceAll("%7B", "{").replaceAll("%7D", "}");
    this.worker = new Worker(workerUrl, { type: "module" });
    this.worker.addEventListener("message", ({ data }) => this.#receive(data));
    this.worker.addEventListener("error", () => this.#fail());
  }

  /**
   * The codes of a block; rejects with AbortError once the signal says that nobody wants them.
   * @param {BlockPlace} place
   * @param {AbortSignal} signal
   * @returns {Promise<Uint16Array>}
   */
  get(place, signal) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (this.isBroken) return reject(new Error(BROKEN));
      this.#waiting.set(id, { resolve, reject });
      signal.addEventListener("abort", () => {
        if (!this.#waiting.delete(id)) return;
        this.worker.postMessage({ id });
        reject(signal.reason);
      });
      this.worker.postMessage({ id, url: this.#url(place) });
    });
  }

  /** @param {BlockPlace} place */
  #url({ band, z, x, y }) {
    return this.blockUrl.replace("{band}", `${band}`).replace("{z}", `${z}`).replace("{x}", `${x}`).replace("{y}", `${y}`);
  }

  /** @param {import("./blockworker.js").Delivery} delivery */
  #receive({ id, codes, error }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (codes) waiting?.resolve(codes);
    else waiting?.reject(new Error(error));
  }

  #fail() {
    this.isBroken = true;
    for (const { reject } of this.#waiting.values()) reject(new Error(BROKEN));
    this.#waiting.clear();
    this.dispatchEvent(new Event("broken"));
  }
}
