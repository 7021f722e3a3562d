// @ts-check
/** The mark of each catalogue: chosen in its list, remembered in this browser, shown beside its name. */

import { drawMarks, MARKS } from "./paint.js";
import { COLOURS, isMarkStyle, MARKER_STYLES, RADII } from "./sourcemarkers.js";

/** @typedef {import("./paint.js").MarkStyle} MarkStyle */

const SWATCH_SCREEN = 18;

/**
 * @param {string} uuid of a catalogue
 * @param {"detected" | "reference" | "sampled"} kind
 * @returns {MarkStyle} what was chosen for it, else its kind's
 */
export function markStyleOf(uuid, kind) {
  try {
    const chosen = JSON.parse(localStorage.getItem(keyOf(uuid)) ?? "null");
    if (isMarkStyle(chosen)) return { ...MARKER_STYLES[kind], ...chosen };
  } catch {
    // Storage may be switched off, or hold anything.
  }
  return MARKER_STYLES[kind];
}

/**
 * Fill in what the list of catalogues has for choosing marks.
 * @param {ParentNode} list
 */
export function showMarks(list) {
  for (const canvas of list.querySelectorAll("canvas[data-mark-of]")) {
    if (canvas instanceof HTMLCanvasElement) drawSwatch(canvas, markStyleOf(canvas.dataset.markOf ?? "", kindOf(canvas)));
  }
  for (const choice of list.querySelectorAll("[data-mark-choice]")) {
    if (choice instanceof HTMLElement && !choice.children.length) fill(choice);
  }
}

/**
 * @param {HTMLElement} choice
 */
function fill(choice) {
  const uuid = choice.dataset.markChoice ?? "";
  const style = markStyleOf(uuid, kindOf(choice));
  const name = choice.dataset.name ?? "";
  const mark = select(`Mark of ${name}`, MARKS.map((each) => [each, each]), style.mark ?? "circle");
  const colour = select(`Colour of ${name}`, Object.entries(COLOURS), style.colour);
  const size = select(`Size of ${name}`, Object.entries(RADII), String(style.radius));
  choice.append(mark, colour, size);
  choice.addEventListener("change", () => {
    const radius = Number(size.value) || MARKER_STYLES[kindOf(choice)].radius;
    try {
      localStorage.setItem(keyOf(uuid), JSON.stringify({ mark: mark.value, colour: colour.value || MARKER_STYLES[kindOf(choice)].colour, radius }));
    } catch {
      // It is lost with the page then.
    }
    showMarks(document);
    choice.dispatchEvent(new CustomEvent("mark-chosen", { bubbles: true, detail: uuid }));
  });
}

/** @param {string} label @param {[string, string | number][]} options text and value @param {string} value */
function select(label, options, value) {
  const field = Object.assign(document.createElement("select"), { className: "input", autocomplete: "off" });
  field.setAttribute("aria-label", label);
  for (const [text, each] of options) field.append(new Option(text, String(each)));
  if (!options.some(([, each]) => String(each) === value)) field.prepend(new Option("as its kind", value));
  field.value = value;
  return field;
}

/** @param {HTMLCanvasElement} canvas @param {MarkStyle} style */
function drawSwatch(canvas, style) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = canvas.height = Math.round(SWATCH_SCREEN * ratio);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.scale(ratio, ratio);
  drawMarks(context, [{ x: SWATCH_SCREEN / 2, y: SWATCH_SCREEN / 2 }], { ...style, radius: Math.min(style.radius, 6.5) });
}

/** @param {HTMLElement} part @returns {"detected" | "reference" | "sampled"} */
function kindOf({ dataset: { kind } }) {
  return kind === "reference" || kind === "sampled" ? kind : "detected";
}

/** @param {string} uuid */
function keyOf(uuid) {
  return `mark/${uuid}`;
}
