/** Lines with bands over rounds, or over the values of a parameter, on a scale of percent unless another is given. */

import { element, hover, linear, mark, PERCENT, picture, round, ticks, xAxis, yAxis } from "./svg.js";

/**
 * @typedef {{at: number, value: number, low: number | null, high: number | null, text: string}} Point
 * @typedef {{label: string, xTitle: string, yTitle: string, scale?: import("./svg.js").Scale, series: {name: string, shape: string, className: string, hasLine: boolean, points: Point[]}[], categories?: string[], chosen?: number}} Lines
 *   `categories` name the places on the x axis, in order, where these are no rounds; `chosen` is the place of an upright line
 */

const HEIGHT = 250;

/**
 * @param {Lines} lines
 * @param {number} width
 */
export function drawLines({ label, xTitle, yTitle, series, scale = PERCENT, categories, chosen }, width) {
  const box = { width, height: HEIGHT, left: 46, right: 14, top: 30, bottom: 46 };
  const points = series.flatMap((each) => each.points);
  const range = scale.range(points.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]));
  const y = linear(range, [HEIGHT - box.bottom, box.top]);
  const rounds = [...new Set(points.map(({ at }) => at))].sort((a, b) => a - b);
  const [first, last] = [rounds[0], rounds[rounds.length - 1]];
  const x = linear([first - 0.5, last + 0.5], [box.left, width - box.right]);
  const nameOf = (/** @type {number} */ at) => categories?.[at] ?? `${at}`;
  const withLine = series.filter(({ hasLine }) => hasLine).length;
  return picture(width, HEIGHT, label, [
    yAxis(box, y, ticks(...range, 5).map((at) => ({ at, name: `${at}` })), yTitle),
    xAxis(box, x, rounds.map((at) => ({ at, name: nameOf(at) })), xTitle, false),
    ...(chosen === undefined ? [] : [element("line", { class: "chosen-value", x1: round(x(chosen)), x2: round(x(chosen)), y1: box.top, y2: HEIGHT - box.bottom })]),
    ...series.map((each, i) => drawSeries(each, each.hasLine && !categories ? (i - (withLine - 1) / 2) * 9 : 0)),
  ]);

  /**
   * @param {Lines["series"][number]} one
   * @param {number} shift so that marks of several series on one round do not hide one another
   */
  function drawSeries({ name, shape, className, hasLine, points: own }, shift) {
    /** @param {Point} point @param {number} value */
    const place = ({ at }, value) => `${round(x(at) + shift)},${round(y(value * scale.factor))}`;
    const upper = own.map((point) => place(point, point.high ?? point.value));
    const lower = own.map((point) => place(point, point.low ?? point.value)).reverse();
    return element("g", {}, [
      ...(hasLine && own.length > 1
        ? [
            element("path", { class: `band ${className}`, d: `M${[...upper, ...lower].join("L")}Z` }),
            element("path", { class: `line ${className}`, d: `M${own.map((point) => place(point, point.value)).join("L")}` }),
          ]
        : []),
      ...own.map((point) =>
        element("g", {}, [
          hover(`${xTitle} ${nameOf(point.at)}, ${name}: ${point.text}`),
          ...(point.low !== null && point.high !== null
            ? [element("path", { class: `whisker ${className}`, d: `M${place(point, point.low)}L${place(point, point.high)}` })]
            : []),
          mark(shape, x(point.at) + shift, y(point.value * scale.factor), `mark ${className}`),
        ]),
      ),
    ]);
  }
}
