// @ts-check
/** A round's regions, drawn on the map, as GeoJSON in image pixels (0-based). No DOM. */

import { fromMap, toMap } from "../catalogs/pixels.js";

/** @typedef {[number, number][]} Ring corners as x_px, y_px; a closing corner is harmless */
/** @typedef {{type: "FeatureCollection", features: {type: "Feature", properties: object, geometry: {type: "Polygon", coordinates: Ring[]}}[]}} Regions */
/** @typedef {{lat: number, lng: number}} MapPoint */

// Exact in binary, so that a source on an edge counts as inside: see catalogs/regions/inside.py.
const STEPS_A_PX = 64;

/**
 * @param {MapPoint[][]} outlines each a polygon's corners on the map
 * @param {number} heightPx
 * @returns {Regions}
 */
export function regionsOfOutlines(outlines, heightPx) {
  const features = outlines.map((outline) => {
    const ring = outline.map(({ lat, lng }) => {
      const { xPx, yPx } = fromMap(lat, lng, heightPx);
      return /** @type {[number, number]} */ ([rounded(xPx), rounded(yPx)]);
    });
    const coordinates = [[...ring, ring[0]]]; // GeoJSON closes its rings
    return { type: /** @type {const} */ ("Feature"), properties: {}, geometry: { type: /** @type {const} */ ("Polygon"), coordinates } };
  });
  return { type: "FeatureCollection", features };
}

/** @param {number} px */
function rounded(px) {
  return Math.round(px * STEPS_A_PX) / STEPS_A_PX;
}

/**
 * The way back: each region's corners on the map, its closing corner left out.
 * @param {Regions} regions
 * @param {number} heightPx
 * @returns {MapPoint[][]}
 */
export function outlinesOfRegions(regions, heightPx) {
  return regions.features.map((feature) => {
    const ring = feature.geometry.coordinates[0];
    const [first, last] = [ring[0], ring[ring.length - 1]];
    const isClosed = ring.length > 1 && first[0] === last[0] && first[1] === last[1];
    return (isClosed ? ring.slice(0, -1) : ring).map(([xPx, yPx]) => toMap(xPx, yPx, heightPx));
  });
}

/**
 * Regions from a form field; none from an empty, broken or foreign one.
 * @param {string} text
 * @returns {Regions}
 */
export function parseRegions(text) {
  /** @type {Regions} */
  const none = { type: "FeatureCollection", features: [] };
  try {
    const parsed = JSON.parse(text || "null");
    const isOurs = parsed?.type === "FeatureCollection" && Array.isArray(parsed.features);
    const isPolygon = (/** @type {any} */ feature) => feature?.geometry?.type === "Polygon" && feature.geometry.coordinates?.[0]?.length >= 3;
    return isOurs && parsed.features.every(isPolygon) ? parsed : none;
  } catch {
    return none;
  }
}
