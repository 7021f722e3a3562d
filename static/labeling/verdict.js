// @ts-check
/** What a server's answer means for what was sent. No DOM, no network. */

/** @typedef {{status: number, body: any}} Answer status 0 where there was none */
/** @typedef {"saved" | "retry" | "login" | "refused"} Verdict */

// Django REST framework answers 403 to a session that ended and to a stale CSRF token; our own refusals say other things.
const LOGGED_OUT = /authentication credentials|csrf|invalid token/i;
const PASSES_BY_ITSELF = [408, 425, 429];

/**
 * @param {Answer} answer
 * @returns {Verdict}
 */
export function verdictOf({ status, body }) {
  if (status === 200 || status === 201) return "saved";
  if (status === 401 || (status === 403 && LOGGED_OUT.test(reasonOf(body)))) return "login";
  if (status >= 400 && status < 500 && !PASSES_BY_ITSELF.includes(status)) return "refused";
  return "retry";
}

/**
 * The server's reason in one line: `detail`, or each field's first complaint.
 * @param {any} body
 * @returns {string}
 */
export function reasonOf(body) {
  if (typeof body?.detail === "string") return body.detail;
  if (body && typeof body === "object") {
    return Object.entries(body).map(([field, complaint]) => `${field}: ${[complaint].flat()[0]}`).join("; ");
  }
  return "";
}

/**
 * Seconds to wait before the next try, doubling to half a minute.
 * @param {number} failures in a row, from 1
 */
export function backOffSeconds(failures) {
  return Math.min(2 ** (failures - 1), 30);
}
