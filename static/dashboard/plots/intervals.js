/** Dot and whisker: estimates with their intervals, one a row, on a scale of percent unless another is given. */

import { clipped, crisp, element, hover, linear, mark, PERCENT, picture, round, ticks, words, xAxis } from "./svg.js";

/**
 * @typedef {{name: string, group: string, value: number, low: number | null, high: number | null, shape: string, className: string, text: string, title?: string}} IntervalRow
 * @typedef {{label: string, xTitle: string, rows: IntervalRow[], scale?: import("./svg.js").Scale, right?: number}} Intervals `right`: pixels for the rows' texts
 */

const ROW = 27;
const GROUP = 26;

/**
 * @param {Intervals} intervals
 * @param {number} width
 */
export function drawIntervals({ label, xTitle, rows, scale = PERCENT, right = 138 }, width) {
  const groups = [...new Set(rows.map(({ group }) => group))];
  const height = 8 + groups.length * GROUP + rows.length * ROW + 46;
  const box = { width, height, left: 122, right, top: 6, bottom: 46 };
  const range = scale.range(rows.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]));
  const x = linear(range, [box.left, width - box.right]);
  const marks = ticks(...range, 5).map((at) => ({ at, name: at.toLocaleString("en-GB") }));
  const zero = range[0] < 0 ? [element("line", { class: "rule", x1: crisp(x(0)), x2: crisp(x(0)), y1: box.top, y2: height - box.bottom })] : [];
  let y = 8;
  /** @type {SVGElement[]} */
  const drawn = [];
  for (const group of groups) {
    drawn.push(words("group-name", 0, y + 16, group));
    y += GROUP;
    for (const row of rows.filter((each) => each.group === group)) {
      drawn.push(drawRow(row, y + ROW / 2));
      y += ROW;
    }
  }
  return picture(width, height, label, [xAxis(box, x, marks, xTitle, true), ...zero, ...drawn]);

  /**
   * @param {IntervalRow} row
   * @param {number} middle
   */
  function drawRow(row, middle) {
    const whisker = [];
    if (row.low !== null && row.high !== null) {
      const [from, to] = [round(x(row.low * scale.factor)), round(x(row.high * scale.factor))];
      whisker.push(
        element("path", { class: `whisker ${row.className}`, d: `M${from},${middle}H${to}M${from},${middle - 5}v10M${to},${middle - 5}v10` }),
      );
    }
    return element("g", { class: "interval" }, [
      hover(row.title ?? `${row.group}, ${row.name}: ${row.text}`),
      element("rect", { class: "hit", x: 0, y: middle - ROW / 2, width, height: ROW }),
      words("row-name", 10, middle + 4, clipped(row.name, 18)),
      ...whisker,
      mark(row.shape, x(row.value * scale.factor), middle, `mark ${row.className}`),
      words("row-value", width, middle + 4, row.text, { "text-anchor": "end" }),
    ]);
  }
}
