// @ts-check
/** The whole image in the corner, with a box about what is in view; a click or a drag there moves the map. */

import { screenTransform } from "./map.js";
import { toMap } from "./pixels.js";

const LONGEST_SCREEN = 128;
const TILE = 256;

/**
 * @param {L.Map} map
 * @param {import("./map.js").ViewerConfig} viewer
 * @param {import("./renditions.js").RenditionLayers} renditions
 */
export function addMinimap(map, viewer, renditions) {
  const scale = LONGEST_SCREEN / Math.max(viewer.width_px, viewer.height_px);
  const control = new L.Control({ position: "bottomright" });
  const frame = L.DomUtil.create("div", "minimap");
  const picture = /** @type {HTMLImageElement} */ (L.DomUtil.create("img", "", frame));
  const box = L.DomUtil.create("div", "minimap-box", frame);
  Object.assign(frame.style, { width: `${viewer.width_px * scale}px`, height: `${viewer.height_px * scale}px` });
  // The lowest tile holds the whole image, in its upper left.
  const side = `${TILE * 2 ** viewer.max_zoom * scale}px`;
  Object.assign(picture.style, { width: side, height: side });
  picture.alt = "";
  control.onAdd = () => frame;
  control.addTo(map);
  const showRendition = () => (picture.src = renditions.current.tile_url.replace("{z}", "0").replace("{x}", "0").replace("{y}", "0"));
  const showBox = () => {
    const view = screenTransform(map, viewer.height_px);
    const { x: width, y: height } = map.getSize();
    const across = scale / view.scale;
    // The screen's edges in the minimap: x counts from the image's left, y from its top, half a pixel beyond the centres.
    const left = (0.5 - view.x0 / view.scale) * scale;
    const top = (viewer.height_px - 0.5 - view.y0 / view.scale) * scale;
    Object.assign(box.style, { left: `${left}px`, top: `${top}px`, width: `${width * across}px`, height: `${height * across}px` });
  };
  renditions.addEventListener("change", showRendition);
  map.on("move zoomend viewreset resize", showBox);
  showRendition();
  showBox();
  bindPointer(frame, map, scale, viewer.height_px);
}

/** @param {HTMLElement} frame @param {L.Map} map @param {number} scale @param {number} heightPx */
function bindPointer(frame, map, scale, heightPx) {
  L.DomEvent.disableClickPropagation(frame);
  L.DomEvent.disableScrollPropagation(frame);
  const go = (/** @type {PointerEvent} */ event) => {
    const { left, top } = frame.getBoundingClientRect();
    const xPx = (event.clientX - left) / scale - 0.5;
    const yPx = heightPx - 0.5 - (event.clientY - top) / scale;
    map.panTo(toMap(xPx, yPx, heightPx), { animate: false });
  };
  frame.addEventListener("pointerdown", (event) => {
    frame.setPointerCapture(event.pointerId);
    go(event);
  });
  frame.addEventListener("pointermove", (event) => event.buttons && go(event));
}
