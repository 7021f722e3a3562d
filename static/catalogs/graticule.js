// @ts-check
/** The coordinate grid over the image, on a canvas of its own. */

import { labelPlace } from "./graticulelabels.js";
import { gridLines } from "./graticulelines.js";
import { screenTransform } from "./map.js";

const INK = "rgb(160 196 255 / 55%)";
const TEXT = "#dbe7ff";
const HALO = "rgb(6 9 16 / 85%)";
const FONT = "11px system-ui, sans-serif";

export class Graticule extends L.Layer {
  #canvas = document.createElement("canvas");
  #sky;
  #image;

  /**
   * @param {import("./skyframe.js").Sky} sky
   * @param {import("./map.js").ViewerConfig} image
   */
  constructor(sky, image) {
    super();
    this.#sky = sky;
    this.#image = image;
    this.#canvas.className = "graticule-canvas leaflet-zoom-hide";
  }

  /** @param {L.Map} map */
  onAdd(map) {
    map.getPanes().overlayPane.prepend(this.#canvas);
    map.on("move moveend zoomend viewreset resize", this.#draw, this);
    this.#draw();
    return this;
  }

  /** @param {L.Map} map */
  onRemove(map) {
    map.off("move moveend zoomend viewreset resize", this.#draw, this);
    this.#canvas.remove();
    return this;
  }

  #draw() {
    const map = this._map;
    const { x: width, y: height } = map.getSize();
    const ratio = window.devicePixelRatio || 1;
    [this.#canvas.width, this.#canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    Object.assign(this.#canvas.style, { width: `${width}px`, height: `${height}px` });
    L.DomUtil.setPosition(this.#canvas, map.containerPointToLayerPoint([0, 0]));
    const context = this.#canvas.getContext("2d");
    const view = screenTransform(map, this.#image.height_px);
    const box = this.#inView(view, width, height);
    if (!context || box.x0 >= box.x1 || box.y0 >= box.y1) return;
    context.scale(ratio, ratio);
    for (const line of gridLines(this.#sky, box)) drawLine(context, line, view, width, height);
  }

  /** @param {{scale: number, x0: number, y0: number}} view @param {number} width @param {number} height */
  #inView({ scale, x0, y0 }, width, height) {
    const { width_px, height_px } = this.#image;
    return {
      x0: Math.max(-0.5, -x0 / scale), x1: Math.min(width_px - 0.5, (width - x0) / scale),
      y0: Math.max(-0.5, (y0 - height) / scale), y1: Math.min(height_px - 0.5, y0 / scale),
    };
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./graticulelines.js").GridLine} line
 * @param {{scale: number, x0: number, y0: number}} view
 * @param {number} width
 * @param {number} height
 */
function drawLine(context, { kind, text, points }, { scale, x0, y0 }, width, height) {
  const places = points.map(({ x, y }) => ({ x: x0 + scale * x, y: y0 - scale * y }));
  context.beginPath();
  places.forEach(({ x, y }, i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.strokeStyle = INK;
  context.lineWidth = 1;
  context.stroke();
  context.font = FONT;
  const at = labelPlace(kind, places, { width, height }, context.measureText(text).width);
  if (!at) return;
  context.textBaseline = "bottom";
  context.strokeStyle = HALO;
  context.lineWidth = 3;
  context.strokeText(text, at.x, at.y);
  context.fillStyle = TEXT;
  context.fillText(text, at.x, at.y);
}
