// @ts-check
/** Where the name of a grid line is whole: clear of what lies over the map's edges and corners. No DOM. */

/** @typedef {{x: number, y: number}} Point */
/** @typedef {{left: number, top: number, right: number, bottom: number}} Edges */

const OFFSET = { x: 4, y: -2 };
const LINE_HEIGHT = 14;
/** @type {Edges} free of names: zoom and drawing tools, the field above, the buttons, the scale */
const BORDER = { left: 56, top: 50, right: 66, bottom: 48 };
const MINIMAP = { width: 146, height: 146 };
const COMPASS = { width: 90, height: 90 };

/**
 * The text's lower left for the outermost point of a line where it is free: right ascension at the lower end, declination at the left one.
 * @param {"ra" | "dec"} kind
 * @param {Point[]} points of the line on the screen
 * @param {{width: number, height: number}} map
 * @param {number} textWidth
 * @returns {Point | null} null where it is free nowhere
 */
export function labelPlace(kind, points, map, textWidth) {
  const outermost = [...points].sort((a, b) => (kind === "ra" ? b.y - a.y : a.x - b.x));
  const at = outermost.find((point) => isFree(point, map, textWidth));
  return at ? { x: at.x + OFFSET.x, y: at.y + OFFSET.y } : null;
}

/** @param {Point} point @param {{width: number, height: number}} map @param {number} textWidth */
function isFree({ x, y }, { width, height }, textWidth) {
  const [right, top] = [x + OFFSET.x + textWidth, y + OFFSET.y - LINE_HEIGHT];
  const isInside = x >= BORDER.left && y >= BORDER.top && right <= width - BORDER.right && y <= height - BORDER.bottom;
  const isOnMinimap = right > width - MINIMAP.width && y > height - MINIMAP.height;
  const isOnCompass = right > width - COMPASS.width && top < COMPASS.height;
  return isInside && !isOnMinimap && !isOnCompass;
}
