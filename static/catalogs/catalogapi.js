// @ts-check
/** Catalogues and their sources from the server. No DOM. */

/** @typedef {{uuid: string, name: string, kind: "detected" | "reference", n_sources: number}} CatalogInfo */
/** @typedef {{number: number[], x_px: number[], y_px: number[], label: string[], is_complete: boolean}} Places */

/**
 * @param {string} catalogsUrl of the galaxy's catalogues
 * @returns {Promise<CatalogInfo[]>}
 */
export async function fetchCatalogs(catalogsUrl) {
  const page = await fetchJson(`${catalogsUrl}&limit=1000`);
  return page.results;
}

/**
 * Where a catalogue's sources are.
 * @param {string} catalogsUrl
 * @param {string} uuid
 * @returns {Promise<Places>}
 */
export async function fetchPlaces(catalogsUrl, uuid) {
  const [list] = catalogsUrl.split("?");
  return fetchJson(`${list}${encodeURIComponent(uuid)}/places/`);
}

/**
 * @param {string} url
 * @returns {Promise<any>}
 */
async function fetchJson(url) {
  const response = await fetch(url, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.json();
}
