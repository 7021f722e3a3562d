// @ts-check
/** Joins the parts that stretch the image in the browser: blocks, painter, layers, panel, memory. */

import { BandLayer } from "./gl/bandlayer.js";
import { BlockClient } from "./gl/blockclient.js";
import { percentileLimits, sampledValues, zscaleLimits } from "./gl/limits.js";
import { Painter } from "./gl/painter.js";
import { limitedStyle, styleOf } from "./gl/style.js";
import { rememberedStyle, rememberStyle } from "./stretchstore.js";
import { StretchPanel } from "./stretchpanel.js";

const NO_GL = "This browser draws no WebGL2 here, so the image comes as the server renders it.";

/** @typedef {import("./map.js").StretchingConfig} StretchingConfig */

export class Stretching {
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
  }

  /** @type {import("./renditions.js").LayerOf} */
  layerOf = (rendition, options) =>
    new BandLayer(this.painter, (place, signal) => this.client.get(place, signal), this.viewer, this.styleOf(rendition), options);

  /** @param {import("./renditions.js").Rendition} rendition */
  styleOf({ slug }) {
    return rememberedStyle(this.viewer.slug, slug, this.config.bands) ?? this.originalOf(slug);
  }

  /** Whether somebody has changed it in this browser. @param {import("./renditions.js").Rendition} rendition */
  isChanged({ slug }) {
    return rememberedStyle(this.viewer.slug, slug, this.config.bands) !== null;
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
 */
export function bindStretch(root, renditions, stretching) {
  const panel = new StretchPanel(root, stretching?.config.bands ?? []);
  if (!stretching || stretching.painter.isLost) return panel.close(NO_GL);
  const { painter, viewer } = stretching;
  const layer = () => (renditions.layer instanceof BandLayer ? renditions.layer : null);
  /** @param {import("./gl/style.js").Style | null} style null for the rendition's own */
  const apply = (style) => {
    const { slug } = renditions.current;
    layer()?.setStyle(style ?? stretching.originalOf(slug));
    rememberStyle(viewer.slug, slug, style);
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
