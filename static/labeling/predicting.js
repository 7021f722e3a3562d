// @ts-check
/** Follows the model in a round that shows predictions. Only such a round's page loads this: see label.js. */

import { LiveTopic } from "../galaxycat/livetopic.js";
import { PredictionPanel } from "./predictionpanel.js";

/**
 * @param {import("./desk.js").Desk} desk
 * @param {{predictions_url: string, predictions_topic: string, labels: import("./panel.js").LabelInfo[]}} config
 */
export function followPredictions(desk, config) {
  const panel = new PredictionPanel(config.predictions_url, config.labels);
  const refresh = () => void panel.predictions.refresh();
  desk.showPredictions(panel);
  // On each joining too: what changed between the first answer and then would be missed.
  new LiveTopic({ topic: config.predictions_topic, onEvents: refresh, onState: (state) => state === "live" && refresh() }).start();
  // Tokens grow old; a page that was put aside comes back with fresh ones.
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
}
