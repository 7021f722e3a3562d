// @ts-check
/** Marks on a canvas. Knows neither map nor sources. */

import { stampOf } from "./markpicture.js";

/** @typedef {"circle" | "square" | "diamond" | "triangle" | "cross" | "plus"} Mark */
/** @typedef {{colour: string, radius: number, mark?: Mark, width?: number, level?: number}} MarkStyle colour as #rrggbb; radius and width in CSS pixels; a higher level is drawn over a lower one */

// One long path is slower than several: the renderer looks for its self-crossings.
const MARKS_A_PATH = 400;

/** @type {Record<Mark, (context: CanvasRenderingContext2D, x: number, y: number, r: number) => void>} alike in area to the eye */
const PATHS = {
  circle(context, x, y, r) {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
  },
  square: (context, x, y, r) => context.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r),
  diamond: (context, x, y, r) => polygon(context, [[x, y - 1.25 * r], [x + 1.25 * r, y], [x, y + 1.25 * r], [x - 1.25 * r, y]]),
  triangle: (context, x, y, r) => polygon(context, [[x, y - 1.3 * r], [x + 1.15 * r, y + 0.75 * r], [x - 1.15 * r, y + 0.75 * r]]),
  // Open in the middle, so that the source is seen.
  cross: (context, x, y, r) => spokes(context, x, y, [[0.35 * r, 0.35 * r, r, r], [-0.35 * r, 0.35 * r, -r, r], [0.35 * r, -0.35 * r, r, -r], [-0.35 * r, -0.35 * r, -r, -r]]),
  plus: (context, x, y, r) => spokes(context, x, y, [[0.45 * r, 0, 1.3 * r, 0], [-0.45 * r, 0, -1.3 * r, 0], [0, 0.45 * r, 0, 1.3 * r], [0, -0.45 * r, 0, -1.3 * r]]),
};
export const MARKS = /** @type {Mark[]} */ (Object.keys(PATHS));

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, y: number}[]} places
 * @param {MarkStyle} style
 */
export function drawMarks(context, places, { colour, radius, mark = "circle", width = 1.5 }) {
  const add = PATHS[mark];
  for (let begin = 0; begin < places.length; begin += MARKS_A_PATH) {
    context.beginPath();
    for (const { x, y } of places.slice(begin, begin + MARKS_A_PATH)) add(context, x, y, radius);
    // A dark rim, so that a mark is seen on a bright galaxy too.
    context.lineWidth = width + 1.5;
    context.strokeStyle = "rgb(0 0 0 / 55%)";
    context.stroke();
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.stroke();
  }
}

/**
 * @param {MarkStyle} style
 * @param {number} ratio device pixels a CSS pixel
 * @returns {import("./markpicture.js").Stamp} the mark as drawMarks draws it
 */
export function markStamp(style, ratio) {
  const half = Math.ceil((1.4 * style.radius + 3) * ratio);
  const canvas = new OffscreenCanvas(2 * half, 2 * half);
  const context = /** @type {any} */ (canvas.getContext("2d", { willReadFrequently: true })); // draws as a canvas of the page does
  context.scale(ratio, ratio);
  drawMarks(context, [{ x: half / ratio, y: half / ratio }], style);
  return stampOf(context.getImageData(0, 0, 2 * half, 2 * half));
}

/** @param {CanvasRenderingContext2D} context @param {[number, number][]} corners */
function polygon(context, [first, ...rest]) {
  context.moveTo(...first);
  for (const corner of rest) context.lineTo(...corner);
  context.closePath();
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {[number, number, number, number][]} lines from the middle */
function spokes(context, x, y, lines) {
  for (const [x0, y0, x1, y1] of lines) {
    context.moveTo(x + x0, y + y0);
    context.lineTo(x + x1, y + y1);
  }
}
