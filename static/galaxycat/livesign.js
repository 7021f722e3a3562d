// @ts-check
/** The sign that says whether a page is live: an element of class `live`. */

/** @typedef {import("./livetopic.js").LiveState} LiveState */

/** @type {Record<LiveState, string>} */
const WORDS = { connecting: "connecting", live: "live", offline: "reconnecting", refused: "not live: reload the page" };

/**
 * @param {HTMLElement} sign
 * @returns {(state: LiveState) => void}
 */
export function liveSign(sign) {
  return (state) => {
    // An attempt to come back is not news: the page stays offline until it is live.
    if (state === "connecting" && sign.dataset.state === "offline") return;
    sign.dataset.state = state;
    sign.textContent = WORDS[state];
  };
}
