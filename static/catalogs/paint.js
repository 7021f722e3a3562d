// @ts-check
/** Rings and dots on a canvas. Knows neither map nor sources. */

/** @typedef {{colour: string, radius: number, width?: number, level?: number}} RingStyle colour as #rrggbb; radius and width in CSS pixels; a higher level is drawn over a lower one */

// One long path is slower than several: the renderer looks for its self-crossings.
const RINGS_A_PATH = 400;
const DOT_SCREEN = 2;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, y: number}[]} places
 * @param {RingStyle} style
 */
export function drawRings(context, places, { colour, radius, width = 1.5 }) {
  for (let begin = 0; begin < places.length; begin += RINGS_A_PATH) {
    context.beginPath();
    for (const { x, y } of places.slice(begin, begin + RINGS_A_PATH)) {
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
    // A dark rim, so that a ring is seen on a bright galaxy too.
    context.lineWidth = width + 1.5;
    context.strokeStyle = "rgb(0 0 0 / 55%)";
    context.stroke();
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.stroke();
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
