// @ts-check
/** Regions over the API. */

import { after, csrfToken } from "../../galaxycat/browser.js";

const TIMEOUT_MS = 20_000;

/**
 * @param {string} url of the regions
 * @param {string} galaxy its slug
 * @returns {import("./store.js").Server}
 */
export function regionServer(url, galaxy) {
  return {
    after,
    async list() {
      const { status, body } = await ask("GET", `${url}?galaxy=${encodeURIComponent(galaxy)}&limit=1000`);
      if (status >= 400) throw new Error(`the server answered ${status}`);
      return body.results;
    },
    create: (uuid, { shape, label }) => ask("POST", url, { uuid, galaxy, shape, label }),
    change: (uuid, version, change) => ask("PATCH", `${url}${uuid}/`, { version, ...change }),
  };
}

/** @param {string} method @param {string} url @param {object} [body] */
async function ask(method, url, body) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() };
  const response = await fetch(url, { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(TIMEOUT_MS) });
  return { status: response.status, body: await response.json().catch(() => null) };
}
