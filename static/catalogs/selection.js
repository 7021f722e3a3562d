// @ts-check
/** Sources chosen by a rectangle or a polygon: how many of each ticked catalogue, the first of them, and the way to a file. */

import { fetchInside } from "./catalogapi.js";
import { toMap } from "./pixels.js";
import { outline } from "./regions/shapes.js";
import { formatDec, formatRa } from "./sky.js";

/** @typedef {import("./regions/shapes.js").Shape} Shape */
/** @typedef {import("./catalogapi.js").Found} Found */
/** @typedef {{name: string, placesUrl: string, sourcePage: string, exportUrl: string}} Chosen a ticked catalogue; `exportUrl` has FORMAT in it */

export class Selection {
  #line = L.polygon([], { color: "#ffffff", weight: 1.5, dashArray: "5 4", fillOpacity: 0.06, interactive: false });
  #shape = /** @type {Shape | null} */ (null);
  #asked = 0;

  /**
   * @param {HTMLElement} panel
   * @param {L.Map} map
   * @param {import("./map.js").ViewerConfig} image
   * @param {{catalogs: () => Chosen[], keep: ((shape: Shape) => void) | null}} parts `keep` makes a region of it
   */
  constructor(panel, map, image, { catalogs, keep }) {
    this.panel = panel;
    this.map = map;
    this.image = image;
    this.catalogs = catalogs;
    this.keep = keep;
    panel.addEventListener("click", ({ target }) => {
      const button = target instanceof Element ? target.closest("[data-act]") : null;
      if (!(button instanceof HTMLElement)) return;
      if (button.dataset.act === "clear") this.clear();
      if (button.dataset.act === "keep" && this.#shape) this.keep?.(this.#shape);
      if (button.dataset.act === "see") this.#see(Number(button.dataset.x), Number(button.dataset.y));
    });
  }

  /** @param {Shape} shape */
  async show(shape) {
    this.#shape = shape;
    const corners = outline(shape);
    this.#line.setLatLngs(corners.map(([x, y]) => toMap(x, y, this.image.height_px))).addTo(this.map);
    this.panel.hidden = false;
    this.#part("[data-selected]").replaceChildren(); // that of another shape
    await this.update();
    this.panel.scrollIntoView({ block: "nearest" });
  }

  /** Ask again: other catalogues are ticked now. */
  async update() {
    if (!this.#shape) return;
    const asked = ++this.#asked;
    const polygon = outline(this.#shape).flat().map((px) => px.toFixed(2)).join(",");
    const body = this.#part("[data-selected]");
    const catalogs = this.catalogs();
    if (catalogs.length === 0) return body.replaceChildren(paragraph("No catalogue is ticked.", "muted"));
    if (!body.children.length) body.replaceChildren(paragraph("Counting…", "muted"));
    const parts = await Promise.all(catalogs.map((catalog) => this.#about(catalog, polygon)));
    if (asked === this.#asked) body.replaceChildren(...parts);
  }

  get isShown() {
    return this.#shape !== null;
  }

  clear() {
    this.#asked++;
    this.#shape = null;
    this.#line.remove();
    this.panel.hidden = true;
    this.#part("[data-selected]").replaceChildren();
  }

  /** @param {Chosen} catalog @param {string} polygon */
  async #about(catalog, polygon) {
    const part = Object.assign(document.createElement("div"), { className: "stack-small" });
    try {
      const found = await fetchInside(catalog.placesUrl, polygon);
      const classes = Object.entries(found.by_label).map(([label, n]) => `${n.toLocaleString("en")} of class ${label}`);
      const count = document.createElement("p");
      count.append(Object.assign(document.createElement("strong"), { textContent: found.n_sources.toLocaleString("en") }), ` of ${catalog.name}`);
      part.append(count);
      if (classes.length) part.append(paragraph(classes.join(", "), "small muted"));
      if (found.n_sources) part.append(this.#files(catalog, polygon), this.#list(catalog, found));
    } catch (error) {
      part.append(paragraph(`${catalog.name}: not counted (${error instanceof Error ? error.message : error}). Draw it again.`, "small"));
    }
    return part;
  }

  /** @param {Chosen} catalog @param {string} polygon */
  #files({ name, exportUrl }, polygon) {
    const row = paragraph("", "row exports small");
    for (const format of (this.panel.dataset.formats ?? "").split(" ")) {
      const link = Object.assign(document.createElement("a"), { href: `${exportUrl.replace("FORMAT", format)}?inside=${polygon}`, textContent: format, download: "" });
      link.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: ` of the selection of ${name}` }));
      row.append(link);
    }
    return row;
  }

  /** @param {Chosen} catalog @param {Found} found */
  #list({ name, sourcePage }, { sources, n_sources }) {
    const details = Object.assign(document.createElement("details"), { className: "hint small" });
    const shown = sources.length < n_sources ? `The first ${sources.length} of them` : "List them";
    details.append(Object.assign(document.createElement("summary"), { textContent: shown, className: "muted" }));
    const table = Object.assign(document.createElement("table"), { className: "table-compact selection-table" });
    table.append(Object.assign(document.createElement("caption"), { className: "visually-hidden", textContent: `Selected sources of ${name}` }));
    const hasSky = sources.some(({ ra_deg }) => ra_deg !== null);
    const head = table.createTHead().insertRow();
    for (const title of ["", ...(hasSky ? ["RA", "Dec"] : ["x (px)", "y (px)"]), "class"]) head.append(Object.assign(document.createElement("th"), { textContent: title, scope: "col" }));
    const rows = table.createTBody();
    for (const { number, x_px, y_px, ra_deg, dec_deg, label } of sources) {
      const row = rows.insertRow();
      const see = Object.assign(document.createElement("button"), { type: "button", className: "link-button", textContent: `#${number}`, title: "Show it on the map" });
      Object.assign(see.dataset, { act: "see", x: String(x_px), y: String(y_px) });
      row.insertCell().append(see);
      const place = ra_deg !== null && dec_deg !== null ? [formatRa(ra_deg), formatDec(dec_deg)] : [x_px.toFixed(1), y_px.toFixed(1)];
      for (const text of place) Object.assign(row.insertCell(), { textContent: text, className: "numeric" });
      row.insertCell().append(Object.assign(document.createElement("a"), { href: sourcePage.replace(/0\/$/, `${number}/`), textContent: label || "evidence" }));
    }
    const scroll = Object.assign(document.createElement("div"), { className: "selection-scroll", tabIndex: 0 });
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", `Selected sources of ${name}`);
    scroll.append(table);
    details.append(scroll);
    return details;
  }

  /** @param {number} xPx @param {number} yPx */
  #see(xPx, yPx) {
    this.map.setView(toMap(xPx, yPx, this.image.height_px), Math.max(this.map.getZoom(), 1), { animate: false });
  }

  /** @param {string} selector */
  #part(selector) {
    return /** @type {HTMLElement} */ (this.panel.querySelector(selector));
  }
}

/** @param {string} text @param {string} className */
function paragraph(text, className) {
  return Object.assign(document.createElement("p"), { textContent: text, className });
}
