// @ts-check
/** Turning a cut-out so that north is up and east is left. No DOM. */

/** @typedef {import("../skyframe.js").Direction} Direction */
/** @typedef {[number, number, number, number, number, number]} Matrix as canvas' `setTransform` takes it */

/**
 * From pixels of the cut-out (centres on integers, y up) to a square picture, the source at its centre.
 * @param {{x: number, y: number}} centre of the source in the cut-out
 * @param {{north: Direction, east: Direction} | null} sky null without world coordinates: x goes right, y up
 * @param {number} fieldPx image pixels across the picture
 * @param {number} side of the picture
 * @returns {Matrix}
 */
export function uprightMatrix(centre, sky, fieldPx, side) {
  const scale = side / fieldPx;
  // East is taken at a right angle to north, on its own side: pixels stay square, a mirrored image is mirrored back.
  const north = sky ? sky.north : { x: 0, y: 1 };
  const isMirrored = sky !== null && north.x * sky.east.y - north.y * sky.east.x < 0;
  const right = isMirrored ? { x: -north.y, y: north.x } : { x: north.y, y: -north.x };
  const [a, c] = [scale * right.x, scale * right.y];
  const [b, d] = [-scale * north.x, -scale * north.y];
  return [a, b, c, d, side / 2 - a * centre.x - c * centre.y, side / 2 - b * centre.x - d * centre.y];
}

/**
 * @param {Matrix} matrix
 * @param {number} x
 * @param {number} y
 * @returns {[number, number]}
 */
export function apply([a, b, c, d, e, f], x, y) {
  return [a * x + c * y + e, b * x + d * y + f];
}
