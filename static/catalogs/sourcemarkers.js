// @ts-check
/** How the sources of a catalogue, or of a round, look on a map. No DOM, no URLs. */

import { MARKS } from "./paint.js";
import { PointGrid } from "./pointgrid.js";

/** @typedef {import("./paint.js").MarkStyle} MarkStyle */
/** @typedef {"detected" | "reference" | "sampled"} Kind */
/** @typedef {{name: string, kind: Kind, sourcePage?: string, style?: MarkStyle, card?: (number: number, signal: AbortSignal) => Promise<Node>}} Look - `sourcePage`: the address of source 0, where sources have a page; `style`: another than its kind's */

/** @type {Record<Kind, MarkStyle>} */
export const MARKER_STYLES = {
  detected: { colour: "#ffd166", radius: 4, level: 1, mark: "circle" },
  reference: { colour: "#3d9bff", radius: 6, mark: "circle" },
  sampled: { colour: "#ffffff", radius: 11, width: 2, level: 2, mark: "circle" },
};

/** At least 20 apart (CIE 1976) for people of any colour vision, and light enough for a dark sky. */
export const COLOURS = {
  yellow: "#ffd166", blue: "#3d9bff", green: "#4fd6a5", vermilion: "#f0602e", purple: "#e08fd0", white: "#e8edf7",
};
export const RADII = { small: 3, usual: 5, large: 8 };

/**
 * @param {any} style what somebody chose before, from storage
 * @returns {style is {mark: import("./paint.js").Mark, colour: string, radius: number}}
 */
export function isMarkStyle(style) {
  return MARKS.includes(style?.mark) && /** @type {string[]} */ (Object.values(COLOURS)).includes(style.colour) && style.radius >= 2 && style.radius <= 20;
}

/**
 * @param {Look} look
 * @param {import("./catalogapi.js").Places} places
 * @returns {import("./markers.js").MarkerSet}
 */
export function markerSet(look, places) {
  const { card } = look;
  return {
    name: look.name,
    points: new PointGrid(places.x_px, places.y_px),
    style: look.style ?? MARKER_STYLES[look.kind],
    indexOf: (number) => places.number.indexOf(number),
    address: (i) => look.sourcePage?.replace(/0\/$/, `${places.number[i]}/`) ?? null,
    describe: (i) => `${look.name} ${places.number[i]}${places.label[i] ? ` · class ${places.label[i]}` : ""}`,
    card: card ? (i, signal) => card(places.number[i], signal) : null,
  };
}
