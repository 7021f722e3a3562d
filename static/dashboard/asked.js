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
   *   fail?: () => void,
   * }} options `addresses` none where nothing can be asked; `show` draws what they answered with, in their order; `fail` clears
   *   what stands beside the figures, which say why
   */
  constructor({ section, figures, addresses, show, fail = () => {} }) {
    this.figures = figures;
    this.addresses = addresses;
    this.show = show;
    this.fail = fail;
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
    const addresses = this.addresses();
    if (!addresses.length) return;
    const turn = ++this.#turn;
    this.#isStale = false;
    try {
      const answers = await Promise.all(addresses.map(fetched));
      if (turn === this.#turn) this.show(answers);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.fail();
      const why = error instanceof Error ? error.message : String(error);
      for (const figure of this.figures) figure.show({ ...NOTHING, label: figure.frame.title, empty: why });
    }
  }
}

/** @param {URL} address */
async function fetched(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (response.ok) return response.json();
  // In one line: the first field that is wrong with what is wrong, or the reason.
  const [field, why] = Object.entries(await response.json().catch(() => ({})))[0] ?? [];
  if (!field) throw new Error(`The server answered ${response.status}. It is asked again with the next vote.`);
  throw new Error(field === "detail" ? String(why) : `${field}: ${[why].flat()[0]}`);
}
