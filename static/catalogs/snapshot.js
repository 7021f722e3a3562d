// @ts-check
/** The map as a PNG with its legend: what is shown, where, how large, and the catalogues' marks. */

import { footerLayout, markPlace } from "./footer.js";
import { drawMarks } from "./paint.js";

const MARGIN = 14;
const INK = "#ffffff";
const MUTED = "#b7c0d1";
const BACK = "#0b0e14";
const PLATE = "rgb(11 14 20 / 65%)";
const PLATE_PAD = 6;
const FONT = "13px system-ui, sans-serif";
const BOLD = "600 14px system-ui, sans-serif";
const BAR = { length: 240, least: 100, height: 10 };
const LONGEST_SCALE = 170;

/** @typedef {{rendition: import("./renditions.js").Rendition, pane: HTMLElement, fromScreen: number, opacity: number}} Compared a second rendition right of a line */
/** @typedef {{colours: Uint8Array, black: string, white: string, curve: string}} Bar red, green, blue and opacity of 256 levels, and the values at its ends */
/**
 * @typedef {object} Legend
 * @property {string} title the galaxy, and that it is simulated where it is
 * @property {string} rendition
 * @property {string} channels the bands of red, green and blue, and the curve; "" for a single channel
 * @property {string} place of the middle
 * @property {{lengthScreen: number, text: string}} scale
 * @property {{north: import("./skyframe.js").Direction, east: import("./skyframe.js").Direction} | null} directions
 * @property {{name: string, style: import("./paint.js").MarkStyle}[]} catalogs
 * @property {Bar | null} bar of a single channel; of two renditions the left one's
 * @property {Compared | null} compared
 * @property {{corners: {x: number, y: number}[], colour: string, label: string}[]} regions in CSS pixels of the map
 */

/**
 * Drawn at once; only the file is made later.
 * @param {L.Map} map
 * @param {Legend} legend
 * @returns {Promise<Blob>} PNG
 */
export function snapshot(map, legend) {
  const ratio = window.devicePixelRatio || 1;
  const { x: width, y: height } = map.getSize();
  const canvas = document.createElement("canvas");
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const footer = footerLayout(footerWords(legend), width, (text, isStrong) => {
    context.font = isStrong ? BOLD : FONT;
    return context.measureText(text).width;
  });
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round((height + footer.height) * ratio)];
  context.scale(ratio, ratio);
  context.fillStyle = BACK;
  context.fillRect(0, 0, width, height + footer.height);
  context.save();
  context.beginPath();
  context.rect(0, 0, width, height);
  context.clip();
  const { tilePane, overlayPane } = map.getPanes();
  context.imageSmoothingEnabled = !map.getContainer().classList.contains("is-enlarged");
  drawPane(context, map, tilePane);
  if (legend.compared) drawCompared(context, map, legend.compared);
  drawPane(context, map, overlayPane);
  for (const region of legend.regions) drawRegion(context, region);
  drawScaleBar(context, legend.scale, height);
  if (legend.directions) drawCompass(context, legend.directions, width);
  if (legend.bar) drawColourBar(context, legend.bar, legend.compared?.fromScreen ?? width, height);
  context.restore();
  drawFooter(context, footer.entries, height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("it could not be made"))), "image/png"));
}

/** @param {CanvasRenderingContext2D} context @param {L.Map} map @param {HTMLElement} pane */
function drawPane(context, map, pane) {
  const frame = map.getContainer().getBoundingClientRect();
  for (const part of pane.querySelectorAll("img.leaflet-tile-loaded, canvas")) {
    if (!(part instanceof HTMLImageElement || part instanceof HTMLCanvasElement) || part.hidden) continue;
    const { left, top, width, height } = part.getBoundingClientRect();
    if (width > 0 && height > 0) context.drawImage(part, left - frame.left, top - frame.top, width, height);
  }
}

/** @param {CanvasRenderingContext2D} context @param {L.Map} map @param {Compared} compared */
function drawCompared(context, map, { pane, fromScreen, opacity }) {
  const { x: width, y: height } = map.getSize();
  context.save();
  context.beginPath();
  context.rect(fromScreen, 0, width - fromScreen, height);
  context.clip();
  context.globalAlpha = opacity;
  drawPane(context, map, pane);
  context.restore();
  context.fillStyle = INK;
  context.fillRect(fromScreen - 0.5, 0, 1, height);
}

/** @param {CanvasRenderingContext2D} context @param {Legend["regions"][number]} region */
function drawRegion(context, { corners, colour, label }) {
  const [first] = corners;
  if (corners.length === 1) return drawMarks(context, corners, { colour, radius: 5, width: 2 });
  context.beginPath();
  for (const { x, y } of corners) context.lineTo(x, y);
  context.closePath();
  for (const [style, width] of /** @type {[string, number][]} */ ([["rgb(0 0 0 / 55%)", 4], [colour, 2]])) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.stroke();
  }
  const top = corners.reduce((best, corner) => (corner.y < best.y ? corner : best), first);
  context.font = FONT;
  context.textAlign = "center";
  context.textBaseline = "bottom";
  context.fillStyle = colour;
  context.fillText(label, top.x, top.y - 4);
  context.textAlign = "start";
}

/** @param {CanvasRenderingContext2D} context @param {Legend["scale"]} scale @param {number} height */
function drawScaleBar(context, { lengthScreen, text }, height) {
  context.font = FONT;
  drawPlate(context, MARGIN, height - MARGIN - 22, Math.max(lengthScreen, context.measureText(text).width), 22);
  context.strokeStyle = context.fillStyle = INK;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(MARGIN, height - MARGIN);
  context.lineTo(MARGIN + lengthScreen, height - MARGIN);
  context.stroke();
  context.textBaseline = "bottom";
  context.fillText(text, MARGIN, height - MARGIN - 5);
}

/** As the page has it: words and lines are read on a crowded image too. @param {CanvasRenderingContext2D} context @param {number} left @param {number} top @param {number} width @param {number} height */
function drawPlate(context, left, top, width, height) {
  context.fillStyle = PLATE;
  context.beginPath();
  context.roundRect(left - PLATE_PAD, top - PLATE_PAD, width + 2 * PLATE_PAD, height + 2 * PLATE_PAD, 4);
  context.fill();
}

/** Its levels are even on the screen: between its ends values follow the curve. @param {CanvasRenderingContext2D} context @param {Bar} bar @param {number} right edge of its rendition @param {number} height */
function drawColourBar(context, { colours, black, white, curve }, right, height) {
  const length = Math.min(BAR.length, right - 2 * MARGIN - LONGEST_SCALE);
  if (length < BAR.least) return;
  const [left, top] = [right - MARGIN - length, height - MARGIN - BAR.height];
  drawPlate(context, left, top - 20, length, BAR.height + 20);
  context.fillStyle = INK;
  context.textBaseline = "bottom";
  for (const [text, at, align] of /** @type {[string, number, CanvasTextAlign][]} */ ([[black, 0, "left"], [curve, 0.5, "center"], [white, 1, "right"]])) {
    context.textAlign = align;
    context.fillText(text, left + at * length, top - 4);
  }
  context.textAlign = "start";
  const levels = new OffscreenCanvas(256, 1);
  levels.getContext("2d")?.putImageData(new ImageData(new Uint8ClampedArray(colours), 256, 1), 0, 0);
  context.imageSmoothingEnabled = true;
  context.drawImage(levels, left, top, length, BAR.height);
}

/** @param {CanvasRenderingContext2D} context @param {NonNullable<Legend["directions"]>} directions @param {number} width */
function drawCompass(context, { north, east }, width) {
  const arm = 26;
  const from = { x: width - 60, y: 60 };
  const reach = arm + 15;
  drawPlate(context, from.x - reach, from.y - reach, 2 * reach, 2 * reach);
  context.fillStyle = INK;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const [{ x, y }, letter] of /** @type {const} */ ([[north, "N"], [east, "E"]])) {
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(from.x + arm * x, from.y - arm * y);
    context.stroke();
    context.fillText(letter, from.x + (arm + 11) * x, from.y - (arm + 11) * y);
  }
  context.textAlign = "start";
}

/** @param {Legend} legend @returns {import("./footer.js").Entry[][]} */
function footerWords({ title, rendition, channels, place, catalogs }) {
  const what = [{ text: title, isStrong: true }, { text: rendition }, { text: channels }].filter(({ text }) => text);
  return [what, [{ text: place }, ...catalogs.map(({ name, style }) => ({ text: name, mark: style }))]];
}

/** @param {CanvasRenderingContext2D} context @param {import("./footer.js").Placed[]} entries @param {number} top */
function drawFooter(context, entries, top) {
  context.textBaseline = "alphabetic";
  for (const entry of entries) {
    const { text, isStrong, mark, x, y } = entry;
    context.font = isStrong ? BOLD : FONT;
    context.fillStyle = isStrong ? INK : MUTED;
    context.fillText(text, x, top + y);
    if (!mark) continue;
    const at = markPlace(entry);
    drawMarks(context, [{ x: at.x, y: top + at.y }], { ...mark, radius: 5, width: 1.5 });
  }
}
