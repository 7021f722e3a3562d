// @ts-check
/**
 * Drawing one shape on the map by mouse, finger, pen or key. While it draws, the map does not move under the pointer; the wheel
 * and the arrow keys still move it.
 */

import { fromMap, toMap } from "./pixels.js";
import { dragged, outline } from "./regions/shapes.js";

/** @typedef {import("./regions/shapes.js").Kind} Kind */
/** @typedef {import("./regions/shapes.js").Shape} Shape */
/** @typedef {import("./regions/shapes.js").Place} Place */

const LEAST_DRAG_SCREEN = 4;
const CLOSING_SCREEN = 12;
const CLICK_MS = 60;
const STOPPED = ["pointerdown", "pointermove", "pointerup", "mousedown", "touchstart", "click", "dblclick"];
/** @type {Record<Kind, string>} */
const HINTS = {
  point: "Click a place",
  circle: "Drag from the centre outwards",
  ellipse: "Drag from the centre outwards",
  box: "Drag from corner to corner",
  polygon: "Click the corners; click the first one again, or Enter, to close; Backspace takes one back",
};

export class DrawTool {
  #corners = /** @type {Place[]} */ ([]);
  #from = /** @type {Place | null} */ (null);
  #preview = L.polyline([], { color: "#ffffff", weight: 2, dashArray: "5 4", interactive: false });
  #hint = Object.assign(document.createElement("p"), { className: "draw-hint small" });
  #done = /** @type {((shape: Shape | null) => void) | null} */ (null);
  #kind = /** @type {Kind} */ ("point");

  /**
   * @param {L.Map} map
   * @param {number} heightPx of the image
   */
  constructor(map, heightPx) {
    this.map = map;
    this.heightPx = heightPx;
    this.#hint.setAttribute("role", "status");
  }

  get isActive() {
    return this.#done !== null;
  }

  /**
   * Let the person draw one shape; what was being drawn before is called off.
   * @param {Kind} kind
   * @returns {Promise<Shape | null>} null when it is called off
   */
  draw(kind) {
    this.cancel();
    this.#kind = kind;
    const container = this.map.getContainer();
    container.classList.add("is-drawing");
    this.map.dragging.disable();
    this.map.closePopup(); // it would lie over what is drawn
    this.#preview.setLatLngs([]).addTo(this.map);
    this.#hint.textContent = `${HINTS[kind]}. Esc calls it off${kind === "polygon" ? "" : "; Enter puts it in the middle"}.`;
    container.append(this.#hint);
    for (const type of STOPPED) container.addEventListener(type, this, { capture: true });
    document.addEventListener("keydown", this, { capture: true });
    return new Promise((resolve) => (this.#done = resolve));
  }

  cancel() {
    this.#finish(null);
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (event instanceof KeyboardEvent) return this.#onKey(event);
    if (isOnControl(event)) return;
    event.stopPropagation();
    if (event.type === "mousedown") event.preventDefault(); // or the browser drags the tile away as a picture
    if (!(event instanceof PointerEvent) || !event.isPrimary) return;
    const place = this.#placeOf(event);
    if (event.type === "pointerdown" && event.button === 0) {
      this.#from = place;
      this.map.getContainer().setPointerCapture(event.pointerId); // a drag may end beside the map, or over its controls
    }
    if (event.type === "pointermove") this.#show(place);
    if (event.type === "pointerup" && this.#from) this.#release(place);
  }

  /** @param {Place} place */
  #release(place) {
    const from = /** @type {Place} */ (this.#from);
    this.#from = null;
    if (this.#kind === "polygon") return this.#addCorner(place);
    if (this.#kind === "point") return this.#finish(dragged("point", place, place));
    if (this.#screenDistance(from, place) >= LEAST_DRAG_SCREEN) this.#finish(dragged(this.#kind, from, place));
  }

  /** @param {Place} place */
  #addCorner(place) {
    const [first] = this.#corners;
    const last = this.#corners.at(-1);
    if (this.#corners.length >= 3 && this.#screenDistance(first, place) < CLOSING_SCREEN) return this.#close();
    // The second click of a double click closes too.
    if (last && this.#screenDistance(last, place) < LEAST_DRAG_SCREEN) return this.#corners.length >= 3 ? this.#close() : undefined;
    this.#corners.push([Math.round(place[0] * 100) / 100, Math.round(place[1] * 100) / 100]);
    this.#show(place);
  }

  #close() {
    if (this.#corners.length >= 3) this.#finish({ kind: "polygon", corners: this.#corners });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (!["Escape", "Enter", "Backspace"].includes(event.key)) return;
    if (event.target instanceof HTMLElement && event.target.matches("input, textarea, select")) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") this.cancel();
    else if (event.key === "Backspace") this.#takeBack();
    else if (this.#kind === "polygon" && this.#corners.length) this.#close();
    else this.#inTheMiddle();
  }

  #takeBack() {
    this.#corners.pop();
    this.#preview.setLatLngs(this.#corners.map(([x, y]) => toMap(x, y, this.heightPx))); // the pointer may rest
  }

  /** For the keyboard: a shape of a quarter of the view, to be moved and resized by key. */
  #inTheMiddle() {
    const middle = this.map.getCenter();
    const { xPx, yPx } = fromMap(middle.lat, middle.lng, this.heightPx);
    const reach = Math.min(this.map.getSize().x, this.map.getSize().y) / 8 / this.map.getZoomScale(this.map.getZoom(), 0);
    const isBetween = this.#kind === "box" || this.#kind === "polygon";
    this.#finish(dragged(this.#kind, isBetween ? [xPx - reach, yPx - reach] : [xPx, yPx], [xPx + reach, yPx + reach]));
  }

  /** @param {Place} place under the pointer */
  #show(place) {
    const corners = this.#kind === "polygon" ? [...this.#corners, place] : this.#from ? outline(dragged(this.#kind, this.#from, place)) : [];
    const isClosed = this.#kind !== "polygon" && corners.length > 0;
    this.#preview.setLatLngs((isClosed ? [...corners, corners[0]] : corners).map(([x, y]) => toMap(x, y, this.heightPx)));
  }

  /** @param {Shape | null} shape */
  #finish(shape) {
    const done = this.#done;
    if (!done) return;
    this.#done = null;
    const container = this.map.getContainer();
    container.classList.remove("is-drawing");
    for (const type of STOPPED) container.removeEventListener(type, this, { capture: true });
    document.removeEventListener("keydown", this, { capture: true });
    this.map.dragging.enable();
    this.#preview.remove();
    this.#hint.remove();
    this.#corners = [];
    this.#from = null;
    // The click that ends the last gesture is none for what lies under it.
    container.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => container.removeEventListener("click", swallow, { capture: true }), CLICK_MS);
    done(shape);
  }

  /** @param {PointerEvent} event @returns {Place} */
  #placeOf(event) {
    const { lat, lng } = this.map.mouseEventToLatLng(event);
    const { xPx, yPx } = fromMap(lat, lng, this.heightPx);
    return [xPx, yPx];
  }

  /** @param {Place} a @param {Place} b */
  #screenDistance(a, b) {
    return Math.hypot(a[0] - b[0], a[1] - b[1]) * this.map.getZoomScale(this.map.getZoom(), 0);
  }
}

/** @param {Event} event */
function swallow(event) {
  if (!isOnControl(event)) event.stopPropagation();
}

/** @param {Event} event */
function isOnControl({ target }) {
  return target instanceof Element && target.closest(".leaflet-control") !== null;
}
