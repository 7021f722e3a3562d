// @ts-check
/** Catalogues and their sources from the server. No DOM. */

/** @typedef {{x0: number, y0: number, x1: number, y1: number}} Box in image pixels */
/** @typedef {{n_sources: number, by_label: Record<string, number>, sources: {number: number, x_px: number, y_px: number, ra_deg: number | null, dec_deg: number | null, label: string}[]}} Found */
/** @typedef {{uuid: string, number: number, x_px: number, y_px: number, ra_deg: number | null, dec_deg: number | null, published_label: string, readings: import("./evidence/readings.js").Reading[]}} SourceInfo */
/** @typedef {{number: number[], x_px: number[], y_px: number[], label: string[], n_sources: number, is_complete: boolean}} Places */

/**
 * The address of a catalogue.
 * @param {string} catalogsUrl of the galaxy's catalogues
 * @param {string} uuid
 */
export function catalogUrl(catalogsUrl, uuid) {
  const [list] = catalogsUrl.split("?");
  return `${list}${encodeURIComponent(uuid)}/`;
}

/** The address of a catalogue's places, as `catalogUrl`. @param {string} catalogsUrl @param {string} uuid */
export function placesUrl(catalogsUrl, uuid) {
  return `${catalogUrl(catalogsUrl, uuid)}places/`;
}

/**
 * At most so many sources of a catalogue or a round, evenly over their numbers.
 * @param {string} url of their places
 * @param {number} sample
 * @returns {Promise<Places>}
 */
export async function fetchSample(url, sample) {
  return fetchJson(`${url}?sample=${sample}`);
}

/**
 * The sources in a box of image pixels.
 * @param {string} url of their places
 * @param {Box} box
 * @returns {Promise<Places>}
 */
export async function fetchBox(url, { x0, y0, x1, y1 }) {
  return fetchJson(`${url}?bbox=${x0},${y0},${x1},${y1}`);
}

/**
 * The source with a number.
 * @param {string} url of their places
 * @param {number} number
 * @returns {Promise<Places>} of one source or none
 */
export async function fetchNumbered(url, number) {
  return fetchJson(`${url}?number=${number}`);
}

/**
 * @param {string} url
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
async function fetchJson(url, signal) {
  const response = await fetch(url, { signal, headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.json();
}

/**
 * @param {string} url of a galaxy's values
 * @returns {(xPx: number, yPx: number, signal: AbortSignal) => Promise<import("./bandvalues.js").PixelValue[]>}
 */
export function fetchPixelValues(url) {
  return async (xPx, yPx, signal) => {
    const response = await fetch(`${url}?x_px=${xPx.toFixed(2)}&y_px=${yPx.toFixed(2)}`, { signal, headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`values: the server answered ${response.status}`);
    return response.json();
  };
}

/**
 * Where an object of a name is.
 * @param {string} url of the names
 * @param {string} name
 * @returns {Promise<{raDeg: number, decDeg: number} | string>} or why it is not known
 */
export async function fetchPlaceOf(url, name) {
  const response = await fetch(`${url}?name=${encodeURIComponent(name)}`, { headers: { Accept: "application/json" } });
  if (response.status === 401) return "Log in to look a name up, or write coordinates.";
  const { ra_deg, dec_deg, detail } = await response.json();
  return response.ok ? { raDeg: ra_deg, decDeg: dec_deg } : detail;
}

/**
 * The catalogue's sources inside a polygon.
 * @param {string} placesUrl of the catalogue's places
 * @param {string} polygon x0,y0,x1,y1,... in pixels
 * @returns {Promise<Found>}
 */
export async function fetchInside(placesUrl, polygon) {
  return fetchJson(`${placesUrl.replace(/places\/$/, "inside/")}?polygon=${polygon}`);
}

/**
 * The source with a number, and what the catalogue says of it.
 * @param {string} url of the catalogue
 * @param {number} number
 * @param {AbortSignal} signal
 * @returns {Promise<SourceInfo>}
 */
export async function fetchCard(url, number, signal) {
  return fetchJson(`${url}card/?number=${number}`, signal);
}
