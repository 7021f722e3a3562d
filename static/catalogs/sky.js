// @ts-check
/** Sky positions of image pixels from the grid of catalogs/imagery/sky.py, and their sexagesimal text. */

/**
 * @typedef {object} SkyGridJson
 * @property {number} x0_px image position of the first node
 * @property {number} y0_px
 * @property {number} step_px distance of nodes
 * @property {number} nx nodes in a row
 * @property {number} ny rows of nodes
 * @property {number[]} vectors x, y, z of each node's ICRS unit vector, row after row from the bottom
 */

export class SkyGrid {
  /** @param {SkyGridJson} json */
  constructor(json) {
    this.x0Px = json.x0_px;
    this.y0Px = json.y0_px;
    this.stepPx = json.step_px;
    this.nx = json.nx;
    this.ny = json.ny;
    this.vectors = Float64Array.from(json.vectors);
  }

  /**
   * ICRS position of an image pixel (0-based, centres on integers, origin bottom-left).
   * @param {number} xPx
   * @param {number} yPx
   * @returns {{raDeg: number, decDeg: number}} right ascension in 0..360
   */
  toSky(xPx, yPx) {
    const column = (xPx - this.x0Px) / this.stepPx;
    const row = (yPx - this.y0Px) / this.stepPx;
    const i = clamp(Math.floor(column), 0, this.nx - 2);
    const j = clamp(Math.floor(row), 0, this.ny - 2);
    const s = column - i;
    const t = row - j;
    const corner = 3 * (j * this.nx + i);
    const above = corner + 3 * this.nx;
    /** @param {number} axis */
    const mix = (axis) =>
      (1 - t) * ((1 - s) * this.vectors[corner + axis] + s * this.vectors[corner + 3 + axis]) +
      t * ((1 - s) * this.vectors[above + axis] + s * this.vectors[above + 3 + axis]);
    const [x, y, z] = [mix(0), mix(1), mix(2)];
    const raDeg = (Math.atan2(y, x) * 180) / Math.PI;
    // Not asin: it loses its digits near the poles.
    return { raDeg: (raDeg + 360) % 360, decDeg: (Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI };
  }
}

/**
 * @param {number} raDeg
 * @returns {string} "13:29:52.711", to 0.001 s
 */
export function formatRa(raDeg) {
  const day = 86400000;
  const thousandths = ((Math.round(raDeg * 240000) % day) + day) % day;
  return sexagesimal(thousandths, 1000);
}

/**
 * @param {number} decDeg
 * @returns {string} "+47:11:42.62", to 0.01 arcsec
 */
export function formatDec(decDeg) {
  return (decDeg < 0 ? "-" : "+") + sexagesimal(Math.round(Math.abs(decDeg) * 360000), 100);
}

/**
 * @param {number} units whole hundredths or thousandths: rounded before it is split, so 59.9999 never reads 60
 * @param {number} unitsPerSecond
 * @returns {string}
 */
function sexagesimal(units, unitsPerSecond) {
  const digits = String(unitsPerSecond).length - 1;
  const seconds = Math.floor(units / unitsPerSecond);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const fraction = String(units % unitsPerSecond).padStart(digits, "0");
  return `${parts.map((part) => String(part).padStart(2, "0")).join(":")}.${fraction}`;
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 * @returns {number}
 */
function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
