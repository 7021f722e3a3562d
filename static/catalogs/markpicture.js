// @ts-check
/** Many dots and marks as one picture, set pixel by pixel: as many calls of a canvas take several times as long. No DOM. */

/** @typedef {{data: Uint8ClampedArray, width: number, height: number}} Pixels an ImageData: rows of red, green, blue and alpha, not premultiplied */
/** @typedef {{dx: Int16Array, dy: Int16Array, colours: Uint32Array}} Stamp what is not transparent of a mark: device pixels from its middle */

const DOT_SCREEN = 2;

export class MarkPicture {
  /**
   * @param {Pixels} pixels transparent ones
   * @param {number} ratio device pixels a CSS pixel
   */
  constructor(pixels, ratio) {
    this.width = pixels.width;
    this.height = pixels.height;
    this.words = wordsOf(pixels);
    this.ratio = ratio;
    this.size = Math.max(1, Math.round(DOT_SCREEN * ratio));
  }

  /**
   * @param {number} x in CSS pixels
   * @param {number} y
   * @param {number} colour as `packed` gives it
   */
  dot(x, y, colour) {
    const left = Math.round(x * this.ratio - this.size / 2);
    const top = Math.round(y * this.ratio - this.size / 2);
    const [right, bottom] = [Math.min(left + this.size, this.width), Math.min(top + this.size, this.height)];
    for (let row = Math.max(top, 0); row < bottom; row++) {
      for (let column = Math.max(left, 0); column < right; column++) this.words[row * this.width + column] = colour;
    }
  }

  /**
   * Over what is there, its middle at the corner of device pixels next to the place.
   * @param {number} x in CSS pixels
   * @param {number} y
   * @param {Stamp} stamp
   */
  stamp(x, y, { dx, dy, colours }) {
    const { width, height, words } = this;
    const middleX = Math.round(x * this.ratio);
    const middleY = Math.round(y * this.ratio);
    for (let k = 0; k < colours.length; k++) {
      const column = middleX + dx[k];
      const row = middleY + dy[k];
      if (column < 0 || row < 0 || column >= width || row >= height) continue;
      const at = row * width + column;
      words[at] = words[at] === 0 ? colours[k] : over(colours[k], words[at]);
    }
  }
}

/**
 * @param {Pixels} pixels with one mark in the middle; of even width and height
 * @returns {Stamp}
 */
export function stampOf(pixels) {
  const { width, height } = pixels;
  const words = wordsOf(pixels);
  const seen = [...words.keys()].filter((at) => words[at] >>> 24);
  return {
    dx: Int16Array.from(seen, (at) => (at % width) - width / 2),
    dy: Int16Array.from(seen, (at) => Math.floor(at / width) - height / 2),
    colours: Uint32Array.from(seen, (at) => words[at]),
  };
}

/**
 * @param {string} colour #rrggbb
 * @returns {number} one opaque pixel of an ImageData on a little-endian machine, as all that run browsers are
 */
export function packed(colour) {
  const rgb = Number.parseInt(colour.slice(1), 16);
  return (0xff000000 | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0;
}

/**
 * One pixel over another, as a canvas composes them (source-over).
 * @param {number} top packed, as `under`
 * @param {number} under
 */
function over(top, under) {
  const alpha = top >>> 24;
  if (alpha === 255) return top;
  const rest = ((under >>> 24) * (255 - alpha)) / 255;
  const whole = alpha + rest;
  const mixed = (/** @type {number} */ shift) => Math.round((((top >>> shift) & 255) * alpha + ((under >>> shift) & 255) * rest) / whole) << shift;
  return ((Math.round(whole) << 24) | mixed(16) | mixed(8) | mixed(0)) >>> 0;
}

/** @param {Pixels} pixels */
function wordsOf({ data }) {
  return new Uint32Array(data.buffer, data.byteOffset, data.length / 4);
}
