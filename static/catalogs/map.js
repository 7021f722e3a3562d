// @ts-check
/** django-leaflet's map on a pixel grid: this module must run before the page's load event makes the map. */

import { seamlessZoom } from "./tileplan.js";

/**
 * @typedef {object} ViewerConfig as catalogs/viewer.py writes it
 * @property {string} slug
 * @property {number} width_px
 * @property {number} height_px
 * @property {number} max_zoom
 * @property {string} image names its version
 * @property {string} name
 * @property {boolean} is_simulated
 * @property {number | null} pixel_scale_arcsec
 * @property {number | null} distance_mpc
 * @property {string} values_url
 * @property {import("./sky.js").SkyGridJson | null} sky_grid
 * @property {{slug: string, name: string, style_hash: string, tile_url: string, cutout_url: string}[]} renditions
 * @property {string} sources_url
 * @property {string} names_url
 * @property {string} catalogs_url
 * @property {StretchingConfig} [stretching] where the page lets the image be stretched
 */
/**
 * @typedef {object} StretchingConfig
 * @property {import("./gl/style.js").Band[]} bands
 * @property {Record<string, import("./gl/style.js").Recipe>} recipes by rendition
 * @property {string} block_url template with {band}, {z}, {x}, {y}
 * @property {string} worker_url
 * @property {{url: string, styles: Record<string, unknown>} | null} own null where nobody is logged in
 */

// django-leaflet has no setting for a map without a projection. Keys and fades are ours: see shortcuts.js.
L.Map.DjangoMap.prototype._projectionOptions = () => ({
  crs: L.CRS.Simple,
  attributionControl: false,
  fadeAnimation: false,
  keyboard: false,
  wheelPxPerZoomLevel: 100,
});

// Leaflet takes a map of 720.5 CSS pixels for one of 721 that was squeezed, and so puts the cursor up to half a screen pixel off.
L.Map.DjangoMap.prototype.mouseEventToContainerPoint = function ({ clientX, clientY }) {
  const container = this.getContainer();
  const { left, top } = container.getBoundingClientRect();
  return L.point(clientX - left - container.clientLeft, clientY - top - container.clientTop);
};

// Leaflet rounds where tiles are to whole screen pixels; between whole zooms the image would lie up to half of one beside what is drawn on it.
L.GridLayer.prototype._setZoomTransform = function (level, center, zoom) {
  const scale = this._map.getZoomScale(zoom, level.zoom);
  L.DomUtil.setTransform(level.el, level.origin.multiplyBy(scale).subtract(this._map._getNewPixelOrigin(center, zoom)), scale);
};

/**
 * @param {string} id of the map's element
 * @returns {Promise<L.Map>}
 */
export function mapReady(id) {
  return new Promise((resolve) => {
    window.addEventListener("map:init", (event) => {
      const { detail } = /** @type {CustomEvent<{id: string, map: L.Map}>} */ (event);
      if (detail.id !== id) return;
      // Leaflet follows the window only; a panel beside the map changes its size too.
      new ResizeObserver(() => detail.map.invalidateSize({ pan: false })).observe(detail.map.getContainer());
      resolve(detail.map);
    });
  });
}

/**
 * The image's edges on the map.
 * @param {ViewerConfig} viewer
 */
export function imageBounds(viewer) {
  return L.latLngBounds([-viewer.height_px, 0], [0, viewer.width_px]);
}

/**
 * Let the map be moved half an image beyond each edge, and zoomed out to a little more than the whole image.
 * @param {L.Map} map
 * @param {ViewerConfig} viewer
 */
export function limitToImage(map, viewer) {
  const bounds = imageBounds(viewer);
  map.setMaxBounds(bounds.pad(0.5));
  map.setMinZoom(Math.min(map.getBoundsZoom(bounds), 0) - 1);
}

/**
 * Go to a view whose zoom may be between whole ones; by wheel and key it goes on to whole ones.
 * @param {L.Map} map
 * @param {ViewerConfig} viewer
 * @param {L.LatLngExpression} centre
 * @param {number} zoom is taken where tiles have no seams, at most a third of a percent beside it
 * @param {L.ZoomPanOptions} [options]
 */
export function setExactView(map, viewer, centre, zoom, options) {
  withoutSnap(map, () => map.setView(centre, seamlessZoom(zoom, viewer), options));
}

/**
 * Show the whole image as large as it fits; enlarged, by a whole zoom, so that its pixels are equally large.
 * @param {L.Map} map
 * @param {ViewerConfig} viewer
 * @param {L.ZoomPanOptions} [options]
 */
export function fitImage(map, viewer, options) {
  setExactView(map, viewer, imageBounds(viewer).getCenter(), fittingZoom(map, viewer), options);
}

/**
 * Let the whole image stay the whole image when the map becomes another size, until somebody moves it.
 * @param {L.Map} map
 * @param {ViewerConfig} viewer
 */
export function keepFitted(map, viewer) {
  let [size, isWhole] = [map.getSize(), true];
  map.on("moveend", () => {
    if (!map.getSize().equals(size)) return; // its size changed, nobody moved it
    const target = map.latLngToContainerPoint(imageBounds(viewer).getCenter());
    isWhole = target.distanceTo(size.divideBy(2)) < 2 && Math.abs(map.getZoom() - fittingZoom(map, viewer)) < 1e-6;
  });
  map.on("resize", () => {
    size = map.getSize();
    limitToImage(map, viewer);
    if (isWhole) fitImage(map, viewer, { animate: false });
  });
}

/** The zoom at which the whole image is as large as it fits. @param {L.Map} map @param {ViewerConfig} viewer */
function fittingZoom(map, viewer) {
  const zoom = withoutSnap(map, () => map.getBoundsZoom(imageBounds(viewer)));
  return zoom > 0 ? Math.floor(zoom) : seamlessZoom(zoom, viewer, Math.floor);
}

/**
 * @template T
 * @param {L.Map} map
 * @param {() => T} act
 */
function withoutSnap(map, act) {
  const { zoomSnap } = map.options;
  map.options.zoomSnap = 0;
  const done = act();
  map.options.zoomSnap = zoomSnap;
  return done;
}

/**
 * Where image pixels are on the screen: container x = x0 + scale * x_px, container y = y0 - scale * y_px.
 * @param {L.Map} map
 * @param {number} heightPx
 */
export function screenTransform(map, heightPx) {
  const scale = map.getZoomScale(map.getZoom(), 0);
  const { x, y } = map.latLngToContainerPoint([0.5 - heightPx, 0.5]); // pixel (0, 0): see pixels.js
  return { scale, x0: x, y0: y };
}
