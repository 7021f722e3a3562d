// @ts-check
/** Sources as rings on one canvas; a grid finds those in view and under the cursor, so 100,000 of them stay smooth. */

import { screenTransform } from "./map.js";
import { fromMap } from "./pixels.js";

/**
 * @typedef {object} MarkerStyle
 * @property {string} colour
 * @property {number} radius of the ring in CSS pixels
 * @property {number} [width] of its line
 */
/**
 * @typedef {object} MarkerSet
 * @property {import("./pointgrid.js").PointGrid} points in image pixels
 * @property {MarkerStyle} style
 * @property {(index: number) => string} describe what hovering shows
 */

const MOST_RINGS = 6000;
const LEAST_RING_ZOOM = -1;
const REACH_SCREEN = 9;
const DOT_SCREEN = 2;
// One long path is slower than several: the renderer looks for its self-crossings.
const RINGS_A_PATH = 400;

export class MarkerLayer extends L.Layer {
  /** @type {Map<string, MarkerSet>} */
  #sets = new Map();
  #canvas = document.createElement("canvas");
  #tooltip = L.tooltip({ direction: "top", offset: [0, -8], className: "source-tooltip" });
  #frame = 0;
  #heightPx;

  /** @param {number} heightPx of the image */
  constructor(heightPx) {
    super();
    this.#heightPx = heightPx;
    // Hidden while Leaflet animates a zoom: the canvas is drawn anew at its end.
    this.#canvas.className = "marker-canvas leaflet-zoom-hide";
  }

  /**
   * Show a set under a name, in place of the one before it; null takes it away.
   * @param {string} name
   * @param {MarkerSet | null} set
   */
  put(name, set) {
    if (set) this.#sets.set(name, set);
    else this.#sets.delete(name);
    this.redraw();
  }

  /** @param {boolean} isShown */
  setShown(isShown) {
    this.#canvas.hidden = !isShown;
    this.#tooltip.remove();
  }

  get isShown() {
    return !this.#canvas.hidden;
  }

  /** @param {L.Map} map */
  onAdd(map) {
    map.getPanes().overlayPane.append(this.#canvas);
    map.on("move moveend zoomend viewreset resize", this.redraw, this);
    map.on("mousemove", this.#hover, this);
    map.on("mouseout zoomstart", this.#unhover, this);
    this.redraw();
    return this;
  }

  /** @param {L.Map} map */
  onRemove(map) {
    map.off("move moveend zoomend viewreset resize", this.redraw, this);
    map.off("mousemove", this.#hover, this);
    map.off("mouseout zoomstart", this.#unhover, this);
    this.#canvas.remove();
    return this;
  }

  /** Draw at the next frame, however often it is asked. */
  redraw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      if (this._map) this.#draw(this._map);
    });
  }

  /** @param {L.Map} map */
  #draw(map) {
    const size = map.getSize();
    const ratio = window.devicePixelRatio || 1;
    this.#canvas.width = size.x * ratio;
    this.#canvas.height = size.y * ratio;
    this.#canvas.style.width = `${size.x}px`;
    this.#canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(this.#canvas, map.containerPointToLayerPoint([0, 0]));
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    context.scale(ratio, ratio);
    for (const set of this.#sets.values()) this.#drawSet(context, map, set);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {L.Map} map
   * @param {MarkerSet} set
   */
  #drawSet(context, map, { points, style }) {
    const { scale, x0, y0 } = screenTransform(map, this.#heightPx);
    const { x: width, y: height } = map.getSize();
    const radius = style.radius * Math.max(1, Math.sqrt(scale)); // grows with the image, but slower
    const margin = radius + 2;
    const seen = points.inBox((-margin - x0) / scale, (y0 - height - margin) / scale, (width + margin - x0) / scale, (y0 + margin) / scale);
    const places = seen.map((i) => ({ x: x0 + scale * points.x[i], y: y0 - scale * points.y[i] }));
    if (map.getZoom() >= LEAST_RING_ZOOM && seen.length <= MOST_RINGS) drawRings(context, places, radius, style);
    else drawDots(context, places, style);
  }

  /** @param {L.LeafletMouseEvent} event */
  #hover({ latlng, target }) {
    const found = this.isShown ? this.#nearest(latlng, target) : null;
    if (!found) return this.#unhover();
    const content = document.createElement("span"); // never HTML: labels come from files
    content.textContent = found.set.describe(found.index);
    this.#tooltip.setLatLng(latlng).setContent(content);
    if (!target.hasLayer(this.#tooltip)) target.openTooltip(this.#tooltip);
  }

  #unhover() {
    this.#tooltip.remove();
  }

  /**
   * @param {L.LatLng} latlng
   * @param {L.Map} map
   */
  #nearest(latlng, map) {
    const { xPx, yPx } = fromMap(latlng.lat, latlng.lng, this.#heightPx);
    let reach = REACH_SCREEN / map.getZoomScale(map.getZoom(), 0);
    let found = null;
    for (const set of this.#sets.values()) {
      const index = set.points.nearest(xPx, yPx, reach);
      if (index === null) continue;
      found = { set, index };
      reach = Math.hypot(set.points.x[index] - xPx, set.points.y[index] - yPx);
    }
    return found;
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, y: number}[]} places
 * @param {number} radius
 * @param {MarkerStyle} style
 */
function drawRings(context, places, radius, { colour, width = 1.5 }) {
  for (let begin = 0; begin < places.length; begin += RINGS_A_PATH) {
    context.beginPath();
    for (const { x, y } of places.slice(begin, begin + RINGS_A_PATH)) {
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
    // A dark rim, so that a ring is seen on a bright galaxy too.
    context.lineWidth = width + 1.5;
    context.strokeStyle = "rgb(0 0 0 / 55%)";
    context.stroke();
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.stroke();
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, y: number}[]} places
 * @param {MarkerStyle} style
 */
function drawDots(context, places, { colour }) {
  context.fillStyle = colour;
  for (const { x, y } of places) context.fillRect(x - DOT_SCREEN / 2, y - DOT_SCREEN / 2, DOT_SCREEN, DOT_SCREEN);
}
