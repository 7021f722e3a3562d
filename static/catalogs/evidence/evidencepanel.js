// @ts-check
/** The panel of what the pixels say: heat map with contours, radial profile, all bands, and the line of numbers. */

import { element } from "../pagedata.js";
import { SkyGrid } from "../sky.js";
import { grey, inferno } from "./colourmap.js";
import { drawContours, drawCrossHair, drawPixels, drawScale, pixelsOf, prepared } from "./picture.js";
import { planesOf, uprightOf } from "./planes.js";
import { inks, Plots } from "./plots.js";
import { MISSING, placeText, readingText } from "./readings.js";
import { STRETCHES, USUAL_STRETCH } from "./stretches.js";

/** @typedef {import("./store.js").Evidence} Evidence */
/** @typedef {import("./planes.js").Plane} Plane */

const FIELD_PX = 32;
const MOST_WIDE = 6; // of more bands the names stand close
const COLOURS = inferno();
const GREYS = grey();

export class EvidencePanel extends EventTarget {
  #stretch = USUAL_STRETCH;
  #areOverlaysShown = true;
  /** @type {Evidence | null} */
  #evidence = null;
  /** @type {Plane[]} */
  #planes = [];
  #heat = element("#heat-map", HTMLCanvasElement);
  #scale = element("#heat-scale", HTMLCanvasElement);
  #strip = element("#band-strip", HTMLElement);
  #numbers = element("#readings", HTMLElement);

  /** @param {import("../map.js").ViewerConfig} viewer */
  constructor(viewer) {
    super();
    this.sky = viewer.sky_grid && new SkyGrid(viewer.sky_grid);
    this.plots = new Plots();
    new ResizeObserver(() => this.#draw()).observe(this.#heat.parentElement ?? this.#heat);
    new ResizeObserver(() => this.#letScroll()).observe(this.#numbers);
    this.#nameStretch();
  }

  get stretch() {
    return STRETCHES[this.#stretch];
  }

  get isEmpty() {
    return this.#evidence === null;
  }

  /** @param {Evidence | null} evidence null while it is not there: nothing of another source stays */
  show(evidence) {
    this.#evidence = evidence;
    this.#planes = evidence ? planesOf(evidence) : [];
    this.#draw();
    this.#writeNumbers();
  }

  /** @param {number} step along the stretches: -1 or 1 */
  moveStretch(step) {
    const next = Math.min(Math.max(this.#stretch + step, 0), STRETCHES.length - 1);
    if (next === this.#stretch) return;
    this.#stretch = next;
    this.#nameStretch();
    this.#draw();
    this.dispatchEvent(new Event("change"));
  }

  /** @param {boolean} areShown */
  setOverlays(areShown) {
    if (areShown === this.#areOverlaysShown) return;
    this.#areOverlaysShown = areShown;
    this.#drawHeat();
  }

  #nameStretch() {
    for (const name of document.querySelectorAll("[data-stretch-name]")) name.textContent = this.stretch.name;
    for (const [step, end] of [[-1, 0], [1, STRETCHES.length - 1]]) {
      const button = document.querySelector(`[data-action=${step < 0 ? "softer" : "harder"}]`);
      button?.toggleAttribute("disabled", this.#stretch === end);
    }
  }

  #draw() {
    this.#drawHeat();
    this.#drawStrip();
    this.plots.draw(this.#evidence, this.#reference);
  }

  /** @param {number} side */
  #matrix(side) {
    return uprightOf(/** @type {Evidence} */ (this.#evidence), this.sky, FIELD_PX, side);
  }

  get #reference() {
    return this.#planes.find(({ name }) => name === this.#evidence?.reference);
  }

  #drawHeat() {
    const { context, width: side } = prepared(this.#heat);
    const plane = this.#reference;
    element("#heat-band", HTMLElement).textContent = this.#evidence?.reference ?? "";
    const levels = element("#contour-levels", HTMLElement);
    levels.textContent = "";
    if (!plane) return void prepared(this.#scale);
    const matrix = this.#matrix(side);
    drawPixels(context, pixelsOf(plane, this.stretch.softness, COLOURS), matrix);
    drawScale(this.#scale, plane, this.stretch.softness, COLOURS, inks());
    if (!this.#areOverlaysShown) return;
    levels.textContent = contourText(drawContours(context, plane, matrix, side));
    drawCrossHair(context, side, side / FIELD_PX);
  }

  #drawStrip() {
    const frames = this.#strip.querySelectorAll("figure");
    if (this.#planes.length && frames.length !== this.#planes.length) {
      this.#strip.replaceChildren(...this.#planes.map(({ name }) => bandFrame(name, this.sky ? "north up" : "y up")));
      this.#strip.style.setProperty("--bands", String(this.#planes.length));
      this.#strip.classList.toggle("is-narrow", this.#planes.length > MOST_WIDE);
    }
    this.#strip.querySelectorAll("canvas").forEach((canvas, i) => {
      const { context, width: side } = prepared(canvas);
      const plane = this.#planes[i];
      if (!plane) return;
      drawPixels(context, pixelsOf(plane, this.stretch.softness, GREYS), this.#matrix(side));
    });
  }

  #writeNumbers() {
    const cells = this.#evidence ? this.#evidence.readings.map(readingCell) : [];
    if (cells.length) this.#numbers.replaceChildren(...cells, placeCell(/** @type {Evidence} */ (this.#evidence).source));
    else for (const value of this.#numbers.querySelectorAll("dd")) value.textContent = MISSING;
    this.#letScroll();
  }

  /** By key too, where there are more numbers than there is room. */
  #letScroll() {
    if (this.#numbers.scrollWidth > this.#numbers.clientWidth) this.#numbers.tabIndex = 0;
    else this.#numbers.removeAttribute("tabindex");
  }
}

/** @param {number[]} sigmas each twice the one before */
function contourText(sigmas) {
  if (sigmas.length < 2) return sigmas.length ? `contours at ${sigmas[0]} σ` : "no contour here";
  return `contours ${sigmas[0]} to ${sigmas.at(-1)} σ, doubling`;
}

/** @param {string} name @param {string} way which is up */
function bandFrame(name, way) {
  const frame = document.createElement("figure");
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `Cut-out in ${name}, ${FIELD_PX} pixels wide, ${way}`);
  const caption = Object.assign(document.createElement("figcaption"), { textContent: name, title: name });
  frame.append(canvas, caption);
  return frame;
}

/** @param {import("./readings.js").Reading} reading */
function readingCell(reading) {
  const { value, error, unit, hint } = readingText(reading);
  return cell(reading.name, unit, value, error, hint);
}

/** @param {Evidence["source"]} source */
function placeCell(source) {
  const [first, second] = placeText(source);
  const [x, y] = source.ra_deg === null ? ["x", "y"] : ["RA", "Dec"];
  const made = document.createElement("div");
  made.className = "reading-place";
  made.title = source.ra_deg === null ? "Pixels, 0-based" : "ICRS";
  for (const [name, value] of [[x, first], [y, second]]) {
    made.append(Object.assign(document.createElement("dt"), { textContent: name }), Object.assign(document.createElement("dd"), { textContent: value }));
  }
  return made;
}

/** @param {string} name @param {string} unit @param {string} value @param {string} more @param {string} hint */
function cell(name, unit, value, more, hint) {
  const made = document.createElement("div");
  if (hint) made.title = hint;
  const term = document.createElement("dt");
  term.textContent = name;
  if (unit) term.append(Object.assign(document.createElement("small"), { textContent: unit }));
  const text = document.createElement("dd");
  text.textContent = value;
  if (more) text.append(Object.assign(document.createElement("small"), { textContent: more }));
  if (hint && value === MISSING) text.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: hint }));
  made.append(term, text);
  return made;
}
