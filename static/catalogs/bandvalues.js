// @ts-check
/** The value of every band in the pixel under the cursor, asked for when the cursor rests. */

import { fromMap } from "./pixels.js";
import { unitText } from "./evidence/readings.js";

const REST_MS = 90;

/** @typedef {{name: string, unit: string, value: number | null}} PixelValue */

/**
 * @param {L.Map} map
 * @param {(xPx: number, yPx: number, signal: AbortSignal) => Promise<PixelValue[]>} fetchValues
 * @param {number} heightPx
 * @param {HTMLElement} row filled with a name and a value for each band
 */
export function addBandValues(map, fetchValues, heightPx, row) {
  let timer = 0;
  let asked = new AbortController();
  let pixel = "";
  const ask = (/** @type {number} */ xPx, /** @type {number} */ yPx) => {
    asked.abort();
    asked = new AbortController();
    fetchValues(xPx, yPx, asked.signal).then(
      (values) => write(row, values),
      (error) => error.name !== "AbortError" && row.replaceChildren(),
    );
  };
  map.on("mousemove click", (event) => {
    const { lat, lng } = /** @type {L.LeafletMouseEvent} */ (event).latlng;
    const { xPx, yPx } = fromMap(lat, lng, heightPx);
    const under = `${Math.round(xPx)},${Math.round(yPx)}`;
    if (under === pixel) return;
    pixel = under;
    row.classList.add("is-stale");
    clearTimeout(timer);
    timer = window.setTimeout(() => ask(xPx, yPx), REST_MS);
  });
  map.on("mouseout", () => {
    clearTimeout(timer);
    asked.abort();
    pixel = "";
    row.classList.add("is-stale");
  });
}

/** @param {HTMLElement} row @param {PixelValue[]} values */
function write(row, values) {
  row.classList.remove("is-stale");
  row.replaceChildren(...values.map(({ name, unit, value }) => {
    const cell = document.createElement("div");
    const units = Object.assign(document.createElement("dd"), { className: "muted", textContent: value === null ? "" : unitText(unit) });
    cell.append(
      Object.assign(document.createElement("dt"), { textContent: name }),
      Object.assign(document.createElement("dd"), { textContent: valueText(value) }),
      units,
    );
    return cell;
  }));
}

/** @param {number | null} value @returns {string} five digits; "no data" for null */
export function valueText(value) {
  if (value === null) return "no data";
  const size = Math.abs(value);
  const text = value === 0 || (size >= 1e-3 && size < 1e6) ? value.toPrecision(5).slice(0, 9) : value.toExponential(3);
  return text.replace(/^-/, "−");
}
