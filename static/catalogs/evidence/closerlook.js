// @ts-check
/** All bands of a source at three zooms, and its neighbours: beneath the bench of its page, over the image where one labels. */

import { element } from "../pagedata.js";
import { SkyGrid } from "../sky.js";
import { grey } from "./colourmap.js";
import { coloursOf } from "./colours.js";
import { colourPixelsOf, drawPixels, pixelsOf, prepared } from "./picture.js";
import { planesOf, uprightOf } from "./planes.js";
import { MISSING } from "./readings.js";

/** @typedef {import("./store.js").Evidence} Evidence */
/** @typedef {{evidence_url: string, source_url: string, recipe: import("../gl/style.js").Recipe}} CloserConfig addresses with {source}, and how the bands make colours */

export const FIELDS_PX = [16, 32, 100];
const MANY_BANDS = 4; // where height is left, their colours stand above them
const GREYS = grey();

export class CloserLook {
  #grid = element("#zooms", HTMLElement);
  #rows = element("#neighbours tbody", HTMLElement);
  /** @type {Evidence | null} */
  #evidence = null;
  /** @type {import("./planes.js").Plane[]} */
  #planes = [];
  /** @type {import("./picture.js").Plane[]} red, green and blue */
  #colours = [];
  #softness = 0;

  /**
   * @param {{viewer: import("../map.js").ViewerConfig, closer: CloserConfig}} config
   * @param {{newTab?: boolean}} [links] whether a neighbour's page opens beside this one
   */
  constructor({ viewer, closer }, { newTab = false } = {}) {
    this.sky = viewer.sky_grid && new SkyGrid(viewer.sky_grid);
    this.config = closer;
    this.newTab = newTab;
    this.colourName = viewer.renditions[0].name;
    new ResizeObserver(() => this.#draw()).observe(this.#grid);
  }

  /** Whether all of a source is here. */
  get isWhole() {
    return this.#evidence !== null;
  }

  clear() {
    this.#evidence = null;
    this.#grid.replaceChildren();
    this.#rows.replaceChildren();
    for (const each of ["#neighbours", "#no-neighbours"]) element(each, HTMLElement).hidden = true;
  }

  /**
   * @param {Evidence} evidence of a wide field
   * @param {number} softness of the stretch
   */
  show(evidence, softness) {
    this.#evidence = evidence;
    this.#planes = planesOf(evidence);
    this.#colours = coloursOf(this.#planes, this.config.recipe);
    this.#softness = softness;
    this.#grid.style.setProperty("--bands", String(evidence.bands.length));
    this.#grid.classList.toggle("has-many-bands", evidence.bands.length >= MANY_BANDS);
    this.#grid.replaceChildren(...this.#cells(evidence));
    this.#rows.replaceChildren(...evidence.neighbours.map((each) => this.#neighbourRow(each, evidence.pixel_scale_arcsec)));
    element("#no-neighbours", HTMLElement).hidden = evidence.neighbours.length > 0;
    element("#neighbours", HTMLElement).hidden = evidence.neighbours.length === 0;
    this.#draw();
  }

  /** @param {number} softness */
  restretch(softness) {
    this.#softness = softness;
    this.#draw();
  }

  /** @param {Evidence} evidence */
  #cells({ bands, pixel_scale_arcsec }) {
    const names = bands.map(({ name }) => name);
    const heads = [placed(words("zoom-corner", "")), placed(words("zoom-name zoom-colour-name", this.colourName)), ...names.map((name, band) => placed(words("zoom-name", name), { band }))];
    const row = (/** @type {number} */ fieldPx, /** @type {number} */ zoom) => [
      placed(words("zoom-field numeric", fieldText(fieldPx, pixel_scale_arcsec, "\n")), { zoom }),
      placed(words("zoom-name zoom-colour-field", fieldText(fieldPx, pixel_scale_arcsec, " · ")), { zoom }),
      placed(this.#canvas(this.colourName, fieldPx), { zoom }),
      ...names.map((name, band) => placed(this.#canvas(name, fieldPx, band), { zoom, band })),
    ];
    return [...heads, ...FIELDS_PX.flatMap(row)];
  }

  /** @param {string} name @param {number} fieldPx @param {number} [plane] of a band; none is in colour */
  #canvas(name, fieldPx, plane) {
    const canvas = document.createElement("canvas");
    canvas.dataset.field = String(fieldPx);
    if (plane !== undefined) canvas.dataset.plane = String(plane);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${name}, ${fieldPx} pixels wide, ${this.sky ? "north up" : "y up"}`);
    return canvas;
  }

  #draw() {
    if (!this.#evidence) return;
    const pictures = this.#planes.map((plane) => pixelsOf(plane, this.#softness, GREYS));
    const colours = colourPixelsOf(this.#colours, this.#softness);
    for (const canvas of this.#grid.querySelectorAll("canvas")) {
      const { context, width: side } = prepared(canvas);
      // Not by name: the galaxy's only band and its rendition are called the same.
      const picture = canvas.dataset.plane ? pictures[Number(canvas.dataset.plane)] : colours;
      drawPixels(context, picture, uprightOf(this.#evidence, this.sky, Number(canvas.dataset.field), side));
    }
  }

  /** @param {Evidence["neighbours"][number]} neighbour @param {number | null} scaleArcsec */
  #neighbourRow({ uuid, number, distance_px, position_angle_deg, magnitude, system }, scaleArcsec) {
    const row = document.createElement("tr");
    const link = Object.assign(document.createElement("a"), { href: this.config.source_url.replace("{source}", uuid), textContent: String(number), target: this.newTab ? "_blank" : "" });
    const distance = scaleArcsec === null ? `${distance_px.toFixed(1)} px` : `${(distance_px * scaleArcsec).toFixed(2)}″`;
    const texts = [distance, position_angle_deg === null ? MISSING : `${Math.round(position_angle_deg) % 360}°`, magnitude === null ? MISSING : magnitude.toFixed(2)];
    const cells = [link, ...texts].map((content) => {
      const cell = document.createElement("td");
      cell.append(content);
      return cell;
    });
    if (system) cells[3].title = system;
    row.append(...cells);
    return row;
  }
}

/** @param {string} className @param {string} text */
function words(className, text) {
  return Object.assign(document.createElement("span"), { className, textContent: text });
}

/**
 * With its place for the style sheet, which has two ways to set them out.
 * @template {HTMLElement} T
 * @param {T} cell
 * @param {{zoom?: number, band?: number}} [place]
 */
function placed(cell, { zoom, band } = {}) {
  if (zoom !== undefined) cell.style.setProperty("--zoom", String(zoom));
  if (band !== undefined) cell.style.setProperty("--band", String(band));
  return cell;
}

/** @param {number} fieldPx @param {number | null} scaleArcsec @param {string} between */
function fieldText(fieldPx, scaleArcsec, between) {
  return scaleArcsec === null ? `${fieldPx} px` : `${Number((fieldPx * scaleArcsec).toPrecision(2))}″${between}${fieldPx} px`;
}
