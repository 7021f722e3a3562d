// @ts-check
/** From values to brightness: one rule for every band, and the steps that Q and W go through. No DOM. */

/** @typedef {{slug: string, name: string, softness: number}} Stretch softness 0 is linear */
/** @typedef {{values: Float32Array, size: number, centre: {x: number, y: number}, sky: number, noise: number}} Plane one band's cut-out */

/** @type {readonly Stretch[]} harder and harder: the more, the brighter the faint */
export const STRETCHES = [
  { slug: "linear", name: "linear", softness: 0 },
  { slug: "asinh-3", name: "asinh 3", softness: 3 },
  { slug: "asinh-10", name: "asinh 10", softness: 10 },
  { slug: "asinh-30", name: "asinh 30", softness: 30 },
  { slug: "asinh-100", name: "asinh 100", softness: 100 },
  { slug: "asinh-300", name: "asinh 300", softness: 300 },
];
export const USUAL_STRETCH = 2;
const CORE_PX = 6;
const LEAST_RANGE_SIGMAS = 12;
const BELOW_SKY_SIGMAS = 1;

/**
 * Black is one sigma below the local sky; white is the brightest pixel near the source, and at least 12 sigma above.
 * @param {Float32Array} values
 * @param {number} size
 * @param {{x: number, y: number}} centre of the source, in pixels of the cut-out
 * @param {number} sky
 * @param {number} noise
 */
export function limitsOf(values, size, centre, sky, noise) {
  let peak = -Infinity;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const value = values[y * size + x];
      if (value > peak && Math.hypot(x - centre.x, y - centre.y) <= CORE_PX) peak = value;
    }
  }
  return { black: sky - BELOW_SKY_SIGMAS * noise, white: Math.max(peak, sky + LEAST_RANGE_SIGMAS * noise) };
}

/**
 * The same rule for colours: white is that of the brightest channel, or hues would change; the least range is the middle one's.
 * @param {Plane[]} channels
 */
export function colourLimitsOf(channels) {
  const noises = channels.map(({ noise }) => noise).sort((a, b) => a - b);
  const middle = noises[noises.length >> 1];
  const whites = channels.map(({ values, size, centre, sky }) => limitsOf(values, size, centre, sky, middle).white);
  return channels.map(({ sky, noise }) => ({ black: sky - BELOW_SKY_SIGMAS * noise, white: Math.max(...whites) }));
}

/**
 * @param {number} value
 * @param {{black: number, white: number}} limits
 * @param {number} softness
 * @returns {number} 0 to 1; NaN stays NaN
 */
export function brightness(value, { black, white }, softness) {
  const fraction = (value - black) / (white - black);
  const clipped = fraction < 0 ? 0 : fraction > 1 ? 1 : fraction;
  return softness === 0 ? clipped : Math.asinh(softness * clipped) / Math.asinh(softness);
}

/** The rule's inverse, for the colour bar. @param {number} grey @param {{black: number, white: number}} limits @param {number} softness */
export function valueAt(grey, { black, white }, softness) {
  const fraction = softness === 0 ? grey : Math.sinh(grey * Math.asinh(softness)) / softness;
  return black + fraction * (white - black);
}
