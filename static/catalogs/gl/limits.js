// @ts-check
/** Limits of a channel measured on what is on the screen. No DOM. */

import { BLOCK_PX } from "./blocks.js";

/** @typedef {{size: import("./painter.js").Size, codes: Record<string, Uint16Array>}} Patch a tile's codes by band */

const MOST_VALUES = 40_000;
// IRAF's zscale, with astropy's defaults.
const ZSCALE = { samples: 1000, contrast: 0.25, mostRejected: 0.5, leastPixels: 5, rejectSigma: 2.5, iterations: 5, grown: 0.01 };

/**
 * A channel's values on a regular grid of the patches' pixels, sorted; pixels without data in one of its bands are left out.
 * @param {Patch[]} patches
 * @param {import("./style.js").Channel} channel
 * @param {import("./style.js").Band[]} bands
 * @returns {Float64Array}
 */
export function sampledValues(patches, { weights }, bands) {
  const used = bands.filter(({ name }) => weights[name]);
  const step = Math.max(1, Math.ceil(Math.sqrt((patches.length * BLOCK_PX ** 2) / MOST_VALUES)));
  const values = [];
  for (const { size, codes } of patches) {
    for (let row = step >> 1; row < Math.min(size.heightPx, BLOCK_PX); row += step) {
      for (let column = step >> 1; column < Math.min(size.widthPx, BLOCK_PX); column += step) {
        const value = weightedSum(used, weights, codes, row * BLOCK_PX + column);
        if (value !== null) values.push(value);
      }
    }
  }
  return Float64Array.from(values).sort();
}

/**
 * @param {import("./style.js").Band[]} bands
 * @param {Record<string, number>} weights
 * @param {Record<string, Uint16Array>} codes
 * @param {number} index
 */
function weightedSum(bands, weights, codes, index) {
  let sum = 0;
  for (const { name, scale } of bands) {
    const code = codes[name][index];
    if (code === 0) return null;
    sum += weights[name] * (scale.background + scale.noise * Math.sinh((code - scale.zero_code) / scale.codes_per_unit));
  }
  return sum;
}

/**
 * The limits between which `percent` of the values lie, half of the others on either side.
 * @param {Float64Array} sorted not empty
 * @param {number} percent
 */
export function percentileLimits(sorted, percent) {
  const tail = (100 - percent) / 200;
  return { black: quantile(sorted, tail), white: quantile(sorted, 1 - tail) };
}

/**
 * IRAF's zscale: a line is fitted to the sorted sample; its slope over the contrast gives the limits about the median.
 * @param {Float64Array} sorted not empty
 */
export function zscaleLimits(sorted) {
  const sample = thinned(sorted, ZSCALE.samples);
  const n = sample.length;
  const least = Math.max(ZSCALE.leastPixels, Math.floor(n * ZSCALE.mostRejected));
  const { slope, nGood } = fitLine(sample, least);
  const ends = { black: sample[0], white: sample[n - 1] };
  if (nGood < least) return ends;
  const [middle, median, step] = [(n - 1) >> 1, quantile(sample, 0.5), slope / ZSCALE.contrast];
  return { black: Math.max(ends.black, median - (middle - 1) * step), white: Math.min(ends.white, median + (n - middle) * step) };
}

/**
 * A line through the sorted sample, again without what lies far off it.
 * @param {Float64Array} sample
 * @param {number} least
 */
function fitLine(sample, least) {
  const n = sample.length;
  let bad = new Uint8Array(n);
  let slope = 0;
  let [nGood, nBefore] = [n, n + 1];
  for (let i = 0; i < ZSCALE.iterations && nGood < nBefore && nGood >= least; i++) {
    const line = lineThrough(sample, bad);
    slope = line.slope;
    const off = sample.map((value, x) => value - line.at(x));
    const threshold = ZSCALE.rejectSigma * deviation(off, bad);
    bad = grown(bad.map((isBad, x) => (isBad || Math.abs(off[x]) > threshold ? 1 : 0)), Math.max(1, Math.floor(n * ZSCALE.grown)));
    nBefore = nGood;
    nGood = bad.reduce((sum, isBad) => sum + 1 - isBad, 0);
  }
  return { slope, nGood };
}

/**
 * @param {Float64Array} values
 * @param {Uint8Array} bad
 */
function lineThrough(values, bad) {
  let [n, sx, sy, sxx, sxy] = [0, 0, 0, 0, 0];
  const reference = values[values.length >> 1]; // against cancellation
  values.forEach((value, x) => {
    if (bad[x]) return;
    const y = value - reference;
    [n, sx, sy, sxx, sxy] = [n + 1, sx + x, sy + y, sxx + x * x, sxy + x * y];
  });
  const slope = n * sxx === sx * sx ? 0 : (n * sxy - sx * sy) / (n * sxx - sx * sx);
  return { slope, at: (/** @type {number} */ x) => reference + sy / n + slope * (x - sx / n) };
}

/**
 * @param {Float64Array} values
 * @param {Uint8Array} bad
 */
function deviation(values, bad) {
  const good = values.filter((_, x) => !bad[x]);
  const mean = good.reduce((sum, value) => sum + value, 0) / good.length;
  return Math.sqrt(good.reduce((sum, value) => sum + (value - mean) ** 2, 0) / good.length);
}

/**
 * Bad where one of `width` neighbours is, as numpy.convolve(..., mode="same") with ones.
 * @param {Uint8Array} bad
 * @param {number} width
 */
function grown(bad, width) {
  const right = (width - 1) >> 1;
  const left = width - 1 - right;
  return bad.map((_, x) => (bad.subarray(Math.max(0, x - left), x + right + 1).includes(1) ? 1 : 0));
}

/**
 * @param {Float64Array} sorted
 * @param {number} most
 */
function thinned(sorted, most) {
  if (sorted.length <= most) return sorted;
  return Float64Array.from({ length: most }, (_, i) => sorted[Math.round((i * (sorted.length - 1)) / (most - 1))]);
}

/**
 * @param {Float64Array} sorted
 * @param {number} fraction
 */
function quantile(sorted, fraction) {
  const place = fraction * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}
