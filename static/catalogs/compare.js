// @ts-check
/** A second rendition over the first, right of a line that is dragged, and as opaque as one likes. */

import { viewChanged } from "./address.js";
import { BandLayer } from "./gl/bandlayer.js";

const PANE = "compared";
// Leaflet's tiles are at 200, what is drawn on them from 400, cards and popups from 650.
const ABOVE_TILES = "250";
const BELOW_CARDS = "640";

export class Comparison {
  /** @type {L.GridLayer | null} */
  #layer = null;
  /** What an address says of the stretch that it is drawn in. */
  #stretch = "";

  /**
   * @param {L.Map} map
   * @param {import("./renditions.js").RenditionLayers} renditions
   * @param {HTMLDetailsElement} root its controls
   * @param {Pick<import("./stretching.js").Stretching, "textOf" | "styleOf" | "link"> | null} stretching null where the server renders
   */
  constructor(map, renditions, root, stretching) {
    this.stretching = stretching;
    this.map = map;
    this.renditions = renditions;
    this.choice = /** @type {HTMLSelectElement} */ (root.querySelector("select"));
    this.opacity = /** @type {HTMLInputElement} */ (root.querySelector("[name=opacity]"));
    this.pane = map.createPane(PANE);
    this.pane.style.zIndex = ABOVE_TILES;
    const linePane = map.createPane(`${PANE}-line`);
    linePane.style.zIndex = BELOW_CARDS;
    this.line = L.DomUtil.create("div", "compare-line", linePane);
    this.handle = this.#makeHandle();
    this.choice.append(...renditions.viewer.renditions.map(({ name, slug }) => new Option(name, slug)));
    this.choice.addEventListener("change", () => this.#draw());
    this.opacity.addEventListener("input", () => this.#fade());
    for (const control of [this.choice, this.opacity, this.handle]) control.addEventListener("input", viewChanged);
    map.on("move resize zoomend viewreset", () => this.#clip());
    renditions.addEventListener("fallback", () => this.#draw());
    document.addEventListener("view-changed", () => this.#restretch());
    this.#draw();
  }

  /**
   * What lies over the first rendition, right of a line.
   * @returns {import("./snapshot.js").Compared | null}
   */
  get shown() {
    const rendition = this.#chosen;
    if (!this.#layer || !rendition) return null;
    return { rendition, pane: this.pane, fromScreen: Math.round(this.map.getSize().x * this.handle.valueAsNumber), opacity: this.opacity.valueAsNumber };
  }

  get #chosen() {
    return this.renditions.viewer.renditions.find(({ slug }) => slug === this.choice.value);
  }

  /** @returns {import("./address.js").Part} "grey-f814w,0.5,1": rendition, where the line is, opacity; behind it the stretch where it is not its own */
  get part() {
    return {
      name: "compare",
      read: () => {
        const rendition = this.#chosen;
        if (!rendition) return "";
        const where = [rendition.slug, this.handle.value, this.opacity.value].join(",");
        return [where, this.stretching?.textOf(rendition)].filter(Boolean).join(";");
      },
      open: (text) => {
        const [where, ...style] = text.split(";");
        const [slug, at = "0.5", opacity = "1"] = where.split(",");
        if (slug) this.stretching?.link(slug, style.join(";"));
        this.choice.value = slug;
        if (this.choice.selectedIndex < 0) this.choice.value = ""; // a rendition that is no more
        this.handle.value = at;
        this.opacity.value = opacity;
        this.#draw();
      },
    };
  }

  /** A slider as wide as the map: dragged, or moved by the arrow keys. */
  #makeHandle() {
    const handle = L.DomUtil.create("input", "compare-handle", this.map.getContainer());
    Object.assign(handle, { type: "range", min: 0, max: 1, step: 0.005, value: 0.5, autocomplete: "off" });
    handle.setAttribute("aria-label", "Line between the two renditions");
    handle.addEventListener("input", () => this.#clip());
    L.DomEvent.disableClickPropagation(handle);
    return handle;
  }

  #draw() {
    const rendition = this.#chosen;
    this.#layer?.remove();
    this.#layer = rendition ? this.renditions.layerOf(rendition, { pane: PANE }).addTo(this.map) : null;
    this.#stretch = (rendition && this.stretching?.textOf(rendition)) ?? "";
    this.line.hidden = this.handle.hidden = !rendition;
    this.opacity.disabled = !rendition;
    this.#fade();
    this.#clip();
  }

  /** The rendition may be stretched while it is the first one too. */
  #restretch() {
    const rendition = this.#chosen;
    if (!rendition || !this.stretching || this.stretching.textOf(rendition) === this.#stretch) return;
    this.#stretch = this.stretching.textOf(rendition);
    if (this.#layer instanceof BandLayer) this.#layer.setStyle(this.stretching.styleOf(rendition));
  }

  #fade() {
    const percent = Math.round(100 * this.opacity.valueAsNumber);
    this.pane.style.opacity = this.opacity.value;
    const output = this.opacity.closest("label")?.querySelector("output");
    if (output) output.textContent = `${percent} %`;
    this.opacity.setAttribute("aria-valuetext", `${percent} %`);
  }

  /** The panes move with the map, the line does not. */
  #clip() {
    if (!this.#layer) return;
    const size = this.map.getSize();
    const x = Math.round(size.x * this.handle.valueAsNumber);
    const from = this.map.containerPointToLayerPoint([x, 0]);
    const to = this.map.containerPointToLayerPoint(size);
    this.pane.style.clipPath = `polygon(${[[from.x, from.y], [to.x, from.y], [to.x, to.y], [from.x, to.y]].map((corner) => corner.map((at) => `${at}px`).join(" ")).join(", ")})`;
    L.DomUtil.setPosition(this.line, from);
    this.line.style.height = `${size.y}px`;
  }
}
