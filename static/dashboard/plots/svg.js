/** Drawing in SVG: elements, scales, ticks and axes, in CSS pixels so that lines are crisp. Knows no data. */

const NAMESPACE = "http://www.w3.org/2000/svg";

/**
 * @typedef {Record<string, string | number>} Attributes
 * @typedef {{width: number, height: number, left: number, right: number, top: number, bottom: number}} Box
 * @typedef {{text: string, label: string, columns: string[], rows: (string | number)[][]}} Words what a plot says without its picture
 */

/**
 * @param {string} name
 * @param {Attributes} [attributes]
 * @param {(Node | string)[]} [children]
 * @returns {SVGElement}
 */
export function element(name, attributes = {}, children = []) {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

/**
 * A picture with a name that says its numbers.
 * @param {number} width
 * @param {number} height
 * @param {string} label
 * @param {Node[]} children
 * @param {"img" | "group"} [role] a group where parts of it are links
 */
export function picture(width, height, label, children, role = "img") {
  const attributes = { viewBox: `0 0 ${width} ${height}`, width, height, role, "aria-label": label };
  return element("svg", { ...attributes, class: "plot" }, children);
}

/**
 * @param {string} className
 * @param {number} x
 * @param {number} y
 * @param {string} text
 * @param {Attributes} [attributes]
 */
export function words(className, x, y, text, attributes = {}) {
  return element("text", { class: className, x: round(x), y: round(y), ...attributes }, [text]);
}

/** @param {number} value to a tenth of a pixel */
export function round(value) {
  return Math.round(value * 10) / 10;
}

/** On the middle of a pixel, where a line of one pixel is crisp. @param {number} value */
export function crisp(value) {
  return Math.floor(value) + 0.5;
}

/**
 * @param {[number, number]} domain
 * @param {[number, number]} range
 * @returns {(value: number) => number}
 */
export function linear([low, high], [from, to]) {
  const span = high - low || 1;
  return (value) => from + ((value - low) / span) * (to - from);
}

/**
 * Round numbers from `low` to `high`, about `n` of them.
 * @param {number} low
 * @param {number} high
 * @param {number} n
 */
export function ticks(low, high, n) {
  const rough = (high - low) / Math.max(1, n) || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? rough;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/**
 * The range of percentages to draw: what the values need, on tens, and up to 100 where they come near it.
 * @param {number[]} values shares from 0 to 1
 * @returns {[number, number]}
 */
export function percentRange(values) {
  const low = Math.max(0, Math.floor((Math.min(...values) * 100 - 2) / 10) * 10);
  const high = Math.ceil((Math.max(...values) * 100 + 2) / 10) * 10;
  return [low, Math.min(100, Math.max(high, low + 20))];
}

/**
 * How numbers become a scale: what they are multiplied by, and the range that some of them need.
 * @typedef {{factor: number, range: (values: number[]) => [number, number]}} Scale
 */

/** Shares in percent. @type {Scale} */
export const PERCENT = { factor: 100, range: percentRange };

/** Coefficients: up to 1, from 0 or from what the lowest needs. @type {Scale} */
export const RATIO = { factor: 1, range: (values) => [Math.min(0, Math.floor(Math.min(...values) * 5) / 5), 1] };

/** Amounts, from zero. @type {Scale} */
export const AMOUNT = { factor: 1, range: (values) => [0, Math.max(...values) * 1.06 || 1] };

/** Differences in points of 100, zero in the middle. @type {Scale} */
export const POINTS = {
  factor: 100,
  range(values) {
    const most = Math.max(5, Math.ceil(Math.max(...values.map(Math.abs)) * 21) * 5);
    return [-most, most];
  },
};

/** @param {string} name @param {number} length */
export function clipped(name, length) {
  return name.length > length ? `${name.slice(0, length - 1)}…` : name;
}

/**
 * A horizontal axis under the box, with grid lines where `grid` says so.
 * @param {Box} box
 * @param {(value: number) => number} x
 * @param {{at: number, name: string}[]} marks
 * @param {string} title
 * @param {boolean} grid
 */
export function xAxis(box, x, marks, title, grid) {
  const bottom = box.height - box.bottom;
  return element("g", { class: "axis", "aria-hidden": "true" }, [
    ...marks.flatMap(({ at, name }) => [
      ...(grid ? [element("line", { class: "grid", x1: crisp(x(at)), x2: crisp(x(at)), y1: box.top, y2: bottom })] : []),
      words("tick", x(at), bottom + 16, name, { "text-anchor": "middle" }),
    ]),
    element("line", { class: "rule", x1: box.left, x2: box.width - box.right, y1: crisp(bottom), y2: crisp(bottom) }),
    words("axis-title", (box.left + box.width - box.right) / 2, bottom + 36, title, { "text-anchor": "middle" }),
  ]);
}

/**
 * A vertical axis left of the box with grid lines.
 * @param {Box} box
 * @param {(value: number) => number} y
 * @param {{at: number, name: string}[]} marks
 * @param {string} title
 */
export function yAxis(box, y, marks, title) {
  return element("g", { class: "axis", "aria-hidden": "true" }, [
    ...marks.flatMap(({ at, name }) => [
      element("line", { class: "grid", x1: box.left, x2: box.width - box.right, y1: crisp(y(at)), y2: crisp(y(at)) }),
      words("tick", box.left - 8, y(at) + 4, name, { "text-anchor": "end" }),
    ]),
    words("axis-title", 0, box.top - 12, title, { "text-anchor": "start" }),
  ]);
}

/** Shapes that differ without colour. @type {Record<string, string>} */
const SHAPES = {
  circle: "M-4.5,0a4.5,4.5 0 1,0 9,0a4.5,4.5 0 1,0 -9,0Z",
  diamond: "M0,-5.5L5.5,0L0,5.5L-5.5,0Z",
  square: "M-4,-4H4V4H-4Z",
  bar: "M-1,-7H1V7H-1Z",
  dash: "M-9,-1H9V1H-9Z",
};

/**
 * @param {string} shape
 * @param {number} x
 * @param {number} y
 * @param {string} className
 */
export function mark(shape, x, y, className) {
  return element("path", { class: className, d: SHAPES[shape], transform: `translate(${round(x)} ${round(y)})` });
}

/** A title that shows on hover. @param {string} text */
export function hover(text) {
  return element("title", {}, [text]);
}
