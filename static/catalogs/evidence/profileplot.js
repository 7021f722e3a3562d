// @ts-check
/** The radial profile on a canvas: every pixel, the rings' means with errors, and a point source for comparison. */

import { decades, roundTicks } from "./axis.js";
import { prepared } from "./picture.js";

/** @typedef {{radius: number[], value: number[], error: number[]}} Rings */
/** @typedef {{text: string, muted: string, line: string, accent: string, star: string, font: string}} Inks */

export const MOST_RADIUS_PX = 12;
const MARGIN = { left: 38, right: 12, top: 24, bottom: 30 };

/**
 * @param {HTMLCanvasElement} canvas
 * @param {object} content
 * @param {{radius: number, value: number}[]} content.pixels above the sky
 * @param {Rings | null} content.rings
 * @param {{radii_px: number[], profile: number[]} | null} content.star
 * @param {number} content.noise
 * @param {number | null} content.pixelScaleArcsec
 * @param {Inks} content.inks
 */
export function drawProfile(canvas, { pixels, rings, star, noise, pixelScaleArcsec, inks }) {
  const { context, width, height } = prepared(canvas);
  context.font = inks.font;
  const peak = Math.max(...pixels.map(({ value }) => value), ...(rings?.value ?? []), 3 * noise);
  const axis = decades(peak, noise / 2);
  const box = { x0: MARGIN.left, x1: width - MARGIN.right, y0: height - MARGIN.bottom, y1: MARGIN.top };
  const x = (/** @type {number} */ radius) => box.x0 + (radius / MOST_RADIUS_PX) * (box.x1 - box.x0);
  const y = (/** @type {number} */ value) =>
    box.y0 - ((Math.log10(Math.max(value, 1e-30)) - axis.low) / (axis.high - axis.low)) * (box.y0 - box.y1);
  drawAxes(context, box, x, axis, pixelScaleArcsec, inks);
  context.save();
  context.beginPath();
  context.rect(box.x0, box.y1, box.x1 - box.x0, box.y0 - box.y1);
  context.clip();
  context.fillStyle = inks.muted;
  context.globalAlpha = 0.55;
  for (const { radius, value } of pixels) if (value > 0) dot(context, x(radius), y(value), 1.1);
  context.globalAlpha = 1;
  context.strokeStyle = inks.line;
  line(context, [[box.x0, y(noise)], [box.x1, y(noise)]], [2, 4]);
  if (rings && star) drawStar(context, rings, star, x, y, inks.star);
  if (rings) drawRings(context, rings, x, y, inks.accent);
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{x0: number, x1: number, y0: number, y1: number}} box
 * @param {(radius: number) => number} x
 * @param {{low: number, high: number, ticks: number[]}} axis
 * @param {number | null} pixelScaleArcsec
 * @param {Inks} inks
 */
function drawAxes(context, box, x, axis, pixelScaleArcsec, inks) {
  context.strokeStyle = inks.line;
  context.fillStyle = inks.muted;
  context.lineWidth = 1;
  context.strokeRect(box.x0 + 0.5, box.y1 + 0.5, box.x1 - box.x0 - 1, box.y0 - box.y1 - 1);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const exponent of axis.ticks) {
    const at = Math.round(box.y0 - ((exponent - axis.low) / (axis.high - axis.low)) * (box.y0 - box.y1)) + 0.5;
    if (exponent !== axis.low) line(context, [[box.x0, at], [box.x0 + 4, at]]);
    context.fillText(powerText(exponent), box.x0 - 6, at);
  }
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const radius of roundTicks(MOST_RADIUS_PX, 6)) {
    line(context, [[x(radius), box.y0], [x(radius), box.y0 - 4]]);
    context.fillText(radius === MOST_RADIUS_PX ? `${radius} px` : String(radius), Math.min(x(radius), box.x1 - 8), box.y0 + 6);
  }
  if (pixelScaleArcsec === null) return;
  context.textBaseline = "bottom";
  const end = MOST_RADIUS_PX * pixelScaleArcsec;
  for (const arcsec of roundTicks(end, 5)) {
    const at = x(arcsec / pixelScaleArcsec);
    line(context, [[at, box.y1], [at, box.y1 + 4]]);
    context.fillText(`${arcsec}″`, Math.min(at, box.x1 - 8), box.y1 - 5);
  }
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** @param {number} exponent */
function powerText(exponent) {
  if (exponent >= -2 && exponent <= 3) return String(Number((10 ** exponent).toPrecision(1)));
  return `10${exponent < 0 ? "⁻" : ""}${[...String(Math.abs(exponent))].map((digit) => RAISED[Number(digit)]).join("")}`;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Rings} rings
 * @param {(radius: number) => number} x
 * @param {(value: number) => number} y
 * @param {string} colour
 */
function drawRings(context, rings, x, y, colour) {
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = 1.5;
  rings.radius.forEach((radius, i) => {
    const [value, error] = [rings.value[i], rings.error[i]];
    if (value + error <= 0) return;
    line(context, [[x(radius), y(value + error)], [x(radius), y(Math.max(value - error, 1e-30))]]);
    if (value > 0) dot(context, x(radius), y(value), 3);
  });
}

/**
 * The point source, as bright at the innermost ring as the source is.
 * @param {CanvasRenderingContext2D} context
 * @param {Rings} rings
 * @param {{radii_px: number[], profile: number[]}} star
 * @param {(radius: number) => number} x
 * @param {(value: number) => number} y
 * @param {string} colour
 */
function drawStar(context, rings, star, x, y, colour) {
  const at = interpolated(star.radii_px, star.profile, rings.radius[0]);
  const height = at > 0 ? rings.value[0] / at : 0;
  const points = star.radii_px.map((radius, i) => /** @type {[number, number]} */ ([x(radius), y(height * star.profile[i])]));
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  if (height > 0) line(context, points, [5, 4]);
}

/**
 * @param {number[]} xs rising
 * @param {number[]} ys
 * @param {number} x
 */
export function interpolated(xs, ys, x) {
  const i = Math.min(Math.max(xs.findIndex((each) => each > x), 1), xs.length - 1);
  const t = (x - xs[i - 1]) / (xs[i] - xs[i - 1]);
  return ys[i - 1] + t * (ys[i] - ys[i - 1]);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number[][]} points
 * @param {number[]} dashes
 */
function line(context, points, dashes = []) {
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
function dot(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}
