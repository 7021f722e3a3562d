// @ts-check
/** The image on the map, in one of its renditions. */

import { imageBounds } from "./map.js";

/** @typedef {import("./map.js").ViewerConfig["renditions"][number]} Rendition */
/** @typedef {(rendition: Rendition, options?: {pane?: string}) => L.GridLayer} LayerOf */

const LONGEST_WAIT_MS = 5000;

export class RenditionLayers extends EventTarget {
  /** @type {L.GridLayer | null} */
  layer = null;
  /** @type {Set<L.GridLayer>} pictures before, which stay until the newest is whole: no flash to black */
  #below = new Set();
  #index = -1;
  #indexBefore = -1;
  /** @type {Map<L.GridLayer, Set<HTMLElement>>} tiles on the map that did not come */
  #missing = new Map();

  /**
   * @param {L.Map} map
   * @param {import("./map.js").ViewerConfig} viewer
   * @param {LayerOf | null} [layerOf] how a rendition is drawn, else by the server's tiles
   */
  constructor(map, viewer, layerOf) {
    super();
    this.map = map;
    this.viewer = viewer;
    this.#layerOf = layerOf ?? this.#renderedTiles;
    const sharpen = () => map.getContainer().classList.toggle("is-enlarged", map.getZoom() > 0);
    map.on("zoomend viewreset", sharpen);
    map.on("moveend", () => this.dispatchEvent(new Event("come")));
    sharpen();
  }

  /** How a rendition is drawn. @type {LayerOf} */
  layerOf = (rendition, options) => this.#watched(this.#layerOf(rendition, options));

  /** Whether a part of what is on the map did not come. */
  get isIncomplete() {
    return [...this.#missing.values()].some((tiles) => tiles.size > 0);
  }

  /** Whether tiles are on their way, or the map is to another zoom. */
  get #isBecoming() {
    const isZooming = this.map.getPane("mapPane")?.classList.contains("leaflet-zoom-anim");
    return isZooming || [...this.#missing.keys()].some((layer) => layer.isLoading());
  }

  /** Until what is on the map is whole, in the same task; what does not come in time is missing, and no picture before stands in for it. */
  async whole() {
    const limit = new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT_MS, "late"));
    while (this.#isBecoming) {
      const come = new Promise((resolve) => this.addEventListener("come", resolve, { once: true }));
      if ((await Promise.race([come, limit])) === "late") return this.#clearBelow();
    }
  }

  /** Ask again for what did not come. */
  retry() {
    for (const [layer, tiles] of this.#missing) if (tiles.size) layer.redraw();
  }

  /** @param {L.GridLayer} layer */
  #watched(layer) {
    /** @type {Set<HTMLElement>} */
    const missing = new Set();
    const tell = () => this.dispatchEvent(new Event("missing"));
    layer.on("add", () => this.#missing.set(layer, missing));
    layer.on("remove", () => (this.#missing.delete(layer), tell()));
    layer.on("load remove", () => this.dispatchEvent(new Event("come")));
    layer.on("tileerror", ({ tile }) => tile.isConnected && (missing.add(tile), tell())); // one taken off the map is aborted
    const there = (/** @type {L.TileEvent} */ { tile }) => missing.delete(tile) && tell();
    layer.on("tileload", there);
    layer.on("tileunload", there);
    return layer;
  }

  get current() {
    return this.viewer.renditions[this.#index];
  }

  /** @param {number} index */
  show(index) {
    if (index === this.#index || !this.viewer.renditions[index]) return;
    this.#indexBefore = this.#index;
    this.#index = index;
    this.#draw();
  }

  /** Draw this rendition, and those to come, by the server's tiles. */
  fallBack() {
    this.#layerOf = this.#renderedTiles;
    if (this.layer) this.#draw();
    this.dispatchEvent(new Event("fallback"));
  }

  #draw() {
    if (this.layer) this.#below.add(this.layer);
    const layer = this.layerOf(this.current);
    this.layer = layer;
    const clear = () => layer === this.layer && this.#clearBelow();
    layer.once("load", clear);
    layer.addTo(this.map);
    if (!layer.isLoading()) clear();
    this.dispatchEvent(new Event("change"));
  }

  #clearBelow() {
    for (const each of this.#below) each.remove();
    this.#below.clear();
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

  /** @type {LayerOf} */
  #layerOf;

  /** @type {LayerOf} */
  #renderedTiles = ({ tile_url }, options) => L.tileLayer(tile_url, { ...gridOptions(this.viewer), zoomOffset: this.viewer.max_zoom, ...options });
}

/**
 * Of a layer of the image's tiles. Map zoom 0 is one image pixel a screen pixel; the tiles' zoom counts from 0 upwards.
 * @param {import("./map.js").ViewerConfig} viewer
 */
export function gridOptions(viewer) {
  return {
    minNativeZoom: -viewer.max_zoom, maxNativeZoom: 0, minZoom: -20, maxZoom: 20,
    tileSize: 256, noWrap: true, bounds: imageBounds(viewer), updateWhenZooming: false,
  };
}
