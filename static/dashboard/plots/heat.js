/** A table of cells coloured by a share; a cell with an address is a link. */

import { clipped, element, hover, picture, round, words } from "./svg.js";

/**
 * @typedef {{share: number, text: string, note: string, title: string, isFaint?: boolean, href?: string}} HeatCell
 * @typedef {{label: string, rowTitle: string, columnTitle: string, rows: string[], columns: string[], isSlanted: boolean, cells: (HeatCell | null)[][]}} Heat
 */

/** From dark to light with even steps of lightness, told apart by every kind of colour vision (after cividis). */
const RAMP = [[22, 38, 70], [52, 72, 110], [88, 104, 120], [124, 128, 116], [166, 154, 100], [212, 184, 84], [255, 221, 112]];
const LEFT = 128;
const LARGEST = 124;
const SMALLEST = 34;

/** @param {number} share from 0 to 1 */
export function heatColour(share) {
  const place = Math.min(Math.max(share, 0), 1) * (RAMP.length - 1);
  const below = Math.min(Math.floor(place), RAMP.length - 2);
  const mixed = RAMP[below].map((from, i) => Math.round(from + (RAMP[below + 1][i] - from) * (place - below)));
  return `rgb(${mixed.join(" ")})`;
}

/**
 * @param {Heat} heat
 * @param {number} width
 */
export function drawHeat(heat, width) {
  const top = heat.isSlanted ? 92 : 46;
  // A slanted name reaches over its column to the right.
  const margin = heat.isSlanted ? 64 : 8;
  const wide = Math.min(LARGEST, Math.max(SMALLEST, (width - LEFT - margin) / heat.columns.length));
  const tall = Math.min(46, Math.max(SMALLEST, wide));
  const needed = Math.max(width, LEFT + wide * heat.columns.length + margin);
  const height = top + tall * heat.rows.length + 8;
  return picture(
    needed,
    height,
    heat.label,
    [
      words("axis-title", LEFT, 12, `${heat.columnTitle} →`),
      ...(heat.rowTitle ? [words("axis-title", LEFT - 10, top - 10, `${heat.rowTitle} ↓`, { "text-anchor": "end" })] : []),
      ...heat.columns.map((name, i) => {
        const at = LEFT + (i + 0.5) * wide;
        /** @type {import("./svg.js").Attributes} */
        const slant = heat.isSlanted ? { transform: `rotate(-40 ${round(at)} ${top - 8})` } : { "text-anchor": "middle" };
        return words("row-name", at, top - 8, clipped(name, 14), slant);
      }),
      ...heat.rows.map((name, i) => words("row-name", LEFT - 10, top + (i + 0.5) * tall + 4, clipped(name, 17), { "text-anchor": "end" })),
      ...heat.cells.flatMap((row, r) => row.flatMap((cell, c) => (cell ? [drawCell(cell, LEFT + c * wide, top + r * tall)] : []))),
    ],
    "group",
  );

  /**
   * @param {HeatCell} cell
   * @param {number} x
   * @param {number} y
   */
  function drawCell(cell, x, y) {
    const ink = cell.isFaint ? "faint" : cell.share > 0.55 ? "dark" : "light";
    const box = { x: round(x) + 1, y: round(y) + 1, width: round(wide) - 2, height: round(tall) - 2, rx: 3 };
    const rect = element("rect", { ...box, class: cell.isFaint ? "cell cell-faint" : "cell", ...(cell.isFaint ? {} : { fill: heatColour(cell.share) }) });
    const hasNote = wide >= 52 && cell.note;
    const parts = [
      hover(cell.title),
      rect,
      words(`cell-text ink-${ink}`, x + wide / 2, y + tall / 2 + (hasNote ? -1 : 4), cell.text, { "text-anchor": "middle" }),
      ...(hasNote ? [words(`cell-note ink-${ink}`, x + wide / 2, y + tall / 2 + 13, cell.note, { "text-anchor": "middle" })] : []),
    ];
    if (!cell.href) return element("g", { role: "img", "aria-label": cell.title }, parts);
    return element("a", { href: cell.href, "aria-label": `${cell.title}: show the sources`, class: "cell-link" }, parts);
  }
}
