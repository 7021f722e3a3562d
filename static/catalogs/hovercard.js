// @ts-check
/** What is shown of a source when the pointer stays on it: its cut-out, position and magnitudes. */

import { fetchSource } from "./catalogapi.js";
import { fetchColumns } from "./catalogcolumns.js";
import { readingText } from "./evidence/readings.js";
import { formatDec, formatRa } from "./sky.js";
import { sourceReadings } from "./sourcereadings.js";

const CUTOUT_PX = 64;
const CUTOUT_ZOOM = 2;
const KEPT = 200;
const NBSP = "\u00a0";
/** @type {import("./sourcereadings.js").Columns} */
const UNKNOWN = { descriptions: {}, bands: [] };

/** @typedef {import("./catalogapi.js").SourceInfo} SourceInfo */
/** @typedef {import("./sourcereadings.js").Reading} Reading */

/**
 * @param {{name: string, catalog: string}} of the catalogue's name and uuid
 * @param {import("./map.js").ViewerConfig} image
 * @param {() => string} cutoutUrl template of the rendition that is shown, with {source}
 * @returns {(number: number, signal: AbortSignal) => Promise<Node>} the card of a source
 */
export function sourceCards({ name, catalog }, image, cutoutUrl) {
  /** @type {Map<number, SourceInfo>} */
  const known = new Map();
  return async (number, signal) => {
    const describing = fetchColumns(image, catalog).catch(() => UNKNOWN); // numbers without their system are better than none
    const source = known.get(number) ?? (await fetchSource(image.sources_url, catalog, number, signal));
    known.set(number, source);
    if (known.size > KEPT) known.delete(/** @type {number} */ (known.keys().next().value));
    return card(name, source, await describing, cutoutUrl().replace("{source}", source.uuid));
  };
}

/** @param {string} name @param {SourceInfo} source @param {import("./sourcereadings.js").Columns} columns @param {string} cutout */
function card(name, source, columns, cutout) {
  const whole = made("span", "source-card");
  whole.append(picture(source, cutout), facts(name, source, columns));
  return whole;
}

/** The cut-out, and beneath it what is short. @param {SourceInfo} source @param {string} cutout */
function picture({ x_px, y_px, published_label }, cutout) {
  const side = CUTOUT_PX * CUTOUT_ZOOM;
  const column = made("div", "source-picture");
  column.append(Object.assign(new Image(side, side), { alt: "", src: `${cutout}?size=${CUTOUT_PX}&zoom=${CUTOUT_ZOOM}` }));
  column.append(made("div", "", `x${NBSP}${x_px.toFixed(1)} y${NBSP}${y_px.toFixed(1)}${NBSP}px`));
  if (published_label) column.append(made("div", "source-class", `class ${published_label}`));
  return column;
}

/** @param {string} name @param {SourceInfo} source @param {import("./sourcereadings.js").Columns} columns */
function facts(name, { number, ra_deg, dec_deg, measurements }, columns) {
  const title = made("strong", "source-title");
  title.append(made("span", "", name), " ", String(number));
  const column = made("div", "source-facts");
  column.append(title);
  if (ra_deg !== null && dec_deg !== null) column.append(made("div", "", `${formatRa(ra_deg)} ${formatDec(dec_deg)}`));
  const { magnitudes, shapes } = sourceReadings(measurements, columns);
  const table = made("div", "source-readings");
  table.append(...magnitudes.flatMap(cells));
  column.append(table, made("div", "source-shapes", shapes.map(inWords).join("  ")));
  return column;
}

/** @param {Reading} reading */
function cells(reading) {
  const { value, error, unit } = readingText(reading);
  // The blanks are for whoever copies it; a grid shows none.
  return [made("span", "source-band", reading.name), " ", made("span", "", value), " ", made("span", "muted", error), " ", made("span", "muted", unit), " "];
}

/** @param {Reading} reading */
function inWords(reading) {
  const { value, unit } = readingText(reading);
  return unit === "px" ? `${reading.name} ${value} px` : `${reading.name} ${value}`;
}

/** @param {string} kind @param {string} className @param {string} [text] */
function made(kind, className, text = "") {
  return Object.assign(document.createElement(kind), { className, textContent: text });
}
