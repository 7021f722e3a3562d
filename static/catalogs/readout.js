// @ts-check
/** The bar that says where the cursor is: pixels, sky and zoom. */

import { fromMap } from "./pixels.js";
import { formatDec, formatRa } from "./sky.js";

/**
 * @param {L.Map} map
 * @param {{heightPx: number, sky: import("./skyframe.js").Sky | null}} image
 * @param {HTMLElement} bar with the fields data-readout="where|pixel|sky|degrees|zoom"
 */
export function addReadout(map, { heightPx, sky }, bar) {
  /**
   * @param {string} name
   * @param {string} text
   */
  const write = (name, text) => {
    const field = bar.querySelector(`[data-readout="${name}"]`);
    if (field) field.textContent = text;
  };
  /**
   * @param {L.LatLng} place
   * @param {string} where
   */
  const show = ({ lat, lng }, where) => {
    const { xPx, yPx } = fromMap(lat, lng, heightPx);
    write("where", where);
    write("pixel", `${xPx.toFixed(1)}, ${yPx.toFixed(1)}`);
    const place = sky?.toSky(xPx, yPx);
    write("sky", place ? `${formatRa(place.raDeg)} ${formatDec(place.decDeg)}` : "no world coordinates: pixels only");
    write("degrees", place ? `${place.raDeg.toFixed(7)}, ${place.decDeg.toFixed(7)}` : "");
  };
  const showCentre = () => show(map.getCenter(), "Centre");
  const showZoom = () => write("zoom", zoomText(map.getZoom()));
  map.on("mousemove click", (event) => show(/** @type {L.LeafletMouseEvent} */ (event).latlng, "Cursor"));
  map.on("mouseout moveend", showCentre);
  map.on("zoomend viewreset", showZoom);
  showCentre();
  showZoom();
}

/**
 * @param {number} zoom
 * @returns {string} "8×", "1:4", "1:1.3"
 */
export function zoomText(zoom) {
  const factor = Number((2 ** Math.abs(zoom)).toPrecision(2));
  return zoom >= 0 || factor === 1 ? `${factor}×` : `1:${factor}`;
}
