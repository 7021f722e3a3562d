// @ts-check
/** The image on the map as a painter makes it of the bands' blocks: another style needs no other tiles. */

import { gridOptions } from "../renditions.js";
import { BLOCK_PX } from "./blocks.js";

/**
 * @typedef {object} Tile
 * @property {HTMLCanvasElement} canvas
 * @property {{z: number, x: number, y: number}} place in the pyramid
 * @property {import("./painter.js").Size} size
 * @property {AbortController} unloaded
 * @property {Promise<void>} [drawing] while its blocks are on their way
 */
/** @typedef {(place: import("./blockclient.js").BlockPlace, signal: AbortSignal) => Promise<Uint16Array>} GetBlock */

const TILES_A_FRAME = 4;

export class BandLayer extends L.GridLayer {
  /** @type {Set<Tile>} on the map */
  #tiles = new Set();
  /** @type {Set<Tile>} those of them in the style before */
  #stale = new Set();
  /** @type {Set<Tile>} those whose blocks are on their way */
  #coming = new Set();
  #frame = 0;

  /**
   * @param {import("./painter.js").Painter} painter
   * @param {GetBlock} getBlock
   * @param {import("../map.js").ViewerConfig} viewer
   * @param {import("./style.js").Style} style
   * @param {{pane?: string}} [options]
   */
  constructor(painter, getBlock, viewer, style, options) {
    super({ ...gridOptions(viewer), ...options });
    this.painter = painter;
    this.getBlock = getBlock;
    this.viewer = viewer;
    this.style = style;
    this.on("tileunload", ({ tile }) => this.#forget(tile));
  }

  /**
   * @param {L.Coords} coords
   * @param {L.DoneCallback} done
   */
  createTile(coords, done) {
    const canvas = Object.assign(document.createElement("canvas"), { width: BLOCK_PX, height: BLOCK_PX });
    const place = { z: coords.z + this.viewer.max_zoom, x: coords.x, y: coords.y };
    canvas.dataset.tile = `${place.z}/${place.x}/${place.y}`;
    const tile = { canvas, place, size: this.#sizeOf(place), unloaded: new AbortController() };
    this.#tiles.add(tile);
    this.#coming.add(tile);
    const end = (/** @type {Error | undefined} */ error) => {
      this.#coming.delete(tile);
      // One that was taken off meanwhile says nothing: Leaflet would take it for the new tile of its place.
      if (!tile.unloaded.signal.aborted) done(error, canvas);
    };
    this.#draw(tile).then(() => end(undefined), end);
    return canvas;
  }

  /** Whether any tile is not yet in the style that it shall have. */
  isLoading() {
    return this.#coming.size > 0 || this.#frame !== 0;
  }

  /**
   * Paint with another style, in the next frame; only blocks of bands not there yet are asked for.
   * @param {import("./style.js").Style} style
   */
  setStyle(style) {
    this.style = style;
    this.#stale = new Set(this.#tiles);
    this.#frame ||= requestAnimationFrame(this.#repaint);
  }

  /** What is in view at once, what is kept about it a little a frame. */
  #repaint = () => {
    this.#frame = 0;
    const view = this._map?.getContainer().getBoundingClientRect();
    const inView = [...this.#stale].filter(({ canvas }) => view && overlap(canvas.getBoundingClientRect(), view));
    for (const tile of inView.length ? inView : [...this.#stale].slice(0, TILES_A_FRAME)) {
      this.#stale.delete(tile);
      if (this.#paint(tile)) this.#reveal(tile);
      else void this.#restyle(tile);
    }
    if (this.#stale.size) this.#frame = requestAnimationFrame(this.#repaint);
    this.#tellWhole();
  };

  /** In a style of bands that are not here yet; one that does not come stays as it was, and says so. @param {Tile} tile */
  async #restyle(tile) {
    this.#coming.add(tile);
    try {
      await this.#draw(tile);
      this.#reveal(tile);
    } catch (error) {
      if (!tile.unloaded.signal.aborted) this.fire("tileerror", { error, tile: tile.canvas });
    } finally {
      this.#coming.delete(tile);
      this.#tellWhole();
    }
  }

  #tellWhole() {
    if (this._map && !this.isLoading()) this.fire("load");
  }

  /** It may not have come before. @param {Tile} tile */
  #reveal({ canvas }) {
    canvas.classList.add("leaflet-tile-loaded");
    this.fire("tileload", { tile: canvas });
  }

  /**
   * The codes of what is in view, for measuring limits.
   * @returns {Promise<import("./limits.js").Patch[]>}
   */
  async codes() {
    const bands = this.painter.bandsIn(this.style);
    const view = this._map.getContainer().getBoundingClientRect();
    const inView = [...this.#tiles].map((tile) => ({ tile, part: partInView(tile, view) })).filter(({ part }) => part);
    return Promise.all(inView.map(async ({ tile: { place, unloaded }, part }) => {
      const all = bands.map(async ({ name, position }) => [name, await this.getBlock({ band: position, ...place }, unloaded.signal)]);
      return { .../** @type {import("./limits.js").Part} */ (part), codes: Object.fromEntries(await Promise.all(all)) };
    }));
  }

  /**
   * Fetch what is not here yet, and paint in the newest style, once however often it is asked meanwhile.
   * @param {Tile} tile
   */
  #draw(tile) {
    return (tile.drawing ??= this.#drawOnce(tile).finally(() => delete tile.drawing));
  }

  /** @param {Tile} tile */
  async #drawOnce(tile) {
    do {
      const missing = this.painter.bandsIn(this.style).filter((band) => !this.painter.has(nameOf(tile, band)));
      await Promise.all(missing.map((band) => this.#fetch(tile, band)));
    } while (!this.#paint(tile)); // the style may have changed meanwhile
  }

  /**
   * @param {Tile} tile
   * @param {import("./style.js").Band} band
   */
  async #fetch(tile, band) {
    const codes = await this.getBlock({ band: band.position, ...tile.place }, tile.unloaded.signal);
    if (!this.painter.isLost) this.painter.put(nameOf(tile, band), codes);
  }

  /**
   * @param {Tile} tile
   * @returns {boolean} false where a block is missing
   */
  #paint(tile) {
    if (this.painter.isLost) return true; // rendered tiles are on their way
    const blocks = this.painter.bandsIn(this.style).map((band) => nameOf(tile, band));
    if (!blocks.every((block) => this.painter.has(block))) return false;
    const context = /** @type {ImageBitmapRenderingContext} */ (tile.canvas.getContext("bitmaprenderer"));
    this.painter.paint(context, blocks, this.style, tile.size);
    return true;
  }

  /**
   * How much of a tile is image: each level is half as large as the one before, rounded up.
   * @param {{z: number, x: number, y: number}} place
   */
  #sizeOf({ z, x, y }) {
    const { width_px, height_px, max_zoom } = this.viewer;
    const factor = 2 ** (max_zoom - z);
    return { widthPx: Math.ceil(width_px / factor) - x * BLOCK_PX, heightPx: Math.ceil(height_px / factor) - y * BLOCK_PX };
  }

  /** @param {HTMLElement} canvas */
  #forget(canvas) {
    for (const tile of this.#tiles) {
      if (tile.canvas !== canvas) continue;
      tile.unloaded.abort();
      for (const tiles of [this.#tiles, this.#stale, this.#coming]) tiles.delete(tile);
      queueMicrotask(() => this.#tellWhole()); // others may take its place at once
    }
  }
}

/**
 * @param {Tile} tile
 * @param {import("./style.js").Band} band
 */
function nameOf({ place: { z, x, y } }, { position }) {
  return `${position}/${z}/${x}/${y}`;
}

/**
 * The pixels of a tile's image that are in view.
 * @param {Tile} tile
 * @param {DOMRect} view
 * @returns {import("./limits.js").Part | null} null for none
 */
function partInView({ canvas, size }, view) {
  const { left, top, width } = canvas.getBoundingClientRect();
  const screenPx = width / BLOCK_PX;
  const between = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ n) =>
    /** @type {[number, number]} */ ([Math.max(0, Math.floor(from / screenPx)), Math.min(n, BLOCK_PX, Math.ceil(to / screenPx))]);
  const columns = between(view.left - left, view.right - left, size.widthPx);
  const rows = between(view.top - top, view.bottom - top, size.heightPx);
  return columns[0] < columns[1] && rows[0] < rows[1] ? { columns, rows } : null;
}

/**
 * @param {DOMRect} a
 * @param {DOMRect} b
 */
function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
