// @ts-check
/** A grid of cells over many points, to find those in a box or next to the cursor. No DOM. */

const POINTS_A_CELL = 8;

export class PointGrid {
  /**
   * @param {ArrayLike<number>} x
   * @param {ArrayLike<number>} y as long as x; all finite
   */
  constructor(x, y) {
    if (x.length !== y.length) throw new RangeError(`${x.length} x for ${y.length} y`);
    this.x = Float64Array.from(x);
    this.y = Float64Array.from(y);
    const [left, right] = extent(this.x);
    const [bottom, top] = extent(this.y);
    this.left = left;
    this.bottom = bottom;
    const cells = Math.max(1, this.x.length / POINTS_A_CELL);
    this.cellSize = Math.max(Math.sqrt(((right - left) * (top - bottom)) / cells), Math.max(right - left, top - bottom) / 4096, 1e-9);
    this.columns = Math.floor((right - left) / this.cellSize) + 1;
    this.rows = Math.floor((top - bottom) / this.cellSize) + 1;
    const { start, order } = this.#sorted();
    this.start = start;
    this.order = order;
  }

  /** Counting sort of the points by cell: `order[start[c]..start[c + 1]]` are those of cell c. */
  #sorted() {
    const cellOf = Uint32Array.from(this.x, (x, i) => this.#row(this.y[i]) * this.columns + this.#column(x));
    const start = new Uint32Array(this.columns * this.rows + 1);
    for (const cell of cellOf) start[cell + 1] += 1;
    for (let cell = 0; cell < this.columns * this.rows; cell++) start[cell + 1] += start[cell];
    const next = start.slice();
    const order = new Uint32Array(this.x.length);
    cellOf.forEach((cell, i) => (order[next[cell]++] = i));
    return { start, order };
  }

  /** @param {number} x */
  #column(x) {
    return clamp(Math.floor((x - this.left) / this.cellSize), this.columns - 1);
  }

  /** @param {number} y */
  #row(y) {
    return clamp(Math.floor((y - this.bottom) / this.cellSize), this.rows - 1);
  }

  /**
   * Indices of the points in the closed box, in no particular order.
   * @param {number} x0
   * @param {number} y0
   * @param {number} x1
   * @param {number} y1
   * @returns {number[]}
   */
  inBox(x0, y0, x1, y1) {
    /** @type {number[]} */
    const found = [];
    if (this.x.length === 0 || !(x0 <= x1 && y0 <= y1)) return found;
    const [firstColumn, lastColumn] = [this.#column(x0), this.#column(x1)];
    for (let row = this.#row(y0); row <= this.#row(y1); row++) {
      const begin = this.start[row * this.columns + firstColumn];
      const end = this.start[row * this.columns + lastColumn + 1];
      for (let k = begin; k < end; k++) {
        const i = this.order[k];
        if (this.x[i] >= x0 && this.x[i] <= x1 && this.y[i] >= y0 && this.y[i] <= y1) found.push(i);
      }
    }
    return found;
  }

  /**
   * The point next to (x, y), no further away than `reach`.
   * @param {number} x
   * @param {number} y
   * @param {number} reach
   * @returns {number | null} its index
   */
  nearest(x, y, reach) {
    let best = null;
    let bestDistance = reach;
    for (const i of this.inBox(x - reach, y - reach, x + reach, y + reach)) {
      const distance = Math.hypot(this.x[i] - x, this.y[i] - y);
      if (distance <= bestDistance) [best, bestDistance] = [i, distance];
    }
    return best;
  }
}

/**
 * @param {Float64Array} values
 * @returns {[number, number]} smallest and largest; 0, 0 of none
 */
function extent(values) {
  if (values.length === 0) return [0, 0];
  let [low, high] = [values[0], values[0]];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/**
 * @param {number} value
 * @param {number} high
 */
function clamp(value, high) {
  return Math.min(Math.max(value, 0), high);
}
