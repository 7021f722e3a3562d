// @ts-check
/** The sources of the ticked catalogues and rounds on the map; a large catalogue's come as they come into view. */

import { sourceCards } from "./hovercard.js";
import { markStyleOf } from "./markerchoice.js";
import { fetchBox, fetchNumbered, fetchPlaces, fetchSample } from "./catalogapi.js";
import { screenTransform } from "./map.js";
import { PlacesInView, SAMPLE } from "./placesinview.js";
import { markerSet } from "./sourcemarkers.js";

/** @typedef {import("./sourcemarkers.js").Look} Look */

export class TickedSources {
  /** @type {Map<string, PlacesInView | null>} by address of the places drawn, or on their way; null for a round's, which come at once */
  #drawn = new Map();

  /**
   * @param {{map: L.Map, markers: import("./markers.js").MarkerLayer}} viewer
   * @param {import("./map.js").ViewerConfig} image
   * @param {() => string} cutoutUrl template of the rendition that is shown, with {source}
   */
  constructor({ map, markers }, image, cutoutUrl) {
    /** @type {Set<string>} what an address says to tick or untick, in lists that are on their way */
    this.turned = new Set();
    this.map = map;
    this.markers = markers;
    this.image = image;
    this.cutoutUrl = cutoutUrl;
    map.on("moveend resize", () => this.#look());
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
    for (const box of boxes()) {
      const { places: url = "" } = box.dataset;
      const places = this.#drawn.get(url);
      if (box.value === uuid && places?.isThere) this.#put(url, this.#lookOf(box), places.shown);
    }
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
    for (const box of boxes()) {
      if (this.turned.delete(box.value)) box.checked = !box.defaultChecked;
      const { places = "" } = box.dataset;
      if (!box.checked) {
        this.#drawn.delete(places);
        this.markers.put(places, null);
        tell(places, "");
      } else if (!this.#drawn.has(places)) {
        void this.#begin(places, this.#lookOf(box), box.value);
      }
    }
  }

  /**
   * @param {number} number of a source
   * @returns {Promise<{xPx: number, yPx: number, words: string, address: string | null} | null>} where it is, in the topmost ticked catalogue that has it
   */
  async find(number) {
    const here = this.markers.placeOf(number);
    if (here) return here;
    for (const box of boxes()) {
      const { places = "" } = box.dataset;
      if (!box.checked || !this.#drawn.get(places)) continue;
      const found = await fetchNumbered(places, number);
      if (!found.number.length) continue;
      const { describe, address } = markerSet(this.#lookOf(box), found);
      return { xPx: found.x_px[0], yPx: found.y_px[0], words: describe(0), address: address(0) };
    }
    return null;
  }

  /** @param {string} url @param {Look} look @param {string} uuid of the catalogue or round */
  async #begin(url, look, uuid) {
    if (look.kind === "sampled") {
      this.#drawn.set(url, null);
      await this.#told(url, look, async () => this.#put(url, look, await fetchPlaces(url)));
      return;
    }
    const places = new PlacesInView({
      fetchSample: () => fetchSample(url, SAMPLE), fetchBox: (box) => fetchBox(url, box), image: this.image,
      onChange: () => this.#put(url, { ...look, style: markStyleOf(uuid, look.kind) }, places.shown), // another mark may be chosen by then
    });
    this.#drawn.set(url, places);
    await this.#told(url, look, () => places.look(() => this.#view()));
  }

  #look() {
    for (const box of boxes()) {
      const { places: url = "" } = box.dataset;
      const places = this.#drawn.get(url);
      if (places?.isThere) void this.#told(url, this.#lookOf(box), () => places.look(() => this.#view()));
    }
  }

  /** @param {string} url @param {Look} look @param {import("./catalogapi.js").Places} places */
  #put(url, look, places) {
    if (!this.#drawn.has(url)) return; // unticked meanwhile
    this.markers.put(url, markerSet(look, places));
    const n = places.number.length;
    tell(url, this.#drawn.get(url)?.isSample ? `Of ${look.name}'s ${places.n_sources.toLocaleString("en")} sources ${n.toLocaleString("en")} are drawn, evenly: zoom in for all.` : "");
  }

  /** @param {string} url @param {Look} look @param {() => Promise<unknown>} load */
  async #told(url, look, load) {
    try {
      await load();
    } catch (error) {
      if (!this.#drawn.get(url)?.isThere) this.#drawn.delete(url);
      tell(url, `The sources of ${look.name} did not load (${error instanceof Error ? error.message : error}). Untick it and tick it again.`);
    }
  }

  /** @param {HTMLInputElement} box @returns {Look} */
  #lookOf({ value, dataset: { kind: said, sourcePage, name = "" } }) {
    const kind = said === "reference" || said === "sampled" ? said : "detected";
    if (kind === "sampled") return { name, sourcePage, kind };
    const card = sourceCards({ name, catalog: value }, this.image.sources_url, this.cutoutUrl);
    return { name, sourcePage, kind, style: markStyleOf(value, kind), card };
  }

  #view() {
    const { scale, x0, y0 } = screenTransform(this.map, this.image.height_px);
    const { x: width, y: height } = this.map.getSize();
    return { x0: -x0 / scale, x1: (width - x0) / scale, y0: (y0 - height) / scale, y1: y0 / scale };
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
