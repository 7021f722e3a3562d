// @ts-check
/** A view as text behind a page's "#", such as "#x=512.00&y=300.00&zoom=1&rendition=hst-colour&grid=on". No DOM. */

/**
 * @typedef {object} View
 * @property {number} xPx at the middle of the map
 * @property {number} yPx
 * @property {number} zoom 0 is one image pixel a screen pixel, one more is twice as large
 * @property {string} rendition its slug
 * @property {Record<string, string>} more what else is not as usual, by name
 */

const OWN = ["x", "y", "zoom", "rendition"];

/** @param {View} view */
export function viewHash({ xPx, yPx, zoom, rendition, more }) {
  const said = Object.entries({ x: xPx.toFixed(2), y: yPx.toFixed(2), zoom: String(Number(zoom.toFixed(4))), rendition, ...more });
  return `#${said.filter(([, text]) => text).map(([name, text]) => `${name}=${readable(text)}`).join("&")}`;
}

/** @param {string} hash @returns {View | null} null where it names no view */
export function parseViewHash(hash) {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  const [xPx, yPx, zoom] = ["x", "y", "zoom"].map((name) => Number(said.get(name) ?? Number.NaN));
  if (![xPx, yPx, zoom].every(Number.isFinite)) return null;
  return { xPx, yPx, zoom, rendition: said.get("rendition") ?? "", more: Object.fromEntries([...said].filter(([name]) => !OWN.includes(name))) };
}

/** Escaped, but for signs that an address may hold as they are. @param {string} text */
function readable(text) {
  return encodeURIComponent(text).replace(/%(?:2C|3A|3B|40)/g, decodeURIComponent);
}
