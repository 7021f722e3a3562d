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
  return { value: fixed(value, digits), error: errorText(error, digits), unit, hint: note };
}

/**
 * @param {{ra_deg: number | null, dec_deg: number | null, x_px: number, y_px: number}} source
 * @returns {[string, string]} right ascension and declination, or x and y in pixels
 */
export function placeText({ ra_deg, dec_deg, x_px, y_px }) {
  if (ra_deg === null || dec_deg === null) return [fixed(x_px, 1), fixed(y_px, 1)];
  return [formatRa(ra_deg), minus(formatDec(dec_deg))];
}

/** A header's unit as people write it. @param {string | undefined} unit */
export function unitText(unit) {
  if (!unit) return "image units";
  return unit.replace(/^(ELECTRONS?|COUNTS?)\b/i, (word) => (/^e/i.test(word) ? "e⁻" : "ct")).replace(/\/S(EC)?$/i, "/s");
}

/** Of a pixel's value; a surface brightness is one already. @param {string | undefined} unit */
export function perPixel(unit) {
  return /\/\s*(sr|(arcsec|as)(\^|\*\*)?2|pix(el)?|px)\b|\b(sr|arcsec|pix(el)?)(\^|\*\*)?-[12]\b/i.test(unit ?? "") ? unitText(unit) : `${unitText(unit)} / px`;
}

/** @param {number | null} error @param {number} digits */
function errorText(error, digits) {
  if (error === null) return "";
  const least = 10 ** -digits;
  return error < least / 2 ? `± <${least}` : `± ${error.toFixed(digits)}`;
}

/** With a true minus, and none before a zero. @param {number} value @param {number} digits */
function fixed(value, digits) {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : minus(text);
}

/** @param {string} text */
function minus(text) {
  return text.replace(/^-/, "−");
}
