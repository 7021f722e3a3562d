// @ts-check
/** What is shown of a source when the pointer stays on it: its cut-out, position and magnitudes. */

import { fetchSource } from "./catalogapi.js";
import { formatDec, formatRa } from "./sky.js";

const CUTOUT_PX = 64;
const CUTOUT_ZOOM = 2;
const MOST_READINGS = 6;
const KEPT = 200;
const NAMES = /^(mag_(?!err)[a-z0-9]+|concentration_index|fwhm_px)$/i;

/**
 * @param {{name: string, catalog: string}} of the catalogue's name and uuid
 * @param {string} sourcesUrl of the API
 * @param {() => string} cutoutUrl template of the rendition that is shown, with {source}
 * @returns {(number: number, signal: AbortSignal) => Promise<Node>} the card of a source
 */
export function sourceCards({ name, catalog }, sourcesUrl, cutoutUrl) {
  /** @type {Map<number, import("./catalogapi.js").SourceInfo>} */
  const known = new Map();
  return async (number, signal) => {
    const source = known.get(number) ?? (await fetchSource(sourcesUrl, catalog, number, signal));
    known.set(number, source);
    if (known.size > KEPT) known.delete(/** @type {number} */ (known.keys().next().value));
    return card(name, source, cutoutUrl().replace("{source}", source.uuid));
  };
}

/** @param {string} name @param {import("./catalogapi.js").SourceInfo} source @param {string} cutout */
function card(name, source, cutout) {
  const side = CUTOUT_PX * CUTOUT_ZOOM;
  const image = Object.assign(new Image(side, side), { alt: "", src: `${cutout}?size=${CUTOUT_PX}&zoom=${CUTOUT_ZOOM}` });
  const facts = document.createElement("div");
  const title = Object.assign(document.createElement("strong"), { textContent: `${name} ${source.number}` });
  facts.append(title);
  if (source.published_label) facts.append(line(`class ${source.published_label}`));
  if (source.ra_deg !== null && source.dec_deg !== null) facts.append(line(`${formatRa(source.ra_deg)} ${formatDec(source.dec_deg)}`));
  facts.append(line(`x ${source.x_px.toFixed(1)} y ${source.y_px.toFixed(1)} px`));
  const readings = Object.entries(source.measurements).filter(([key, value]) => NAMES.test(key) && typeof value === "number");
  for (const [key, value] of readings.slice(0, MOST_READINGS)) facts.append(line(`${key} ${Number(value).toFixed(2)}`));
  const whole = Object.assign(document.createElement("span"), { className: "source-card" });
  whole.append(image, facts);
  return whole;
}

/** @param {string} text */
function line(text) {
  return Object.assign(document.createElement("div"), { textContent: text, className: "numeric" });
}
