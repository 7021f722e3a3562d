// @ts-check
/** Axes, ticks, lines and dots on a canvas: what the plots of a source share. */

import { prepared } from "./picture.js";

/** @typedef {{text: string, muted: string, line: string, accent: string, star: string, font: string}} Inks */
/** @typedef {{at: number, text: string}} Tick */
/** @typedef {{low: number, high: number, ticks: Tick[]}} Axis */

const MARGIN = { left: 38, right: 12, top: 24, bottom: 30 };
const TICK = 4;

/**
 * A cleared canvas with axes; what is drawn by `inside` is clipped to them.
 * @param {HTMLCanvasElement} canvas
 * @param {{x: Axis, y: Axis, top?: Tick[]}} axes `top` are ticks of the x axis in another unit
 * @param {Inks} inks
 */
export function plotFrame(canvas, { x: xAxis, y: yAxis, top = [] }, inks) {
  const { context, width, height } = prepared(canvas);
  const box = { x0: MARGIN.left, x1: width - MARGIN.right, y0: height - MARGIN.bottom, y1: MARGIN.top };
  const x = (/** @type {number} */ value) => box.x0 + ((value - xAxis.low) / (xAxis.high - xAxis.low)) * (box.x1 - box.x0);
  const y = (/** @type {number} */ value) => box.y0 - ((value - yAxis.low) / (yAxis.high - yAxis.low)) * (box.y0 - box.y1);
  context.font = inks.font;
  context.strokeStyle = inks.line;
  context.fillStyle = inks.muted;
  context.lineWidth = 1;
  context.strokeRect(box.x0 + 0.5, box.y1 + 0.5, box.x1 - box.x0 - 1, box.y0 - box.y1 - 1);
  leftTicks(context, box, y, yAxis.ticks);
  bottomTicks(context, box, x, xAxis.ticks);
  topTicks(context, box, x, top);
  const inside = (/** @type {() => void} */ draw) => {
    context.save();
    context.beginPath();
    context.rect(box.x0, box.y1, box.x1 - box.x0, box.y0 - box.y1);
    context.clip();
    draw();
    context.restore();
  };
  return { context, box, x, y, inside };
}

/** @typedef {{x0: number, x1: number, y0: number, y1: number}} Box */

/** @param {CanvasRenderingContext2D} context @param {Box} box @param {(value: number) => number} y @param {Tick[]} ticks */
function leftTicks(context, box, y, ticks) {
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const { at, text } of ticks) {
    const place = Math.round(y(at)) + 0.5;
    if (place < box.y0 && place > box.y1) line(context, [[box.x0, place], [box.x0 + TICK, place]]);
    context.fillText(text, box.x0 - 6, place);
  }
}

/** @param {CanvasRenderingContext2D} context @param {Box} box @param {(value: number) => number} x @param {Tick[]} ticks */
function bottomTicks(context, box, x, ticks) {
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const { at, text } of ticks) {
    line(context, [[x(at), box.y0], [x(at), box.y0 - TICK]]);
    context.fillText(text, Math.min(x(at), box.x1 - 8), box.y0 + 6);
  }
}

/** @param {CanvasRenderingContext2D} context @param {Box} box @param {(value: number) => number} x @param {Tick[]} ticks */
function topTicks(context, box, x, ticks) {
  context.textAlign = "center";
  context.textBaseline = "bottom";
  for (const { at, text } of ticks) {
    line(context, [[x(at), box.y1], [x(at), box.y1 + TICK]]);
    context.fillText(text, Math.min(x(at), box.x1 - 8), box.y1 - 5);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number[][]} points
 * @param {number[]} dashes
 */
export function line(context, points, dashes = []) {
  context.beginPath();
  context.setLineDash(dashes);
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
  context.setLineDash([]);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
export function dot(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}
