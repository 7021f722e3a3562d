// @ts-check
/** Regions on the map, one of them with handles to pull. Knows no server: it says what was chosen and how it was reshaped. */

import { fromMap, toMap } from "../pixels.js";
import { handles, outline, pulled, withoutCorner } from "./shapes.js";

/** @typedef {import("./store.js").Region} Region */
/** @typedef {import("./shapes.js").Shape} Shape */
/** @typedef {L.Polygon | L.CircleMarker} Path */
/** @typedef {{halo: Path, line: Path, hit: Path, look: string}} Drawn `look`: what it was drawn for */

export const COLOURS = { shared: "#7fd1ae", mine: "#f2a9e4" };
const TURN_SCREEN = 26;
const POINT_SCREEN = 5;
const MOST_LABELS = 100;

export class RegionLayer {
  #group = L.layerGroup();
  #handles = L.layerGroup();
  /** @type {Map<string, Drawn>} */
  #drawn = new Map();
  /** What the handles on the map were made for; "" for none. */
  #handled = "";
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
   * What is on the map is changed, not made anew: an element that goes between press and release gets no click.
   * @param {Region[]} regions
   * @param {{chosen: string | null, canChange: boolean}} state whether the chosen one has handles
   */
  draw(regions, { chosen, canChange }) {
    if (this.#isHeld) return; // an answer of the server does not take a handle out of the hand
    const names = new Set(regions.map(nameOf));
    for (const name of this.#drawn.keys()) if (!names.has(name)) this.#remove(name);
    for (const region of regions) this.#show(region, region.uuid === chosen, regions.length <= MOST_LABELS ? region.label : "");
    this.#showHandles((canChange && regions.find(({ uuid }) => uuid === chosen)) || null);
  }

  /** @param {Region} region @param {boolean} isChosen @param {string} label */
  #show(region, isChosen, label) {
    const { shape, is_shared } = region;
    const drawn = this.#drawn.get(nameOf(region)) ?? this.#add(region);
    const look = JSON.stringify([shape, is_shared, isChosen, label]);
    if (look === drawn.look) return;
    drawn.look = look;
    const weight = isChosen ? 2.5 : 2;
    const color = isChosen ? "#ffffff" : is_shared ? COLOURS.shared : COLOURS.mine;
    drawn.halo.setStyle({ weight: weight + 2 });
    drawn.line.setStyle({ color, weight, dashArray: is_shared || isChosen ? undefined : "6 3" });
    this.#place(drawn, shape);
    drawn.line.unbindTooltip();
    if (label) drawn.line.bindTooltip(text(label), { permanent: true, direction: "top", className: "region-label" });
  }

  /** @param {Region} region @returns {Drawn} */
  #add(region) {
    const { shape, uuid } = region;
    const make = (/** @type {L.PolylineOptions} */ options) => {
      const path = { fill: false, smoothFactor: 0.2, bubblingMouseEvents: false, ...options };
      if (shape.kind === "point") return L.circleMarker(toMap(shape.x_px, shape.y_px, this.heightPx), { radius: POINT_SCREEN, ...path });
      return L.polygon(this.#latLngs(shape), path);
    };
    const halo = make({ color: "#000000", opacity: 0.55, interactive: false });
    const line = make({ interactive: false });
    const hit = make({ opacity: 0, weight: 16, className: "region-hit" });
    for (const path of [halo, line, hit]) this.#group.addLayer(path);
    hit.on("click", (event) => {
      L.DomEvent.stop(event);
      this.onChoose(uuid);
    });
    const drawn = { halo, line, hit, look: "" };
    this.#drawn.set(nameOf(region), drawn);
    return drawn;
  }

  /** @param {string} name */
  #remove(name) {
    const drawn = this.#drawn.get(name);
    for (const path of drawn ? [drawn.halo, drawn.line, drawn.hit] : []) this.#group.removeLayer(path);
    this.#drawn.delete(name);
  }

  /** @param {Drawn} drawn @param {Shape} shape */
  #place({ halo, line, hit }, shape) {
    for (const path of [halo, line, hit]) {
      if (path instanceof L.Polygon) path.setLatLngs(this.#latLngs(shape));
      else if (shape.kind === "point") path.setLatLng(toMap(shape.x_px, shape.y_px, this.heightPx));
    }
  }

  /** @param {Shape} shape */
  #latLngs(shape) {
    return outline(shape).map(([x, y]) => toMap(x, y, this.heightPx));
  }

  /** They stay while they stand where they are. @param {Region | null} region */
  #showHandles(region) {
    const handled = region ? JSON.stringify([region.uuid, region.shape, this.map.getZoom()]) : "";
    if (handled === this.#handled) return;
    this.#handled = handled;
    this.#handles.clearLayers();
    if (region) this.#addHandles(region);
  }

  /** @param {Region} region */
  #addHandles(region) {
    const { uuid, shape: before } = region;
    const reachPx = TURN_SCREEN / this.map.getZoomScale(this.map.getZoom(), 0);
    /** @type {Map<string, L.Marker>} */
    const markers = new Map();
    const follow = (/** @type {Shape} */ shape, /** @type {string} */ held) => {
      const drawn = this.#drawn.get(nameOf(region));
      if (drawn) this.#place(drawn, shape);
      for (const { role, place } of handles(shape, reachPx)) if (role !== held) markers.get(role)?.setLatLng(toMap(...place, this.heightPx));
    };
    for (const { role, place } of handles(before, reachPx)) {
      const [kind, index] = role.split(":");
      const icon = L.divIcon({ className: `region-handle region-handle-${kind}`, iconSize: [22, 22] });
      const marker = L.marker(toMap(...place, this.heightPx), { icon, draggable: true, keyboard: false, bubblingMouseEvents: false, title: TITLES[kind] });
      const shapeHere = () => {
        const { lat, lng } = marker.getLatLng();
        const { xPx, yPx } = fromMap(lat, lng, this.heightPx);
        return pulled(before, role, [xPx, yPx]);
      };
      marker.on("drag", () => follow(kind === "insert" ? before : shapeHere(), role));
      marker.on("dragstart", () => (this.#isHeld = true));
      marker.on("dragend", () => {
        this.#isHeld = false;
        this.#handled = ""; // they go where the shape has them
        this.onReshape(uuid, shapeHere());
      });
      marker.on("click dblclick", () => {}); // else Leaflet gives them to the map
      if (kind === "corner" && before.kind === "polygon") marker.on("dblclick", () => this.onReshape(uuid, withoutCorner(before, Number(index))));
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

/** A region that became of another kind is another one to draw. @param {Region} region */
function nameOf({ uuid, shape }) {
  return `${shape.kind} ${uuid}`;
}

/** Never HTML: labels come from files. @param {string} label */
function text(label) {
  return Object.assign(document.createElement("span"), { textContent: label });
}
