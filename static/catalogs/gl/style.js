// @ts-check
/**
 * How bands become a picture: a recipe of the server's with what a person has changed, and the numbers that the shader
 * takes. The arithmetic is that of catalogs/imagery/compose.py and stretch.py.
 */

import { COLOUR_MAPS } from "./colourmaps.js";

/**
 * @typedef {{background: number, noise: number, zero_code: number, codes_per_unit: number}} Scale value = background + noise * sinh((code - zero_code) / codes_per_unit)
 * @typedef {{name: string, position: number, unit: string, scale: Scale}} Band
 * @typedef {[string, number][]} Terms of a weighted sum: band, weight
 * @typedef {{red: Terms, green: Terms, blue: Terms, black: number[], white: number[], stretch: string, softness: number, limits?: Record<string, [number, number][]>}} Recipe as catalogs/imagery/recipes.py writes it
 * @typedef {{weights: Record<string, number>, black: number, white: number}} Channel its sum of bands, of weight 1 at most, is shown from `black` to `white`
 */
/**
 * @typedef {object} Style
 * @property {Channel[]} channels red, green and blue, or one of grey
 * @property {string} stretch one of STRETCHES
 * @property {number} softness slope at black of asinh and log
 * @property {number} gamma 1 changes nothing, above 1 lightens
 * @property {string} colourMap one of COLOUR_MAPS, for a single channel
 */

export const STRETCHES = ["linear", "sqrt", "log", "asinh", "lupton"];
export const MOST_BANDS = 14; // a context has 16 textures at least, and one is of colours
export const SOFTNESS = { least: 0.5, most: 2000 };
export const GAMMA = { least: 0.25, most: 4 };

/**
 * @param {Recipe} recipe
 * @returns {Style}
 */
export function styleOf(recipe) {
  const channels = [recipe.red, recipe.green, recipe.blue].map((terms, i) => channelOf(terms, recipe.black[i], recipe.white[i]));
  const isGrey = channels.every((channel) => JSON.stringify(channel) === JSON.stringify(channels[0]));
  const { stretch, softness } = recipe;
  return { channels: isGrey ? [channels[0]] : channels, stretch, softness, gamma: 1, colourMap: "grey" };
}

/**
 * The style with its limits as they were measured on the whole image when it came in.
 * @param {Style} style
 * @param {Recipe} recipe
 * @param {string} how one of the recipe's `limits`, which has black and white of red, green and blue
 * @returns {Style | null} null where they were not, or for another mix of bands than the recipe's
 */
export function limitedStyle(style, recipe, how) {
  const measured = recipe.limits?.[how];
  if (!measured) return null;
  const { channels } = styleOf({ ...recipe, black: measured.map(([black]) => black), white: measured.map(([, white]) => white) });
  const isSameMix = channels.length === style.channels.length && channels.every(({ weights }, i) => areSameWeights(weights, style.channels[i].weights));
  return isSameMix ? { ...style, channels } : null;
}

/** Whatever their order; a band that is not named has no weight. @param {Record<string, number>} some @param {Record<string, number>} others */
function areSameWeights(some, others) {
  return [...Object.keys(some), ...Object.keys(others)].every((band) => (some[band] ?? 0) === (others[band] ?? 0));
}

/**
 * In units of its strongest band: a channel and its limits may be scaled together.
 * @param {Terms} terms
 * @param {number} black
 * @param {number} white
 * @returns {Channel}
 */
function channelOf(terms, black, white) {
  const unit = Math.max(...terms.map(([, weight]) => Math.abs(weight)));
  return { weights: Object.fromEntries(terms.map(([band, weight]) => [band, weight / unit])), black: black / unit, white: white / unit };
}

/**
 * Names of the bands that a style shows.
 * @param {Pick<Style, "channels">} style
 */
export function bandsOf({ channels }) {
  const used = channels.flatMap(({ weights }) => Object.keys(weights).filter((band) => weights[band] !== 0));
  return [...new Set(used)];
}

/**
 * Background and noise of a channel's sum, in its units.
 * @param {Channel} channel
 * @param {Band[]} bands
 */
export function skyOf({ weights }, bands) {
  let background = 0;
  let variance = 0;
  for (const { name, scale } of bands) {
    background += (weights[name] ?? 0) * scale.background;
    variance += ((weights[name] ?? 0) * scale.noise) ** 2;
  }
  return { background, noise: Math.sqrt(variance) || 1 };
}

/**
 * What the shader takes. Each channel's (sum - black) / (white - black) is the sum of gain * sinh of its bands, plus an
 * offset: large numbers cancel here, in doubles, not there.
 * @param {Style} style
 * @param {Band[]} bands those that it shows
 */
export function numbersOf({ channels, stretch, softness, gamma }, bands) {
  const lupton = luptonParameters(softness);
  return {
    gains: bands.flatMap(({ name, scale }) => channels.map(({ weights, black, white }) => ((weights[name] ?? 0) * scale.noise) / (white - black))),
    spacings: bands.flatMap(({ scale }) => [scale.zero_code, 1 / scale.codes_per_unit]),
    offsets: channels.map((channel) => (skyOf(channel, bands).background - channel.black) / (channel.white - channel.black)),
    softness,
    curveScale: 1 / (stretch === "log" ? Math.log1p(softness) : Math.asinh(softness)),
    lupton: [lupton.q / lupton.stretch, (0.1 * 255) / Math.asinh(0.1 * lupton.q)],
    exponent: 1 / gamma,
  };
}

/**
 * The same as stretch.py's `lupton_parameters`: intensity 1 is exactly white, and the slope at black is `softness`.
 * @param {number} softness
 */
function luptonParameters(softness) {
  const q = 10 * Math.sinh(Math.asinh(softness) / 10);
  return { stretch: q / softness, q };
}

/**
 * Whether this, from a browser's storage, is a style for these bands.
 * @param {any} style
 * @param {Band[]} bands
 * @returns {style is Style}
 */
export function isStyle(style, bands) {
  const names = bands.map(({ name }) => name);
  /** @param {any} channel */
  const isChannel = (channel) =>
    [channel?.black, channel?.white].every(Number.isFinite) && channel.black < channel.white && typeof channel.weights === "object" && channel.weights !== null
    && Object.entries(channel.weights).every(([band, weight]) => names.includes(band) && Number.isFinite(weight));
  return (
    Array.isArray(style?.channels) && [1, 3].includes(style.channels.length) && style.channels.every(isChannel) && isShowable(style)
    && STRETCHES.includes(style.stretch) && Object.hasOwn(COLOUR_MAPS, style.colourMap) && isWithin(style.softness, SOFTNESS) && isWithin(style.gamma, GAMMA)
  );
}

/** Whether there are as many bands as one picture can be made of. @param {Pick<Style, "channels">} style */
export function isShowable(style) {
  const { length } = bandsOf(style);
  return length > 0 && length <= MOST_BANDS;
}

/** @param {unknown} number @param {{least: number, most: number}} range */
function isWithin(number, { least, most }) {
  return typeof number === "number" && number >= least && number <= most;
}
