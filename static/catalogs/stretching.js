// @ts-check
/** Joins the parts that stretch the image in the browser: blocks, painter, layers, panel, memory. */

import { viewChanged } from "./address.js";
import { BandLayer } from "./gl/bandlayer.js";
import { BlockClient } from "./gl/blockclient.js";
import { percentileLimits, sampledValues, zscaleLimits } from "./gl/limits.js";
import { Painter } from "./gl/painter.js";
import { isStyle, limitedStyle, styleOf } from "./gl/style.js";
import { parseStyleText, styleText } from "./gl/styletext.js";
import { browserStyles, KeptStyles, serverStyles } from "./stretchstore.js";
import { StretchPanel } from "./stretchpanel.js";
import { parseViewHash } from "./viewaddress.js";

const PART = "stretch";
const NO_GL = "This browser draws no WebGL2 here, so the image comes as the server renders it.";

/** @typedef {import("./map.js").StretchingConfig} StretchingConfig */

export class Stretching {
  /** @type {Map<string, import("./gl/style.js").Style>} by rendition, as an address said it */
  #linked = new Map();

  /**
   * Throws where the browser has no WebGL2.
   * @param {import("./map.js").ViewerConfig} viewer
   * @param {StretchingConfig} config
   */
  constructor(viewer, config) {
    this.viewer = viewer;
    this.config = config;
    this.painter = new Painter(config.bands);
    this.client = new BlockClient(config.worker_url, config.block_url);
    this.made = config.own ? serverStyles(config.own) : browserStyles(viewer.slug);
    const view = parseViewHash(location.hash);
    if (view) this.link(view.rendition, view.more[PART] ?? "");
  }

  /** @type {import("./renditions.js").LayerOf} */
  layerOf = (rendition, options) =>
    new BandLayer(this.painter, (place, signal) => this.client.get(place, signal), this.viewer, this.styleOf(rendition), options);

  /** As an address says it, else as the person made it, else the rendition's own. @param {import("./renditions.js").Rendition} rendition */
  styleOf({ slug }) {
    const made = this.made.get(slug);
    return this.#linked.get(slug) ?? (isStyle(made, this.config.bands) ? made : this.originalOf(slug));
  }

  /** Whether it is shown otherwise than the galaxy's rendition is. @param {import("./renditions.js").Rendition} rendition */
  isChanged(rendition) {
    return this.textOf(rendition) !== "";
  }

  /** What an address says of the rendition's style; "" for its own. @param {import("./renditions.js").Rendition} rendition */
  textOf(rendition) {
    const text = styleText(this.styleOf(rendition));
    return text === styleText(this.originalOf(rendition.slug)) ? "" : text;
  }

  /** Show a rendition as an address says, without keeping it. @param {string} slug @param {string} text */
  link(slug, text) {
    if (!this.config.recipes[slug]) return;
    this.#linked.set(slug, parseStyleText(text, this.config.bands) ?? this.originalOf(slug));
  }

  /** Keep how a person shows it; null for the rendition's own. @param {string} slug @param {import("./gl/style.js").Style | null} style */
  keep(slug, style) {
    this.#linked.delete(slug);
    this.made.put(slug, style);
  }

  /** @param {string} slug of a rendition */
  originalOf(slug) {
    return styleOf(this.config.recipes[slug]);
  }
}

/**
 * @param {import("./map.js").ViewerConfig} viewer
 * @returns {Stretching | null} null where the page or the browser cannot
 */
export function stretchingOf(viewer) {
  if (!viewer.stretching) return null;
  try {
    return new Stretching(viewer, viewer.stretching);
  } catch {
    return null;
  }
}

/**
 * @param {HTMLDetailsElement} root
 * @param {import("./renditions.js").RenditionLayers} renditions
 * @param {Stretching | null} stretching
 * @returns {import("./address.js").Part[]} what the page's address says of it
 */
export function bindStretch(root, renditions, stretching) {
  const panel = new StretchPanel(root, stretching?.config.bands ?? []);
  if (!stretching || stretching.painter.isLost) return panel.close(NO_GL), [];
  const { painter, made } = stretching;
  const layer = () => (renditions.layer instanceof BandLayer ? renditions.layer : null);
  /** @param {import("./gl/style.js").Style | null} style null for the rendition's own */
  const apply = (style) => {
    const { slug } = renditions.current;
    layer()?.setStyle(style ?? stretching.originalOf(slug));
    stretching.keep(slug, style);
    viewChanged();
  };
  const show = () => panel.show(stretching.styleOf(renditions.current));
  const ofImage = (/** @type {import("./gl/style.js").Style} */ style, /** @type {string} */ how) => limitedStyle(style, stretching.config.recipes[renditions.current.slug], how);
  panel.knowsImage = (style) => ofImage(style, "zscale") !== null;
  show();
  renditions.addEventListener("change", show);
  panel.addEventListener("change", () => apply(panel.style));
  panel.addEventListener("reset", () => {
    apply(null);
    show();
  });
  panel.addEventListener("limits", (event) => {
    const measured = layer();
    const { how, of } = /** @type {CustomEvent<{how: string, of: string}>} */ (event).detail;
    const put = (/** @type {import("./gl/style.js").Style} */ style) => (panel.show(style), apply(style));
    const known = of === "image" ? ofImage(panel.style, how) : null;
    if (known) put(known);
    else if (measured) void withLimits(panel.style, measured, how).then(put);
  });
  painter.addEventListener("lost", () => {
    renditions.removeEventListener("change", show);
    panel.close(NO_GL);
    renditions.fallBack();
  });
  if (made instanceof KeptStyles) made.addEventListener("told", () => panel.say(made.words));
  return [{
    name: PART,
    read: () => stretching.textOf(renditions.current),
    open(text) {
      stretching.link(renditions.current.slug, text);
      layer()?.setStyle(stretching.styleOf(renditions.current));
      show();
    },
  }];
}

/**
 * The style with each channel's limits measured on the tiles on the map.
 * @param {import("./gl/style.js").Style} style
 * @param {BandLayer} layer
 * @param {string} how "zscale", or per cent of the values
 */
async function withLimits(style, layer, how) {
  const patches = await layer.codes();
  const channels = style.channels.map((channel) => {
    const values = sampledValues(patches, channel, layer.painter.bands);
    if (!values.length) return channel;
    const limits = how === "zscale" ? zscaleLimits(values) : percentileLimits(values, Number(how));
    return limits.black < limits.white ? { ...channel, ...limits } : channel;
  });
  return { ...style, channels };
}
