/** Horizontal bars side by side for each category. */

import { element, hover, linear, picture, round, ticks, words, xAxis } from "./svg.js";

/**
 * @typedef {{label: string, xTitle: string, categories: {name: string, colour: string}[], series: {name: string, className: string, values: number[]}[]}} Bars
 */

const BAR = 13;
const GAP = 14;

/**
 * @param {Bars} bars
 * @param {number} width
 */
export function drawBars({ label, xTitle, categories, series }, width) {
  const step = series.length * BAR + GAP;
  const height = 6 + categories.length * step + 46;
  const longest = Math.max(...categories.map(({ name }) => name.length));
  const box = { width, height, left: Math.max(110, 44 + 6.5 * longest), right: 84, top: 6, bottom: 46 };
  const most = Math.max(4, ...series.flatMap(({ values }) => values));
  const x = linear([0, most], [box.left, width - box.right]);
  const marks = ticks(0, most, 4).filter(Number.isInteger).map((at) => ({ at, name: at.toLocaleString("en-GB") }));
  return picture(width, height, label, [
    xAxis(box, x, marks, xTitle, true),
    ...categories.map((category, i) => drawCategory(category, i, 6 + i * step + GAP / 2)),
  ]);

  /**
   * @param {Bars["categories"][number]} category
   * @param {number} i
   * @param {number} top
   */
  function drawCategory({ name, colour }, i, top) {
    const middle = top + (series.length * BAR) / 2;
    const swatch = element("rect", { x: 10, y: round(middle - 5), width: 10, height: 10, rx: 2, fill: colour });
    return element("g", {}, [
      ...(colour ? [swatch] : []),
      words("row-name", colour ? 27 : 10, middle + 4, name),
      ...series.flatMap((each, k) => {
        const y = top + k * BAR;
        const total = each.values.reduce((sum, n) => sum + n, 0);
        const n = each.values[i];
        const share = total ? ` (${((100 * n) / total).toFixed(0)} %)` : "";
        return [
          element("rect", { class: each.className, x: box.left, y: y + 1, width: round(x(n) - box.left), height: BAR - 2 }, [
            hover(`${name}, ${each.name}: ${n}${share}`),
          ]),
          words("row-value", x(n) + 6, y + BAR / 2 + 4, `${n.toLocaleString("en-GB")}${share}`),
        ];
      }),
    ]);
  }
}
