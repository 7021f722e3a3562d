// @ts-check
/** A form's content on its way to the server, counted as it goes. No DOM. */

/** @typedef {{status: number, url: string, location: string | null, html: string}} Answer `url`: where redirects led */

/**
 * @param {string} url
 * @param {FormData} body
 * @param {object} how
 * @param {"check" | "send"} how.step of the upload, as the view `ingest` knows them
 * @param {AbortSignal} how.signal
 * @param {(sent: number, total: number) => void} [how.onSent] bytes
 * @returns {Promise<Answer>} rejects where the connection broke or `signal` aborted
 */
export function post(url, body, { step, signal, onSent }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch does not say how much is sent
    request.open("POST", url);
    request.setRequestHeader("X-Upload", step);
    request.onload = () =>
      resolve({
        status: request.status, url: request.responseURL,
        location: request.getResponseHeader("Location"), html: request.responseText,
      });
    request.onerror = () => reject(new Error("the connection was lost"));
    request.onabort = () => reject(signal.reason);
    if (onSent) request.upload.onprogress = ({ loaded, total }) => onSent(loaded, total);
    signal.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

/** @param {FormData} content @returns {FormData} with the names of its files instead of them */
export function withoutFiles(content) {
  const names = new FormData();
  for (const [field, value] of content) names.append(field, value instanceof File ? value.name : value);
  return names;
}
