// @ts-check
/** Where north and east are on the image, and how long a handy scale bar is. No DOM. */

/** @typedef {{toSky: (xPx: number, yPx: number) => {raDeg: number, decDeg: number}}} Sky */
/** @typedef {{x: number, y: number}} Direction a unit vector; y up, as on the image */

const DEG = Math.PI / 180;

/**
 * Directions of increasing declination and of increasing right ascension at an image position.
 * @param {Sky} sky
 * @param {number} xPx
 * @param {number} yPx
 * @param {number} stepPx half the distance over which they are measured
 * @returns {{north: Direction, east: Direction} | null} null where the sky does not change with the pixels
 */
export function skyDirections(sky, xPx, yPx, stepPx = 8) {
  const cosDec = Math.cos(sky.toSky(xPx, yPx).decDeg * DEG);
  const alongX = skyStep(sky.toSky(xPx - stepPx, yPx), sky.toSky(xPx + stepPx, yPx), cosDec);
  const alongY = skyStep(sky.toSky(xPx, yPx - stepPx), sky.toSky(xPx, yPx + stepPx), cosDec);
  const determinant = alongX.east * alongY.north - alongY.east * alongX.north;
  if (!Number.isFinite(determinant) || determinant === 0) return null;
  // Columns of the inverse of d(east, north) / d(x, y).
  const east = unit(alongY.north / determinant, -alongX.north / determinant);
  const north = unit(-alongY.east / determinant, alongX.east / determinant);
  return { north, east };
}

/**
 * @param {{raDeg: number, decDeg: number}} from
 * @param {{raDeg: number, decDeg: number}} to
 * @param {number} cosDec
 */
function skyStep(from, to, cosDec) {
  const raStep = ((to.raDeg - from.raDeg + 540) % 360) - 180; // across 0h too
  return { east: raStep * cosDec, north: to.decDeg - from.decDeg };
}

/**
 * @param {number} x
 * @param {number} y
 * @returns {Direction}
 */
function unit(x, y) {
  const length = Math.hypot(x, y);
  return { x: x / length, y: y / length };
}

// Arcsec; beyond a minute the steps are those of a clock.
const ANGLES_ARCSEC = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600];
const LENGTHS_PX = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000];

/**
 * The longest round length that fits into `mostScreen` CSS pixels.
 * @param {number} screenPerPx CSS pixels that an image pixel takes
 * @param {number | null} pixelScaleArcsec null without world coordinates: the bar is then in pixels
 * @param {number} mostScreen
 * @param {number | null} distanceMpc where it is known, the bar's length at the galaxy is told too
 * @returns {{lengthScreen: number, text: string}}
 */
export function scaleBar(screenPerPx, pixelScaleArcsec, mostScreen, distanceMpc = null) {
  const screenPerUnit = screenPerPx / (pixelScaleArcsec ?? 1);
  const lengths = pixelScaleArcsec === null ? LENGTHS_PX : ANGLES_ARCSEC;
  const length = lengths.findLast((candidate) => candidate * screenPerUnit <= mostScreen) ?? lengths[0];
  const text = pixelScaleArcsec === null ? `${length.toLocaleString("en")} px` : angleText(length);
  const atGalaxy = pixelScaleArcsec === null || distanceMpc === null ? "" : ` · ${lengthText(length * distanceMpc * PC_PER_ARCSEC_MPC)}`;
  return { lengthScreen: length * screenPerUnit, text: text + atGalaxy };
}

const PC_PER_ARCSEC_MPC = 1e6 * (DEG / 3600);

/** Two digits are what a distance to a galaxy is known to. @param {number} pc */
function lengthText(pc) {
  return pc >= 1000 ? `${Number((pc / 1000).toPrecision(2))} kpc` : `${Number(pc.toPrecision(2))} pc`;
}

/** @param {number} arcsec */
function angleText(arcsec) {
  if (arcsec >= 3600) return `${arcsec / 3600}°`;
  return arcsec >= 60 ? `${arcsec / 60}′` : `${arcsec}″`;
}
