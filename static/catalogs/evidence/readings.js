// @ts-check
/** The line of numbers as text. No DOM. */

import { formatDec, formatRa } from "../sky.js";

/** @typedef {{name: string, value: number | null, error: number | null, unit: string, note: string, reason: string}} Reading as catalogs/readings.py writes it */

const DIGITS = { mag: 2, px: 2 };
export const MISSING = "–";

/**
 * @param {Reading} reading
 * @returns {{value: string, error: string, unit: string, hint: string}}
 */
export function readingText({ value, error, unit, note, reason }) {
  if (value === null) return { value: MISSING, error: "", unit: "", hint: reason };
  const digits = DIGITS[/** @type {"mag"} */ (unit)] ?? 2;
  return { value: minus(value.toFixed(digits)), error: error === null ? "" : `± ${error.toFixed(digits)}`, unit, hint: note };
}

/** @param {{ra_deg: number | null, dec_deg: number | null, x_px: number, y_px: number}} source */
export function placeText({ ra_deg, dec_deg, x_px, y_px }) {
  if (ra_deg === null || dec_deg === null) return `x ${x_px.toFixed(1)}, y ${y_px.toFixed(1)} px`;
  return `${formatRa(ra_deg)} ${minus(formatDec(dec_deg))}`;
}

/** @param {string} text */
function minus(text) {
  return text.replace(/^-/, "−");
}
