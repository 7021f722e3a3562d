// @ts-check
/** North and east as the image has them, in the corner of the map. */

import { fromMap } from "./pixels.js";
import { skyDirections } from "./skyframe.js";

const SVG = "http://www.w3.org/2000/svg";
const SIZE = 72;
const ARM = 22;

/**
 * @param {L.Map} map
 * @param {import("./skyframe.js").Sky} sky
 * @param {number} heightPx
 */
export function addCompass(map, sky, heightPx) {
  const control = new L.Control({ position: "topright" });
  const box = L.DomUtil.create("div", "compass");
  control.onAdd = () => box;
  control.addTo(map);
  const update = () => {
    const { lat, lng } = map.getCenter();
    const { xPx, yPx } = fromMap(lat, lng, heightPx);
    const directions = skyDirections(sky, xPx, yPx);
    box.replaceChildren(...(directions ? [drawing(directions)] : []));
  };
  map.on("moveend", update);
  update();
}

/** @param {{north: import("./skyframe.js").Direction, east: import("./skyframe.js").Direction}} directions */
function drawing({ north, east }) {
  const svg = svgElement("svg", { viewBox: `${-SIZE / 2} ${-SIZE / 2} ${SIZE} ${SIZE}`, width: SIZE, height: SIZE, role: "img" });
  svg.setAttribute("aria-label", `North is ${bearing(north)}, east is ${bearing(east)}`);
  // Begins away from the middle, so that both arms and letters fit.
  const origin = { x: -((north.x + east.x) * ARM) / 2, y: -((north.y + east.y) * ARM) / 2 };
  svg.append(...arm(origin, north, "N"), ...arm(origin, east, "E"));
  return svg;
}

/**
 * @param {import("./skyframe.js").Direction} from
 * @param {import("./skyframe.js").Direction} direction
 * @param {string} letter
 */
function arm(from, direction, letter) {
  const tip = { x: from.x + direction.x * ARM, y: from.y + direction.y * ARM };
  const text = svgElement("text", { x: tip.x + direction.x * 9, y: -(tip.y + direction.y * 9), "text-anchor": "middle", "dominant-baseline": "central" });
  text.textContent = letter;
  return [svgElement("line", { x1: from.x, y1: -from.y, x2: tip.x, y2: -tip.y, class: "compass-arm" }), arrowHead(tip, direction), text];
}

/**
 * @param {import("./skyframe.js").Direction} tip
 * @param {import("./skyframe.js").Direction} direction
 */
function arrowHead(tip, { x, y }) {
  const back = { x: tip.x - 6 * x, y: tip.y - 6 * y };
  const corners = [tip, { x: back.x - 3 * y, y: back.y + 3 * x }, { x: back.x + 3 * y, y: back.y - 3 * x }];
  return svgElement("polygon", { points: corners.map((corner) => `${corner.x},${-corner.y}`).join(" "), class: "compass-head" });
}

/** @param {import("./skyframe.js").Direction} direction */
function bearing({ x, y }) {
  const names = ["right", "up right", "up", "up left", "left", "down left", "down", "down right"];
  return names[(Math.round(Math.atan2(y, x) / (Math.PI / 4)) + 8) % 8];
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 */
function svgElement(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}
