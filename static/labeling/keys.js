// @ts-check
/** What a key means on the labelling page. No DOM: it takes the event's fields. */

/** @typedef {Pick<KeyboardEvent, "key" | "code" | "shiftKey" | "ctrlKey" | "altKey" | "metaKey" | "repeat" | "isComposing">} Key */
/** @typedef {{kind: "label", value: string, isUnsure: boolean}} LabelAction */
/**
 * @typedef {{kind: "unsure" | "skip" | "undo" | "flag" | "reason" | "comment" | "rendition" | "blink" | "softer" | "harder" | "plot" | "closer" | "examples"
 *   | "help" | "zoomIn" | "zoomOut" | "recentre" | "peek"}} PlainAction
 */

/** @type {Record<string, PlainAction["kind"]>} */
const PLAIN = {
  u: "unsure", s: "skip", z: "undo", f: "flag", c: "comment", r: "rendition", b: "blink", q: "softer", w: "harder", x: "plot", v: "closer", g: "examples",
  "?": "help", "+": "zoomIn", "=": "zoomIn", "-": "zoomOut", 0: "recentre", " ": "peek",
};

/**
 * @param {Key} event
 * @param {{value: string, hot_key: string}[]} labels
 * @returns {LabelAction | PlainAction | null} null for keys that mean nothing here, held-down keys and the browser's own
 */
export function actionOf(event, labels) {
  if (event.repeat || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return null;
  const label = labels.find(({ hot_key }) => isHotKey(event, hot_key));
  if (label) return { kind: "label", value: label.value, isUnsure: event.shiftKey };
  const kind = PLAIN[event.key.toLowerCase()];
  if (kind === "flag" && event.shiftKey) return { kind: "reason" };
  return kind ? { kind } : null;
}

/**
 * Digits go by the key's place: Shift+1 types "!" on one keyboard and "1" on another.
 * @param {Key} event
 * @param {string} hotKey
 */
function isHotKey(event, hotKey) {
  if (/^\d$/.test(hotKey) && event.code) return event.code === `Digit${hotKey}` || event.code === `Numpad${hotKey}`;
  return event.key.toLowerCase() === hotKey.toLowerCase();
}
