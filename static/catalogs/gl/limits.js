// @ts-check
/** Limits of a channel measured on what is on the screen. No DOM. */

import { BLOCK_PX } from "./blocks.js";

/** @typedef {{columns: [number, number], rows: [number, number]}} Part of a tile: the first, and the one after the last */
/** @typedef {Part & {codes: Record<string, Uint16Array>}} Patch a part of a tile, and the tile's codes by band */
/** @typedef {{black: number, white: number}} Limits */

const MOST_VALUES = 40_000;
const BORDER_FRACTION = 0.05;
// IRAF's zscale, with astropy's defaults.
const ZSCALE = { samples: 1000, contrast: 0.25, mostRejected: 0.5, leastPixels: 5, rejectSigma: 2.5, iterations: 5, grown: 0.01 };

/**
 * @param {string} how "zscale", or per cent of the values
 * @param {Patch[]} patches
 * @param {import("./style.js").Channel} channel
 * @param {import("./style.js").Band[]} bands
 * @returns {Limits | null} null where no pixel has data in all of the channel's bands
 */
export function measuredLimits(how, patches, channel, bands) {
  const blank = blankValue(channel, bands);
  if (how === "100") return extremes(valuesOf(patches, channel, bands, 1), blank); // a sample would miss the brightest
  const nPixels = patches.reduce((sum, { columns, rows }) => sum + (columns[1] - columns[0]) * (rows[1] - rows[0]), 0);
  const sample = Float64Array.from(valuesOf(patches, channel, bands, Math.max(1, Math.ceil(Math.sqrt(nPixels / MOST_VALUES)))));
  const values = withoutBorder(sample, blank).sort();
  if (!values.length) return null;
  return how === "zscale" ? zscaleLimits(values) : percentileLimits(values, Number(how));
}

/**
 * A channel's values on a regular grid of the patches' pixels; pixels without data in one of its bands are left out.
 * @param {Patch[]} patches
 * @param {import("./style.js").Channel} channel
 * @param {import("./style.js").Band[]} bands
 * @param {number} step
 */
function* valuesOf(patches, { weights }, bands, step) {
  const terms = bands.filter(({ name }) => weights[name]).map(({ name, scale }) => ({ name, weight: weights[name], values: valuesOfCodes(scale) }));
  for (const { columns, rows, codes } of patches) {
    for (let row = rows[0] + ((step - 1) >> 1); row < rows[1]; row += step) {
      for (let column = columns[0] + ((step - 1) >> 1); column < columns[1]; column += step) {
        const value = weightedSum(terms, codes, row * BLOCK_PX + column);
        if (value !== null) yield value;
      }
    }
  }
}

/**
 * What a channel is where all its bands are exactly 0, as the display pyramid has that.
 * @param {import("./style.js").Channel} channel
 * @param {import("./style.js").Band[]} bands
 */
function blankValue({ weights }, bands) {
  return bands.filter(({ name }) => weights[name]).reduce((sum, { name, scale }) => {
    const { background, noise, zero_code, codes_per_unit } = scale;
    const code = Math.round(codes_per_unit * Math.asinh(-background / noise)) + zero_code;
    return sum + weights[name] * valueOf(Math.min(65535, Math.max(1, code)), scale);
  }, 0);
}

/**
 * The values without exact zeros where these are a blank border, as catalogs/imagery/statistics.py has it.
 * @param {Float64Array} values
 * @param {number} blank
 */
function withoutBorder(values, blank) {
  const kept = values.filter((value) => value !== blank);
  return isBorder(values.length - kept.length, values.length) ? kept : values;
}

/** @param {number} nBlank @param {number} n */
function isBorder(nBlank, n) {
  return nBlank > BORDER_FRACTION * n && nBlank < n;
}

/** @param {import("./style.js").Scale} scale */
function valuesOfCodes(scale) {
  return Float64Array.from({ length: 2 ** 16 }, (_, code) => valueOf(code, scale));
}

/** @param {number} code @param {import("./style.js").Scale} scale */
function valueOf(code, { background, noise, zero_code, codes_per_unit }) {
  return background + noise * Math.sinh((code - zero_code) / codes_per_unit);
}

/**
 * @param {{name: string, weight: number, values: Float64Array}[]} terms
 * @param {Record<string, Uint16Array>} codes
 * @param {number} index
 */
function weightedSum(terms, codes, index) {
  let sum = 0;
  for (const { name, weight, values } of terms) {
    const code = codes[name][index];
    if (code === 0) return null;
    sum += weight * values[code];
  }
  return sum;
}

/** Of millions, so none is kept. @param {Iterable<number>} values @param {number} blank @returns {Limits | null} null for none */
function extremes(values, blank) {
  let [black, white, n, nBlank] = [Infinity, -Infinity, 0, 0];
  for (const value of values) {
    n++;
    if (value === blank) {
      nBlank++;
      continue;
    }
    if (value < black) black = value;
    if (value > white) white = value;
  }
  if (nBlank && !isBorder(nBlank, n)) [black, white] = [Math.min(black, blank), Math.max(white, blank)];
  return n ? { black, white } : null;
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
