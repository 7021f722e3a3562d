// @ts-check
/** What is shown of a source when the pointer stays on it: its cut-out, position and magnitudes. */

import { fetchCard } from "./catalogapi.js";
import { readingText } from "./evidence/readings.js";
import { formatDec, formatRa } from "./sky.js";

const CUTOUT_PX = 64;
const CUTOUT_ZOOM = 2;
const KEPT = 200;
const NBSP = "\u00a0";

/** @typedef {import("./catalogapi.js").SourceInfo} SourceInfo */

/**
 * @param {string} name of the catalogue
 * @param {string} url of it
 * @param {() => string} cutoutUrl template of the rendition that is shown, with {source}
 * @returns {(number: number, signal: AbortSignal) => Promise<Node>} the card of a source
 */
export function sourceCards(name, url, cutoutUrl) {
  /** @type {Map<number, SourceInfo>} */
  const known = new Map();
  return async (number, signal) => {
    const source = known.get(number) ?? (await fetchCard(url, number, signal));
    known.set(number, source);
    if (known.size > KEPT) known.delete(/** @type {number} */ (known.keys().next().value));
    return card(name, source, cutoutUrl().replace("{source}", source.uuid));
  };
}

/** @param {string} name @param {SourceInfo} source @param {string} cutout */
function card(name, source, cutout) {
  const whole = made("span", "source-card");
  whole.append(picture(source, cutout), facts(name, source));
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

/** @param {string} name @param {SourceInfo} source */
function facts(name, { number, ra_deg, dec_deg, readings }) {
  const title = made("strong", "source-title");
  title.append(made("span", "", name), " ", String(number));
  const column = made("div", "source-facts");
  column.append(title);
  if (ra_deg !== null && dec_deg !== null) column.append(made("div", "", `${formatRa(ra_deg)} ${formatDec(dec_deg)}`));
  const table = made("div", "source-readings");
  table.append(...readings.flatMap(cells));
  column.append(table);
  return column;
}

/** @param {import("./evidence/readings.js").Reading} reading */
function cells(reading) {
  const { value, error, unit } = readingText(reading);
  // The blanks are for whoever copies it; a grid shows none.
  return [made("span", "source-band", reading.name), " ", made("span", "", value), " ", made("span", "muted", error), " ", made("span", "muted", unit), " "];
}

/** @param {string} kind @param {string} className @param {string} [text] */
function made(kind, className, text = "") {
  return Object.assign(document.createElement(kind), { className, textContent: text });
}
