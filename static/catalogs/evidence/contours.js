// @ts-check
/** Lines of equal brightness through a grid of pixels, by marching squares. No DOM. */

/** @typedef {[number, number, number, number]} Segment x0, y0, x1, y1 in pixels, centres on integers */

const KERNEL = [0.25, 0.5, 0.25];

/**
 * Levels above the sky, doubling from 3 sigma to below the brightest.
 * @param {number} sky
 * @param {number} noise
 * @param {number} peak
 */
export function contourLevels(sky, noise, peak) {
  const levels = [];
  for (let sigmas = 3; noise > 0 && sky + sigmas * noise < peak && levels.length < 12; sigmas *= 2) {
    levels.push({ sigmas, value: sky + sigmas * noise });
  }
  return levels;
}

/**
 * The grid smoothed by 1-2-1 along each axis, so that single noisy pixels draw no rings; NaN where any neighbour is.
 * @param {Float32Array} values
 * @param {number} size
 */
export function smoothed(values, size) {
  return along(along(values, size, 1), size, size);
}

/**
 * @param {Float32Array} values
 * @param {number} size
 * @param {number} step 1 along rows, `size` along columns
 */
function along(values, size, step) {
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const place = step === 1 ? i % size : Math.floor(i / size);
    const before = place === 0 ? i : i - step;
    const after = place === size - 1 ? i : i + step;
    out[i] = KERNEL[0] * values[before] + KERNEL[1] * values[i] + KERNEL[2] * values[after];
  }
  return out;
}

/**
 * @param {Float32Array} values a size x size grid
 * @param {number} size
 * @param {number} level
 * @returns {Segment[]} one piece of line for each crossing of a cell; none where a corner has no data
 */
export function contourSegments(values, size, level) {
  /** @type {Segment[]} */
  const segments = [];
  for (let y = 0; y < size - 1; y++) {
    for (let x = 0; x < size - 1; x++) {
      const i = y * size + x;
      const [a, b, c, d] = [values[i], values[i + 1], values[i + size + 1], values[i + size]];
      if (Number.isNaN(a + b + c + d)) continue;
      const crossings = [
        crossing(a, b, level, x, y, 1, 0), crossing(b, c, level, x + 1, y, 0, 1),
        crossing(d, c, level, x, y + 1, 1, 0), crossing(a, d, level, x, y, 0, 1),
      ];
      const found = crossings.flatMap((point) => (point ? [point] : []));
      if (found.length === 2) segments.push([...found[0], ...found[1]]);
      // A saddle: the middle's value says which corners belong together.
      if (found.length === 4) segments.push(...saddle(found, a > level === (a + b + c + d) / 4 > level));
    }
  }
  return segments;
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} level
 * @param {number} x
 * @param {number} y
 * @param {number} dx
 * @param {number} dy
 * @returns {[number, number] | null}
 */
function crossing(from, to, level, x, y, dx, dy) {
  if (from > level === to > level) return null;
  const t = (level - from) / (to - from);
  return [x + t * dx, y + t * dy];
}

/**
 * @param {[number, number][]} points lower, right, upper, left
 * @param {boolean} isLowerLeftJoined whether the middle lies on the lower left corner's side
 * @returns {Segment[]}
 */
function saddle([lower, right, upper, left], isLowerLeftJoined) {
  if (isLowerLeftJoined) return [[...lower, ...right], [...upper, ...left]];
  return [[...lower, ...left], [...right, ...upper]];
}
