// @ts-check
/** The image on the map, in one of its renditions. */

import { imageBounds } from "./map.js";

export class RenditionLayers extends EventTarget {
  /** @type {L.TileLayer | null} */
  layer = null;
  #index = -1;
  #indexBefore = -1;

  /**
   * @param {L.Map} map
   * @param {import("./map.js").ViewerConfig} viewer
   */
  constructor(map, viewer) {
    super();
    this.map = map;
    this.viewer = viewer;
    const sharpen = () => map.getContainer().classList.toggle("is-enlarged", map.getZoom() > 0);
    map.on("zoomend viewreset", sharpen);
    sharpen();
  }

  get current() {
    return this.viewer.renditions[this.#index];
  }

  /** @param {number} index */
  show(index) {
    if (index === this.#index || !this.viewer.renditions[index]) return;
    this.#indexBefore = this.#index;
    this.#index = index;
    const before = this.layer;
    const layer = this.#tileLayer(this.current.tile_url);
    this.layer = layer;
    // The old picture stays below until the new one is whole: no flash to black.
    layer.once("load", () => before?.remove());
    layer.addTo(this.map);
    if (before && !layer.isLoading()) before.remove();
    this.dispatchEvent(new Event("change"));
  }

  next() {
    this.show((this.#index + 1) % this.viewer.renditions.length);
  }

  /** The rendition that a blink changes to: the one shown before, else the next. */
  get #other() {
    return this.#indexBefore >= 0 ? this.#indexBefore : (this.#index + 1) % this.viewer.renditions.length;
  }

  get other() {
    return this.viewer.renditions[this.#other];
  }

  /** To the rendition shown before and back. */
  blink() {
    this.show(this.#other);
  }

  /** @param {string} url */
  #tileLayer(url) {
    const { max_zoom } = this.viewer;
    // Map zoom 0 is one image pixel a screen pixel; the tiles' zoom counts from 0 upwards.
    return L.tileLayer(url, {
      zoomOffset: max_zoom, minNativeZoom: -max_zoom, maxNativeZoom: 0, minZoom: -20, maxZoom: 20,
      tileSize: 256, noWrap: true, bounds: imageBounds(this.viewer), updateWhenZooming: false,
    });
  }
}
