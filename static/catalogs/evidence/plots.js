// @ts-check
/** The plots of a source, one at a time: radial profile, curve of growth, magnitudes by wavelength. */

import { element } from "../pagedata.js";
import { drawGrowth } from "./growthplot.js";
import { prepared } from "./picture.js";
import { drawProfile, MOST_RADIUS_PX } from "./profileplot.js";
import { perPixel } from "./readings.js";
import { drawSed } from "./sedplot.js";

/** @typedef {import("./store.js").Evidence} Evidence */
/** @typedef {"profile" | "growth" | "sed"} PlotName */

const NAMES = /** @type {const} */ (["profile", "growth", "sed"]);
/** @type {Record<PlotName, string>} */
const DESCRIPTIONS = {
  profile: "Radial profile of the source: log flux above the local sky by radius, with a point source for comparison",
  growth: "Curve of growth of the source: its light within each radius, with a point source for comparison",
  sed: "Magnitude of the source in each band by wavelength in nanometres, the brighter above",
};

export class Plots {
  /** @type {PlotName} */
  #shown = "profile";
  #canvas = element("#profile", HTMLCanvasElement);
  #note = element("#profile-unit", HTMLElement);
  #star = element("#profile-star", HTMLElement);
  #tabs = [...document.querySelectorAll("[data-plot]")].filter((tab) => tab instanceof HTMLButtonElement);
  /** @type {Evidence | null} */
  #evidence = null;
  /** @type {import("./planes.js").Plane | undefined} */
  #plane;

  constructor() {
    for (const tab of this.#tabs) tab.addEventListener("click", () => this.choose(/** @type {PlotName} */ (tab.dataset.plot)));
  }

  /** The next plot. */
  next() {
    this.choose(NAMES[(NAMES.indexOf(this.#shown) + 1) % NAMES.length]);
  }

  /** @param {PlotName} name */
  choose(name) {
    this.#shown = name;
    for (const tab of this.#tabs) tab.setAttribute("aria-pressed", String(tab.dataset.plot === name));
    this.#canvas.setAttribute("aria-label", DESCRIPTIONS[name]);
    if (this.#canvas.parentElement) this.#canvas.parentElement.dataset.shown = name;
    this.draw(this.#evidence, this.#plane);
  }

  /**
   * @param {Evidence | null} evidence
   * @param {import("./planes.js").Plane | undefined} plane of the reference band
   */
  draw(evidence, plane) {
    this.#evidence = evidence;
    this.#plane = plane;
    this.#note.textContent = "";
    if (!evidence || !plane) return void prepared(this.#canvas);
    this.#nameStar(evidence);
    this.#note.textContent = this.#drawn(evidence, plane);
  }

  /** @param {Evidence} evidence @param {import("./planes.js").Plane} plane @returns {string} what stands in the plot */
  #drawn(evidence, plane) {
    const scale = evidence.pixel_scale_arcsec;
    if (this.#shown === "sed") return drawSed(this.#canvas, evidence.sed, inks());
    if (this.#shown === "growth" && evidence.growth) return drawGrowth(this.#canvas, evidence.growth, scale, inks());
    if (this.#shown === "growth") return prepared(this.#canvas), "no sky about the source";
    const rings = evidence.profile && { radius: evidence.profile.radius_px, value: evidence.profile.value, error: evidence.profile.error };
    const pixels = pixelsByRadius(plane);
    if (!pixels.length) return prepared(this.#canvas), "no data about the source";
    drawProfile(this.#canvas, {
      pixels, rings, star: evidence.psf, noise: plane.noise, pixelScaleArcsec: scale, inks: inks(),
    });
    return perPixel(evidence.bands.find(({ name }) => name === evidence.reference)?.unit);
  }

  /** @param {Evidence} evidence */
  #nameStar({ psf }) {
    this.#star.parentElement?.toggleAttribute("hidden", this.#shown === "sed");
    this.#star.textContent = psf ? `PSF ${psf.fwhm_px.toFixed(2)} px` : "PSF unknown";
    this.#star.title = psf ? `Full width at half maximum of the mean of ${psf.n_stars} stars` : "Too few bright stars stand alone in this band";
  }
}

/** @param {import("./planes.js").Plane} plane */
function pixelsByRadius({ values, size, centre, sky }) {
  const found = [];
  for (let i = 0; i < values.length; i++) {
    const radius = Math.hypot((i % size) - centre.x, Math.floor(i / size) - centre.y);
    if (radius <= MOST_RADIUS_PX && !Number.isNaN(values[i])) found.push({ radius, value: values[i] - sky });
  }
  return found;
}

/** The page's colours and font, for a canvas. */
export function inks() {
  const style = getComputedStyle(document.documentElement);
  const read = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return {
    text: read("--text"), muted: read("--muted"), line: read("--control-line"), accent: read("--accent"), star: read("--star"),
    font: `11px ${read("--font")}`,
  };
}
