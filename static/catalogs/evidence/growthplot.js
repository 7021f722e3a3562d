// @ts-check
/** The curve of growth on a canvas: the source's light within each radius, and a point source's as bright at the end. */

import { roundTicks } from "./axis.js";
import { dot, line, plotFrame } from "./plotframe.js";
import { radiusAxes } from "./profileplot.js";

/** @typedef {{radius_px: number[], flux: (number | null)[], error: (number | null)[], star?: number[]}} Growth */

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Growth} growth
 * @param {number | null} pixelScaleArcsec
 * @param {import("./plotframe.js").Inks} inks
 * @returns {string} what 100% stands for, for the plot's note
 */
export function drawGrowth(canvas, growth, pixelScaleArcsec, inks) {
  const points = knownPoints(growth);
  const whole = points.at(-1)?.flux ?? 0;
  const shares = points.map(({ flux }) => flux / whole);
  const high = whole > 0 ? Math.max(1.1, ...shares) * 1.02 : 1.1;
  const low = whole > 0 ? Math.min(0, ...shares) : 0;
  const ticks = roundTicks(Math.min(high, 2), 5).map((at) => ({ at, text: `${Math.round(100 * at)}%` }));
  const { context, box, x, y, inside } = plotFrame(canvas, { ...radiusAxes(pixelScaleArcsec), y: { low, high, ticks } }, inks);
  if (!(whole > 0)) return "no light above the sky";
  inside(() => {
    context.strokeStyle = inks.line;
    line(context, [[box.x0, y(1)], [box.x1, y(1)]], [2, 4]);
    drawStar(context, starShares(growth), x, y, inks.star);
    context.strokeStyle = context.fillStyle = inks.accent;
    context.lineWidth = 1.5;
    for (const { radius, flux, error } of points) {
      line(context, [[x(radius), y((flux - error) / whole)], [x(radius), y((flux + error) / whole)]]);
      dot(context, x(radius), y(flux / whole), 2.5);
    }
  });
  return `100% within ${points.at(-1)?.radius} px`;
}

/** @param {Growth} growth */
export function knownPoints({ radius_px, flux, error }) {
  return radius_px.flatMap((radius, i) => {
    const [light, sigma] = [flux[i], error[i]];
    return light === null || sigma === null ? [] : [{ radius, flux: light, error: sigma }];
  });
}

/**
 * The point source's light within each radius in which the source's is known: all of it within the last.
 * @param {Growth} growth
 * @returns {[number, number][]} radius and share; empty where there is no point source
 */
export function starShares({ radius_px, flux, star }) {
  const last = flux.findLastIndex((light) => light !== null);
  const whole = star?.[last];
  return star && whole ? radius_px.slice(0, last + 1).map((radius, i) => [radius, star[i] / whole]) : [];
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {[number, number][]} shares
 * @param {(value: number) => number} x
 * @param {(value: number) => number} y
 * @param {string} colour
 */
function drawStar(context, shares, x, y, colour) {
  if (!shares.length) return;
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  line(context, [[0, 0], ...shares].map(([radius, share]) => [x(radius), y(share)]), [5, 4]);
}
