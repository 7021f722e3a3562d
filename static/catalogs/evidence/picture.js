// @ts-check
/** Draws cut-outs on canvases: pixels as they are, never smoothed; contours and a cross-hair over them. */

import { contourLevels, contourSegments, smoothed } from "./contours.js";
import { brightness, colourLimitsOf, limitsOf, valueAt } from "./stretches.js";
import { apply } from "./turn.js";

/** @typedef {import("./stretches.js").Plane} Plane */

const CONTOUR_COLOUR = "rgb(255 255 255 / 85%)";
const CONTOUR_HALO = "rgb(0 0 0 / 45%)";
const GAP_PX = 4.5; // image pixels free of the cross-hair
const ARM_PX = 4;

/**
 * A canvas' context scaled to the screen's own pixels; the canvas is cleared.
 * @param {HTMLCanvasElement} canvas
 * @returns {{context: CanvasRenderingContext2D, width: number, height: number}} in CSS pixels
 */
export function prepared(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/**
 * The plane through a stretch and a colour map, one canvas pixel an image pixel, top row first.
 * @param {Plane} plane
 * @param {number} softness
 * @param {Uint8ClampedArray} colours
 */
export function pixelsOf(plane, softness, colours) {
  const { values, size, centre, sky, noise } = plane;
  const limits = limitsOf(values, size, centre, sky, noise);
  return painted(size, (i) => {
    const step = 3 * Math.round(255 * brightness(values[i], limits, softness));
    return [colours[step], colours[step + 1], colours[step + 2]];
  });
}

/**
 * Red, green and blue through the same stretch, one canvas pixel an image pixel.
 * @param {Plane[]} channels
 * @param {number} softness
 */
export function colourPixelsOf(channels, softness) {
  const limits = colourLimitsOf(channels);
  return painted(channels[0].size, (i) => channels.map(({ values }, channel) => 255 * brightness(values[i], limits[channel], softness)));
}

/** @param {number} size @param {(index: number) => number[]} colourOf red, green and blue of a pixel; NaN or undefined for no data */
function painted(size, colourOf) {
  const image = new ImageData(size, size);
  for (let i = 0; i < size * size; i++) {
    const colour = colourOf(i);
    if (colour.every((each) => each >= 0)) image.data.set([...colour, 255], 4 * i); // no data is transparent
  }
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLCanvasElement} pixels
 * @param {import("./turn.js").Matrix} matrix from the cut-out's pixels to the picture
 */
export function drawPixels(context, pixels, [a, b, c, d, e, f]) {
  context.save();
  context.imageSmoothingEnabled = false;
  context.transform(a, b, c, d, e, f);
  context.drawImage(pixels, -0.5, -0.5); // centres are on integers
  context.restore();
}

const SCALE_SIGMAS = [0, 3, 6, 12, 24, 48, 96, 192, 384, 768, 1536, 3072];
const SCALE_BAR = 10;
const LEAST_APART = 15;

/**
 * The colours beside a heat map, with the levels of the contours in sigmas above the sky.
 * @param {HTMLCanvasElement} canvas
 * @param {Plane} plane
 * @param {number} softness
 * @param {Uint8ClampedArray} colours
 * @param {{muted: string, font: string}} inks
 */
export function drawScale(canvas, plane, softness, colours, inks) {
  const { context, height } = prepared(canvas);
  const limits = limitsOf(plane.values, plane.size, plane.centre, plane.sky, plane.noise);
  for (let y = 0; y < height; y++) {
    const step = 3 * Math.round(255 * (1 - y / height));
    context.fillStyle = `rgb(${colours[step]} ${colours[step + 1]} ${colours[step + 2]})`;
    context.fillRect(0, y, SCALE_BAR, 1.5);
  }
  context.font = inks.font;
  context.textBaseline = "middle";
  context.fillStyle = inks.muted;
  let last = Infinity;
  const most = valueAt(1, limits, softness);
  for (const sigmas of SCALE_SIGMAS.filter((each) => plane.sky + each * plane.noise <= most)) {
    const y = height * (1 - brightness(plane.sky + sigmas * plane.noise, limits, softness));
    const middle = Math.min(y, height - 6); // of its letters
    if (last - middle < LEAST_APART || y < 6) continue;
    last = middle;
    context.fillRect(SCALE_BAR, Math.round(y), 4, 1);
    context.fillText(sigmas === 0 ? "sky" : `${sigmas} σ`, SCALE_BAR + 8, middle);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Plane} plane
 * @param {import("./turn.js").Matrix} matrix
 * @param {number} side of the picture, which shows a part of the plane
 * @returns {number[]} the levels that are seen in it, in sigmas
 */
export function drawContours(context, plane, matrix, side) {
  const even = smoothed(plane.values, plane.size);
  const peak = even.reduce((most, value) => (value > most ? value : most), -Infinity);
  const levels = contourLevels(plane.sky, plane.noise, peak);
  const path = new Path2D();
  const seen = levels.filter(({ value }) => {
    const pieces = contourSegments(even, plane.size, value).map(([x0, y0, x1, y1]) => [apply(matrix, x0, y0), apply(matrix, x1, y1)]);
    for (const [from, to] of pieces) {
      path.moveTo(...from);
      path.lineTo(...to);
    }
    return pieces.some(([[x, y]]) => Math.min(x, y) >= 0 && Math.max(x, y) <= side);
  });
  context.lineCap = "round";
  for (const [colour, width] of /** @type {const} */ ([[CONTOUR_HALO, 2.5], [CONTOUR_COLOUR, 1]])) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke(path);
  }
  return seen.map(({ sigmas }) => sigmas);
}

/**
 * Four thin arms that leave the source free.
 * @param {CanvasRenderingContext2D} context
 * @param {number} side of the picture
 * @param {number} scale screen pixels an image pixel
 */
export function drawCrossHair(context, side, scale) {
  const [middle, near, far] = [side / 2, GAP_PX * scale, (GAP_PX + ARM_PX) * scale];
  const path = new Path2D();
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    path.moveTo(middle + dx * near, middle + dy * near);
    path.lineTo(middle + dx * far, middle + dy * far);
  }
  for (const [colour, width] of /** @type {const} */ ([["rgb(0 0 0 / 55%)", 3], ["#fff", 1.25]])) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke(path);
  }
}
