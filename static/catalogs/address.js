// @ts-check
/** The page's address names the view exactly, and opens it again. */

import { setExactView } from "./map.js";
import { fromMap, toMap } from "./pixels.js";
import { parseViewHash, viewHash } from "./viewaddress.js";

// Browsers refuse an address that changes with every step of a slider or of a drag: Safari beyond 100 times in 30 s.
const PAUSE_MS = 400;
const MOST_AT_ONCE = 20;

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
  let timer = 0;
  let known = location.hash;
  let [credit, creditedAt] = [MOST_AT_ONCE, performance.now()];
  const open = () => {
    clearTimeout(timer); // what waits is of the view before
    timer = 0;
    known = location.hash;
    const wanted = parseViewHash(location.hash);
    if (!wanted) return;
    const index = image.renditions.findIndex(({ slug }) => slug === wanted.rendition);
    if (index >= 0) renditions.show(index);
    for (const part of parts) part.open(wanted.more[part.name] ?? "");
    setExactView(map, image, toMap(wanted.xPx, wanted.yPx, image.height_px), wanted.zoom, { animate: false });
  };
  const write = () => {
    clearTimeout(timer);
    timer = 0;
    if (location.hash !== known) return; // typed just now: it is about to be opened
    const { lat, lng } = map.getCenter();
    const more = Object.fromEntries(parts.map(({ name, read }) => [name, read()]));
    const hash = viewHash({ ...fromMap(lat, lng, image.height_px), zoom: map.getZoom(), rendition: renditions.current.slug, more });
    if (hash === known) return;
    history.replaceState(history.state, "", hash);
    known = location.hash;
    credit--;
  };
  const writeLater = () => {
    clearTimeout(timer);
    timer = window.setTimeout(write, PAUSE_MS);
  };
  /** At once; in a long row of changes only once a pause. */
  const writeSoon = () => {
    const now = performance.now();
    credit = Math.min(MOST_AT_ONCE, credit + (now - creditedAt) / PAUSE_MS);
    creditedAt = now;
    if (credit >= 1) write();
    else if (!timer) writeLater();
  };
  open();
  map.on("moveend", writeSoon);
  renditions.addEventListener("change", writeSoon);
  document.addEventListener("view-changed", writeLater);
  window.addEventListener("pagehide", () => timer && write());
  window.addEventListener("hashchange", open);
}
