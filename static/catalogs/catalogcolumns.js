// @ts-check
/** What a catalogue's columns are, and its galaxy's bands, from the server; asked for once. No DOM. */

import { catalogUrl, fetchJson } from "./catalogapi.js";

/** @typedef {import("./sourcereadings.js").Columns} Columns */

/** @type {Map<string, Promise<any>>} by address */
const asked = new Map();

/**
 * @param {{catalogs_url: string, galaxy_url: string}} image
 * @param {string} catalog its uuid
 * @returns {Promise<Columns>}
 */
export async function fetchColumns(image, catalog) {
  const [{ descriptions }, { bands }] = await Promise.all([once(catalogUrl(image.catalogs_url, catalog)), once(image.galaxy_url)]);
  return { descriptions, bands };
}

/** @param {string} url */
function once(url) {
  const known = asked.get(url);
  if (known) return known;
  const answer = fetchJson(url);
  asked.set(url, answer);
  answer.catch(() => asked.delete(url)); // asked anew the next time
  return answer;
}
