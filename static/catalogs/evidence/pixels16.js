// @ts-check
/** Pixels as catalogs/evidence.py sends them: base64 of little-endian 16-bit codes, asinh-spaced in units of the noise. No DOM. */

/** @typedef {{background: number, noise: number, zero_code: number, codes_per_unit: number}} Scale */

/**
 * @param {string} text
 * @param {Scale} scale
 * @returns {Float32Array} values, bottom row first; NaN where there is no data
 */
export function decodePixels(text, scale) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 2 }, (_, i) => valueOf(view.getUint16(2 * i, true), scale));
}

/**
 * @param {number} code
 * @param {Scale} scale
 */
function valueOf(code, { background, noise, zero_code, codes_per_unit }) {
  return code === 0 ? NaN : background + noise * Math.sinh((code - zero_code) / codes_per_unit);
}
