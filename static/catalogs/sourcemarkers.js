// @ts-check
/** How the sources of a catalogue, or of a round, look on a map. No DOM, no URLs. */

import { PointGrid } from "./pointgrid.js";

/** @typedef {"detected" | "reference" | "sampled"} Kind */
/** @typedef {{name: string, kind: Kind, sourcePage?: string}} Look - `sourcePage`: the address of source 0, where sources have a page */

/** @type {Record<Kind, import("./paint.js").RingStyle>} */
export const MARKER_STYLES = {
  detected: { colour: "#ffd166", radius: 4, level: 1 },
  reference: { colour: "#6ec1ff", radius: 6 },
  sampled: { colour: "#ffffff", radius: 11, width: 2, level: 2 },
};

/**
 * @param {Look} look
 * @param {import("./catalogapi.js").Places} places
 * @returns {import("./markers.js").MarkerSet}
 */
export function markerSet(look, places) {
  return {
    name: look.name,
    points: new PointGrid(places.x_px, places.y_px),
    style: MARKER_STYLES[look.kind],
    indexOf: (number) => places.number.indexOf(number),
    address: (i) => look.sourcePage?.replace(/0\/$/, `${places.number[i]}/`) ?? null,
    describe: (i) => `${look.name} ${places.number[i]}${places.label[i] ? ` · class ${places.label[i]}` : ""}`,
  };
}
