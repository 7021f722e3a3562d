// @ts-check
/** Sources as marks on one canvas; a grid finds those in view and under the cursor, so 100,000 of them stay smooth. */

import { screenTransform } from "./map.js";
import { drawViews } from "./markviews.js";
import { fromMap, toMap } from "./pixels.js";

/**
 * @typedef {object} MarkerSet
 * @property {string} name
 * @property {string} [note] how many of its sources are drawn, where not all are
 * @property {import("./pointgrid.js").PointGrid} points in image pixels
 * @property {import("./paint.js").MarkStyle} style
 * @property {(index: number) => string} describe what hovering shows
 * @property {(number: number) => number} indexOf the source with this number; -1 for none
 * @property {(index: number) => string | null} address of its own page, which a click opens
 * @property {((index: number, signal: AbortSignal) => Promise<Node>) | null} card what hovering shows when the pointer stays
 */

// Drawn beyond the view on each side, as a share of it: a map that moves less takes the canvas along and nothing is drawn anew.
const MARGIN = 0.25;
// More are dots; far out, where they would hide the image, that is so of fewer.
const MOST_RINGS = { near: 6000, far: 500 };
const FAR_ZOOM = -1;
const REACH_SCREEN = 9;
const DWELL_MS = 200;
const DOUBLE_CLICK_MS = 400;
// In CSS pixels, about.
const WORDS = { width: 200, height: 30 };
const CARD = { width: 340, height: 190 };
const GAP = 8;

export class MarkerLayer extends L.Layer {
  /** @type {Map<string, MarkerSet>} */
  #sets = new Map();
  #canvas = document.createElement("canvas");
  #tooltip = L.tooltip({ opacity: 1, direction: "top", offset: [0, -8], className: "source-tooltip" });
  #frame = 0;
  /** What is drawn, in layer points. @type {L.Bounds | null} */
  #drawn = null;
  /** @type {WeakSet<MarkerSet>} drawn as dots, not as rings */
  #dotted = new WeakSet();
  /** The source under the pointer, whose card is on its way or shown. */
  #hovered = { key: "", abort: new AbortController() };
  /** The sources in view by their distance from its middle, and which of them was named last. @type {{view: string, order: {set: MarkerSet, index: number}[], at: number}} */
  #walk = { view: "", order: [], at: -1 };
  /** Whether leaving the page would lose something. */
  isAtWork = () => false;
  /** A page that is about to open, unless a second click makes it a zoom. */
  #opening = 0;
  #heightPx;

  /** @param {number} heightPx of the image */
  constructor(heightPx) {
    super();
    this.#heightPx = heightPx;
    // It moves along while Leaflet animates a zoom, and is drawn anew at its end.
    this.#canvas.className = "marker-canvas leaflet-zoom-animated";
  }

  /**
   * Show a set under a name, in place of the one before it; null takes it away.
   * @param {string} name
   * @param {MarkerSet | null} set
   */
  put(name, set) {
    if (this.#sets.has(name) !== Boolean(set)) this.#walk.view = ""; // begins anew
    if (set) this.#sets.set(name, set);
    else this.#sets.delete(name);
    // What is drawn over what does not depend on what arrived first.
    this.#sets = new Map([...this.#sets].sort(([, a], [, b]) => (a.style.level ?? 0) - (b.style.level ?? 0)));
    this.redraw();
  }

  /** Names and marks of what is drawn, for a legend. */
  get legend() {
    return [...this.#sets.values()].map(({ name, note, style }) => ({ name: note ? `${name} (${note})` : name, style }));
  }

  /**
   * @param {number} number of a source
   * @returns {{xPx: number, yPx: number, words: string, address: string | null} | null} where it is, in the topmost set that has it
   */
  placeOf(number) {
    for (const { points, indexOf, describe, address } of [...this.#sets.values()].reverse()) {
      const index = indexOf(number);
      if (index >= 0) return { xPx: points.x[index], yPx: points.y[index], words: describe(index), address: address(index) };
    }
    return null;
  }

  /**
   * Name the source nearest the middle of the view, then with each call the next nearest: for whoever has no pointer.
   * @param {L.Map} map
   * @param {1 | -1} by -1 goes back
   */
  walk(map, by) {
    if (!this.isShown) return;
    const view = viewOf(map);
    if (view !== this.#walk.view) this.#walk = { view, order: this.#byDistance(map), at: by > 0 ? -1 : 0 };
    const walk = this.#walk;
    if (!walk.order.length) return;
    walk.at = (walk.at + by + walk.order.length) % walk.order.length;
    const { set, index } = walk.order[walk.at];
    const place = toMap(set.points.x[index], set.points.y[index], this.#heightPx);
    // The map moves to where the words are whole: that is still the same walk.
    const goOn = () => map.once("moveend", () => (walk.view = viewOf(map)));
    map.once("autopanstart", goOn);
    const popup = openPopup(map, place, set.describe(index), set.address(index));
    map.off("autopanstart", goOn);
    popup.getElement()?.querySelector("a")?.focus({ preventScroll: true });
  }

  /** @param {L.Map} map */
  #byDistance(map) {
    const { x: width, y: height } = map.getSize();
    const found = [...this.#sets.values()].flatMap((set) => {
      const { points, seen, scale, x0, y0 } = this.#about(map, set, L.point(0, 0));
      const off = (/** @type {number} */ i) => Math.hypot(x0 + scale * points.x[i] - width / 2, y0 - scale * points.y[i] - height / 2);
      return seen.map((index) => ({ set, index, off: off(index) }));
    });
    return found.sort((a, b) => a.off - b.off);
  }

  /** @param {boolean} isShown */
  setShown(isShown) {
    this.#canvas.hidden = !isShown;
    this.#unhover();
    this.fire("shown");
  }

  get isShown() {
    return !this.#canvas.hidden;
  }

  /** @param {L.Map} map */
  onAdd(map) {
    map.getPanes().overlayPane.append(this.#canvas);
    map.on("zoom zoomend viewreset resize", this.redraw, this);
    map.on("move moveend", this.#moved, this);
    map.on("zoomanim", this.#zoomAlong, this);
    map.on("mousemove", this.#hover, this);
    map.on("mouseout zoomstart", this.#unhover, this);
    map.on("click", this.#follow, this);
    map.on("dblclick mousedown movestart zoomstart", this.#stay, this);
    this.redraw();
    return this;
  }

  /** @param {L.Map} map */
  onRemove(map) {
    map.off("zoom zoomend viewreset resize", this.redraw, this);
    map.off("move moveend", this.#moved, this);
    map.off("zoomanim", this.#zoomAlong, this);
    map.off("mousemove", this.#hover, this);
    map.off("mouseout zoomstart", this.#unhover, this);
    map.off("click", this.#follow, this);
    map.off("dblclick mousedown movestart zoomstart", this.#stay, this);
    this.#stay();
    this.#canvas.remove();
    return this;
  }

  /** Draw at the next frame, however often it is asked. */
  redraw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      const isZooming = this._map?.getPane("mapPane")?.classList.contains("leaflet-zoom-anim"); // drawn at the end of that
      if (this._map && !isZooming) this.#draw(this._map);
    });
  }

  /** What waits for the next frame, now: a picture of the map is about to be made. */
  drawNow() {
    if (!this.#frame || !this._map) return;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#draw(this._map);
  }

  /** @param {L.LeafletEvent} event */
  #moved({ target: map }) {
    const view = L.bounds(map.containerPointToLayerPoint([0, 0]), map.containerPointToLayerPoint(map.getSize()));
    if (!this.#drawn?.contains(view)) this.redraw();
  }

  /** @param {L.ZoomAnimEvent} event */
  #zoomAlong({ target: map, zoom, center }) {
    if (!this.#drawn) return;
    const corner = map.layerPointToLatLng(/** @type {L.Point} */ (this.#drawn.min));
    L.DomUtil.setTransform(this.#canvas, map._latLngToNewLayerPoint(corner, zoom, center), map.getZoomScale(zoom));
  }

  /** @param {L.Map} map */
  #draw(map) {
    const ratio = window.devicePixelRatio || 1;
    const margin = map.getSize().multiplyBy(MARGIN).round();
    const size = map.getSize().add(margin.multiplyBy(2));
    const corner = map.containerPointToLayerPoint([-margin.x, -margin.y]);
    this.#drawn = L.bounds(corner, corner.add(size));
    this.#canvas.width = Math.round(size.x * ratio); // clears it too
    this.#canvas.height = Math.round(size.y * ratio);
    this.#canvas.style.width = `${size.x}px`;
    this.#canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(this.#canvas, corner);
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    const sets = [...this.#sets.values()].map((set) => ({ set, ...this.#about(map, set, margin) }));
    this.#dotted = new WeakSet(sets.filter(({ isCrowded }) => isCrowded).map(({ set }) => set));
    drawViews(context, sets, ratio);
  }

  /**
   * The sources of a set in view and about it, and how they look there.
   * @param {L.Map} map
   * @param {MarkerSet} set
   * @param {L.Point} margin how far about it, in screen pixels
   */
  #about(map, { points, style }, margin) {
    const { scale, x0: left, y0: top } = screenTransform(map, this.#heightPx);
    const [x0, y0] = [left + margin.x, top + margin.y]; // of the canvas, which begins before the view
    const { x: width, y: height } = map.getSize().add(margin.multiplyBy(2));
    const radius = style.radius * Math.max(1, Math.sqrt(scale)); // grows with the image, but slower
    const rim = radius + 2;
    const within = (/** @type {L.Point} */ { x: inX, y: inY }) =>
      points.inBox((inX - x0) / scale, (y0 - height + inY) / scale, (width - inX - x0) / scale, (y0 - inY) / scale);
    const seen = within(L.point(-rim, -rim));
    const most = map.getZoom() < FAR_ZOOM ? MOST_RINGS.far : MOST_RINGS.near;
    const isCrowded = seen.length > most && within(margin).length > most;
    return { ...style, radius, points, seen, scale, x0, y0, isCrowded };
  }

  /** @param {L.LeafletMouseEvent} event */
  #hover({ latlng, target: map, originalEvent }) {
    const found = this.isShown && !isDrawing(originalEvent) ? this.#nearest(latlng, map) : null;
    map.getContainer().classList.toggle("has-source", Boolean(found?.set.address(found.index)));
    if (!found) return this.#unhover();
    const key = found.set.describe(found.index); // not its index: that is another source's when more of them have come
    if (key === this.#hovered.key) return;
    this.#hovered.abort.abort();
    this.#hovered = { key, abort: new AbortController() };
    const content = document.createElement("span"); // never HTML: labels come from files
    content.textContent = key;
    const place = toMap(found.set.points.x[found.index], found.set.points.y[found.index], this.#heightPx);
    const stand = (/** @type {{width: number, height: number}} */ box) => {
      Object.assign(this.#tooltip.options, besides(map.latLngToContainerPoint(place), map.getSize(), box));
      this.#tooltip.setLatLng(place).setContent(content);
    };
    stand(WORDS);
    if (!map.hasLayer(this.#tooltip)) map.openTooltip(this.#tooltip);
    void this.#showCard(found, content, this.#hovered.abort.signal, () => stand(CARD));
  }

  /** @param {{set: MarkerSet, index: number}} found @param {HTMLElement} content @param {AbortSignal} signal @param {() => void} stand */
  async #showCard({ set, index }, content, signal, stand) {
    if (!set.card) return;
    await new Promise((resolve) => setTimeout(resolve, DWELL_MS));
    if (signal.aborted) return;
    try {
      const card = await set.card(index, signal);
      if (signal.aborted) return;
      content.replaceChildren(card);
      stand();
    } catch {
      // The line of words stays.
    }
  }

  /** A click opens the source's page; where no card told before which source that is, it says so first. @param {L.LeafletMouseEvent} event */
  #follow({ latlng, target, originalEvent }) {
    this.#stay();
    if (originalEvent.detail > 1) return; // a double click zooms
    const found = this.isShown ? this.#nearest(latlng, target) : null;
    const address = found?.set.address(found.index);
    if (!found || !address) return;
    this.#unhover();
    const isNamed = isFinger(originalEvent) || this.#dotted.has(found.set);
    const inAnotherTab = originalEvent.ctrlKey || originalEvent.metaKey;
    if (isNamed || (this.isAtWork() && !inAnotherTab)) openPopup(target, latlng, found.set.describe(found.index), address);
    else if (inAnotherTab) window.open(address, "_blank", "noopener");
    else this.#opening = window.setTimeout(() => target.getContainer().matches(".is-drawing") || window.location.assign(address), DOUBLE_CLICK_MS);
  }

  #stay() {
    window.clearTimeout(this.#opening);
  }

  #unhover() {
    this.#hovered.abort.abort();
    this.#hovered.key = "";
    this.#tooltip.remove();
  }

  /**
   * @param {L.LatLng} latlng
   * @param {L.Map} map
   */
  #nearest(latlng, map) {
    const { xPx, yPx } = fromMap(latlng.lat, latlng.lng, this.#heightPx);
    let reach = REACH_SCREEN / map.getZoomScale(map.getZoom(), 0);
    let found = null;
    for (const set of this.#sets.values()) {
      const index = set.points.nearest(xPx, yPx, reach);
      if (index === null) continue;
      found = { set, index };
      reach = Math.hypot(set.points.x[index] - xPx, set.points.y[index] - yPx);
    }
    return found;
  }
}

/** @param {L.Map} map */
function viewOf(map) {
  return [map.getCenter().toString(), map.getZoom()].join();
}

/** Whether the pointer draws or drags something and asks for nothing. @param {MouseEvent} event */
function isDrawing({ buttons, target }) {
  return buttons !== 0 || (target instanceof Element && target.closest(".is-drawing, .region-handle") !== null);
}

/**
 * On which side of a place a box is whole.
 * @param {L.Point} place in the map's container
 * @param {L.Point} size of it
 * @param {{width: number, height: number}} box
 * @returns {L.TooltipOptions}
 */
function besides({ x, y }, { x: width, y: height }, box) {
  const isBeside = x < box.width / 2 || x > width - box.width / 2;
  if (!isBeside) return y < box.height ? { direction: "bottom", offset: [0, GAP] } : { direction: "top", offset: [0, -GAP] };
  const down = Math.max(box.height / 2 - y, 0) - Math.max(y + box.height / 2 - height, 0);
  return x < width / 2 ? { direction: "right", offset: [GAP, down] } : { direction: "left", offset: [-GAP, down] };
}

/** @param {MouseEvent} event */
function isFinger(event) {
  return (event instanceof PointerEvent && event.pointerType === "touch") || !window.matchMedia("(hover: hover)").matches;
}

/** @param {L.Map} map @returns {boolean} whether one was open */
export function closePopup(map) {
  let isOpen = false;
  map.eachLayer((layer) => (isOpen ||= layer instanceof L.Popup));
  map.closePopup();
  return isOpen;
}

/**
 * Say what is at a place, with the address of its own page where it has one.
 * @param {L.Map} map @param {L.LatLngExpression} place @param {string} words @param {string | null} address @param {L.PopupOptions} [options]
 */
export function openPopup(map, place, words, address, options) {
  const content = document.createElement("p");
  content.setAttribute("role", "status");
  content.append(words);
  if (address) {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = "All evidence";
    link.setAttribute("aria-label", `All evidence of ${words}`);
    content.append(document.createElement("br"), link);
  }
  return L.popup({ className: "source-popup", ...options }).setLatLng(place).setContent(content).openOn(map);
}
