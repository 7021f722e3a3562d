// @ts-check
/** Where the words beneath a kept picture stand: in lines, none over another, none beyond the edge. No DOM. */

const MARGIN = 14;
const GAP = 22;
const MARK = { width: 18, above: 4, middle: 4 };
const FIRST_BASELINE = 22;
const LINE = 21;
const BELOW = 13;

/** @typedef {import("./paint.js").MarkStyle} MarkStyle */
/** @typedef {{text: string, isStrong?: boolean, mark?: MarkStyle}} Entry a mark stands before its text */
/** @typedef {Entry & {x: number, y: number, width: number}} Placed `x`, `y`: where the text's baseline begins, from the footer's upper left; `width` of the text */

/**
 * Each group begins a line and goes on in further ones; what is wider than a line is shortened.
 * @param {Entry[][]} groups
 * @param {number} width of the picture
 * @param {(text: string, isStrong: boolean) => number} measure
 * @returns {{entries: Placed[], height: number}}
 */
export function footerLayout(groups, width, measure) {
  const right = width - MARGIN;
  let nLines = 0;
  /** @type {Placed[]} */
  const entries = [];
  for (const group of groups) {
    let left = Infinity;
    for (const entry of group) {
      const { text, isStrong = false, mark } = entry;
      const before = mark ? MARK.width : 0;
      if (left + before + measure(text, isStrong) > right) [left, nLines] = [MARGIN, nLines + 1];
      const x = left + before;
      const shown = shortened(text, right - x, (each) => measure(each, isStrong));
      const wide = measure(shown, isStrong);
      entries.push({ ...entry, text: shown, x, y: FIRST_BASELINE + (nLines - 1) * LINE, width: wide });
      left = x + wide + GAP;
    }
  }
  return { entries, height: FIRST_BASELINE + (nLines - 1) * LINE + BELOW };
}

/** The middle of a text's mark. @param {Placed} placed */
export function markPlace({ x, y }) {
  return { x: x - MARK.width + MARK.middle, y: y - MARK.above };
}

/** @param {string} text @param {number} room @param {(text: string) => number} measure */
function shortened(text, room, measure) {
  if (measure(text) <= room) return text;
  const letters = [...text];
  let kept = letters.length;
  while (kept > 0 && measure(`${letters.slice(0, kept).join("").trimEnd()}…`) > room) kept--;
  return `${letters.slice(0, kept).join("").trimEnd()}…`;
}
