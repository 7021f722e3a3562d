// @ts-check
/** The sources of the ticked catalogues and rounds on the map. */

import { catalogUrl, fetchNumbered } from "./catalogapi.js";
import { sourceCards } from "./hovercard.js";
import { markStyleOf } from "./markerchoice.js";
import { markerSet } from "./sourcemarkers.js";
import { SourcesInView } from "./sourcesinview.js";

/** @typedef {import("./sourcemarkers.js").Look} Look */

export class TickedSources {
  /** @type {Map<string, SourcesInView>} by address of their places */
  #drawn = new Map();
  #chosen = "";
  /** Called when other catalogues are ticked than before, by whatever. */
  onTicked = () => {};

  /**
   * @param {{map: L.Map, markers: import("./markers.js").MarkerLayer}} viewer
   * @param {import("./map.js").ViewerConfig} image
   * @param {() => string} cutoutUrl template of the rendition that is shown, with {source}
   */
  constructor(viewer, image, cutoutUrl) {
    /** @type {Set<string>} what an address says to tick or untick, in lists that are on their way */
    this.turned = new Set();
    this.viewer = viewer;
    this.image = image;
    this.cutoutUrl = cutoutUrl;
    viewer.map.on("moveend resize", () => this.#drawn.forEach((sources) => void sources.fetch()));
  }

  /** The ticked catalogues, as what is selected of them needs them. @returns {import("./selection.js").Chosen[]} */
  get catalogs() {
    const ticked = boxes().filter(({ checked, dataset }) => checked && dataset.kind !== "sampled");
    return ticked.map(({ dataset }) => ({
      name: dataset.name ?? "", placesUrl: dataset.places ?? "", sourcePage: dataset.sourcePage ?? "", exportUrl: dataset.export ?? "",
    }));
  }

  /** Draw a catalogue anew: another mark was chosen for it. @param {string} uuid */
  restyle(uuid) {
    for (const { value, dataset } of boxes()) if (value === uuid) this.#drawn.get(dataset.places ?? "")?.draw();
  }

  /**
   * Boxes that are not as they come: the address has them by what they stand for.
   * @returns {import("./address.js").Part}
   */
  get part() {
    return {
      name: "turned",
      read: () => [...boxes().filter(({ checked, defaultChecked }) => checked !== defaultChecked).map(({ value }) => value), ...this.turned].join(","),
      open: (text) => {
        this.turned = new Set(text ? text.split(",") : []);
        for (const box of boxes()) box.checked = box.defaultChecked;
        this.draw();
      },
    };
  }

  /** Draw what is ticked, and nothing else. */
  draw() {
    const listed = new Set(boxes().map(({ dataset }) => dataset.places ?? ""));
    for (const url of this.#drawn.keys()) if (!listed.has(url)) this.#remove(url); // withdrawn meanwhile
    for (const box of boxes()) {
      if (this.turned.delete(box.value)) box.checked = !box.defaultChecked;
      const { places: url = "" } = box.dataset;
      if (!box.checked) {
        this.#remove(url);
      } else if (!this.#drawn.has(url)) {
        const sources = new SourcesInView(this.viewer, this.image, { url, look: this.#lookOf(box), tell: (text) => tell(url, text) });
        this.#drawn.set(url, sources);
        void sources.fetch();
      }
    }
    const chosen = this.catalogs.map(({ placesUrl }) => placesUrl).join();
    if (chosen === this.#chosen) return;
    this.#chosen = chosen;
    this.onTicked();
  }

  /** @param {string} url */
  #remove(url) {
    this.#drawn.get(url)?.remove();
    this.#drawn.delete(url);
  }

  /**
   * @param {number} number of a source
   * @returns {Promise<{xPx: number, yPx: number, words: string, address: string | null} | null>} where it is, in the topmost ticked catalogue or round that has it
   */
  async find(number) {
    const here = this.viewer.markers.placeOf(number);
    if (here) return here;
    for (const { checked, dataset } of boxes()) {
      const { places: url = "" } = dataset;
      const sources = this.#drawn.get(url);
      if (!checked || !sources) continue;
      const found = await fetchNumbered(url, number);
      if (!found.number.length) continue;
      const { describe, address } = markerSet(sources.look(), found);
      return { xPx: found.x_px[0], yPx: found.y_px[0], words: describe(0), address: address(0) };
    }
    return null;
  }

  /** @param {HTMLInputElement} box @returns {() => Look} */
  #lookOf({ value, dataset: { kind: said, sourcePage, name = "" } }) {
    const kind = said === "reference" || said === "sampled" ? said : "detected";
    if (kind === "sampled") return () => ({ name, sourcePage, kind });
    const card = sourceCards(name, catalogUrl(this.image.catalogs_url, value), this.cutoutUrl);
    return () => ({ name, sourcePage, kind, style: markStyleOf(value, kind), card });
  }
}

/** @returns {HTMLInputElement[]} */
function boxes() {
  return [...document.querySelectorAll("input[data-places]")].filter((box) => box instanceof HTMLInputElement);
}

/** @type {Map<string, string>} what there is to say, by address */
const notes = new Map();

/** @param {string} url @param {string} text empty for nothing */
function tell(url, text) {
  if (text) notes.set(url, text);
  else notes.delete(url);
  const note = document.getElementById("marker-note");
  if (!note) return;
  note.textContent = [...notes.values()].join(" ");
  note.hidden = notes.size === 0;
}
