/** The round's page while votes come in: results fetched again when a vote came. */

import { liveSign } from "../galaxycat/livesign.js";
import { LiveTopic } from "../galaxycat/livetopic.js";
import { paced } from "../galaxycat/pace.js";
import { updateParts } from "../galaxycat/parts.js";

const PAUSE_MS = 500;

/**
 * @param {HTMLElement} sign says whether the page is live, and knows the topic and the results' address
 * @param {HTMLElement} results
 */
function follow(sign, results) {
  const refresh = paced(async () => {
    // The page's own filter and page number.
    const response = await fetch(`${sign.dataset.results}${location.search}`, { headers: { Accept: "text/html" } });
    if (response.ok && !response.redirected) updateParts(results, await response.text());
  }, PAUSE_MS);

  const show = liveSign(sign);
  new LiveTopic({
    topic: sign.dataset.topic ?? "",
    onEvents: refresh,
    onState(state) {
      show(state);
      // Votes may have come while the page was away.
      if (state === "live") refresh();
    },
  }).start();
}

const sign = document.getElementById("live");
const results = document.getElementById("results");
if (sign && results) follow(sign, results);
