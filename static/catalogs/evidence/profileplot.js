// @ts-check
/** The radial profile on a canvas: every pixel, the rings' means with errors, and a point source for comparison. */

import { decades, roundTicks } from "./axis.js";
import { dot, line, plotFrame } from "./plotframe.js";

/** @typedef {{radius: number[], value: number[], error: number[]}} Rings */

export const MOST_RADIUS_PX = 12;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {object} content
 * @param {{radius: number, value: number}[]} content.pixels above the sky
 * @param {Rings | null} content.rings
 * @param {{radii_px: number[], profile: number[]} | null} content.star
 * @param {number} content.noise
 * @param {number | null} content.pixelScaleArcsec
 * @param {import("./plotframe.js").Inks} content.inks
 */
export function drawProfile(canvas, { pixels, rings, star, noise, pixelScaleArcsec, inks }) {
  const peak = Math.max(...pixels.map(({ value }) => value), ...(rings?.value ?? []), 3 * noise);
  const { low, high, ticks } = decades(peak, noise / 2);
  const axes = { ...radiusAxes(pixelScaleArcsec), y: { low, high, ticks: ticks.map((at) => ({ at, text: powerText(at) })) } };
  const { context, box, x, y: yOfLog, inside } = plotFrame(canvas, axes, inks);
  const y = (/** @type {number} */ value) => yOfLog(Math.log10(Math.max(value, 1e-30)));
  inside(() => {
    context.fillStyle = inks.muted;
    context.globalAlpha = 0.55;
    for (const { radius, value } of pixels) if (value > 0) dot(context, x(radius), y(value), 1.1);
    context.globalAlpha = 1;
    context.strokeStyle = inks.line;
    line(context, [[box.x0, y(noise)], [box.x1, y(noise)]], [2, 4]);
    if (rings && star) drawStar(context, rings, star, x, y, inks.star);
    if (rings) drawRings(context, rings, x, y, inks.accent);
  });
}

/**
 * The x axis of a plot by radius: pixels below, arcseconds above.
 * @param {number | null} pixelScaleArcsec
 */
export function radiusAxes(pixelScaleArcsec) {
  const ticks = roundTicks(MOST_RADIUS_PX, 6).map((at) => ({ at, text: at === MOST_RADIUS_PX ? `${at} px` : String(at) }));
  const arcsec = pixelScaleArcsec === null ? [] : roundTicks(MOST_RADIUS_PX * pixelScaleArcsec, 5);
  return {
    x: { low: 0, high: MOST_RADIUS_PX, ticks },
    top: arcsec.map((each) => ({ at: each / (pixelScaleArcsec ?? 1), text: `${each}″` })),
  };
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
