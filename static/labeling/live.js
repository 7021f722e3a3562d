/** The round's page while votes come in: results fetched again when the socket says that something changed. */

import { paced } from "./pace.js";
import { updateParts } from "./parts.js";
import { stayConnected } from "./socket.js";

const PAUSE_MS = 500;
const WORDS = { live: "live", reconnecting: "reconnecting", refused: "not live: reload the page" };

/**
 * @param {HTMLElement} sign says whether the page is live, and knows both addresses
 * @param {HTMLElement} results
 */
function follow(sign, results) {
  const socketUrl = new URL(sign.dataset.socket ?? "", location.href);
  socketUrl.protocol = location.protocol === "https:" ? "wss:" : "ws:";

  const refresh = paced(async () => {
    // The page's own filter and page number.
    const response = await fetch(`${sign.dataset.results}${location.search}`, { headers: { Accept: "text/html" } });
    if (response.ok && !response.redirected) updateParts(results, await response.text());
  }, PAUSE_MS);

  stayConnected(socketUrl.href, {
    // "joined" too: votes may have come while the page was away.
    onMessage: refresh,
    onState(state) {
      sign.dataset.state = state;
      sign.textContent = WORDS[state];
    },
  });
}

const sign = document.getElementById("live");
const results = document.getElementById("results");
if (sign && results) follow(sign, results);
