// @ts-check
/** A style as one line of text, for an address: "asinh,10,1,grey;-0.02,5.1,F555W,1,F814W,0.8". No DOM. */

import { isStyle } from "./style.js";

/** @typedef {import("./style.js").Style} Style */

/** The same text for styles that show the same. @param {Style} style */
export function styleText({ channels, stretch, softness, gamma, colourMap }) {
  const sums = channels.map(({ weights, black, white }) => {
    const used = Object.keys(weights).filter((band) => weights[band] !== 0).sort();
    return [black, white, ...used.flatMap((band) => [encodeURIComponent(band), weights[band]])].join(",");
  });
  return [[stretch, softness, gamma, colourMap].join(","), ...sums].join(";");
}

/**
 * @param {string} text
 * @param {import("./style.js").Band[]} bands
 * @returns {Style | null} null where it is none, or none for these bands
 */
export function parseStyleText(text, bands) {
  const [[stretch, softness, gamma, colourMap], ...sums] = text.split(";").map((part) => part.split(","));
  const channels = sums.map(([black, white, ...terms]) => ({ weights: weightsOf(terms), black: Number(black), white: Number(white) }));
  const style = { channels, stretch, softness: Number(softness), gamma: Number(gamma), colourMap };
  return isStyle(style, bands) ? style : null;
}

/** @param {string[]} terms band, weight, band, weight ... @returns {Record<string, number>} */
function weightsOf(terms) {
  /** @type {Record<string, number>} */
  const weights = {};
  for (let i = 0; i < terms.length; i += 2) weights[unescaped(terms[i])] = Number(terms[i + 1]);
  return weights;
}

/** @param {string} text */
function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
