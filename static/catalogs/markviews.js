// @ts-check
/** The sources in view on a canvas: few as marks where they are, many as one picture. Knows neither map nor sets. */

import { MarkPicture, packed } from "./markpicture.js";
import { drawMarks, markStamp } from "./paint.js";

/**
 * @typedef {object} InView what is seen of many points: `seen` are their indices, `x0 + scale x` and `y0 - scale y` their places on the canvas in CSS pixels
 * @property {import("./pointgrid.js").PointGrid} points
 * @property {number[]} seen
 * @property {number} scale
 * @property {number} x0
 * @property {number} y0
 * @property {boolean} isCrowded dots, not marks
 */
/** @typedef {InView & import("./paint.js").MarkStyle} View */

// In one picture a mark is set to whole device pixels, so few marks, that one looks at closely, are drawn where they are.
const FEWEST_STAMPED = 400;

/**
 * @param {CanvasRenderingContext2D} context of an empty canvas
 * @param {View[]} views from the lowest to the highest
 * @param {number} ratio device pixels a CSS pixel
 */
export function drawViews(context, views, ratio) {
  if (views.some(({ seen }) => seen.length >= FEWEST_STAMPED)) return stampAll(context, views, ratio);
  context.scale(ratio, ratio);
  for (const view of views) drawMarks(context, placesOf(view), view);
}

/** @param {View} view */
function placesOf(view) {
  /** @type {{x: number, y: number}[]} */
  const places = [];
  forEachPlace(view, (x, y) => places.push({ x, y }));
  return places;
}

/** @param {View} view @param {(x: number, y: number) => void} act with the place on the canvas in CSS pixels */
function forEachPlace({ points, seen, scale, x0, y0 }, act) {
  for (const i of seen) act(x0 + scale * points.x[i], y0 - scale * points.y[i]);
}

/**
 * All marks as one picture, dots below rings.
 * @param {CanvasRenderingContext2D} context
 * @param {View[]} views from the lowest to the highest
 * @param {number} ratio device pixels a CSS pixel
 */
function stampAll(context, views, ratio) {
  const image = context.createImageData(context.canvas.width, context.canvas.height);
  const picture = new MarkPicture(image, ratio);
  for (const view of views.filter(({ isCrowded }) => isCrowded)) {
    const colour = packed(view.colour);
    forEachPlace(view, (x, y) => picture.dot(x, y, colour));
  }
  for (const view of views.filter(({ isCrowded }) => !isCrowded)) {
    const stamp = markStamp(view, ratio);
    forEachPlace(view, (x, y) => picture.stamp(x, y, stamp));
  }
  context.putImageData(image, 0, 0);
}
