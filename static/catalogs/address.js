// @ts-check
/** The page's address names the view exactly, and opens it again. */

import { setExactView } from "./map.js";
import { fromMap, toMap } from "./pixels.js";
import { parseViewHash, viewHash } from "./viewaddress.js";

const PAUSE_MS = 250; // browsers refuse an address that changes with every step of a slider

/**
 * @typedef {object} Part what the address says of one thing
 * @property {string} name
 * @property {() => string} read "" where it is as usual
 * @property {(text: string) => void} open "" for as usual
 */

/** To be called when something that has a part in the address was changed. */
export function viewChanged() {
  document.dispatchEvent(new Event("view-changed"));
}

/**
 * Open the view that the page's address names, and let the address name the view from then on.
 * @param {import("./goto.js").Viewer} viewer
 * @param {import("./map.js").ViewerConfig} image
 * @param {Part[]} parts
 */
export function keepAddress({ map, renditions }, image, parts) {
  const open = () => {
    const wanted = parseViewHash(location.hash);
    if (!wanted) return;
    const index = image.renditions.findIndex(({ slug }) => slug === wanted.rendition);
    if (index >= 0) renditions.show(index);
    for (const part of parts) part.open(wanted.more[part.name] ?? "");
    setExactView(map, image, toMap(wanted.xPx, wanted.yPx, image.height_px), wanted.zoom, { animate: false });
  };
  const write = () => {
    const { lat, lng } = map.getCenter();
    const more = Object.fromEntries(parts.map(({ name, read }) => [name, read()]));
    const hash = viewHash({ ...fromMap(lat, lng, image.height_px), zoom: map.getZoom(), rendition: renditions.current.slug, more });
    if (hash !== location.hash) history.replaceState(history.state, "", hash);
  };
  let timer = 0;
  open();
  map.on("moveend", write);
  renditions.addEventListener("change", write);
  document.addEventListener("view-changed", () => {
    clearTimeout(timer);
    timer = window.setTimeout(write, PAUSE_MS);
  });
  window.addEventListener("hashchange", open);
}
