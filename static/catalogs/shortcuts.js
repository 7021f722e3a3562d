// @ts-check
/** Keys for a page, out of the way of fields, dialogs and the browser's own shortcuts. */

/**
 * @param {Record<string, () => void>} actions by KeyboardEvent.key; letters in lower case, and "shift+s" where that does something else than "s"
 */
export function bindShortcuts(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || (isTyping(event.target) && !isSummary(event.target))) return;
    if (document.querySelector("dialog[open]") && event.key !== "?") return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = (event.shiftKey && actions[`shift+${key}`]) || actions[key];
    if (!action || isOfControl(event)) return;
    event.preventDefault();
    action();
  });
}

/**
 * Whether keys belong to the field, list or menu that has the focus.
 * @param {EventTarget | null} target
 */
export function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement && ["checkbox", "radio", "range"].includes(target.type)) return false;
  return target.isContentEditable || target.matches("input, select, textarea, summary");
}

/**
 * Whether the key moves a slider, chooses among radio buttons, scrolls what has the focus, or opens the part under a heading.
 * @param {KeyboardEvent} event
 */
export function isOfControl({ key, target }) {
  return (key.startsWith("Arrow") && (target instanceof HTMLInputElement || scrolls(target, key))) || ([" ", "Enter"].includes(key) && isSummary(target));
}

/** @param {EventTarget | null} target @param {string} key of an arrow */
function scrolls(target, key) {
  if (!(target instanceof HTMLElement) || target.classList.contains("leaflet-container")) return false;
  const isAcross = key === "ArrowLeft" || key === "ArrowRight";
  const { overflowX, overflowY } = getComputedStyle(target);
  const isOpen = ["auto", "scroll"].includes(isAcross ? overflowX : overflowY);
  return isOpen && (isAcross ? target.scrollWidth > target.clientWidth : target.scrollHeight > target.clientHeight);
}

/** Whoever has just opened a part, such as Stretch, goes on by key. @param {EventTarget | null} target */
function isSummary(target) {
  return target instanceof HTMLElement && target.matches("summary");
}

/**
 * Opens and closes a help dialog.
 * @param {HTMLDialogElement} dialog
 * @param {HTMLElement | null} button
 */
export function helpToggle(dialog, button) {
  const toggle = () => (dialog.open ? dialog.close() : dialog.showModal());
  button?.addEventListener("click", toggle);
  return toggle;
}

/**
 * Keys that move the map.
 * @param {L.Map} map
 * @param {number} step in CSS pixels
 * @returns {Record<string, () => void>}
 */
export function panAndZoomKeys(map, step = 120) {
  return {
    "+": () => map.zoomIn(),
    "=": () => map.zoomIn(),
    "-": () => map.zoomOut(),
    ArrowLeft: () => map.panBy([-step, 0]),
    ArrowRight: () => map.panBy([step, 0]),
    ArrowUp: () => map.panBy([0, -step]),
    ArrowDown: () => map.panBy([0, step]),
  };
}
