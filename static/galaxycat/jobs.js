// @ts-check
/** The jobs pages while jobs run: fetched again when a job moved, and times that count on in between. */

import { paced } from "./pace.js";
import { updateParts } from "./parts.js";
import { duration } from "./duration.js";
import { liveSign } from "./livesign.js";
import { LiveTopic } from "./livetopic.js";

const PAUSE_MS = 500;

/**
 * @param {HTMLElement} sign says whether the page is live, and knows the topics
 * @param {HTMLElement} container
 */
function follow(sign, container) {
  const refresh = paced(async () => {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (response.ok && !response.redirected) updateParts(container, await response.text());
  }, PAUSE_MS);
  const show = liveSign(sign);
  for (const topic of (sign.dataset.topics ?? "").split(" ").filter(Boolean)) {
    new LiveTopic({
      topic,
      onEvents: refresh,
      onState(state) {
        show(state);
        // Jobs may have moved while the page was away.
        if (state === "live") refresh();
      },
    }).start();
  }
}

/** @type {WeakMap<HTMLElement, number>} element -> when it was first seen, in milliseconds */
const seen = new WeakMap();

/** Count on from what the server wrote. */
function tick() {
  for (const element of document.querySelectorAll("[data-elapsed-s]")) {
    if (!(element instanceof HTMLElement)) continue;
    if (!seen.has(element)) seen.set(element, performance.now());
    const since = (performance.now() - (seen.get(element) ?? 0)) / 1000;
    element.textContent = duration(Math.round(Number(element.dataset.elapsedS) + since));
  }
}

const sign = document.getElementById("live");
const container = document.getElementById("jobs");
if (sign && container) follow(sign, container);
setInterval(tick, 1000);
