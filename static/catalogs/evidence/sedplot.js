// @ts-check
/** The spectral energy distribution on a canvas: the catalogue's magnitude in each band by its wavelength. */

import { dot, line, plotFrame } from "./plotframe.js";

/** @typedef {{band: string, wavelength_nm: number | null, magnitude: number | null, error: number | null, system: string, reason: string, is_limit: boolean}} SedPoint - `is_limit`: no brighter than that */
/** @typedef {{band: string, wavelength_nm: number, magnitude: number, error: number, system: string, isLimit: boolean}} KnownPoint */

const LEAST_RANGE_MAG = 1;
const ARROW = { length: 10, head: 3 };

/**
 * @param {HTMLCanvasElement} canvas
 * @param {SedPoint[]} sed
 * @param {import("./plotframe.js").Inks} inks
 * @returns {string} unit of the magnitudes, or why there are none, for the plot's note
 */
export function drawSed(canvas, sed, inks) {
  const points = knownOf(sed);
  const { x: xAxis, y: yAxis } = sedAxes(points);
  const { context, x, y, inside } = plotFrame(canvas, { x: xAxis, y: yAxis }, inks);
  if (!points.length) return sed.some(({ magnitude }) => magnitude !== null) ? "no band has a wavelength" : "no magnitude of this source in the catalogue";
  inside(() => {
    context.strokeStyle = inks.muted;
    context.lineWidth = 1;
    line(context, points.filter(({ isLimit }) => !isLimit).map(({ wavelength_nm, magnitude }) => [x(wavelength_nm), y(magnitude)]));
    context.strokeStyle = context.fillStyle = inks.accent;
    context.lineWidth = 1.5;
    for (const { wavelength_nm, magnitude, error, isLimit } of points) {
      if (isLimit) {
        arrowDown(context, x(wavelength_nm), y(magnitude));
        continue;
      }
      line(context, [[x(wavelength_nm), y(magnitude - error)], [x(wavelength_nm), y(magnitude + error)]]);
      dot(context, x(wavelength_nm), y(magnitude), 3);
    }
  });
  const limits = points.some(({ isLimit }) => isLimit) ? "; ↓ 3σ limit" : "";
  return [...new Set(points.map(({ system }) => system || "system not stated"))].join(", ") + limits;
}

/** A bar with an arrow to fainter. @param {CanvasRenderingContext2D} context @param {number} x @param {number} y */
function arrowDown(context, x, y) {
  const tip = y + ARROW.length;
  line(context, [[x - ARROW.head, y], [x + ARROW.head, y]]);
  line(context, [[x, y], [x, tip]]);
  line(context, [[x - ARROW.head, tip - ARROW.head], [x, tip], [x + ARROW.head, tip - ARROW.head]]);
}

/** @param {SedPoint[]} sed @returns {KnownPoint[]} */
export function knownOf(sed) {
  return sed.flatMap(({ band, wavelength_nm, magnitude, error, system, is_limit }) =>
    wavelength_nm === null || magnitude === null ? [] : [{ band, wavelength_nm, magnitude, error: error ?? 0, system, isLimit: is_limit }]);
}

/**
 * Wavelengths in nm with each band's name; magnitudes with the brighter above.
 * @param {KnownPoint[]} points
 * @returns {{x: import("./plotframe.js").Axis, y: import("./plotframe.js").Axis}}
 */
export function sedAxes(points) {
  if (!points.length) return { x: { low: 0, high: 1, ticks: [] }, y: { low: 1, high: 0, ticks: [] } };
  const nm = points.map(({ wavelength_nm }) => wavelength_nm);
  const [least, most] = [Math.min(...nm), Math.max(...nm)];
  const pad = Math.max(0.12 * (most - least), 20);
  const bright = Math.min(...points.map(({ magnitude, error }) => magnitude - error));
  const faint = Math.max(...points.map(({ magnitude, error }) => magnitude + error));
  const grow = Math.max(0.08 * (faint - bright), (LEAST_RANGE_MAG - (faint - bright)) / 2);
  const arrow = points.some(({ isLimit }) => isLimit) ? 0.12 * (faint - bright + 2 * grow) : 0; // room for those at the faint end
  const [high, low] = [bright - grow, faint + grow + arrow]; // the axis runs from faint, below, to bright
  const step = [0.2, 0.5, 1, 2, 5].find((each) => (low - high) / each <= 6) ?? 10;
  const first = Math.ceil(high / step);
  const count = Math.max(0, Math.floor(low / step) - first + 1);
  return {
    x: { low: least - pad, high: most + pad, ticks: points.map(({ band, wavelength_nm }) => ({ at: wavelength_nm, text: `${Math.round(wavelength_nm)}${points.length < 4 ? ` ${band}` : ""}` })) },
    y: { low, high, ticks: Array.from({ length: count }, (_, i) => ({ at: (first + i) * step, text: ((first + i) * step).toFixed(step < 1 ? 1 : 0) })) },
  };
}
