/** A section whose numbers are asked for by themselves: when it comes into view, and again when votes have made them old. */

import { paced } from "../galaxycat/pace.js";

/** These figures cost the server as much as all others together: not with every vote. */
const PAUSE_MS = 30_000;
const NOTHING = { n: "", draw: null, columns: [], rows: [] };

/**
 * @typedef {import("./figure.js").Figure} Figure
 */

/** @template Answer */
export class Asked {
  #turn = 0;
  #isSeen = false;
  #isStale = true;

  /**
   * @param {{
   *   section: HTMLElement,
   *   figures: Figure[],
   *   addresses: () => URL[],
   *   show: (answers: Answer[]) => void,
   * }} options `show` draws what the addresses answered with, in their order
   */
  constructor({ section, figures, addresses, show }) {
    this.figures = figures;
    this.addresses = addresses;
    this.show = show;
    this.renew = paced(() => this.ask(), PAUSE_MS);
    for (const figure of figures) figure.show({ ...NOTHING, label: figure.frame.title, empty: "Being computed …" });
    new IntersectionObserver(([{ isIntersecting }]) => {
      this.#isSeen = isIntersecting;
      if (isIntersecting && this.#isStale) this.renew();
    }, { rootMargin: "200px" }).observe(section);
  }

  /** Votes came: what is in view is asked for again soon, what is not when it comes into view. */
  refresh() {
    this.#isStale = true;
    if (this.#isSeen) this.renew();
  }

  /** Ask now: something else was chosen. */
  async ask() {
    const turn = ++this.#turn;
    this.#isStale = false;
    try {
      const answers = await Promise.all(this.addresses().map(fetched));
      if (turn === this.#turn) this.show(answers);
    } catch (error) {
      if (turn !== this.#turn) return;
      const why = error instanceof Error ? error.message : String(error);
      for (const figure of this.figures) figure.show({ ...NOTHING, label: figure.frame.title, empty: why });
    }
  }
}

/** @param {URL} address */
async function fetched(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (response.ok) return response.json();
  const said = await response.json().catch(() => null);
  throw new Error(said?.detail ?? `The server answered ${response.status}. It is asked again with the next vote.`);
}
