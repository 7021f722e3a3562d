// @ts-check
/** The scale bar in the corner of the map. */

import { scaleBar } from "./skyframe.js";

const MOST_SCREEN = 140;

/**
 * @param {L.Map} map
 * @param {Pick<import("./map.js").ViewerConfig, "pixel_scale_arcsec" | "distance_mpc">} image
 */
export function addScale(map, { pixel_scale_arcsec, distance_mpc }) {
  const control = new L.Control({ position: "bottomleft" });
  const box = L.DomUtil.create("div", "map-scale");
  const text = L.DomUtil.create("span", "map-scale-text", box);
  const bar = L.DomUtil.create("span", "map-scale-bar", box);
  control.onAdd = () => box;
  control.addTo(map);
  const update = () => {
    const { lengthScreen, text: words } = scaleBar(map.getZoomScale(map.getZoom(), 0), pixel_scale_arcsec, MOST_SCREEN, distance_mpc);
    text.textContent = words;
    bar.style.setProperty("width", `${lengthScreen}px`);
  };
  map.on("zoomend viewreset", update);
  update();
}
