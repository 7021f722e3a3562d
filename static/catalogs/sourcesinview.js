// @ts-check
/** The sources of one catalogue, or of one round, on a map: drawn as they come into view, with what there is to say of them. */

import { fetchBox, fetchSample } from "./catalogapi.js";
import { screenTransform } from "./map.js";
import { PlacesInView, SAMPLE } from "./placesinview.js";
import { markerSet } from "./sourcemarkers.js";

/** @typedef {import("./sourcemarkers.js").Look} Look */

export class SourcesInView {
  #isRemoved = false;
  #hasFailed = false;

  /**
   * @param {{map: L.Map, markers: import("./markers.js").MarkerLayer}} viewer
   * @param {import("./map.js").ViewerConfig} image
   * @param {object} sources
   * @param {string} sources.url of their places
   * @param {() => Look} sources.look asked whenever they are drawn: another mark may be chosen by then
   * @param {(text: string) => void} sources.tell what there is to say of them, empty for nothing
   */
  constructor({ map, markers }, image, { url, look, tell }) {
    this.map = map;
    this.markers = markers;
    this.image = image;
    this.url = url;
    this.look = look;
    this.tell = tell;
    this.places = new PlacesInView({
      fetchSample: () => fetchSample(url, SAMPLE), fetchBox: (box) => fetchBox(url, box), image, onChange: () => this.draw(),
    });
  }

  /** Fetch what is in view now and is not there. */
  async fetch() {
    try {
      await this.places.look(() => this.#view());
      const wasMissing = this.#hasFailed;
      this.#hasFailed = false;
      if (wasMissing) this.draw(); // what was told of it is over
    } catch (error) {
      this.#hasFailed = true;
      const reason = error instanceof Error ? error.message : error;
      if (!this.#isRemoved) this.tell(`The sources of ${this.look().name} did not load (${reason}). Move the image and they are asked for again.`);
    }
  }

  draw() {
    if (this.#isRemoved || !this.places.isThere) return;
    const [look, shown] = [this.look(), this.places.shown];
    const { isSample } = this.places;
    const [n, nAll] = [shown.number.length, shown.n_sources].map((count) => count.toLocaleString("en"));
    this.markers.put(this.url, { ...markerSet(look, shown), note: isSample ? `${n} of ${nAll}, evenly` : "" });
    if (this.#hasFailed) return; // which is told
    this.tell(isSample ? `Of ${look.name}'s ${nAll} sources ${n} are drawn, evenly: zoom in for all.` : "");
  }

  remove() {
    this.#isRemoved = true;
    this.markers.put(this.url, null);
    this.tell("");
  }

  #view() {
    const { scale, x0, y0 } = screenTransform(this.map, this.image.height_px);
    const { x: width, y: height } = this.map.getSize();
    return { x0: -x0 / scale, x1: (width - x0) / scale, y0: (y0 - height) / scale, y1: y0 / scale };
  }
}
