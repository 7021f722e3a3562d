// @ts-check
/** Bands as red, green and blue, in a rendition's mix and balance, for the stretch that the bands have too. No DOM. */

/** @typedef {import("./planes.js").Plane} Plane */

/**
 * Each channel's weighted sum above its local sky, in units of the recipe's range from black to white.
 * @param {Plane[]} planes of the bands
 * @param {import("../gl/style.js").Recipe} recipe
 * @returns {import("./picture.js").Plane[]} red, green, blue: sky 0
 */
export function coloursOf(planes, recipe) {
  return [recipe.red, recipe.green, recipe.blue].map((terms, channel) => {
    const range = recipe.white[channel] - recipe.black[channel];
    const parts = terms.flatMap(([band, weight]) => planes.filter(({ name }) => name === band).map((plane) => ({ plane, share: weight / range })));
    const [{ size, centre }] = planes;
    const values = new Float32Array(size * size);
    for (const { plane, share } of parts) plane.values.forEach((value, i) => (values[i] += share * (value - plane.sky)));
    return { values, size, centre, sky: 0, noise: Math.hypot(...parts.map(({ plane, share }) => share * plane.noise)) };
  });
}
