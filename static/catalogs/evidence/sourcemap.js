// @ts-check
/** The image about one source at a time, with the next ones' tiles fetched ahead. */

import { addCompass } from "../compass.js";
import { imageBounds } from "../map.js";
import { toMap } from "../pixels.js";
import { RenditionLayers } from "../renditions.js";
import { addScale } from "../scale.js";
import { SkyGrid } from "../sky.js";
import { tilesOfView, zoomToFit } from "../tileplan.js";
import { Aim } from "./aim.js";

/** @typedef {{x_px: number, y_px: number}} Place */

const VIEW_PX = 64; // at least so much of the image about the source is in view
const LONGEST_WAIT_MS = 4000;
const KEPT_PICTURES = 80;

export class SourceMap {
  /** @type {Place | null} */
  #place = null;
  /** @type {Map<string, HTMLImageElement>} by URL: held, so that the browser keeps them decoded */
  #pictures = new Map();
  #zoomSteps = 0; // what the person added to the fitting zoom
  #isMoving = false;

  /**
   * @param {L.Map} map
   * @param {import("../map.js").ViewerConfig} viewer
   */
  constructor(map, viewer) {
    this.map = map;
    this.viewer = viewer;
    map.setMaxBounds(/** @type {any} */ (null)); // a source at the edge is centred too
    map.setMinZoom(Math.min(map.getBoundsZoom(imageBounds(viewer)), 0) - 1);
    this.renditions = new RenditionLayers(map, viewer);
    this.renditions.show(0);
    this.aim = new Aim(map);
    addScale(map, viewer);
    if (viewer.sky_grid) addCompass(map, new SkyGrid(viewer.sky_grid), viewer.height_px);
    map.on("zoomend", () => !this.#isMoving && (this.#zoomSteps = map.getZoom() - this.#fittingZoom));
    map.on("resize", () => this.#move());
  }

  get #fittingZoom() {
    const { x, y } = this.map.getSize();
    return Math.min(zoomToFit(Math.min(x, y), VIEW_PX), this.map.getMaxZoom());
  }

  get #zoom() {
    return this.#fittingZoom + this.#zoomSteps;
  }

  /** The zoom of sources that come next. */
  get zoom() {
    return this.#zoom;
  }

  /**
   * Put a source at the centre, at once.
   * @param {Place} place
   * @returns {Promise<boolean>} when it is on the screen; false when part of the image did not load
   */
  async show(place) {
    this.#place = place;
    return this.#whenDrawn(() => this.#move());
  }

  /** Back to the source and its fitting zoom, loading again what did not load. */
  async recentre() {
    this.#zoomSteps = 0;
    return this.#whenDrawn(() => {
      this.#move();
      this.renditions.layer?.redraw();
    });
  }

  #move() {
    if (!this.#place) return;
    const centre = toMap(this.#place.x_px, this.#place.y_px, this.viewer.height_px);
    this.#isMoving = true;
    this.map.setView(centre, this.#zoom, { animate: false });
    this.#isMoving = false;
    this.aim.moveTo(centre);
  }

  /** @param {() => void} move */
  async #whenDrawn(move) {
    move();
    const isInTime = await Promise.race([loaded(this.renditions).then(() => true), elapsed(LONGEST_WAIT_MS).then(() => false)]);
    return isInTime && !this.renditions.isIncomplete;
  }

  /**
   * Fetch the tiles about sources that come next.
   * @param {Place[]} places
   */
  prefetch(places) {
    const { x: widthScreen, y: heightScreen } = this.map.getSize();
    for (const place of places) this.fetchView(place, { widthScreen, heightScreen, zoom: this.#zoom });
  }

  /**
   * @param {Place} place
   * @param {{widthScreen: number, heightScreen: number, zoom: number}} view
   * @param {string} tileUrl of the rendition
   */
  fetchView({ x_px: xPx, y_px: yPx }, view, tileUrl = this.renditions.current.tile_url) {
    for (const tile of tilesOfView({ xPx, yPx, ...view }, this.viewer)) this.#fetchPicture(L.Util.template(tileUrl, tile));
  }

  /** @param {string} url */
  #fetchPicture(url) {
    if (this.#pictures.has(url)) return;
    const picture = new Image();
    picture.src = url;
    this.#pictures.set(url, picture);
    const [oldest] = this.#pictures.keys();
    if (this.#pictures.size > KEPT_PICTURES) this.#pictures.delete(oldest);
  }

  /** @param {boolean} areShown */
  setOverlays(areShown) {
    this.map.getContainer().classList.toggle("without-overlays", !areShown);
  }
}

/** Whichever rendition is shown by then. @param {RenditionLayers} renditions */
async function loaded(renditions) {
  for (let { layer } = renditions; layer?.isLoading(); { layer } = renditions) {
    const awaited = layer;
    await new Promise((resolve) => awaited.once("load remove", resolve)); // of one taken off no tile comes
  }
  // Two frames later it is painted, not just placed.
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}

/** @param {number} ms */
function elapsed(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
