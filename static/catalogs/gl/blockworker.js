// @ts-check
/** A worker that fetches blocks, decodes them, and keeps those used last whatever they were shown in. */

import { RecentlyUsed, undoDifferences } from "./blocks.js";

/** @typedef {{id: number, url?: string}} Order without a URL: nobody waits for this id any more */
/** @typedef {{id: number, codes?: Uint16Array, error?: string}} Delivery */

const MOST_BYTES = 192 * 2 ** 20;

/** @type {RecentlyUsed<Uint16Array>} */
const kept = new RecentlyUsed(MOST_BYTES);
/** @type {Map<string, {ids: Set<number>, abort: AbortController}>} by URL */
const underWay = new Map();

self.addEventListener("message", ({ data }) => {
  const { id, url } = /** @type {Order} */ (data);
  if (url === undefined) cancel(id);
  else order(id, url);
});

/**
 * @param {number} id
 * @param {string} url
 */
function order(id, url) {
  const codes = kept.get(url);
  const waiting = underWay.get(url);
  if (codes) deliver({ id, codes });
  else if (waiting) waiting.ids.add(id);
  else void fetchBlock(id, url);
}

/**
 * @param {number} id of the first who wants it
 * @param {string} url
 */
async function fetchBlock(id, url) {
  const waiting = { ids: new Set([id]), abort: new AbortController() };
  underWay.set(url, waiting);
  /** @type {{codes?: Uint16Array, error?: string}} */
  const result = await fetchCodes(url, waiting.abort.signal).then((codes) => ({ codes }), (error) => ({ error: String(error) }));
  if (underWay.get(url) === waiting) underWay.delete(url);
  if (result.codes && !kept.has(url)) kept.put(url, result.codes);
  for (const each of waiting.ids) deliver({ id: each, ...result });
}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 */
async function fetchCodes(url, signal) {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return undoDifferences(await answer.arrayBuffer()); // the browser has inflated it
}

/** @param {number} id */
function cancel(id) {
  for (const [url, { ids, abort }] of underWay) {
    if (!ids.delete(id) || ids.size) continue;
    underWay.delete(url);
    abort.abort();
  }
}

/** @param {Delivery} delivery a copy goes out: what is kept stays here */
function deliver(delivery) {
  self.postMessage(delivery);
}
