// @ts-check
/** The regions of the galaxy page: drawn on the map, listed beside it, changed by pointer and by key. */

import { toMap } from "../pixels.js";
import { isOfControl, isTyping } from "../shortcuts.js";
import { COLOURS, RegionLayer } from "./layer.js";
import { regionServer } from "./server.js";
import { centre, moved, outline, scaled, sizeText, turned } from "./shapes.js";
import { RegionStore } from "./store.js";

/** @typedef {import("./shapes.js").Kind} Kind */
/** @typedef {import("./store.js").Region} Region */

const STEP_PX = 1;
const LONG_STEP_PX = 10;
const GROWTH = 1.1;
const TURN_DEG = 5;

export class RegionPanel {
  /** @type {string | null} */
  #chosen = null;
  /** @type {Map<string, HTMLLIElement>} of the list, by region */
  #items = new Map();

  /**
   * @param {HTMLElement} panel
   * @param {L.Map} map
   * @param {import("../map.js").ViewerConfig} image
   * @param {import("../drawtool.js").DrawTool} tool
   */
  constructor(panel, map, image, tool) {
    this.panel = panel;
    this.map = map;
    this.image = image;
    this.tool = tool;
    this.canDraw = panel.dataset.canDraw === "true";
    this.canCurate = panel.dataset.canCurate === "true";
    this.store = new RegionStore(regionServer(panel.dataset.url ?? "", image.slug));
    this.layer = new RegionLayer(map, image.height_px, {
      onChoose: (uuid) => this.#choose(uuid),
      onReshape: (uuid, shape) => {
        this.store.change(uuid, { shape });
        this.#drawMap(); // what came while the handle was held
      },
    });
    this.store.addEventListener("change", () => this.#draw());
    map.on("zoomend", () => this.#drawMap());
    map.on("click", () => this.#choose(null));
    panel.addEventListener("click", (event) => this.#onClick(event));
    panel.addEventListener("change", ({ target }) => this.#takeLabel(target));
    document.addEventListener("keydown", (event) => this.#onKey(event), { capture: true });
    window.addEventListener("beforeunload", (event) => {
      this.#takeLabel(document.activeElement); // one that is being typed has not said `change`
      if (this.store.nPending) event.preventDefault();
    });
    this.store.load().catch((error) => this.#say(`The regions did not load (${error.message}). Load the page again.`));
  }

  /** @param {EventTarget | null} field */
  #takeLabel(field) {
    const isLabel = field instanceof HTMLInputElement && field.name === "label" && this.panel.contains(field);
    if (isLabel && this.#chosen) this.store.change(this.#chosen, { label: field.value });
  }

  /** @param {Kind} kind */
  async drawNew(kind) {
    const shape = await this.tool.draw(kind);
    if (shape) this.#choose(this.store.draw(shape));
  }

  /** @param {import("./shapes.js").Shape} shape @param {string} [label] */
  keep(shape, label) {
    this.#choose(this.store.draw(shape, label));
  }

  /** @param {string} label @returns {{xPx: number, yPx: number, words: string} | null} where a region of that name is */
  find(label) {
    const wanted = label.trim().toLowerCase();
    const found = wanted && this.store.regions.find((region) => region.label.toLowerCase() === wanted);
    if (!found) return null;
    const [xPx, yPx] = centre(found.shape);
    return { xPx, yPx, words: found.label };
  }

  /** The regions as a picture needs them: corners in CSS pixels of the map. */
  get drawn() {
    return this.store.regions.map(({ shape, is_shared, label }) => ({
      corners: outline(shape).map(([x, y]) => this.map.latLngToContainerPoint(toMap(x, y, this.image.height_px))),
      colour: is_shared ? COLOURS.shared : COLOURS.mine, label,
    }));
  }

  /** @param {Region | null} region */
  #canChange(region) {
    return this.canDraw && region !== null && (region.is_mine || this.canCurate);
  }

  /** @param {string | null} uuid */
  #choose(uuid) {
    if (uuid === this.#chosen) return;
    this.#chosen = uuid;
    this.#draw();
  }

  #drawMap() {
    const chosen = this.#chosen ? this.store.get(this.#chosen) : null;
    this.layer.draw(this.store.regions, { chosen: this.#chosen, canChange: this.#canChange(chosen) });
  }

  #draw() {
    if (!this.store.regions.some(({ uuid }) => uuid === this.#chosen)) this.#chosen = null;
    this.#drawMap();
    const list = /** @type {HTMLElement} */ (this.panel.querySelector("[data-regions]"));
    const held = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.uuid : undefined;
    this.#fill(list);
    const focused = held && list.querySelector(`[data-uuid="${held}"]`);
    if (focused instanceof HTMLElement) focused.focus();
    this.#show("[data-no-regions]", this.store.regions.length === 0);
    this.#show("[data-region-export]", this.store.regions.length > 0);
    for (const [name, isOpen] of /** @type {[string, boolean][]} */ ([["undo", this.store.canUndo], ["redo", this.store.canRedo]])) {
      this.panel.querySelector(`[data-act=${name}]`)?.toggleAttribute("disabled", !isOpen);
    }
    this.panel.setAttribute("aria-busy", String(this.store.nPending > 0));
    this.#say(this.store.complaint);
  }

  /** Items stay while their regions do: what is typed or pressed there must outlast the server's answer. @param {HTMLElement} list */
  #fill(list) {
    const { regions } = this.store;
    const before = this.#items;
    this.#items = new Map(regions.map(({ uuid }) => [uuid, before.get(uuid) ?? newItem(uuid)]));
    for (const [uuid, item] of before) if (!this.#items.has(uuid)) item.remove();
    for (const [i, item] of [...this.#items.values()].entries()) {
      if (list.children[i] !== item) list.insertBefore(item, list.children[i] ?? null);
      this.#update(item, regions[i]);
    }
  }

  /** @param {HTMLLIElement} item @param {Region} region */
  #update(item, region) {
    const isChosen = region.uuid === this.#chosen;
    const [button, editor] = item.children;
    button.setAttribute("aria-pressed", String(isChosen));
    const about = [region.label && region.shape.kind, sizeText(region.shape, this.image.pixel_scale_arcsec), !region.is_mine && region.author];
    for (const [i, words] of [region.label || region.shape.kind, about.filter(Boolean).join(" · ")].entries()) {
      if (button.children[i].textContent !== words) button.children[i].textContent = words;
    }
    if (!isChosen || !this.#canChange(region)) editor?.remove();
    else if (!editor) item.append(this.#editor(region));
    const label = item.querySelector("input");
    if (label && label !== document.activeElement) label.value = region.label;
  }

  /** @param {Region} region */
  #editor(region) {
    const row = Object.assign(document.createElement("div"), { className: "row region-editor" });
    const label = Object.assign(document.createElement("input"), { className: "input grow", name: "label", value: region.label, maxLength: 100, placeholder: "Label", autocomplete: "off" });
    label.setAttribute("aria-label", `Label of this ${region.shape.kind}`);
    label.dataset.uuid = `label-${region.uuid}`;
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "button-quiet button-small", textContent: "Remove" });
    remove.dataset.act = "remove";
    row.append(label, remove);
    return row;
  }

  /** @param {Event} event */
  #onClick({ target }) {
    const button = target instanceof Element ? target.closest("button") : null;
    if (!button) return;
    const { act, uuid } = button.dataset;
    if (act === "undo") this.store.undo();
    if (act === "redo") this.store.redo();
    if (act === "retry") this.store.retry();
    if (act === "remove" && this.#chosen) {
      this.store.change(this.#chosen, { is_removed: true });
      /** @type {HTMLElement | null} */ (this.panel.querySelector("[data-act=undo]"))?.focus(); // the button pressed is gone
    }
    if (uuid) this.#goTo(uuid);
  }

  /** @param {string} uuid */
  #goTo(uuid) {
    const region = this.store.get(uuid);
    if (!region) return;
    const target = toMap(...centre(region.shape), this.image.height_px);
    if (!this.map.getBounds().contains(target)) this.map.setView(target, this.map.getZoom(), { animate: false });
    this.#choose(uuid === this.#chosen ? null : uuid);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (isTyping(event.target) || this.tool.isActive || document.querySelector("dialog[open]")) return;
    if (event.key.toLowerCase() === "z" && !event.altKey) {
      event.preventDefault();
      if (event.shiftKey) this.store.redo();
      else this.store.undo();
      return;
    }
    const region = this.#chosen ? this.store.get(this.#chosen) : null;
    if (!region || isOfControl(event) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape") this.#choose(null);
    else if (!this.#canChange(region) || !this.#changeByKey(region, event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {Region} region @param {KeyboardEvent} event @returns {boolean} whether the key was one of these */
  #changeByKey({ uuid, shape }, { key, shiftKey }) {
    const step = shiftKey ? LONG_STEP_PX : STEP_PX;
    /** @type {Record<string, () => void>} */
    const acts = {
      ArrowLeft: () => this.store.change(uuid, { shape: moved(shape, -step, 0) }),
      ArrowRight: () => this.store.change(uuid, { shape: moved(shape, step, 0) }),
      ArrowUp: () => this.store.change(uuid, { shape: moved(shape, 0, step) }),
      ArrowDown: () => this.store.change(uuid, { shape: moved(shape, 0, -step) }),
      "[": () => this.store.change(uuid, { shape: scaled(shape, 1 / GROWTH) }),
      "]": () => this.store.change(uuid, { shape: scaled(shape, GROWTH) }),
      "<": () => this.store.change(uuid, { shape: turned(shape, TURN_DEG) }),
      ">": () => this.store.change(uuid, { shape: turned(shape, -TURN_DEG) }),
      Delete: () => this.store.change(uuid, { is_removed: true }),
      Backspace: () => this.store.change(uuid, { is_removed: true }),
    };
    acts[key]?.();
    return key in acts;
  }

  /** @param {string} selector @param {boolean} isShown */
  #show(selector, isShown) {
    const part = this.panel.querySelector(selector);
    if (part instanceof HTMLElement) part.hidden = !isShown;
  }

  /** @param {string} text empty for nothing */
  #say(text) {
    const note = /** @type {HTMLElement} */ (this.panel.querySelector("[data-region-note]"));
    note.hidden = text === "";
    /** @type {HTMLElement} */ (note.querySelector("span")).textContent = text;
    this.#show("[data-act=retry]", this.store.nPending > 0);
  }
}

/** An item of the list, without words. @param {string} uuid */
function newItem(uuid) {
  const item = Object.assign(document.createElement("li"), { className: "region-item" });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "region-choice" });
  button.dataset.uuid = uuid;
  button.setAttribute("aria-pressed", "false");
  for (const className of ["region-name", "muted"]) button.append(Object.assign(document.createElement("span"), { className }));
  item.append(button);
  return item;
}
