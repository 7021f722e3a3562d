// @ts-check
/** Which tiles cover a view, so that they can be fetched before they are looked at. No DOM, no URLs. */

import { toMap } from "./pixels.js";

export const TILE_PX = 256;

/**
 * @typedef {object} View
 * @property {number} xPx image position at the view's centre
 * @property {number} yPx
 * @property {number} widthScreen size of the view in CSS pixels
 * @property {number} heightScreen
 * @property {number} zoom Leaflet's: at 0 one image pixel is one CSS pixel
 */

/**
 * @typedef {object} TiledImage
 * @property {number} width_px
 * @property {number} height_px
 * @property {number} max_zoom tile zoom at which one image pixel is one tile pixel
 */

/**
 * The tiles that a view shows, nearest to its centre first. Beyond native zoom these are the native tiles, enlarged.
 * @param {View} view
 * @param {TiledImage} image
 * @returns {{z: number, x: number, y: number}[]}
 */
export function tilesOfView(view, image) {
  const zoom = Math.round(view.zoom);
  const z = Math.min(Math.max(zoom + image.max_zoom, 0), image.max_zoom);
  const span = TILE_PX * 2 ** (image.max_zoom - z); // image pixels that a tile covers
  const { lat, lng } = toMap(view.xPx, view.yPx, image.height_px);
  const scale = 2 ** view.zoom;
  const columns = covered(lng, view.widthScreen / scale, span, image.width_px);
  const rows = covered(-lat, view.heightScreen / scale, span, image.height_px);
  const tiles = rows.flatMap((y) => columns.map((x) => ({ z, x, y })));
  /** @param {{x: number, y: number}} tile */
  const distance = (tile) => Math.hypot((tile.x + 0.5) * span - lng, (tile.y + 0.5) * span + lat);
  return tiles.sort((a, b) => distance(a) - distance(b));
}

/**
 * Numbers of the tiles along one axis.
 * @param {number} centre
 * @param {number} length of the view
 * @param {number} span of a tile
 * @param {number} size of the image
 */
function covered(centre, length, span, size) {
  const first = Math.max(Math.floor((centre - length / 2) / span), 0);
  const last = Math.min(Math.ceil((centre + length / 2) / span), Math.ceil(size / span)) - 1;
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, i) => first + i);
}

/**
 * The whole zoom at which at least `aboutPx` image pixels fit into a view's shorter side, and fewer than twice as many.
 * @param {number} shorterSideScreen
 * @param {number} aboutPx
 */
export function zoomToFit(shorterSideScreen, aboutPx) {
  return Math.floor(Math.log2(Math.max(shorterSideScreen, 1) / aboutPx));
}

/**
 * The zoom beside this one at which a tile is a whole number of screen pixels wide. At others two tiles share a pixel, which
 * then shows as a seam.
 * @param {number} zoom
 * @param {Pick<TiledImage, "max_zoom">} image
 * @param {(screenPx: number) => number} [whole] `Math.floor` where the view must not be larger
 */
export function seamlessZoom(zoom, { max_zoom }, whole = Math.round) {
  const native = Math.min(Math.max(Math.round(zoom), -max_zoom), 0); // of the tiles that are shown
  return native + Math.log2(whole(TILE_PX * 2 ** (zoom - native)) / TILE_PX);
}
