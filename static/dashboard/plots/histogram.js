/** Stacked columns over whole numbers. */

import { crisp, element, hover, linear, picture, round, ticks, words, xAxis, yAxis } from "./svg.js";

/**
 * @typedef {{
 *   label: string, xTitle: string, yTitle: string,
 *   categories: (string | number)[],
 *   series: {name: string, className: string, values: number[]}[],
 * }} Histogram
 */

const HEIGHT = 250;

/**
 * @param {Histogram} histogram
 * @param {number} width
 */
export function drawHistogram(histogram, width) {
  const { categories, series } = histogram;
  const box = { width, height: HEIGHT, left: 46, right: 8, top: 30, bottom: 46 };
  const totals = categories.map((_, i) => series.reduce((sum, { values }) => sum + values[i], 0));
  const y = linear([0, Math.max(4, ...totals) * 1.08], [HEIGHT - box.bottom, box.top]);
  const x = linear([-0.5, categories.length - 0.5], [box.left, width - box.right]);
  const column = Math.min(72, (x(1) - x(0)) * 0.72);
  const marks = ticks(0, Math.max(4, ...totals) * 1.08, 4).filter(Number.isInteger);
  return picture(width, HEIGHT, histogram.label, [
    yAxis(box, y, marks.map((at) => ({ at, name: at.toLocaleString("en-GB") })), histogram.yTitle),
    ...categories.map((category, i) => drawColumn(category, i, x(i) - column / 2, column)),
    xAxis(box, x, categories.map((name, at) => ({ at, name: String(name) })), histogram.xTitle, false),
  ]);

  /**
   * @param {string | number} category
   * @param {number} i
   * @param {number} left
   * @param {number} wide
   */
  function drawColumn(category, i, left, wide) {
    let below = 0;
    const parts = series.map(({ name, className, values }) => {
      const top = y(below + values[i]);
      const rect = element(
        "rect",
        { class: className, x: round(left), width: round(wide), y: round(top), height: round(Math.max(0, y(below) - top)) },
        [hover(`${name}: ${values[i].toLocaleString("en-GB")} with ${category} ${histogram.xTitle.toLowerCase()}`)],
      );
      below += values[i];
      return rect;
    });
    const total = words("value", left + wide / 2, crisp(y(below)) - 6, below ? below.toLocaleString("en-GB") : "", {
      "text-anchor": "middle",
    });
    return element("g", {}, [...parts, total]);
  }
}
