// @ts-check
/** A round's regions, drawn on the map, as GeoJSON in image pixels (0-based), and how many sources lie in them. No DOM. */

import { fromMap, toMap } from "../catalogs/pixels.js";

/** @typedef {[number, number][]} Ring corners as x_px, y_px; a closing corner is harmless */
/** @typedef {{type: "FeatureCollection", features: {type: "Feature", properties: object, geometry: {type: "Polygon", coordinates: Ring[]}}[]}} Regions */
/** @typedef {{lat: number, lng: number}} MapPoint */

// Exact in binary, so the server's count and this one agree on a source that lies on an edge.
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

/**
 * How many of the points lie in at least one region. An edge is inside, as in catalogs/regions/inside.py.
 * @param {import("../catalogs/pointgrid.js").PointGrid} points
 * @param {Regions} regions
 */
export function countInside(points, regions) {
  const inside = new Uint8Array(points.x.length);
  for (const { geometry } of regions.features) {
    const ring = geometry.coordinates[0];
    const [xs, ys] = [ring.map(([x]) => x), ring.map(([, y]) => y)];
    const box = points.inBox(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys));
    for (const i of box) if (!inside[i] && isInside(points.x[i], points.y[i], ring)) inside[i] = 1;
  }
  return inside.reduce((sum, one) => sum + one, 0);
}

/**
 * Even-odd rule; a point on an edge is inside.
 * @param {number} x
 * @param {number} y
 * @param {Ring} ring
 */
export function isInside(x, y, ring) {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [[x0, y0], [x1, y1]] = ring[i][1] <= ring[j][1] ? [ring[i], ring[j]] : [ring[j], ring[i]];
    // Above 0 where the point is to the left of the rising edge.
    const side = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0);
    const isBeside = x >= Math.min(x0, x1) && x <= Math.max(x0, x1) && y >= y0 && y <= y1;
    if (side === 0 && isBeside) return true;
    if (y >= y0 && y < y1 && side > 0) odd = !odd;
  }
  return odd;
}
