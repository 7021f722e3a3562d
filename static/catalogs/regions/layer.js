// @ts-check
/** Regions on the map, one of them with handles to pull. Knows no server: it says what was chosen and how it was reshaped. */

import { fromMap, toMap } from "../pixels.js";
import { handles, outline, pulled, withoutCorner } from "./shapes.js";

/** @typedef {import("./store.js").Region} Region */
/** @typedef {import("./shapes.js").Shape} Shape */

export const COLOURS = { shared: "#7fd1ae", mine: "#f2a9e4" };
const TURN_SCREEN = 26;
const POINT_SCREEN = 5;
const MOST_LABELS = 100;

export class RegionLayer {
  #group = L.layerGroup();
  #handles = L.layerGroup();
  #isHeld = false;

  /**
   * @param {L.Map} map
   * @param {number} heightPx of the image
   * @param {{onChoose: (uuid: string) => void, onReshape: (uuid: string, shape: Shape) => void}} told - `onReshape` is to draw anew
   */
  constructor(map, heightPx, { onChoose, onReshape }) {
    this.map = map;
    this.heightPx = heightPx;
    this.onChoose = onChoose;
    this.onReshape = onReshape;
    this.#group.addTo(map);
    this.#handles.addTo(map);
  }

  /**
   * @param {Region[]} regions
   * @param {{chosen: string | null, canChange: boolean}} state whether the chosen one has handles
   */
  draw(regions, { chosen, canChange }) {
    if (this.#isHeld) return; // an answer of the server does not take a handle out of the hand
    this.#group.clearLayers();
    this.#handles.clearLayers();
    for (const region of regions) {
      const isChosen = region.uuid === chosen;
      const drawn = this.#drawn(region, isChosen);
      if (regions.length <= MOST_LABELS && region.label) drawn.line.bindTooltip(text(region.label), { permanent: true, direction: "top", className: "region-label" });
      for (const layer of [drawn.halo, drawn.line, drawn.hit]) this.#group.addLayer(layer);
      drawn.hit.on("click", (event) => {
        L.DomEvent.stop(event);
        this.onChoose(region.uuid);
      });
      if (isChosen && canChange) this.#addHandles(region, drawn);
    }
  }

  /** @param {Region} region @param {boolean} isChosen */
  #drawn({ shape, is_shared }, isChosen) {
    const color = isChosen ? "#ffffff" : is_shared ? COLOURS.shared : COLOURS.mine;
    const weight = isChosen ? 2.5 : 2;
    const make = (/** @type {L.PolylineOptions} */ options) => {
      const path = { fill: false, smoothFactor: 0.2, bubblingMouseEvents: false, ...options };
      if (shape.kind === "point") return L.circleMarker(toMap(shape.x_px, shape.y_px, this.heightPx), { radius: POINT_SCREEN, ...path });
      return L.polygon(this.#latLngs(shape), path);
    };
    return {
      halo: make({ color: "#000000", opacity: 0.55, weight: weight + 2, interactive: false }),
      line: make({ color, weight, interactive: false, dashArray: is_shared || isChosen ? undefined : "6 3" }),
      hit: make({ opacity: 0, weight: 16, className: "region-hit" }),
    };
  }

  /** @param {Shape} shape */
  #latLngs(shape) {
    return outline(shape).map(([x, y]) => toMap(x, y, this.heightPx));
  }

  /**
   * @param {Region} region
   * @param {{halo: L.Layer, line: L.Layer, hit: L.Layer}} drawn
   */
  #addHandles(region, drawn) {
    const reachPx = TURN_SCREEN / this.map.getZoomScale(this.map.getZoom(), 0);
    /** @type {Map<string, L.Marker>} */
    const markers = new Map();
    const follow = (/** @type {Shape} */ shape, /** @type {string} */ held) => {
      for (const layer of Object.values(drawn)) {
        if (layer instanceof L.Polygon) layer.setLatLngs(this.#latLngs(shape));
        else if (layer instanceof L.CircleMarker && shape.kind === "point") layer.setLatLng(toMap(shape.x_px, shape.y_px, this.heightPx));
      }
      for (const { role, place } of handles(shape, reachPx)) if (role !== held) markers.get(role)?.setLatLng(toMap(...place, this.heightPx));
    };
    for (const { role, place } of handles(region.shape, reachPx)) {
      const [kind, index] = role.split(":");
      const icon = L.divIcon({ className: `region-handle region-handle-${kind}`, iconSize: [22, 22] });
      const marker = L.marker(toMap(...place, this.heightPx), { icon, draggable: true, keyboard: false, bubblingMouseEvents: false, title: TITLES[kind] });
      const shapeHere = () => {
        const { lat, lng } = marker.getLatLng();
        const { xPx, yPx } = fromMap(lat, lng, this.heightPx);
        return pulled(region.shape, role, [xPx, yPx]);
      };
      marker.on("drag", () => follow(kind === "insert" ? region.shape : shapeHere(), role));
      marker.on("dragstart", () => (this.#isHeld = true));
      marker.on("dragend", () => {
        this.#isHeld = false;
        this.onReshape(region.uuid, shapeHere());
      });
      if (kind === "corner" && region.shape.kind === "polygon") marker.on("dblclick", () => this.onReshape(region.uuid, withoutCorner(region.shape, Number(index))));
      markers.set(role, marker);
      this.#handles.addLayer(marker);
    }
  }
}

/** @type {Record<string, string>} */
const TITLES = {
  move: "Move", turn: "Turn", radius: "Radius", a: "First axis: its length and direction", b: "Second axis",
  corner: "Corner: drag it; of a polygon a double click takes it out", insert: "Drag for a new corner",
};

/** Never HTML: labels come from files. @param {string} label */
function text(label) {
  return Object.assign(document.createElement("span"), { textContent: label });
}
