// @ts-check
/** Bands as red, green and blue, in a rendition's mix and balance, for the stretch that the bands have too. No DOM. */

/** @typedef {import("./planes.js").Plane} Plane */

/**
 * Each channel's weighted sum above its local sky, in units of the recipe's range from black to white. As at the server, a band
 * without data counts as sky where another one has some.
 * @param {Plane[]} planes of the bands
 * @param {import("../gl/style.js").Recipe} recipe
 * @returns {import("./picture.js").Plane[]} red, green, blue: sky 0
 */
export function coloursOf(planes, recipe) {
  const terms = [recipe.red, recipe.green, recipe.blue];
  const used = planes.filter(({ name }) => terms.flat().some(([band]) => band === name));
  const [{ size, centre }] = planes;
  const empty = Float32Array.from({ length: size * size }, (_, i) => (used.every(({ values }) => Number.isNaN(values[i])) ? NaN : 0));
  return terms.map((sum, channel) => {
    const range = recipe.white[channel] - recipe.black[channel];
    const parts = sum.flatMap(([band, weight]) => used.filter(({ name }) => name === band).map((plane) => ({ plane, share: weight / range })));
    const values = empty.slice();
    for (const { plane, share } of parts) plane.values.forEach((value, i) => (values[i] += Number.isNaN(value) ? 0 : share * (value - plane.sky)));
    return { values, size, centre, sky: 0, noise: Math.hypot(...parts.map(({ plane, share }) => share * plane.noise)) };
  });
}
