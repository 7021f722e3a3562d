// @ts-check
/** The controls of a style. Draws and listens; knows neither map nor server. */

import { unitText } from "./evidence/readings.js";
import { COLOUR_MAPS } from "./gl/colourmaps.js";
import { GAMMA, isShowable, skyOf, SOFTNESS, STRETCHES } from "./gl/style.js";
import { element } from "./pagedata.js";

/** @typedef {import("./gl/style.js").Style} Style */

const STRETCH_NAMES = { linear: "Linear", sqrt: "Square root", log: "Logarithm", asinh: "Asinh", lupton: "Asinh that keeps colour (Lupton)" };
const CHANNEL_NAMES = ["Red", "Green", "Blue"];
// Limits move on an asinh scale of the channel's noise, as the codes do: fine in the sky, wide on bright cores.
const LIMITS = { least: -4, most: 14, step: 0.01 };
const LEAST_GAP = 0.05;

export class StretchPanel extends EventTarget {
  /** Whether the whole image's limits are known for what the controls say. */
  knowsImage = (/** @type {Style} */ _) => false;
  /** @type {Style} as the controls say it */
  style = { channels: [], stretch: "asinh", softness: 10, gamma: 1, colourMap: "grey" };

  /**
   * @param {HTMLDetailsElement} root
   * @param {import("./gl/style.js").Band[]} bands
   */
  constructor(root, bands) {
    super();
    this.root = root;
    this.bands = bands;
    this.form = /** @type {HTMLFormElement} */ (root.querySelector("form"));
    this.channels = /** @type {HTMLElement} */ (root.querySelector("[data-channels]"));
    this.weights = /** @type {HTMLTableElement} */ (root.querySelector("[data-weights]"));
    this.limitsOf = /** @type {HTMLSelectElement} */ (root.querySelector("[data-limits-of]"));
    fill(this.#named("stretch"), STRETCHES.map((name) => [name, STRETCH_NAMES[/** @type {keyof typeof STRETCH_NAMES} */ (name)]]));
    fill(this.#named("colourMap"), Object.keys(COLOUR_MAPS).map((name) => [name, name[0].toUpperCase() + name.slice(1)]));
    this.form.addEventListener("submit", (event) => event.preventDefault());
    const read = (/** @type {Event} */ { type, target: control }) => {
      // A limit that is typed counts once it is whole.
      if (control instanceof HTMLElement && (type === "change") === control.matches("[data-channels] [type=number]")) this.#read(/** @type {HTMLInputElement} */ (control));
    };
    this.form.addEventListener("input", read);
    this.form.addEventListener("change", read);
    for (const button of root.querySelectorAll("button")) button.addEventListener("click", () => this.#press(button));
  }

  /**
   * Say that there is nothing to set, and why.
   * @param {string} why
   */
  close(why) {
    this.say(why);
    this.form.hidden = true;
  }

  /** @param {string} words "" for nothing */
  say(words) {
    const note = /** @type {HTMLElement} */ (this.root.querySelector("[data-stretch-note]"));
    note.textContent = words;
    note.hidden = !words;
  }

  /** @param {Style} style */
  show(style) {
    this.style = structuredClone(style);
    this.#named("stretch").value = style.stretch;
    this.#named("colourMap").value = style.colourMap;
    this.#named("softness").value = `${Math.log10(style.softness)}`;
    this.#named("gamma").value = `${Math.log10(style.gamma)}`;
    this.channels.replaceChildren(...style.channels.map((_, i) => this.#channelControls(i)));
    this.weights.replaceChildren(this.#weightsHead(), ...this.bands.map((band) => this.#weightsRow(band.name)));
    this.#write();
  }

  /** @param {HTMLButtonElement} button */
  #press(button) {
    const { limits } = button.dataset;
    this.dispatchEvent(limits ? new CustomEvent("limits", { detail: { how: limits, of: this.limitsOf.value } }) : new Event("reset"));
  }

  /**
   * Take what a control says into the style.
   * @param {HTMLInputElement} control
   */
  #read(control) {
    if (control === /** @type {HTMLElement} */ (this.limitsOf)) return;
    const { style } = this;
    const { channel, band } = control.dataset;
    if (band !== undefined) this.#readWeight(control, Number(channel), band);
    else if (channel !== undefined) this.#readLimit(control, Number(channel));
    else if (control.name === "softness") style.softness = within(10 ** control.valueAsNumber, SOFTNESS);
    else if (control.name === "gamma") style.gamma = within(10 ** control.valueAsNumber, GAMMA);
    else if (control.name === "stretch") style.stretch = control.value;
    else style.colourMap = control.value;
    this.#write();
    this.dispatchEvent(new Event("change"));
  }

  /**
   * @param {HTMLInputElement} control
   * @param {number} index
   */
  #readLimit(control, index) {
    if (!Number.isFinite(control.valueAsNumber)) return; // what it was is written again
    const channel = this.style.channels[index];
    const { background, noise } = skyOf(channel, this.bands);
    const place = (/** @type {number} */ value) => Math.asinh((value - background) / noise);
    const valueAt = (/** @type {number} */ at) => background + noise * Math.sinh(at);
    const [own, other] = control.name === "black" ? /** @type {const} */ (["black", "white"]) : /** @type {const} */ (["white", "black"]);
    const isTyped = control.type === "number";
    channel[own] = isTyped ? control.valueAsNumber : valueAt(control.valueAsNumber);
    // The one that is moved pushes the other along.
    const gap = own === "black" ? LEAST_GAP : -LEAST_GAP;
    if (isTyped ? channel.white <= channel.black : place(channel.white) - place(channel.black) < LEAST_GAP) channel[other] = valueAt(place(channel[own]) + gap);
  }

  /**
   * @param {HTMLInputElement} control
   * @param {number} index
   * @param {string} band
   */
  #readWeight(control, index, band) {
    const channel = this.style.channels[index];
    const before = skyOf(channel, this.bands);
    const weights = { ...channel.weights, [band]: control.valueAsNumber };
    const others = this.style.channels.filter((each) => each !== channel);
    const isUsable =
      Number.isFinite(control.valueAsNumber) && Object.values(weights).some((weight) => weight !== 0) && isShowable({ channels: [...others, { ...channel, weights }] });
    control.setAttribute("aria-invalid", String(!isUsable));
    if (!isUsable) return; // while one is typing, or the last band is taken out
    channel.weights = Object.fromEntries(Object.entries(weights).filter(([, weight]) => weight !== 0));
    const after = skyOf(channel, this.bands);
    // The limits stay where they were in units of the noise.
    for (const limit of /** @type {const} */ (["black", "white"])) channel[limit] = after.background + ((channel[limit] - before.background) / before.noise) * after.noise;
  }

  /** What the controls say in words, and where the limits' are. */
  #write() {
    const { style } = this;
    const isCurved = ["log", "asinh", "lupton"].includes(style.stretch);
    this.#named("softness").disabled = !isCurved;
    this.#say(this.#named("softness"), isCurved ? style.softness.toPrecision(3) : "—");
    this.#say(this.#named("gamma"), style.gamma.toFixed(2));
    const ofImage = /** @type {HTMLOptionElement} */ (this.limitsOf.querySelector("[value=image]"));
    ofImage.disabled = !this.knowsImage(style);
    if (ofImage.disabled) this.limitsOf.value = "map"; // another mix of bands was measured nowhere else
    /** @type {HTMLElement} */ (this.root.querySelector("[data-for-grey]")).hidden = style.channels.length > 1;
    for (const [i, channel] of style.channels.entries()) {
      const { background, noise } = skyOf(channel, this.bands);
      for (const name of /** @type {const} */ (["black", "white"])) {
        const [slider, typed] = this.#limits(i, name);
        slider.value = `${Math.asinh((channel[name] - background) / noise)}`;
        typed.value = `${Number(channel[name].toPrecision(6))}`;
        slider.setAttribute("aria-valuetext", `${Number(channel[name].toPrecision(4))}`);
      }
      /** @type {HTMLElement} */ (this.channels.children[i].querySelector("[data-unit]")).textContent = unitOf(channel, this.bands);
    }
  }

  /**
   * @param {HTMLInputElement} control
   * @param {string} words
   */
  #say(control, words) {
    control.setAttribute("aria-valuetext", words);
    const output = control.closest("label")?.querySelector("output");
    if (output) output.textContent = words;
  }

  /** @param {number} index */
  #channelControls(index) {
    const template = element("#stretch-channel", HTMLTemplateElement).content.cloneNode(true);
    const group = /** @type {HTMLFieldSetElement} */ (/** @type {DocumentFragment} */ (template).firstElementChild);
    const isColour = this.style.channels.length > 1;
    /** @type {HTMLElement} */ (group.querySelector("[data-name]")).textContent = isColour ? CHANNEL_NAMES[index] : "Grey levels";
    for (const control of group.querySelectorAll("input")) {
      control.dataset.channel = `${index}`;
      if (control.type === "range") Object.assign(control, { min: LIMITS.least, max: LIMITS.most, step: LIMITS.step });
    }
    return group;
  }

  #weightsHead() {
    const row = document.createElement("tr");
    const names = this.style.channels.length > 1 ? CHANNEL_NAMES : ["Weight"];
    row.append(...["Band", ...names].map((name) => Object.assign(document.createElement("th"), { scope: "col", textContent: name })));
    return row;
  }

  /** @param {string} band */
  #weightsRow(band) {
    const row = document.createElement("tr");
    row.append(Object.assign(document.createElement("th"), { scope: "row", textContent: band }));
    for (const [index, { weights }] of this.style.channels.entries()) {
      const control = Object.assign(document.createElement("input"), { type: "number", step: "any", className: "input", autocomplete: "off", value: `${Number((weights[band] ?? 0).toPrecision(3))}` });
      Object.assign(control.dataset, { channel: `${index}`, band });
      control.setAttribute("aria-label", `${band} in ${this.style.channels.length > 1 ? CHANNEL_NAMES[index].toLowerCase() : "the picture"}`);
      row.insertCell().append(control);
    }
    return row;
  }

  /**
   * @param {number} index
   * @param {string} name
   * @returns {HTMLInputElement[]} the slider and the field for its value
   */
  #limits(index, name) {
    return [.../** @type {NodeListOf<HTMLInputElement>} */ (this.channels.children[index].querySelectorAll(`[name=${name}]`))];
  }

  /**
   * @param {string} name
   * @returns {HTMLInputElement}
   */
  #named(name) {
    return /** @type {HTMLInputElement} */ (this.form.elements.namedItem(name));
  }
}

/**
 * The unit of a channel that is one band as it is; "" of any other.
 * @param {import("./gl/style.js").Channel} channel
 * @param {import("./gl/style.js").Band[]} bands
 */
export function unitOf({ weights }, bands) {
  const [used, ...others] = bands.filter(({ name }) => weights[name]);
  return used && !others.length && weights[used.name] === 1 ? unitText(used.unit) : "";
}

/**
 * @param {HTMLElement} select
 * @param {string[][]} options value, words
 */
function fill(select, options) {
  select.replaceChildren(...options.map(([value, words]) => new Option(words, value)));
}

/**
 * @param {number} number
 * @param {{least: number, most: number}} range
 */
function within(number, { least, most }) {
  return Math.min(Math.max(number, least), most);
}
