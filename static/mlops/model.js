/** The model page: its tables fetched again when a topic of the galaxy says that a model or an encoder came. */

import { liveSign } from "../galaxycat/livesign.js";
import { LiveTopic } from "../galaxycat/livetopic.js";
import { paced } from "../galaxycat/pace.js";
import { updateParts } from "../galaxycat/parts.js";

const PAUSE_MS = 1000;
/**
 * @param {HTMLElement} sign says whether the page is live
 * @param {HTMLElement} state what is replaced
 * @param {string[]} topics
 */
function follow(sign, state, topics) {
  const refresh = paced(async () => {
    const response = await fetch(sign.dataset.stateUrl ?? "", { headers: { Accept: "text/html" } });
    if (response.ok && !response.redirected) updateParts(state, await response.text());
  }, PAUSE_MS);
  for (const topic of topics) {
    new LiveTopic({ topic, onEvents: refresh, onState: liveSign(sign) }).start();
  }
}

const sign = document.getElementById("live");
const state = document.getElementById("state");
const topics = JSON.parse(document.getElementById("topics")?.textContent ?? "[]");
if (sign && state) follow(sign, state, topics);
