// @ts-check
/** The value of every band in the pixel that the bar above reads, asked for when cursor and map rest. */

import { fromMap } from "./pixels.js";
import { unitText } from "./evidence/readings.js";

const REST_MS = 90;

/** @typedef {{name: string, unit: string, value: number | null, is_measured: boolean}} PixelValue */

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
    asked = new AbortController();
    fetchValues(xPx, yPx, asked.signal).then(
      (values) => write(row, values),
      (error) => {
        if (error.name === "AbortError") return;
        pixel = ""; // asked again at the next move
        row.replaceChildren(Object.assign(document.createElement("dd"), { className: "muted", textContent: `Values not read (${error.message}). Move to read them again.` }));
      },
    );
  };
  const look = (/** @type {L.LatLng} */ { lat, lng }) => {
    const { xPx, yPx } = fromMap(lat, lng, heightPx);
    const under = `${Math.round(xPx)},${Math.round(yPx)}`;
    if (under === pixel) return;
    pixel = under;
    asked.abort(); // or the pixel before would still be written, as if of this one
    row.classList.add("is-stale");
    clearTimeout(timer);
    timer = window.setTimeout(() => ask(xPx, yPx), REST_MS);
  };
  map.on("mousemove click", (event) => look(/** @type {L.LeafletMouseEvent} */ (event).latlng));
  map.on("mouseout moveend", () => look(map.getCenter()));
  look(map.getCenter());
}

/** @param {HTMLElement} row @param {PixelValue[]} values */
function write(row, values) {
  row.classList.remove("is-stale");
  row.replaceChildren(...values.map(({ name, unit, value, is_measured: isMeasured }) => {
    const cell = document.createElement("div");
    const units = Object.assign(document.createElement("dd"), { className: "muted", textContent: value === null ? "" : unitText(unit) });
    if (!isMeasured) cell.title = "Of an image made of bands: as its picture keeps it, to a thousandth of its noise";
    cell.append(
      Object.assign(document.createElement("dt"), { textContent: name }),
      Object.assign(document.createElement("dd"), { textContent: (isMeasured || value === null ? "" : "≈ ") + valueText(value) }),
      units,
    );
    return cell;
  }));
}

/** @param {number | null} value @returns {string} five digits; "no data" for null */
export function valueText(value) {
  if (value === null) return "no data";
  const size = Math.abs(value);
  const text = size === 0 || (size >= 1e-3 && size < 1e6) ? size.toPrecision(5) : size.toExponential(3);
  return value < 0 ? `−${text}` : text;
}
