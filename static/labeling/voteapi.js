// @ts-check
/** Posts to the API. No DOM. */

const TIMEOUT_MS = 20_000;

/**
 * @param {string} url
 * @param {object} body
 * @param {string} csrfToken
 * @param {boolean} [outlives] whether closing the page does not cut it off: for small bodies
 * @returns {Promise<import("./verdict.js").Answer>} rejects without a connection, and when no answer comes in time
 */
export async function postJson(url, body, csrfToken, outlives = false) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken },
    body: JSON.stringify(body),
    keepalive: outlives,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  return { status: response.status, body: parsed(text) };
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a page of a proxy in between
  }
}
