// @ts-check
/** Where the sources of one catalogue or round are, fetched as they come into view. No DOM, no URLs. */

/** @typedef {import("./catalogapi.js").Places} Places */
/** @typedef {import("./catalogapi.js").Box} Box */

export const SAMPLE = 5000;
const CELL_PX = 1024;
const MOST_CELLS = 12;

export class PlacesInView {
  /** @type {Map<string, Places>} by cell */
  #cells = new Map();
  /** @type {Set<string>} */
  #asked = new Set();
  /** @type {Places | null} all of a small one, else an even sample */
  #overview = null;
  /** @type {Promise<Places> | null} on its way */
  #coming = null;
  #isClose = false;

  /**
   * @param {object} source
   * @param {() => Promise<Places>} source.fetchSample at most SAMPLE sources
   * @param {(box: Box) => Promise<Places>} source.fetchBox
   * @param {{width_px: number, height_px: number}} source.image
   * @param {() => void} source.onChange
   */
  constructor({ fetchSample, fetchBox, image, onChange }) {
    this.fetchSample = fetchSample;
    this.fetchBox = fetchBox;
    this.image = image;
    this.onChange = onChange;
  }

  /** The sources to draw now, and whether they are all that lie in view. */
  get shown() {
    const overview = /** @type {Places} */ (this.#overview);
    if (!this.#isClose || overview.is_complete) return overview;
    return joined([...this.#cells.values(), this.#notInCells(overview)], overview.n_sources);
  }

  /** What stands for cells that have not come. @param {Places} overview @returns {Places} */
  #notInCells({ number, x_px, y_px, label, ...whole }) {
    const kept = number.map((_, i) => i).filter((i) => !this.#cells.has(cellOf(x_px[i], y_px[i])));
    return { number: kept.map((i) => number[i]), x_px: kept.map((i) => x_px[i]), y_px: kept.map((i) => y_px[i]), label: kept.map((i) => label[i]), ...whole };
  }

  /** Whether more sources are in view than are drawn. */
  get isSample() {
    return this.#overview !== null && !this.#overview.is_complete && !this.#isClose;
  }

  get isThere() {
    return this.#overview !== null;
  }

  /** Fetch what the view needs and is not there. @param {() => Box} view asked when it is needed: it may move while the sample comes */
  async look(view) {
    const isFirst = this.#overview === null;
    this.#coming ??= this.fetchSample();
    try {
      this.#overview = await this.#coming;
    } catch (error) {
      this.#coming = null; // asked again at the next look
      throw error;
    }
    const cells = this.#overview.is_complete ? [] : cellsOf(view(), this.image);
    const wasClose = this.#isClose;
    this.#isClose = cells.length > 0 && cells.length <= MOST_CELLS;
    const missing = this.#isClose ? cells.filter(({ name }) => !this.#asked.has(name)) : [];
    if (isFirst || wasClose !== this.#isClose) this.onChange();
    const filled = await Promise.allSettled(missing.map((cell) => this.#fill(cell)));
    for (const cell of filled) if (cell.status === "rejected") throw cell.reason; // once all others are drawn
  }

  /** @param {{name: string, box: Box}} cell */
  async #fill({ name, box }) {
    this.#asked.add(name);
    try {
      this.#cells.set(name, await this.fetchBox(box));
      this.onChange();
    } catch (error) {
      this.#asked.delete(name); // asked again when it is in view again
      throw error;
    }
  }
}

/**
 * The cells of a fixed grid that a view touches. Positions are real numbers: none lies on an edge but by design, and cells do not overlap.
 * @param {Box} view
 * @param {{width_px: number, height_px: number}} image
 */
export function cellsOf(view, { width_px, height_px }) {
  const cells = [];
  const [x0, x1] = [Math.max(view.x0, -0.5), Math.min(view.x1, width_px - 0.5)];
  const [y0, y1] = [Math.max(view.y0, -0.5), Math.min(view.y1, height_px - 0.5)];
  if (x0 >= x1 || y0 >= y1) return [];
  for (let row = Math.floor((y0 + 0.5) / CELL_PX); row * CELL_PX - 0.5 < y1; row++) {
    for (let column = Math.floor((x0 + 0.5) / CELL_PX); column * CELL_PX - 0.5 < x1; column++) {
      const [left, bottom] = [column * CELL_PX - 0.5, row * CELL_PX - 0.5];
      cells.push({ name: `${column},${row}`, box: { x0: left, y0: bottom, x1: left + CELL_PX - 1e-6, y1: bottom + CELL_PX - 1e-6 } });
    }
  }
  return cells;
}

/** @param {number} xPx @param {number} yPx @returns {string} the name of the cell it lies in */
function cellOf(xPx, yPx) {
  return `${Math.floor((xPx + 0.5) / CELL_PX)},${Math.floor((yPx + 0.5) / CELL_PX)}`;
}

/** @param {Places[]} parts @param {number} nSources of the catalogue @returns {Places} */
export function joined(parts, nSources) {
  return {
    number: parts.flatMap(({ number }) => number),
    x_px: parts.flatMap(({ x_px }) => x_px),
    y_px: parts.flatMap(({ y_px }) => y_px),
    label: parts.flatMap(({ label }) => label),
    n_sources: nSources,
    is_complete: parts.every(({ is_complete }) => is_complete),
  };
}
