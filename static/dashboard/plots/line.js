/** Lines with bands over rounds or other steps, on a scale of percent unless another is given. */

import { element, hover, linear, mark, PERCENT, picture, round, ticks, xAxis, yAxis } from "./svg.js";

/**
 * @typedef {{at: number, value: number, low: number | null, high: number | null, text: string}} Point
 * @typedef {{label: string, xTitle: string, yTitle: string, scale?: import("./svg.js").Scale, stepNames?: string[], series: {name: string, shape: string, className: string, hasLine: boolean, points: Point[]}[]}} Lines
 */

const HEIGHT = 250;

/**
 * @param {Lines} lines
 * @param {number} width
 */
export function drawLines({ label, xTitle, yTitle, series, scale = PERCENT, stepNames }, width) {
  const box = { width, height: HEIGHT, left: 46, right: 14, top: 30, bottom: 46 };
  const points = series.flatMap((each) => each.points);
  const range = scale.range(points.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]));
  const y = linear(range, [HEIGHT - box.bottom, box.top]);
  const rounds = [...new Set(points.map(({ at }) => at))].sort((a, b) => a - b);
  const [first, last] = [rounds[0], rounds[rounds.length - 1]];
  const x = linear([first - 0.5, last + 0.5], [box.left, width - box.right]);
  const withLine = series.filter(({ hasLine }) => hasLine).length;
  return picture(width, HEIGHT, label, [
    yAxis(box, y, ticks(...range, 5).map((at) => ({ at, name: `${at}` })), yTitle),
    xAxis(box, x, rounds.map((at) => ({ at, name: stepName(at) })), xTitle, false),
    ...series.map((each, i) => drawSeries(each, each.hasLine ? (i - (withLine - 1) / 2) * 9 : 0)),
  ]);

  /** @param {number} at */
  function stepName(at) {
    return stepNames?.[at] ?? `${at}`;
  }

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
          hover(`${stepNames ? stepName(point.at) : `Round ${point.at}`}, ${name}: ${point.text}`),
          ...(point.low !== null && point.high !== null
            ? [element("path", { class: `whisker ${className}`, d: `M${place(point, point.low)}L${place(point, point.high)}` })]
            : []),
          mark(shape, x(point.at) + shift, y(point.value * scale.factor), `mark ${className}`),
        ]),
      ),
    ]);
  }
}
