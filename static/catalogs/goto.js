// @ts-check
/** The field that brings the map to a place. */

import { fetchPlaceOf } from "./catalogapi.js";
import { openPopup } from "./markers.js";
import { toMap } from "./pixels.js";
import { isOnImage, parsePlace, toPixel } from "./place.js";
import { formatDec, formatRa } from "./sky.js";

const NO_PLACE = "Write 11:36:00.0 +15:00:00, 174.0 15.0 (degrees), x 512 y 300, #12 for a source, a region’s label, or a name such as M 51.";
const LEAST_ZOOM = 1;

/**
 * @typedef {object} Viewer
 * @property {L.Map} map
 * @property {import("./markers.js").MarkerLayer} markers
 * @property {import("./renditions.js").RenditionLayers} renditions
 * @property {import("./skyframe.js").Sky | null} sky
 */

/** @typedef {{xPx: number, yPx: number, words?: string, address?: string | null}} Found `address`: of a page of its own */
/** @typedef {Viewer & {findSource: (number: number) => Promise<Found | null>, findRegion: (label: string) => Found | null}} Searchable */

/**
 * @param {HTMLFormElement} form with a field and a `[role=alert]`
 * @param {Searchable} viewer
 * @param {import("./map.js").ViewerConfig} image
 */
export function bindGoTo(form, viewer, image) {
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("place"));
  const complaint = /** @type {HTMLElement} */ (form.querySelector("[role=alert]"));
  let asked = 0;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [mine, text] = [++asked, field.value];
    const found = await find(text, viewer, image).catch(() => "The server did not answer. Try again.");
    if (mine !== asked) return; // another place was asked for meanwhile
    complaint.textContent = typeof found === "string" ? found : "";
    complaint.hidden = typeof found !== "string";
    field.setAttribute("aria-invalid", String(typeof found === "string"));
    if (typeof found === "string") return;
    show({ words: text.trim(), ...found }, viewer, image);
    field.blur();
  });
}

/**
 * @param {string} text
 * @param {Searchable} viewer
 * @param {import("./map.js").ViewerConfig} image
 * @returns {Promise<Found | string>} the place on the image, or why there is none
 */
async function find(text, { sky, findSource, findRegion }, image) {
  const region = findRegion(text);
  if (region) return region;
  const wanted = parsePlace(text);
  if (!wanted) return sky && isName(text) ? findNamed(text, sky, image) : NO_PLACE;
  if (wanted.kind === "source") {
    return (await findSource(wanted.number)) ?? `No source ${wanted.number} in the catalogues that are ticked.`;
  }
  if (wanted.kind === "pixel") return isOnImage(wanted, image) ? wanted : "That is not on the image.";
  if (!sky) return "This image has no world coordinates: write pixels, such as x 512 y 300.";
  return toPixel(sky, wanted, image) ?? "That is not on the image.";
}

/** Whether it may be an object's name and not a position mistyped. @param {string} text */
function isName(text) {
  // Such as M 51, but 30 Dor, 47 Tuc, 3C 273 and 2MASS J01410340+3240300 too.
  return /^\d{0,3}\s?\p{L}/u.test(text.trim()) && !/^([xy]\s*=?\s*\d|\d+\s?([hdms]\s*(\d|$)|px))/i.test(text.trim());
}

/**
 * @param {string} name
 * @param {import("./place.js").Sky} sky
 * @param {import("./map.js").ViewerConfig} image
 * @returns {Promise<Found | string>}
 */
async function findNamed(name, sky, image) {
  const place = await fetchPlaceOf(image.names_url, name);
  if (typeof place === "string") return place;
  const found = toPixel(sky, place, image);
  return found ? { ...found, words: `${name.trim()}: ${formatRa(place.raDeg)} ${formatDec(place.decDeg)}` } : `${name.trim()} is not on the image: it is at ${formatRa(place.raDeg)} ${formatDec(place.decDeg)}.`;
}

/**
 * @param {Found & {words: string}} found
 * @param {Viewer} viewer
 * @param {import("./map.js").ViewerConfig} image
 */
function show({ xPx, yPx, words, address = null }, { map }, image) {
  const target = toMap(xPx, yPx, image.height_px);
  map.setView(target, Math.max(map.getZoom(), LEAST_ZOOM), { animate: false });
  openPopup(map, target, words, address, { autoPan: false });
}
