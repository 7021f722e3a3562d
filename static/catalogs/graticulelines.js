// @ts-check
/** Lines of equal right ascension and declination across a view, with their names. No DOM. */

import { formatDec, formatRa } from "./sky.js";
import { placeInPixels } from "./place.js";

/** @typedef {{x: number, y: number}} Point image pixels */
/** @typedef {{text: string, kind: "ra" | "dec", points: Point[]}} GridLine */
/** @typedef {{x0: number, y0: number, x1: number, y1: number}} Box image pixels */

// Seconds of time, and arcseconds; beyond a minute the steps are those of a clock.
const RA_STEPS_S = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600];
const DEC_STEPS_ARCSEC = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 18000];
const MOST_LINES = 6;
const SAMPLES = 16;

/**
 * @param {import("./skyframe.js").Sky} sky
 * @param {Box} box the part of the image in view
 * @returns {GridLine[]}
 */
export function gridLines(sky, box) {
  const middle = sky.toSky((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2);
  const { ra, dec } = rangeOf(sky, box, middle.raDeg);
  const raStep = stepFor((ra.high - ra.low) * 240, RA_STEPS_S) / 240;
  const decStep = stepFor((dec.high - dec.low) * 3600, DEC_STEPS_ARCSEC) / 3600;
  const line = (/** @type {"ra" | "dec"} */ kind, /** @type {string} */ text, /** @type {(t: number) => {raDeg: number, decDeg: number}} */ at) =>
    ({ kind, text, points: pointsOf(sky, box, at) });
  const meridians = multiples(ra, raStep).map((value) =>
    line("ra", trimmed(formatRa(value), raStep * 240), (t) => ({ raDeg: value, decDeg: dec.low + t * (dec.high - dec.low) })));
  const parallels = multiples(dec, decStep).map((value) =>
    line("dec", trimmed(formatDec(value), decStep * 3600), (t) => ({ raDeg: ra.low + t * (ra.high - ra.low), decDeg: value })));
  return [...meridians, ...parallels].filter(({ points }) => points.length > 1);
}

/**
 * The ranges of both coordinates in the box; right ascension is counted on from the middle, so that 0h does not split it.
 * @param {import("./skyframe.js").Sky} sky
 * @param {Box} box
 * @param {number} middleRaDeg
 */
function rangeOf(sky, { x0, y0, x1, y1 }, middleRaDeg) {
  const ra = { low: Infinity, high: -Infinity };
  const dec = { low: Infinity, high: -Infinity };
  for (let j = 0; j <= 8; j++) {
    for (let i = 0; i <= 8; i++) {
      const here = sky.toSky(x0 + (i / 8) * (x1 - x0), y0 + (j / 8) * (y1 - y0));
      const raDeg = middleRaDeg + ((here.raDeg - middleRaDeg + 540) % 360) - 180;
      [ra.low, ra.high] = [Math.min(ra.low, raDeg), Math.max(ra.high, raDeg)];
      [dec.low, dec.high] = [Math.min(dec.low, here.decDeg), Math.max(dec.high, here.decDeg)];
    }
  }
  return { ra, dec };
}

/** @param {number} range @param {number[]} steps */
function stepFor(range, steps) {
  return steps.find((step) => range / step <= MOST_LINES) ?? /** @type {number} */ (steps.at(-1));
}

/** @param {{low: number, high: number}} range @param {number} step */
function multiples({ low, high }, step) {
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, i) => (first + i) * step);
}

/**
 * @param {import("./skyframe.js").Sky} sky
 * @param {Box} box
 * @param {(t: number) => {raDeg: number, decDeg: number}} at
 */
function pointsOf(sky, box, at) {
  const points = [];
  let start = { xPx: (box.x0 + box.x1) / 2, yPx: (box.y0 + box.y1) / 2 };
  for (let k = 0; k <= SAMPLES; k++) {
    const place = placeInPixels(sky, at(k / SAMPLES), start);
    if (!place) continue;
    start = place; // the next point of the line is near
    points.push({ x: place.xPx, y: place.yPx });
  }
  return points;
}

/**
 * Sexagesimal text without the digits that all multiples of the step have as zeros.
 * @param {string} text "11:36:00.920"
 * @param {number} step in seconds
 */
function trimmed(text, step) {
  if (step >= 60) return text.replace(/:\d\d(\.\d+)?$/, "");
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  return digits === 0 ? text.replace(/\.\d+$/, "") : text.replace(/(\.\d+)$/, (fraction) => fraction.slice(0, digits + 1));
}
