// @ts-check
/** Inferno, perceptually even and told apart by colour-blind people, as 256 colours. No DOM. */

// Polynomials of degree six in red, green and blue, within 1 % of matplotlib's table (M. Zucker, public domain).
const COEFFICIENTS = [
  [0.0002189403691192265, 0.001651004631001012, -0.01948089843709184],
  [0.1065134194856116, 0.5639564367884091, 3.932712388889277],
  [11.60249308247187, -3.972853965665698, -15.9423941062914],
  [-41.70399613139459, 17.43639888205313, 44.35414519872813],
  [77.162935699427, -33.40235894210092, -81.80730925738993],
  [-71.31942824499214, 32.62606426397723, 73.20951985803202],
  [25.13112622477341, -12.24266895238567, -23.07032500287172],
];

/** @returns {Uint8ClampedArray} red, green, blue of each of 256 steps, dark to bright */
export function inferno() {
  const table = new Uint8ClampedArray(3 * 256);
  for (let step = 0; step < 256; step++) {
    for (let channel = 0; channel < 3; channel++) {
      table[3 * step + channel] = 255 * COEFFICIENTS.reduceRight((sum, row) => sum * (step / 255) + row[channel], 0);
    }
  }
  return table;
}

/** @returns {Uint8ClampedArray} grey */
export function grey() {
  return Uint8ClampedArray.from({ length: 3 * 256 }, (_, i) => Math.floor(i / 3));
}
