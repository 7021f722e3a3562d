// @ts-check
/** Drawing, changing and deleting regions on the map. Knows no form and no server. */

import { outlinesOfRegions, regionsOfOutlines } from "./sampleregions.js";

/** @typedef {import("./sampleregions.js").Regions} Regions */

const SHAPE = { color: "#7fd1ae", weight: 2, opacity: 1, fillColor: "#7fd1ae", fillOpacity: 0.12 };

export class RegionTools extends EventTarget {
  #group = L.featureGroup();
  #heightPx;
  #control;

  /**
   * @param {L.Map} map
   * @param {number} heightPx of the image
   * @param {Regions} regions to begin with
   */
  constructor(map, heightPx, regions) {
    super();
    this.#heightPx = heightPx;
    for (const outline of outlinesOfRegions(regions, heightPx)) L.polygon(outline, SHAPE).addTo(this.#group);
    this.#group.addTo(map);
    this.#control = drawControl(this.#group);
    map.addControl(this.#control);
    map.on(L.Draw.Event.CREATED, (event) => this.#group.addLayer(/** @type {any} */ (event).layer));
    const { CREATED, EDITED, DELETED, EDITVERTEX, EDITMOVE, EDITRESIZE, EDITSTOP, DELETESTOP, DRAWSTOP } = L.Draw.Event;
    // Also while a corner is moved, and when editing is called off: the count follows the shape.
    const events = [CREATED, EDITED, DELETED, EDITVERTEX, EDITMOVE, EDITRESIZE, EDITSTOP, DELETESTOP, DRAWSTOP];
    map.on(events.join(" "), () => this.dispatchEvent(new Event("change")));
  }

  /**
   * Finish what is being drawn, changed or deleted.
   * @returns {boolean} false where a shape has too few corners to be one
   */
  finish() {
    const { draw, edit } = this.#control._toolbars;
    edit._activeMode && edit._save?.();
    draw._activeMode?.handler.completeShape?.();
    return !draw._activeMode;
  }

  /** @returns {Regions} */
  get regions() {
    const outlines = this.#group.getLayers().flatMap((layer) => {
      const corners = layer instanceof L.Polygon ? layer.getLatLngs()[0] : [];
      return Array.isArray(corners) ? [/** @type {L.LatLng[]} */ (corners)] : [];
    });
    return regionsOfOutlines(outlines.filter((outline) => outline.length >= 3), this.#heightPx);
  }
}

/** @param {L.FeatureGroup} group */
function drawControl(group) {
  const { buttons } = L.drawLocal.draw.toolbar;
  buttons.polygon = "Draw a polygon: click its corners, the first one last";
  buttons.rectangle = "Draw a rectangle: drag";
  Object.assign(L.drawLocal.edit.toolbar.buttons, {
    edit: "Change regions", editDisabled: "No region to change", remove: "Delete regions", removeDisabled: "No region to delete",
  });
  Object.assign(L.drawLocal.edit.toolbar.actions.save, { title: "Keep the changes", text: "Done" });
  Object.assign(L.drawLocal.edit.toolbar.actions.clearAll, { title: "Delete all regions", text: "Delete all" });
  L.drawLocal.edit.handlers.remove.tooltip.text = "Click a region to delete it";
  const tool = { showArea: false, shapeOptions: SHAPE };
  return new L.Control.Draw({
    draw: { polygon: { ...tool, allowIntersection: false }, rectangle: tool, polyline: false, circle: false, circlemarker: false, marker: false },
    edit: { featureGroup: group, poly: { allowIntersection: false } },
  });
}
