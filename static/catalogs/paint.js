// @ts-check
/** Marks and dots on a canvas. Knows neither map nor sources. */

/** @typedef {"circle" | "square" | "diamond" | "triangle" | "cross" | "plus"} Mark */
/** @typedef {{colour: string, radius: number, mark?: Mark, width?: number, level?: number}} MarkStyle colour as #rrggbb; radius and width in CSS pixels; a higher level is drawn over a lower one */

// One long path is slower than several: the renderer looks for its self-crossings.
const MARKS_A_PATH = 400;
// A stamp is set to whole device pixels, so few marks, that one looks at closely, are drawn where they are.
const FEWEST_STAMPED = 400;
const DOT_SCREEN = 2;

/** @type {Record<Mark, (context: CanvasRenderingContext2D, x: number, y: number, r: number) => void>} alike in area to the eye */
const PATHS = {
  circle(context, x, y, r) {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
  },
  square: (context, x, y, r) => context.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r),
  diamond: (context, x, y, r) => polygon(context, [[x, y - 1.25 * r], [x + 1.25 * r, y], [x, y + 1.25 * r], [x - 1.25 * r, y]]),
  triangle: (context, x, y, r) => polygon(context, [[x, y - 1.3 * r], [x + 1.15 * r, y + 0.75 * r], [x - 1.15 * r, y + 0.75 * r]]),
  // Open in the middle, so that the source is seen.
  cross: (context, x, y, r) => spokes(context, x, y, [[0.35 * r, 0.35 * r, r, r], [-0.35 * r, 0.35 * r, -r, r], [0.35 * r, -0.35 * r, r, -r], [-0.35 * r, -0.35 * r, -r, -r]]),
  plus: (context, x, y, r) => spokes(context, x, y, [[0.45 * r, 0, 1.3 * r, 0], [-0.45 * r, 0, -1.3 * r, 0], [0, 0.45 * r, 0, 1.3 * r], [0, -0.45 * r, 0, -1.3 * r]]),
};
export const MARKS = /** @type {Mark[]} */ (Object.keys(PATHS));

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, y: number}[]} places
 * @param {MarkStyle} style
 */
export function drawMarks(context, places, { colour, radius, mark = "circle", width = 1.5 }) {
  const add = PATHS[mark];
  for (let begin = 0; begin < places.length; begin += MARKS_A_PATH) {
    context.beginPath();
    for (const { x, y } of places.slice(begin, begin + MARKS_A_PATH)) add(context, x, y, radius);
    // A dark rim, so that a mark is seen on a bright galaxy too.
    context.lineWidth = width + 1.5;
    context.strokeStyle = "rgb(0 0 0 / 55%)";
    context.stroke();
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.stroke();
  }
}

/**
 * As drawMarks; of many marks one is drawn and then stamped, which is several times as fast.
 * @param {CanvasRenderingContext2D} context scaled to CSS pixels
 * @param {{x: number, y: number}[]} places
 * @param {MarkStyle} style
 * @param {number} ratio device pixels a CSS pixel
 */
export function drawManyMarks(context, places, style, ratio) {
  if (places.length < FEWEST_STAMPED) return drawMarks(context, places, style);
  const half = Math.ceil((1.4 * style.radius + 3) * ratio);
  const stamp = new OffscreenCanvas(2 * half, 2 * half);
  const drawn = /** @type {any} */ (stamp.getContext("2d")); // draws as a canvas of the page does
  drawn.scale(ratio, ratio);
  drawMarks(drawn, [{ x: half / ratio, y: half / ratio }], style);
  const picture = stamp.transferToImageBitmap();
  context.save();
  context.resetTransform();
  for (const { x, y } of places) context.drawImage(picture, Math.round(x * ratio) - half, Math.round(y * ratio) - half);
  context.restore();
  picture.close();
}

/** @param {CanvasRenderingContext2D} context @param {[number, number][]} corners */
function polygon(context, [first, ...rest]) {
  context.moveTo(...first);
  for (const corner of rest) context.lineTo(...corner);
  context.closePath();
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {[number, number, number, number][]} lines from the middle */
function spokes(context, x, y, lines) {
  for (const [x0, y0, x1, y1] of lines) {
    context.moveTo(x + x0, y + y0);
    context.lineTo(x + x1, y + y1);
  }
}

/** A picture of dots, set pixel by pixel: 100,000 fillRect calls take several times as long. */
export class DotPicture {
  /**
   * @param {number} width in device pixels
   * @param {number} height
   * @param {number} ratio device pixels a CSS pixel
   */
  constructor(width, height, ratio) {
    this.image = new ImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.ratio = ratio;
    this.size = Math.max(1, Math.round(DOT_SCREEN * ratio));
  }

  /**
   * @param {number} x in CSS pixels
   * @param {number} y
   * @param {number} colour as `packed` gives it
   */
  dot(x, y, colour) {
    const { width, height } = this.image;
    const left = Math.round(x * this.ratio - this.size / 2);
    const top = Math.round(y * this.ratio - this.size / 2);
    const [right, bottom] = [Math.min(left + this.size, width), Math.min(top + this.size, height)];
    for (let row = Math.max(top, 0); row < bottom; row++) {
      for (let column = Math.max(left, 0); column < right; column++) this.pixels[row * width + column] = colour;
    }
  }
}

/**
 * @param {string} colour #rrggbb
 * @returns {number} one opaque pixel of an ImageData on a little-endian machine, as all that run browsers are
 */
export function packed(colour) {
  const rgb = Number.parseInt(colour.slice(1), 16);
  return (0xff000000 | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0;
}
