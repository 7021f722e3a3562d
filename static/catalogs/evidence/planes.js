// @ts-check
/** A source's cut-outs as planes of values, and how they are turned upright. No DOM. */

import { skyDirections } from "../skyframe.js";
import { decodePixels } from "./pixels16.js";
import { uprightMatrix } from "./turn.js";

/** @typedef {import("./picture.js").Plane & {name: string}} Plane */
/** @typedef {import("./store.js").Evidence} Evidence */

/** @param {Evidence} evidence @returns {Plane[]} */
export function planesOf({ bands, source, size_px, left_px, bottom_px }) {
  const centre = { x: source.x_px - left_px, y: source.y_px - bottom_px };
  return bands.map(({ name, codes, scale, sky, noise }) => ({ name, values: decodePixels(codes, scale), size: size_px, centre, sky, noise }));
}

/**
 * From the pixels of a plane to a picture with north up and east left, the source at its centre.
 * @param {Evidence} evidence
 * @param {import("../sky.js").SkyGrid | null} sky
 * @param {number} fieldPx image pixels across the picture
 * @param {number} side of the picture
 */
export function uprightOf({ source, left_px, bottom_px }, sky, fieldPx, side) {
  const directions = sky && skyDirections(sky, source.x_px, source.y_px);
  return uprightMatrix({ x: source.x_px - left_px, y: source.y_px - bottom_px }, directions, fieldPx, side);
}
