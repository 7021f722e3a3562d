// @ts-check
/** How a catalogue's sources look on a map. No DOM, no URLs. */

import { PointGrid } from "./pointgrid.js";

/** @typedef {Pick<import("./catalogapi.js").CatalogInfo, "uuid" | "name" | "kind">} CatalogLook */

/** @type {Record<"detected" | "reference", import("./paint.js").RingStyle>} */
export const MARKER_STYLES = {
  detected: { colour: "#ffd166", radius: 4 },
  reference: { colour: "#6ec1ff", radius: 6 },
};

/**
 * @param {CatalogLook} catalog
 * @param {import("./catalogapi.js").Places} places
 * @returns {import("./markers.js").MarkerSet}
 */
export function markerSet(catalog, places) {
  return {
    points: new PointGrid(places.x_px, places.y_px),
    style: MARKER_STYLES[catalog.kind],
    describe: (i) => `${catalog.name} ${places.number[i]}${places.label[i] ? ` · class ${places.label[i]}` : ""}`,
  };
}
