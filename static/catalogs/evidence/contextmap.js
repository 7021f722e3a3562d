// @ts-check
/** The wider field about the source, with a box where the image above it looks. It moves with that image only. */

import { RenditionLayers } from "../renditions.js";

const WIDER_ZOOMS = 3;

export class ContextMap {
  /**
   * @param {HTMLElement} container
   * @param {L.Map} main the map whose view the box shows
   * @param {import("../map.js").ViewerConfig} viewer
   * @param {RenditionLayers} renditions of the main map
   */
  constructor(container, main, viewer, renditions) {
    this.main = main;
    this.map = L.map(container, {
      crs: L.CRS.Simple, attributionControl: false, zoomControl: false, fadeAnimation: false, zoomAnimation: false, keyboard: false,
      dragging: false, scrollWheelZoom: false, doubleClickZoom: false, boxZoom: false, touchZoom: false, minZoom: -12, maxZoom: 5,
    });
    this.map.setView([0, 0], 0);
    container.tabIndex = -1; // a picture, not a control
    this.layers = new RenditionLayers(this.map, viewer);
    this.box = L.rectangle(main.getBounds(), { className: "context-box", interactive: false, fill: false }).addTo(this.map);
    this.#follow();
    main.on("move zoomend viewreset resize", () => this.#follow());
    renditions.addEventListener("change", () => this.layers.show(viewer.renditions.indexOf(renditions.current)));
    this.layers.show(viewer.renditions.indexOf(renditions.current));
    new ResizeObserver(() => (this.map.invalidateSize({ pan: false }), this.#follow())).observe(container);
  }

  /** The zoom shown here when the main map is at `zoom`. @param {number} zoom */
  static zoomFor(zoom) {
    return zoom - WIDER_ZOOMS;
  }

  #follow() {
    this.map.setView(this.main.getCenter(), ContextMap.zoomFor(this.main.getZoom()), { animate: false });
    this.box.setBounds(this.main.getBounds());
  }
}
