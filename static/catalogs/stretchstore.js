// @ts-check
/** Styles that a person has made, in the browser's storage: each galaxy's renditions apart. */

import { isStyle } from "./gl/style.js";

/**
 * @param {string} galaxy
 * @param {string} rendition
 */
function keyOf(galaxy, rendition) {
  return `stretch/${galaxy}/${rendition}`;
}

/**
 * @param {string} galaxy
 * @param {string} rendition
 * @param {import("./gl/style.js").Band[]} bands
 * @returns {import("./gl/style.js").Style | null} null where there is none, or none for these bands
 */
export function rememberedStyle(galaxy, rendition, bands) {
  try {
    const style = JSON.parse(localStorage.getItem(keyOf(galaxy, rendition)) ?? "null");
    return isStyle(style, bands) ? style : null;
  } catch {
    return null; // storage may be switched off, or hold anything
  }
}

/**
 * @param {string} galaxy
 * @param {string} rendition
 * @param {import("./gl/style.js").Style | null} style null forgets
 */
export function rememberStyle(galaxy, rendition, style) {
  try {
    if (style) localStorage.setItem(keyOf(galaxy, rendition), JSON.stringify(style));
    else localStorage.removeItem(keyOf(galaxy, rendition));
  } catch {
    // It is lost with the page then.
  }
}
