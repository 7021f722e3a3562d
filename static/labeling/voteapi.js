// @ts-check
/** Posts to the API. No DOM. */

const TIMEOUT_MS = 20_000;

/**
 * @param {string} url
 * @param {object} body
 * @param {string} csrfToken
 * @returns {Promise<import("./verdict.js").Answer>} rejects without a connection, and when no answer comes in time
 */
export async function postJson(url, body, csrfToken) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken },
    body: JSON.stringify(body),
    keepalive: true, // a vote on its way is not cut off by closing the page
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
