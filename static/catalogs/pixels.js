// @ts-check
/**
 * The flip and the half pixel, as in catalogs/imagery/pixels.py: image pixels are 0-based, centres on integers,
 * origin bottom-left; Leaflet's CRS.Simple at native zoom has pixel centres at +0.5 and the image below lat 0.
 */

/**
 * @param {number} xPx
 * @param {number} yPx
 * @param {number} heightPx
 * @returns {{lat: number, lng: number}} Leaflet's position at native zoom
 */
export function toMap(xPx, yPx, heightPx) {
  return { lat: yPx + 0.5 - heightPx, lng: xPx + 0.5 };
}

/**
 * @param {number} lat
 * @param {number} lng
 * @param {number} heightPx
 * @returns {{xPx: number, yPx: number}} the image position
 */
export function fromMap(lat, lng, heightPx) {
  return { xPx: lng - 0.5, yPx: lat - 0.5 + heightPx };
}
