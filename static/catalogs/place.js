// @ts-check
/** Places on the image as people write them. No DOM. */

/** @typedef {{toSky: (xPx: number, yPx: number) => {raDeg: number, decDeg: number}}} Sky */
/** @typedef {{kind: "sky", raDeg: number, decDeg: number} | {kind: "pixel", xPx: number, yPx: number} | {kind: "source", number: number}} Wanted */

const SEXAGESIMAL = String.raw`(\d{1,3})[h:°d\s]\s*(\d{1,2})[m:'′\s]\s*(\d{1,2}(?:\.\d*)?)[s"″]?`;
const RA_DEC = new RegExp(`^${SEXAGESIMAL}[\\s,]+([+\\-−]?)${SEXAGESIMAL}$`);
const NUMBER = String.raw`([+\-−]?\d+(?:\.\d*)?)`;
const DEGREES = new RegExp(`^${NUMBER}\\s*°?[\\s,]+${NUMBER}\\s*°?$`);
const PIXELS = new RegExp(`^(?:x\\s*=?\\s*${NUMBER}[\\s,]+y\\s*=?\\s*${NUMBER}|${NUMBER}[\\s,]+${NUMBER}\\s*px)$`);
const SOURCE = /^(?:#|source\s+)?(\d{1,9})$/;

/**
 * "11:36:00.0 +15:00:00", "11h36m00s +15d00m00s", "174.0 +15.0" (degrees), "x 512 y 300", "512 300 px", "#12".
 * @param {string} text
 * @returns {Wanted | null} null for what is none of them
 */
export function parsePlace(text) {
  const written = text.trim().toLowerCase();
  const source = SOURCE.exec(written);
  if (source) return { kind: "source", number: Number(source[1]) };
  const pixels = PIXELS.exec(written);
  if (pixels) return { kind: "pixel", xPx: numberOf(pixels[1] ?? pixels[3]), yPx: numberOf(pixels[2] ?? pixels[4]) };
  const degrees = DEGREES.exec(written);
  if (degrees) return inRange(numberOf(degrees[1]), numberOf(degrees[2]));
  const parts = RA_DEC.exec(written);
  if (!parts) return null;
  const [hours, hourMinutes, hourSeconds] = parts.slice(1, 4).map(Number);
  const [angle, minutes, seconds] = parts.slice(5, 8).map(Number);
  if (Math.max(hourMinutes, hourSeconds, minutes, seconds) >= 60 || hours >= 24) return null;
  const sign = parts[4] === "-" || parts[4] === "−" ? -1 : 1;
  return inRange(15 * (hours + hourMinutes / 60 + hourSeconds / 3600), sign * (angle + minutes / 60 + seconds / 3600));
}

/** @param {string} text */
function numberOf(text) {
  return Number(text.replace("−", "-"));
}

/** @param {number} raDeg @param {number} decDeg @returns {Wanted | null} */
function inRange(raDeg, decDeg) {
  return raDeg >= 0 && raDeg < 360 && Math.abs(decDeg) <= 90 ? { kind: "sky", raDeg, decDeg } : null;
}

/**
 * The image position of a place in the sky.
 * @param {Sky} sky
 * @param {{raDeg: number, decDeg: number}} wanted
 * @param {{width_px: number, height_px: number}} image
 * @returns {{xPx: number, yPx: number} | null} null where the place is not on the image
 */
export function toPixel(sky, wanted, { width_px, height_px }) {
  const place = placeInPixels(sky, wanted, { xPx: (width_px - 1) / 2, yPx: (height_px - 1) / 2 }, 3 * Math.max(width_px, height_px));
  return place && isOnImage(place, { width_px, height_px }) ? place : null;
}

/**
 * Where a place in the sky is in pixels, on the image or beside it, by Newton's steps.
 * @param {Sky} sky
 * @param {{raDeg: number, decDeg: number}} wanted
 * @param {{xPx: number, yPx: number}} start
 * @param {number} reachPx a step beyond it goes to where nothing is known of the sky
 * @returns {{xPx: number, yPx: number} | null} null where there is no such place
 */
export function placeInPixels(sky, wanted, { xPx, yPx }, reachPx = 1e6) {
  for (let step = 0; step < 20; step++) {
    const here = sky.toSky(xPx, yPx);
    const [east, north] = offset(here, wanted);
    const [eastX, northX] = offset(here, sky.toSky(xPx + 1, yPx));
    const [eastY, northY] = offset(here, sky.toSky(xPx, yPx + 1));
    const determinant = eastX * northY - eastY * northX;
    if (!determinant) return null;
    const dx = (east * northY - eastY * north) / determinant;
    const dy = (eastX * north - east * northX) / determinant;
    xPx += dx;
    yPx += dy;
    if (Math.hypot(dx, dy) < 1e-4) break;
    if (Math.abs(xPx) > reachPx || Math.abs(yPx) > reachPx) return null;
  }
  const [east, north] = offset(sky.toSky(xPx, yPx), wanted);
  return Math.hypot(east, north) < 1e-6 ? { xPx, yPx } : null;
}

/**
 * Degrees on the sky from one place to another nearby, towards the east and the north.
 * @param {{raDeg: number, decDeg: number}} from
 * @param {{raDeg: number, decDeg: number}} to
 */
function offset(from, to) {
  const raStep = ((to.raDeg - from.raDeg + 540) % 360) - 180;
  return [raStep * Math.cos((from.decDeg * Math.PI) / 180), to.decDeg - from.decDeg];
}

/**
 * @param {{xPx: number, yPx: number}} place
 * @param {{width_px: number, height_px: number}} image
 */
export function isOnImage({ xPx, yPx }, { width_px, height_px }) {
  return xPx >= -0.5 && yPx >= -0.5 && xPx <= width_px - 0.5 && yPx <= height_px - 0.5;
}
